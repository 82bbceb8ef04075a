"""Lists of any size: rows a second, time and memory by length, next to the floor.

    python benchmarks/stream.py REGISTRY.parquet [--commands match rank] [--rows 1000000 5000000]

The registry is repeated to each length and goes through the command, in pieces, to CSV files (a
`rank` for the county of the sample, with its local firms and leads). For `rank` every repetition
bears other names and no codes, or most rows would be duplicates. Memory is that of all
processes together, looked at five times a second (`memory.py`). The floor reads the same file and
finds all wordings once, in one process. Repeated scopes flatter the caches of the matcher, so a
length that holds each row once is the one to compare with others. A length in millions takes
minutes a million; the folder of temporary files then needs some 2 GB a million rows.
"""

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chainmatch.chains.graph import read_chains
from chainmatch.matching.lexicon import Lexicon
from chainmatch.util.resources import data_folder
from chainmatch.util.text import normalise
from memory import Measured, measured

CHAINMATCH = [sys.executable, "-m", "chainmatch.cli"]
# Where the legal form of a name begins, or what else may stand behind the trade.
FORM = re.compile("有限|股份|集团|公司|合作社|中心|商行|经营部|厂|店|部|院|场|社|$")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("registry", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 400_000])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--commands", nargs="+", choices=("match", "rank"), default=["match"])
    arguments = parser.parse_args()
    table = pq.read_table(arguments.registry)
    options = ["--jobs", str(arguments.jobs), "--quiet"]
    for command in arguments.commands:
        found = {}
        for rows in arguments.rows:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "firms.parquet"
                repeated(table, rows, path, renamed=command == "rank")
                lowest = floor(path)
                found[rows] = measured([*CHAINMATCH, *words(command, path, Path(folder)), *options])
            say(command, rows, found[rows], lowest)
        compare(command, found)


def say(command: str, rows: int, found: Measured, lowest: float) -> None:
    print(
        f"{command:5} {rows:9,} rows: {found.seconds:7.1f} s, {rows / found.seconds:7,.0f} rows/s, "
        f"{found.seconds / rows * 1e6:5.1f} s a million, peak {found.peak:5.0f} MB, "
        f"{found.seconds / lowest:4.1f} × the floor ({rows / lowest:,.0f} rows/s)",
        flush=True,
    )


def compare(command: str, found: dict[int, Measured]) -> None:
    """Say how time a row and memory grow from the shortest list to each longer one."""
    (least, first), *longer = sorted(found.items())
    for rows, other in longer:
        print(
            f"{command:5} {rows:,} rows against {least:,}: "
            f"{(other.seconds / rows) / (first.seconds / least):.2f} × the time a row, "
            f"{other.peak / first.peak:.2f} × the memory "
            f"({(other.peak - first.peak) / (rows - least) * 2**20:,.0f} bytes a row more)",
            flush=True,
        )


def repeated(table: pa.Table, rows: int, path: Path, *, renamed: bool) -> None:
    with pq.ParquetWriter(path, table.schema) as writer:
        copy = 0
        while rows:
            piece = table.slice(0, min(rows, table.num_rows))
            writer.write_table(other(piece, copy) if renamed else piece, row_group_size=50_000)
            rows -= piece.num_rows
            copy += 1


def other(table: pa.Table, copy: int) -> pa.Table:
    """Return the firms as others: two characters more in each name, no codes."""
    if not copy:
        return table
    mark = chr(0x4E10 + copy // 90) + chr(0x5F20 + copy % 90)
    names = [FORM.sub(lambda hit: mark + hit[0], name or "", count=1)
             for name in table["name"].to_pylist()]  # fmt: skip
    codes = pa.nulls(table.num_rows, table.schema.field("uscc").type)
    changed = {"name": pa.array(names), "uscc": codes}
    columns = [changed.get(name, table[name]) for name in table.column_names]
    return pa.table(columns, schema=table.schema)


def words(command: str, path: Path, folder: Path) -> list[str]:
    """Return the arguments of a command."""
    if command == "match":
        return ["match", str(path), "--out", str(folder / "out.csv")]
    sample = data_folder("sample")
    lists = ["--local", str(sample / "local.csv"), "--leads", str(sample / "leads.xlsx")]
    return ["rank", str(path), *lists, "--out", str(folder / "out")]


def floor(path: Path) -> float:
    automaton = Lexicon(read_chains())._automaton
    start = time.perf_counter()
    for batch in pq.ParquetFile(path).iter_batches(4096, columns=["name", "scope"]):
        for scope in batch.column("scope").to_pylist():
            automaton.find_matches_as_indexes(normalise(scope or ""), overlapping=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
