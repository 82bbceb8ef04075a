"""Tables of the contract as Arrow: one schema of plain ``string``, ``double`` and ``int64``."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from chainmatch.errors import OptionError, TableError
from chainmatch.schema.columns import COLUMNS, TABLES, Column, column_of
from chainmatch.schema.records import written
from chainmatch.util.frames import ArrowStream, frame_of

if TYPE_CHECKING:
    import polars as pl

_TYPES = {"number": pa.float64(), "share": pa.float64(), "integer": pa.int64()}


def field_of(column: Column) -> pa.Field:
    """Return the Arrow field of a column; text and dates are ``string``."""
    return pa.field(column.name, _TYPES.get(column.kind, pa.string()))


def table_schema(table: str, wanted: Collection[str] = ()) -> pa.Schema:
    """Return the Arrow schema of a table of ``columns.TABLES``, or of its columns ``wanted``."""
    names = [name for name in TABLES[table] if not wanted or name in wanted]
    return pa.schema([field_of(column_of(table, name)) for name in names])


def firm_batch(records: Mapping[str, Sequence[Any]]) -> pa.RecordBatch:
    """Return columns of firms as one batch; NaN is null."""
    schema = table_schema("firms", records.keys())
    columns = [
        values
        if isinstance(values := records[field.name], pa.Array)
        else pa.array(values, field.type, from_pandas=True)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def firm_frame(batch: pa.RecordBatch, wanted: Collection[str] = ()) -> pd.DataFrame:
    """Return a batch as a table in the columns of ``firms``; what it lacks is unknown."""
    columns: dict[str, object] = {}
    for field in table_schema("firms", wanted):
        at = batch.schema.get_field_index(field.name)
        if pa.types.is_string(field.type):
            columns[field.name] = pd.array(texts(batch, field.name), dtype="str")
        elif at < 0:
            columns[field.name] = [math.nan if field.name == "capital" else 0] * batch.num_rows
        else:
            columns[field.name] = batch.column(at).cast(field.type).to_numpy(zero_copy_only=False)
    return pd.DataFrame(columns)


def texts(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Return a column as text, ``""`` where the batch lacks it or the cell is null."""
    at = batch.schema.get_field_index(name)
    if at < 0:
        return pa.array([""] * batch.num_rows, pa.string())
    column = batch.column(at)
    if not pa.types.is_string(column.type):
        column = pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
    return column.fill_null("")


def record_batch(frame: pd.DataFrame, schema: pa.Schema) -> pa.RecordBatch:
    """Return the columns that ``schema`` names as one batch; missing cells are null."""
    columns = [pa.array(frame[field.name], field.type, from_pandas=True) for field in schema]
    whole = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
    return pa.RecordBatch.from_arrays(whole, schema=schema)


def to_arrow(table: pd.DataFrame | ArrowStream) -> pa.Table:
    """Return a table of results as Arrow, in the types of the contract.

    Text and dates are ``string``, numbers ``double`` or ``int64``; what is missing is null.
    Reasons, weak points and partners are the text that the files of a run hold. Columns of one's
    own come as Arrow reads them. Raises TableError for no table.
    """
    frame = written(frame_of(table))
    columns = {str(name): _array(frame.iloc[:, at]) for at, name in enumerate(frame.columns)}
    return pa.table(columns)


def _array(cells: "pd.Series[Any]") -> pa.Array:
    """Return a column in the type of the contract, or else in that which Arrow finds in it."""
    known = COLUMNS.get(str(cells.name))
    for kind in (field_of(known).type if known else None, None):
        try:
            found = pa.array(cells, kind, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError):
            continue
        whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
        return whole.cast(pa.string()) if pa.types.is_large_string(whole.type) else whole
    raise TableError(f"列“{cells.name}”里有不同种类的内容，不能写成 Arrow。")


def to_polars(table: pd.DataFrame | ArrowStream) -> "pl.DataFrame":
    """Return a table of results as polars, as :func:`to_arrow` does.

    Raises OptionError where polars is not installed.
    """
    try:
        import polars as pl
    except ImportError:
        raise OptionError("没有安装 polars；请运行 pip install polars，或用 to_arrow。") from None
    return pl.DataFrame(to_arrow(table))
