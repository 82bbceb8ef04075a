"""A real Spark cluster on loopback: a master, workers for two executors each, none left behind."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 120  # seconds; a busy machine starts a JVM in 20
LOOPBACK = "127.0.0.1"
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
    from chainmatch.spark.session import java

    return "" if java() else "Java is not installed"


def free_port() -> int:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
        return port


def fetch(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def wait_for(what: str, ready: Callable[[], Any], pause: float = 0.2) -> Any:
    """Return the first true answer of ``ready``; a server that does not answer yet is false."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            answer = ready()
        except OSError:
            answer = None
        if answer:
            return answer
        time.sleep(pause)
    raise TimeoutError(what)


@dataclass
class Daemon:
    """A master or a worker with all processes that it started: they share its session."""

    process: subprocess.Popen
    web: int

    def state(self) -> Any:
        return fetch(f"http://{LOOPBACK}:{self.web}/json/")

    def kill(self) -> None:
        """Kill the daemon, its executors and their Python workers at once: the power goes out."""
        self._signal(signal.SIGKILL)
        self.process.wait(30)

    def freeze(self) -> None:
        """Stop all of its processes where they are."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let frozen processes go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for pid in _of_session(self.process.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue


def _of_session(leader: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if os.getsid(int(entry.name)) == leader:
                    yield int(entry.name)
            except ProcessLookupError:
                continue


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
        alive = sum(one.process.poll() is None for one in self.workers)
        wait_for("workers", lambda: self.master.state()["aliveworkers"] == alive)


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Give a cluster; whatever happens, all of its processes are gone afterwards."""
    with ExitStack() as stack:
        port = free_port()
        master = _start(folder, stack, "master.Master", "--port", str(port))
        running = Cluster(f"spark://{LOOPBACK}:{port}", master, folder, stack)
        wait_for("master", master.state)
        running.add_workers(workers)
        yield running


def _start(folder: Path, stack: ExitStack, name: str, *options: str) -> Daemon:
    import pyspark

    from chainmatch.spark.session import java

    home, web = Path(pyspark.__file__).parent, free_port()
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_SCALA_VERSION": "2.13",
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_DIRS": str(folder / "local"),
    }
    # What bin/spark-class ends in; that one starts a second JVM only to put this line together.
    program = [java(), "-Xmx256m", *LIGHT.split(), "-cp", str(home / "jars" / "*")]
    where = ["--host", LOOPBACK, "--webui-port", str(web)]
    log = stack.enter_context((folder / f"{name}-{web}.log").open("w"))
    process = subprocess.Popen(
        [*program, f"org.apache.spark.deploy.{name}", *where, *options],
        env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    daemon = Daemon(process, web)
    stack.callback(daemon.kill)
    return daemon
