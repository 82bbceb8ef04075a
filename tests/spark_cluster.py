"""A real Spark cluster on loopback: a master, workers for two executors each, none left behind."""

import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lifeline import end, session, start
from ports import LOOPBACK
from waiting import PATIENCE, wait_for

LIGHT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a JVM that starts quickly on a busy core
# What a session on this cluster is started with: nothing leaves loopback, everything is small.
OPTIONS = {
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.host": LOOPBACK,
    "spark.driver.memory": "512m",
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.cores.max": "2",  # leaves room for a second application
    "spark.driver.extraJavaOptions": LIGHT,
    "spark.executor.extraJavaOptions": LIGHT,
    "spark.ui.port": "0",
    "spark.sql.shuffle.partitions": "4",
}


def missing() -> str:
    """Return what a cluster would need and is not here, or ``""``."""
    try:
        import pyspark  # noqa: F401
    except ModuleNotFoundError:
        return "pyspark is not installed"
    from chainmatch.pipeline.engines.spark.session import java

    return "" if java() else "Java is not installed"


def fetch(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return json.load(answer)


@dataclass
class Daemon:
    """A master or a worker with all processes that it started: they share its session."""

    process: subprocess.Popen
    log: Path

    def state(self) -> Any:
        """What its page says; false while it has none."""
        # It chooses its ports itself and tells them: no other can be taken before it listens.
        found = re.search(r"service '\w+UI' on port (\d+)", self.log.read_text("utf-8"))
        return found and fetch(f"http://{LOOPBACK}:{found[1]}/json/")

    def kill(self) -> None:
        """Kill the daemon, its executors and their Python workers at once: the power goes out."""
        end(self.process)

    def processes(self) -> Iterator[int]:
        """All processes that it started, and itself."""
        return iter(session(self.process.pid))


@dataclass
class Cluster:
    """A running master; ``workers`` in the order in which they were started."""

    url: str
    master: Daemon
    folder: Path
    stack: ExitStack
    workers: list[Daemon] = field(default_factory=list)

    def add_workers(self, count: int) -> None:
        """Start workers and wait until the master knows them."""
        self.workers += [
            _start(
                self.folder, self.stack, "worker.Worker", "--cores", "2", "--memory", "1200m",
                "--work-dir", str(self.folder / "work"), self.url,
            )
            for _ in range(count)
        ]  # fmt: skip
        wait_for("workers", self._all_known)

    def _all_known(self) -> bool:
        states = [one.state() for one in (self.master, *self.workers)]
        if not all(states):
            return False
        alive = {one["id"] for one in states[0]["workers"] if one["state"] == "ALIVE"}
        return {one["id"] for one in states[1:]} <= alive


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Give a cluster; whatever happens, all of its processes are gone afterwards."""
    with ExitStack() as stack:
        master = _start(folder, stack, "master.Master")
        found = wait_for("master", master.state)
        running = Cluster(found["url"], master, folder, stack)
        running.add_workers(workers)
        yield running


def _start(folder: Path, stack: ExitStack, name: str, *options: str) -> Daemon:
    import pyspark

    from chainmatch.pipeline.engines.spark.session import java

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_SCALA_VERSION": "2.13",
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_DIRS": str(folder / "local"),
    }
    # What bin/spark-class ends in; that one starts a second JVM only to put this line together.
    settings = [*LIGHT.split(), "-Dspark.master.rest.enabled=false"]
    program = [java(), "-Xmx256m", *settings, "-cp", str(home / "jars" / "*")]
    where = ["--host", LOOPBACK, "--port", "0", "--webui-port", "0"]
    number = len(list(folder.glob("*.log")))
    path = folder / f"{number}-{name}.log"
    log = stack.enter_context(path.open("w"))
    process = start(
        [*program, f"org.apache.spark.deploy.{name}", *where, *options],
        env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    daemon = Daemon(process, path)
    stack.callback(daemon.kill)
    return daemon
