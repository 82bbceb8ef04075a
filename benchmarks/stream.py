"""Matching lists of any size: rows a second, time and memory by length, next to the floor.

    python benchmarks/stream.py REGISTRY.parquet [--rows 200000 400000 800000] [--jobs 2]

The registry is repeated to each length and matched by the command, in pieces, to a CSV file. Memory
is the sum over all its processes, looked at five times a second (Linux). The floor reads the same
file and finds all wordings once, in one process. Repeated rows flatter the caches of the matcher,
so the first length, which holds each row once, is the one to compare with.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chainmatch.chains import read_chains
from chainmatch.lexicon import Lexicon
from chainmatch.text import normalise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("registry", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 400_000, 800_000])
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    table = pq.read_table(arguments.registry)
    with tempfile.TemporaryDirectory() as folder:
        for rows in arguments.rows:
            path = Path(folder) / "firms.parquet"
            repeated(table, rows, path)
            lowest = floor(path)
            seconds, peak = measured(path, Path(folder) / "out.csv", arguments.jobs)
            print(
                f"{rows:9,} rows: {seconds:6.1f} s, {rows / seconds:7,.0f} rows/s, "
                f"{seconds / rows * 1e6:5.1f} s a million, peak {peak:5.0f} MB, "
                f"{seconds / lowest:4.1f} × the floor ({rows / lowest:,.0f} rows/s)",
                flush=True,
            )


def repeated(table: pa.Table, rows: int, path: Path) -> None:
    with pq.ParquetWriter(path, table.schema) as writer:
        while rows:
            piece = table.slice(0, min(rows, table.num_rows))
            writer.write_table(piece, row_group_size=50_000)
            rows -= piece.num_rows


def floor(path: Path) -> float:
    automaton = Lexicon(read_chains())._automaton
    start = time.perf_counter()
    for batch in pq.ParquetFile(path).iter_batches(4096, columns=["name", "scope"]):
        for scope in batch.column("scope").to_pylist():
            automaton.find_matches_as_indexes(normalise(scope or ""), overlapping=True)
    return time.perf_counter() - start


def measured(path: Path, out: Path, jobs: int) -> tuple[float, float]:
    """Return the seconds and the peak memory in MB of the whole command."""
    command = [sys.executable, "-m", "chainmatch.cli", "match", str(path), "--out", str(out)]
    start = time.perf_counter()
    process = subprocess.Popen([*command, "--jobs", str(jobs), "--quiet"])
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(resident, family(process.pid))))
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"the command ended with {process.returncode}")
    return time.perf_counter() - start, peak


def family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has just ended
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 2**20


if __name__ == "__main__":
    main()
