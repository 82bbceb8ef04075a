"""Tables of the contract as Arrow: one schema of plain ``string``, ``double`` and ``int64``."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from chainmatch.schema.columns import TABLES, Column, column_of

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
