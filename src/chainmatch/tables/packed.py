"""Raw rows of a piece of a list, packed as columns where they have the width of its header.

Packed rows are read by columns, and go from process to process as a few blocks of memory.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from chainmatch.tables.sheets import Row
from chainmatch.tables.sources import batch_rows

if TYPE_CHECKING:
    import pyarrow as pa


class Piece(NamedTuple):
    """Raw rows below the header; ``first`` is the number of the first as a spreadsheet counts.

    ``rows`` is a list of rows, or a ``pyarrow.RecordBatch``. Rows of another width than the batch
    stand in ``odd`` with their index, and are null in it.
    """

    first: int
    rows: Any
    odd: tuple[tuple[int, Row], ...] = ()

    @property
    def packed(self) -> bool:
        """Whether the rows stand as columns."""
        return not isinstance(self.rows, list)

    def raw(self, at: Sequence[int] | None = None) -> list[Row]:
        """Return the rows, or those ``at`` some indices, as plain values."""
        if not self.packed:
            rows: list[Row] = self.rows
            return rows if at is None else [rows[index] for index in at]
        batch = self.rows if at is None else self.rows.take(np.asarray(at, np.int64))
        indices: Iterable[int] = range(len(self.rows)) if at is None else at
        if not self.odd:
            return list(batch_rows(batch))
        odd = dict(self.odd)
        return [odd.get(index, row) for index, row in zip(indices, batch_rows(batch), strict=True)]


def pack(first: int, rows: list[Row], width: int, most_odd: float = 0.1) -> Piece:
    """Return rows of text as a piece, packed if nearly all have ``width`` cells.

    Where the share of other rows is above ``most_odd`` packing does not pay.
    """
    odd = tuple((index, row) for index, row in enumerate(rows) if len(row) != width)
    if not width or len(odd) > most_odd * len(rows):
        return Piece(first, rows)
    blank = [None] * width
    columns = zip(*(row if len(row) == width else blank for row in rows), strict=True)
    batch = _batch(columns)
    return Piece(first, rows) if batch is None else Piece(first, batch, odd)


def _batch(columns: "Iterable[Sequence[object]]") -> "pa.RecordBatch | None":
    """Return columns of text as a batch; None where Arrow cannot hold them."""
    import pyarrow as pa  # heavy, and short lists do not need it

    try:
        arrays = [pa.array(column, pa.string()) for column in columns]
        return pa.RecordBatch.from_arrays(arrays, names=list(map(str, range(len(arrays)))))
    except (pa.ArrowException, TypeError, ValueError):  # half a character, more than 2 GB
        return None
