"""What a command takes: its seconds, and the memory of all its processes together (Linux)."""

import subprocess
import time
from pathlib import Path
from typing import NamedTuple


class Measured(NamedTuple):
    """Seconds, and the most memory that all processes held together, in MB."""

    seconds: float
    peak: float


def measured(command: list[str], pause: float = 0.2) -> Measured:
    """Run a command; look at its memory every ``pause`` seconds.

    A page that several processes share counts once (the proportional set size). 0 MB where the
    system does not tell.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(held, family(process.pid))))
        time.sleep(pause)
    if process.returncode:
        raise SystemExit(f"the command ended with {process.returncode}")
    return Measured(time.perf_counter() - start, peak)


def family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has just ended
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def held(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
