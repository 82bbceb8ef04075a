"""The parts of a long result as one file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from chainmatch.report.csvrows import can_write, write_arrow_rows
from chainmatch.report.files import check_path, write_csv
from chainmatch.util.atomic import whole_file

SUFFIXES = (".csv", ".parquet")


def check_result_path(path: str | Path) -> Path:
    """Return where the result of a large list can be written; raise OutputError at once."""
    return check_path(path, *SUFFIXES, why="（大名单：Excel 一张表最多 1,048,576 行）")


def join_parts(parts: Iterable[pa.Table], schema: pa.Schema, out: Path, *, plain: bool) -> None:
    """Write tables one after another as one CSV or Parquet file, whole or not at all."""
    with whole_file(out) as temporary:
        if out.suffix.lower() == ".csv":
            join_csv(parts, schema.names, temporary, plain=plain)
        else:
            _join_parquet(parts, schema, temporary)


def join_csv(
    parts: Iterable[pa.Table | pd.DataFrame], columns: Sequence[str], path: Path, *, plain: bool
) -> None:
    """Write tables one after another as CSV under a header."""
    write_csv(pd.DataFrame(columns=list(columns)), path, plain=plain)
    for part in parts:
        if isinstance(part, pd.DataFrame):
            write_csv(part[list(columns)], path, plain=True, header=False, mode="a")
        elif can_write(part):
            with path.open("ab") as file:
                write_arrow_rows(part, file)
        else:
            write_csv(part.to_pandas(), path, plain=True, header=False, mode="a")


def _join_parquet(parts: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in parts:
            writer.write_table(part)
