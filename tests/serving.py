"""A service to ask: as an application in this process, or as the real processes on loopback."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chainmatch.util.resources import data_folder
from lifeline import end, start
from waiting import PATIENCE, wait_for

SAMPLE = data_folder("sample")
ENDS = {"done", "failed", "cancelled"}


def small_lists(folder: Path) -> tuple[Path, Path]:
    """Write the first rows of the sample as two small lists; return targets and local."""
    import pandas as pd

    targets, local = folder / "目标.csv", folder / "本地.csv"
    lines = (SAMPLE / "local.csv").read_bytes().splitlines(keepends=True)
    local.write_bytes(b"".join(lines[:80]))
    wanted = pd.read_excel(SAMPLE / "targets.xlsx", engine="calamine", header=None, dtype=str)
    wanted.head(150).to_csv(targets, index=False, header=False)
    return targets, local


class Running:
    """``chainmatch serve`` in processes of its own; ``log`` is what they say on standard error."""

    def __init__(self, process: subprocess.Popen, data: Path, log: Path) -> None:
        self.process, self.url, self.data, self.log = process, "", data, log

    def ask(self, path: str, body=None, key: str = "", **headers):
        """Return status and what was answered; ``body`` bytes, or what becomes JSON."""
        if body is not None and not isinstance(body, bytes):
            body, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        if key:
            headers["Authorization"] = f"Bearer {key}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, body, named)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                status, text, kind = answer.status, answer.read(), answer.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            with error:
                status, text, kind = error.code, error.read(), error.headers["Content-Type"]
        return status, json.loads(text) if kind.endswith("json") else text

    def until(self, run: str, *states: str, key: str = "") -> dict:
        """Wait until a run is in one of ``states``; return it."""

        def there() -> dict | None:
            found = self.ask(f"/v1/runs/{run}", key=key)[1]
            assert found["state"] in states or found["state"] not in ENDS, found
            return found if found["state"] in states else None

        found: dict = wait_for(f"run {run} to be {states}", there)
        return found

    def until_begun(self, run: str) -> None:
        """Wait until a run is under way and has told a step."""

        def told() -> bool:
            found = self.ask(f"/v1/runs/{run}")[1]
            assert found["state"] in ("queued", "running"), found
            return bool(found["step"])

        wait_for(f"run {run} to be under way", told)

    def stop(self, wanted: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the parent; return its exit code."""
        self.process.send_signal(wanted)
        return self.process.wait(PATIENCE)

    def family(self) -> list[int]:
        """Return the processes of the service and what they have started."""
        found, parents = [self.process.pid], {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, rest = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[pid] = int(rest[1])
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found


class Chains:
    """A copy of the bundled chain files that can be made to hold runs up.

    A run reads them once it has told its first step. While they are held, it waits there for as
    long as a test likes: whatever is done to it, is done in its middle.
    """

    def __init__(self, folder: Path) -> None:
        shutil.copytree(data_folder("chains"), folder)
        self.folder = folder
        first = min(folder.glob("*.yaml"))
        self._mark = first.with_name(first.name + ".held")

    @property
    def option(self) -> tuple[str, str]:
        """What a service is started with, to read these files."""
        return "--chains", str(self.folder)

    def hold(self) -> None:
        """Hold up whoever reads the chains from now on (``held/sitecustomize.py``)."""
        self._mark.touch()

    def release(self) -> None:
        """Let others read the chains again; who was held up still is, until it is ended."""
        self._mark.unlink()


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def served(data: Path, *options: str, url: str = "") -> Iterator[Running]:
    """Start ``chainmatch serve`` on a free port; it is gone afterwards, however that went."""
    command = [sys.executable, "-m", "chainmatch.cli", "serve", "--data", str(data)]
    log = data.parent / f"{data.name}.log"
    paths = (str(Path(__file__).parent / "held"), os.environ.get("PYTHONPATH", ""))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with log.open("a") as errors:
        process = start(
            [*command, "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**env, **({"CHAINMATCH_DATABASE": url} if url else {})},
        )
    running = Running(process, data, log)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"(http://\S+?)/$", line.strip()):
                running.url = found[1]
                break
        assert running.url, log.read_text()
        yield running
    finally:
        end(process)
        process.stdout.close()


def put_run(data: Path, folder: Path, run: str) -> None:
    """Lay a finished run into the data folder of a service that is not started yet."""
    place = data / "runs" / run
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder, place)


def multipart(**parts):
    """Return the body and the content type of a form; a path becomes a file."""
    mark, body = "----office", b""
    for name, value in parts.items():
        file = "" if isinstance(value, bytes) else f'; filename="{value.name}"'
        data = value if isinstance(value, bytes) else value.read_bytes()
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        body += head.encode() + data + b"\r\n"
    return body + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
