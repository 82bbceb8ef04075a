"""What passes between driver and workers: plain data one way, record batches the other."""

import hashlib
import pickle
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

Batches = Iterable[pa.RecordBatch]
Mapper = Callable[[Batches], Iterator[pa.RecordBatch]]
Built = TypeVar("Built")

ORDER = ("row", "line")  # number of the firm's row in its list; number of the line for that firm
_SQL = {pa.string(): "string", pa.float64(): "double", pa.int64(): "bigint", pa.binary(): "binary"}
_KEPT = 4  # of what was built; a worker that serves several jobs in turn stays small
_built: OrderedDict[tuple[str, str], Any] = OrderedDict()


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


@dataclass(frozen=True)
class Parcel:
    """Values as bytes, known by their content: ``digest`` is the sha256 of ``content``.

    It travels with the function of a job, as everything does that Spark sends to its workers.
    """

    content: bytes
    digest: str

    @classmethod
    def of(cls, *values: Any) -> "Parcel":
        """Pack values."""
        content = pickle.dumps(values, protocol=5)
        return cls(content, hashlib.sha256(content).hexdigest())

    def open(self, build: Callable[..., Built]) -> Built:
        """Return ``build(*values)``, built once in this process for the same content."""
        key = (f"{build.__module__}.{build.__qualname__}", self.digest)
        if key not in _built:
            # Packed by the driver in `of`, and brought by Spark's own pickled function.
            _built[key] = build(*pickle.loads(self.content))  # noqa: S301
        _built.move_to_end(key)
        while len(_built) > _KEPT:
            _built.popitem(last=False)
        built: Built = _built[key]
        return built
