"""Functions over record batches on a Spark DataFrame, and results back to the driver."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from chainmatch.tables.arrow import texts

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

Batches = Iterable[pa.RecordBatch]
Mapper = Callable[[Batches], Iterator[pa.RecordBatch]]

ORDER = ("row", "line")  # number of the firm's row in its list; number of the line for that firm
_SQL = {pa.string(): "string", pa.float64(): "double", pa.int64(): "bigint", pa.binary(): "binary"}


@contextmanager
def quiet() -> Iterator[None]:
    """Silence PySpark's word on pandas 3: only Arrow passes between it and us."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        yield


def mapped(frame: "DataFrame", mapper: Mapper, schema: pa.Schema) -> "DataFrame":
    """Return what ``mapper`` makes of the batches of each partition; nothing runs yet."""
    told = ", ".join(f"`{field.name}` {_SQL[field.type]}" for field in schema)
    with quiet():
        return frame.mapInArrow(mapper, told)


def gathered(frame: "DataFrame") -> pa.Table:
    """Run the job and return its rows on the driver."""
    with quiet():
        return frame.toArrow()


def gather(frame: "DataFrame") -> "pd.DataFrame":
    """Return a result on the driver as the local function gives it: same rows, same order.

    Sorted by ``row`` and ``line`` where it has them; the two are left out.
    """
    table = gathered(frame)
    order = [name for name in ORDER if name in table.column_names]
    if order:
        table = table.sort_by([(name, "ascending") for name in order]).drop_columns(order)
    return table.to_pandas()


def per_firm(
    batches: Batches, function: Mapper, schema: pa.Schema, *, key: str
) -> Iterator[pa.RecordBatch]:
    """Map firms to lines, and say for each line which row of the list it belongs to.

    ``function`` writes the ``firm_id`` of a firm into column ``key`` of its lines, and one batch
    for each batch of firms. It is given positions for ids: ids may stand twice in a list.
    """
    for batch in batches:
        if not batch.num_rows:
            continue
        ids = pa.array(texts(batch, "firm_id"), pa.string())
        numbers = _column(batch, "row")
        places = pa.array(map(str, range(batch.num_rows)), pa.string())
        (found,) = function([_with(batch, "firm_id", places)])
        at = found.column(key).cast(pa.int64())
        lines = at.to_numpy(zero_copy_only=False)
        made = {
            **dict(zip(found.schema.names, found.columns, strict=True)),
            key: ids.take(at),
            "row": numbers.take(at) if numbers is not None else None,
            "line": pa.array(1 + np.arange(len(lines)) - np.searchsorted(lines, lines)),
        }
        yield pa.RecordBatch.from_arrays([made[name] for name in schema.names], schema=schema)


def ordered(schema: pa.Schema, frame: "DataFrame") -> pa.Schema:
    """Return the schema with ``row`` and ``line`` in front where the frame numbers its rows."""
    if "row" not in frame.columns:
        return schema
    return pa.schema([*((name, pa.int64()) for name in ORDER), *schema])


def _with(batch: pa.RecordBatch, name: str, values: pa.Array) -> pa.RecordBatch:
    columns = dict(zip(batch.schema.names, batch.columns, strict=True)) | {name: values}
    return pa.RecordBatch.from_pydict(columns)


def _column(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    at = batch.schema.get_field_index(name)
    return batch.column(at).cast(pa.int64()) if at >= 0 else None
