"""Functions over record batches on a Spark DataFrame, and results back to the driver."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

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
