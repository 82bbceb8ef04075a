"""Reading a long list in pieces: rows a second and the peak of memory.

    python benchmarks/tables.py REGISTRY.parquet [--rows 1000000] [--size 50000]

Writes the rows of REGISTRY (columns name, uscc, date, capital, scope, province, city, address),
over and over, into a temporary CSV and Parquet file, and reads each in pieces in a process of its
own, whose peak of memory holds nothing else.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

READER = """
import json, resource, sys, time
from chainmatch.tables import iter_firms
start, rows, firms, pieces = time.perf_counter(), 0, 0, 0
for reading in iter_firms(sys.argv[1], size=int(sys.argv[2])):
    rows, firms, pieces = rows + reading.rows, firms + len(reading.table), pieces + 1
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([rows, firms, pieces, time.perf_counter() - start, peak]))
"""
TITLES = {
    "name": "企业名称",
    "uscc": "统一社会信用代码",
    "date": "成立日期",
    "capital": "注册资本",
    "scope": "经营范围",
    "province": "省份",
    "city": "城市",
    "address": "注册地址",
}


def write_lists(registry: Path, rows: int, folder: Path) -> list[Path]:
    """Write ``rows`` rows as CSV and as Parquet, piece by piece."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(registry, columns=list(TITLES)).rename_columns(list(TITLES.values()))
    csv, parquet = folder / "list.csv", folder / "list.parquet"
    with pq.ParquetWriter(parquet, table.schema) as writer:
        for start in range(0, rows, len(table)):
            piece = table.slice(0, min(len(table), rows - start))
            writer.write_table(pa.table(piece), row_group_size=50_000)
            head = start == 0
            piece.to_pandas().to_csv(csv, mode="w" if head else "a", header=head, index=False)
    return [csv, parquet]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("registry", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=50_000, help="rows of a piece")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in write_lists(options.registry, options.rows, Path(folder)):
            command = [sys.executable, "-c", READER, str(path), str(options.size)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            rows, firms, pieces, seconds, peak = json.loads(done.stdout)
            print(
                f"{path.suffix[1:]:8s}{path.stat().st_size / 1e6:6.0f} MB  {rows:,} rows, "
                f"{firms:,} firms in {pieces} pieces: {seconds:.1f} s, {rows / seconds:,.0f} "
                f"rows/s, peak {peak:,.0f} MB"
            )


if __name__ == "__main__":
    main()
