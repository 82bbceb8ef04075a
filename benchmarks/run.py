"""A whole run on three lists: seconds and memory of all its processes, then each step in one.

python benchmarks/run.py TARGETS LOCAL LEADS [--runs 3]
"""

import argparse
import gc
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

from memory import measured

KILO = 1024 * (1024 if sys.platform == "darwin" else 1)  # a Mac tells its memory in bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lists", nargs=3)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    targets, local, leads = arguments.lists
    command = [sys.executable, "-m", "chainmatch.cli"]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--local", local, "--leads", leads, "--out", folder, "--quiet"]
        rank = [*command, "rank", targets, *options]
        whole = [seconds(rank) for _ in range(arguments.runs)]
        peak = measured(rank, pause=0.02).peak
    helps = [seconds([*command, "--help"]) for _ in range(arguments.runs)]
    print(f"rank    {median(whole):.2f} s (median of {len(whole)}), peak {peak:.0f} MB")
    print(f"--help  {median(helps):.2f} s")
    steps(targets, local, leads)


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


class Mark(NamedTuple):
    """The beginning of a step: its name, the clocks in seconds, the peak of memory so far in MB."""

    name: str
    wall: float
    cpu: float
    peak: float


def mark(name: str) -> Mark:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILO
    return Mark(name, time.perf_counter(), time.process_time(), peak)


def steps(targets: str, local: str, leads: str) -> None:
    """Run once in this process, where the caches are as cold as in a command."""
    marks = [mark("载入程序")]
    gc.set_threshold(1_000_000)  # as the command does
    from chainmatch import rank, write_report

    run = rank(targets, local, leads, progress=lambda name: marks.append(mark(name)))
    marks.append(mark("写出结果"))
    with tempfile.TemporaryDirectory() as folder:
        write_report(run, Path(folder))
    marks.append(mark(""))
    print("  seconds  of cpu  peak MB")
    for start, end in pairwise(marks):
        wall, cpu = end.wall - start.wall, end.cpu - start.cpu
        print(f"  {wall:7.2f} {cpu:7.2f} {end.peak:8.0f}  {start.name}")


if __name__ == "__main__":
    main()
