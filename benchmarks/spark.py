"""Rows a second of matching: one process here, two Spark threads here, a cluster of two workers.

python benchmarks/spark.py REGISTRY.parquet [--rows 200000] [--runs 3] [--rank]

The cluster is a real one on loopback: a master and two workers. A run goes from the Parquet file to
the gathered table; the first of a session also starts the Python workers and builds their matchers,
which is what "first" adds to the median of the later ones. Every result is compared with the local
one, row for row. With --rank the raw list is ranked instead, for the county of the sample, here and
on the cluster, and the two run folders are compared byte for byte.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pandas as pd
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import chainmatch
from chainmatch.pipeline.engines import spark
from chainmatch.run import Run
from chainmatch.util.resources import data_folder
from spark_cluster import OPTIONS, cluster

TASKS = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("registry")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rank", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if arguments.rank:
            ranked(arguments.registry, place, arguments.rows)
            return
        path, rows = prepared(arguments.registry, place, arguments.rows)
        print(f"{rows:,} firms in {TASKS} row groups")
        wanted = local(path, rows, arguments.runs)
        on_spark("local[2]", path, rows, arguments.runs, wanted)
        start = time.perf_counter()
        with cluster(place) as running:
            print(f"a master and two workers: {time.perf_counter() - start:.1f} s to start")
            on_spark(running.url, path, rows, arguments.runs, wanted)


def ranked(registry: str, folder: Path, rows: int) -> None:
    """Rank the raw rows in one process and on two workers."""
    path = folder / "raw.parquet"
    pq.write_table(pq.read_table(registry).slice(0, rows), path, row_group_size=-(-rows // TASKS))
    home = data_folder("sample") / "local.csv"
    runs: list[Run] = []
    say("rank, one process", rows, [seconds(lambda: runs.append(chainmatch.rank(path, home)))])
    options = OPTIONS | {"spark.sql.files.maxPartitionBytes": "1m"}
    with cluster(folder) as running, spark.session(running.url, options) as session:
        listing = spark.open_listing(session, str(path))
        tasks = listing.frame.rdd.getNumPartitions()
        taken = seconds(lambda: runs.append(chainmatch.rank(listing, home, engine=spark.Spark())))
        say(f"rank, two workers, {tasks} tasks", rows, [taken])
    texts = []
    for number, run in enumerate(runs):
        out = folder / str(number)
        chainmatch.write_report(run, out)
        texts.append({file.name: file.read_bytes() for file in sorted(out.iterdir())})
    assert texts[0] == texts[1]
    print(f"{len(texts[0])} files of the run folders are equal")


def prepared(registry: str, folder: Path, rows: int) -> tuple[Path, int]:
    """Write the firms as read, in as many row groups as there are tasks."""
    import pyarrow as pa

    raw = pq.read_table(registry).slice(0, rows).to_pandas()
    firms = chainmatch.read_firms(raw).table
    path = folder / "firms.parquet"
    table = pa.Table.from_pandas(firms, preserve_index=False)
    pq.write_table(table, path, row_group_size=-(-len(firms) // TASKS))
    return path, len(firms)


def local(path: Path, rows: int, runs: int) -> pd.DataFrame:
    found: list[pd.DataFrame] = []

    def run() -> None:
        found[:] = [chainmatch.match(pd.read_parquet(path), chainmatch.read_chains())]

    say("one process", rows, [seconds(run) for _ in range(runs)])
    return found[0]


def on_spark(master: str, path: Path, rows: int, runs: int, wanted: pd.DataFrame) -> None:
    options = {**OPTIONS, "spark.sql.files.minPartitionNum": str(TASKS)}
    options |= {"spark.driver.memory": "2g", "spark.executor.memory": "600m"}
    start = time.perf_counter()
    with spark.session(master, options) as session:
        name = "two workers" if master.startswith("spark:") else master
        print(f"{name}: session after {time.perf_counter() - start:.1f} s")
        found: list[pd.DataFrame] = []

        def run() -> None:
            frame = session.read.parquet(str(path))
            found[:] = [spark.gather(spark.match(frame, chainmatch.read_chains()))]

        times = []
        for _ in range(runs + 1):
            times.append(seconds(run))
            pd.testing.assert_frame_equal(found[0], wanted, check_exact=True)
        say(name, rows, times[1:], first=times[0])


def seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def say(name: str, rows: int, times: list[float], first: float | None = None) -> None:
    middle = median(times)
    text = f"{name}: {rows / middle:,.0f} rows/s ({middle:.1f} s, median of {len(times)})"
    print(text + (f", first {first:.1f} s, all equal to local" if first else ""), flush=True)


if __name__ == "__main__":
    main()
