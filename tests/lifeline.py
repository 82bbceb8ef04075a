"""Processes that end with the test run, however that ends: finished, stopped or killed.

A keeper beside the tests holds the end of a pipe; the other end is in this process, and the system
closes it when this process is gone. Then the keeper kills every session that it was told of, with
all that was started in it.
"""

import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

KEEPER = """
import os, pathlib, signal, sys
kept = set()
for line in sys.stdin:
    sign, leader = line.split()
    (kept.add if sign == "+" else kept.discard)(int(leader))
for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
    try:
        if int(stat.read_text().rpartition(")")[2].split()[3]) in kept:
            os.kill(int(stat.parent.name), signal.SIGKILL)
    except OSError:
        pass
"""


@cache
def _keeper(_: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-S", "-c", KEEPER],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _tell(sign: str, leader: int) -> None:
    pipe = _keeper(os.getpid()).stdin
    assert pipe is not None
    pipe.write(f"{sign} {leader}\n")
    pipe.flush()


def start(command: list[Any], **options: Any) -> subprocess.Popen:
    """Start a process in a session of its own that ends with the test run."""
    process = subprocess.Popen(command, start_new_session=True, **options)
    if Path("/proc").is_dir():
        _tell("+", process.pid)
    return process


def end(process: subprocess.Popen) -> None:
    """Kill a process that :func:`start` gave, and all that is still there of its session."""
    if process.poll() is None:
        process.kill()
    for pid in session(process.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()
    if Path("/proc").is_dir():
        _tell("-", process.pid)


def session(leader: int) -> list[int]:
    """Return the processes of a session, without those that are only waited for."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(own) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return found


def run(command: list[Any], timeout: float, **options: Any) -> subprocess.CompletedProcess:
    """Run a program as ``subprocess.run`` does; nothing that it started is left behind."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = start(command, **{**pipes, **options})
    try:
        out, errors = process.communicate(timeout=timeout)
    finally:
        end(process)
    return subprocess.CompletedProcess(command, process.returncode, out, errors)
