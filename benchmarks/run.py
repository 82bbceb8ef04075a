"""A whole run on three lists: seconds and memory of the process, and seconds of each step.

python benchmarks/run.py TARGETS LOCAL LEADS [--runs 3]
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lists", nargs=3)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    targets, local, leads = arguments.lists
    command = [sys.executable, "-m", "chainmatch.cli"]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--local", local, "--leads", leads, "--out", folder, "--quiet"]
        whole = [seconds([*command, "rank", targets, *options]) for _ in range(arguments.runs)]
    helps = [seconds([*command, "--help"]) for _ in range(arguments.runs)]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"rank    {median(whole):.2f} s (median of {len(whole)}), peak {peak:.0f} MB")
    print(f"--help  {median(helps):.2f} s")
    steps(targets, local, leads)


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def steps(targets: str, local: str, leads: str) -> None:
    from chainmatch import rank, write_report

    marks = [("", time.perf_counter())]
    run = rank(
        targets, local, leads, progress=lambda name: marks.append((name, time.perf_counter()))
    )
    marks.append(("写出结果", time.perf_counter()))
    with tempfile.TemporaryDirectory() as folder:
        write_report(run, Path(folder))
    marks.append(("", time.perf_counter()))
    for (name, start), (_, end) in pairwise(marks[1:]):
        print(f"  {end - start:5.2f} s  {name}")


if __name__ == "__main__":
    main()
