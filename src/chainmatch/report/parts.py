"""The results of the pieces of a list as files, and how they become one result."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from chainmatch.errors import OutputError
from chainmatch.report.csvrows import can_write, write_arrow_rows
from chainmatch.report.files import write_csv
from chainmatch.util.atomic import check_folder, whole_file
from chainmatch.util.file_names import check_name

SUFFIXES = (".csv", ".parquet")


class Summary(NamedTuple):
    """How many rows of a list were read as firms, how many rows of all lists were rejected.

    ``path`` is the file of those beside the result; None where there are none.
    """

    firms: int
    rejects: int
    path: Path | None


def check_result_path(path: str | Path) -> Path:
    """Return where the result of a large list can be written; raise OutputError at once."""
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(
            f"{path}：大名单的结果文件应以 .csv 或 .parquet 结尾（Excel 一张表最多 1,048,576 行）。"
        )
    check_name(path, OutputError)
    if path.is_dir():
        raise OutputError(f"{path}：是文件夹，请给出文件名。")
    check_folder(path.parent)
    return path


def write_part(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path, csv: bool) -> None:
    """Write the results of a piece: rows of CSV, or Arrow batches."""
    if csv:
        _write_rows(pa.Table.from_batches(list(batches), schema), path)
        return
    with pa.ipc.new_file(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def read_part(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the Arrow batches of a part."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def join_parts(parts: Iterable[Path], schema: pa.Schema, out: Path, *, plain: bool) -> None:
    """Write the parts one after another as one CSV or Parquet file, whole or not at all."""
    with whole_file(out) as temporary:
        if out.suffix.lower() == ".csv":
            join_csv(parts, schema.names, temporary, plain=plain)
        else:
            _join_parquet(parts, schema, temporary)


def write_rows(frame: pd.DataFrame, path: Path) -> None:
    """Write rows of CSV without header, for :func:`join_csv`."""
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError):  # cells of several kinds in one column
        write_csv(frame, path, plain=True, header=False)
    else:
        _write_rows(table, path)


def _write_rows(table: pa.Table, path: Path) -> None:
    if can_write(table):
        with path.open("wb") as file:
            write_arrow_rows(table, file)
    else:
        write_csv(table.to_pandas(), path, plain=True, header=False)


def join_csv(parts: Iterable[Path], columns: Sequence[str], path: Path, *, plain: bool) -> None:
    """Write rows of CSV one after another under a header."""
    write_csv(pd.DataFrame(columns=list(columns)), path, plain=plain)
    with path.open("ab") as file:
        for part in parts:
            with part.open("rb") as rows:
                shutil.copyfileobj(rows, file, 1 << 20)


def _join_parquet(parts: Iterable[Path], schema: pa.Schema, path: Path) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in parts:
            for batch in read_part(part):
                writer.write_batch(batch)
