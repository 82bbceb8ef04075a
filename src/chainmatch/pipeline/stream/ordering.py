"""Scores of a list too long for memory in the order of the table: best first, ties by id.

In memory are score and id of every firm, which give its place. The rows go to buckets of
neighbouring places on the disk, and each bucket is put in order by itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.report.parts import join_csv, read_part, write_rows
from chainmatch.schema.columns import TABLES
from chainmatch.tables.arrow import table_schema
from chainmatch.util.atomic import saying_why

_BUCKET = 20_000  # rows
_MOST_BUCKETS = 400  # files that are open at once
_PLACE = "place"


class OrderedScores:
    """The scores of all parts, put in order in ``folder``.

    Parameters
    ----------
    parts : sequence of Path
        Arrow files in the columns of ``scores``.
    folder : Path
        Where buckets are put.
    size : int
        Rows of a bucket.
    """

    def __init__(self, parts: Sequence[Path], folder: Path, *, size: int = _BUCKET) -> None:
        order = _order(parts)
        places = np.empty(len(order), dtype=np.int64)
        places[order] = np.arange(len(order))
        size = max(size, -(-len(order) // _MOST_BUCKETS))
        self._buckets = [folder / f"{n:05}.bucket" for n in range(-(-len(order) // size))]
        schema = table_schema("scores").append(pa.field(_PLACE, pa.int64()))
        with saying_why(folder), ExitStack() as stack:
            files = [stack.enter_context(pa.ipc.new_file(path, schema)) for path in self._buckets]
            start = 0
            for batch in _batches(parts):
                own = places[start : start + batch.num_rows]
                start += batch.num_rows
                for bucket in np.unique(own // size).tolist():
                    at = pa.array(np.flatnonzero(own // size == bucket))
                    rows = batch.append_column(_PLACE, pa.array(own)).take(at)
                    files[bucket].write_batch(rows)

    def head(self, most: int) -> pd.DataFrame:
        """Return the first ``most`` rows."""
        found: list[pd.DataFrame] = [_empty()]
        for frame in self._frames():
            found.append(frame.head(most - sum(map(len, found))))
            if sum(map(len, found)) == most:
                break
        return pd.concat(found[1:] or found, ignore_index=True)

    def write(self, path: Path, *, plain: bool) -> None:
        """Write all rows as CSV."""
        join_csv(self._written(), TABLES["scores"], path, plain=plain)

    def _written(self) -> Iterator[Path]:
        """Yield buckets as rows of CSV; each is gone when the next one is asked for."""
        for bucket, frame in zip(self._buckets, self._frames(), strict=True):
            rows = bucket.with_suffix(".rows")
            write_rows(frame, rows)
            yield rows
            rows.unlink()

    def _frames(self) -> Iterator[pd.DataFrame]:
        for bucket in self._buckets:
            table = pa.Table.from_batches(read_part(bucket)).sort_by(_PLACE)
            yield table.drop_columns([_PLACE]).to_pandas()


def _order(parts: Sequence[Path]) -> np.ndarray:
    """Return the rows of all parts, best score first, by their number."""
    schema = table_schema("scores", ("firm_id", "score"))
    keys = [batch.select(schema.names) for batch in _batches(parts)]
    table = pa.Table.from_batches(keys, schema)
    by = [("score", "descending"), ("firm_id", "ascending")]
    order: np.ndarray = pc.sort_indices(table, by).to_numpy().astype(np.int64)
    return order


def _batches(parts: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    for path in parts:
        yield from read_part(path)


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=list(TABLES["scores"]))
