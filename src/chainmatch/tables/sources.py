"""Open any source: a workbook as a book of sheets, everything else as a stream of rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from chainmatch.errors import TableError
from chainmatch.tables.bounds import plain_values
from chainmatch.tables.delimited import IsHeader, open_delimited
from chainmatch.tables.files import kind_of
from chainmatch.tables.markup import read_markup
from chainmatch.tables.sheets import MAX_ROWS, Book, Row, Sheet, Stream, too_many
from chainmatch.tables.sql import is_database, open_database
from chainmatch.tables.workbooks import read_workbook
from chainmatch.util.file_names import file_name, readable
from chainmatch.util.frames import ArrowStream, stream_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

Source: TypeAlias = "str | Path | pd.DataFrame | ArrowStream"

_BATCH = 5_000


def open_source(source: Source, is_header: IsHeader) -> Book | Stream:
    """Return the book or the stream of rows that ``source`` is.

    Raises:
        TableError: missing, empty, damaged, protected, too large, or no table at all.
    """
    if isinstance(source, pd.DataFrame):
        return Stream("DataFrame", _frame_rows(source))
    if not isinstance(source, str | PathLike):
        return Stream(type(source).__name__, _arrow_rows(stream_of(source)))
    if isinstance(source, str) and is_database(source):
        return open_database(source)
    path = Path(source)
    kind = kind_of(path)
    if kind == "text":
        return open_delimited(path, is_header)
    if kind == "parquet":
        return Stream(file_name(path), _parquet_rows(path))
    return read_markup(path) if kind == "markup" else read_workbook(path, kind)


def open_book(source: Source, is_header: IsHeader) -> Book:
    """Return ``source`` as a book, all in memory; errors as in ``open_source``."""
    opened = open_source(source, is_header)
    if isinstance(opened, Book):
        return opened
    rows = list(islice(opened.rows, MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise too_many(f"“{opened.file}”的行数")
    return Book(opened.file, (Sheet("", rows, ragged=opened.ragged),), notes=opened.notes)


def _frame_rows(frame: pd.DataFrame) -> Iterator[Row]:
    """Yield the column names and then the rows of a frame, as a spreadsheet would show them."""
    yield [str(name) for name in frame.columns]
    for start in range(0, len(frame), _BATCH):
        piece = frame.iloc[start : start + _BATCH]
        columns = [piece.iloc[:, at].astype(object).tolist() for at in range(piece.shape[1])]
        yield from zip(*columns, strict=True)


def _arrow_rows(reader: "pa.RecordBatchReader") -> Iterator[Row]:
    """Yield the column names and then the rows of a stream, a batch of it in memory at a time."""
    import pyarrow as pa

    yield [str(name) for name in reader.schema.names]
    try:
        for batch in reader:
            yield from batch_rows(batch)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableError(f"表格读取失败（{type(error).__name__}）；请检查它的来源。") from None


def _parquet_rows(path: Path) -> Iterator[Row]:
    with _parquet(path) as file:
        yield [str(name) for name in file.schema_arrow.names]
        for batch in _batches(file, _BATCH):
            yield from batch_rows(batch)


def batch_rows(batch: "pa.RecordBatch") -> Iterator[Row]:
    """Yield the rows of an Arrow batch as plain values."""
    return zip(*map(plain_values, batch.columns), strict=True)


def parquet_batches(path: Path, size: int) -> "Iterator[pa.RecordBatch]":
    """Yield the rows of a Parquet file as Arrow batches of at most ``size`` rows."""
    with _parquet(path) as file:
        yield from _batches(file, size)


def _batches(file: "pq.ParquetFile", size: int) -> "Iterator[pa.RecordBatch]":
    return file.iter_batches(size, use_threads=False)  # type: ignore[no-any-return]


@contextmanager
def _parquet(path: Path) -> "Iterator[pq.ParquetFile]":
    import pyarrow as pa  # heavy, and few files need it
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(
            readable(path), pre_buffer=False
        ) as file:  # else a whole row group waits
            yield file
    except (pa.ArrowException, OSError, ValueError):
        raise TableError(f"Parquet 文件“{file_name(path)}”已损坏，无法读取；请重新导出") from None
