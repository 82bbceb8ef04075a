"""Read a piece by columns: plain cells are taken as they stand, other rows are read one by one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from chainmatch.tables.arrow import firm_batch
from chainmatch.tables.bounds import longest, plain_values
from chainmatch.tables.layout import Layout
from chainmatch.tables.packed import Piece
from chainmatch.tables.plain import plain_codes, plain_names, plain_texts, short, strings
from chainmatch.tables.records import LOCATED, FirmColumns, Records, Tally, records_of
from chainmatch.tables.rows import Reject, read_body
from chainmatch.tables.sheets import Sheet
from chainmatch.tables.values import text_of

_TEXTS = ("scope", "products", "industry_code", "address")


class Found(NamedTuple):
    """What a piece holds: columns of firms, rejects, what was noticed."""

    records: Records
    rejects: list[Reject]
    tally: Tally


def read_columns(
    piece: Piece,
    layout: Layout,
    names: Sequence[str],
    mapping: Mapping[str, str],
    file: str,
) -> Found | None:
    """Read a packed piece; None where no row is plain, or the columns change on the way.

    Parameters
    ----------
    piece, layout
        Raw cells, and which of the columns mean what.
    names
        The columns of firms that are needed, in their order.
    mapping, file
        The user's, from headers to columns; the name of the source.
    """
    first = piece.first
    plain = _PlainRows(first, piece.rows, layout, names, mapping)
    if not plain.numbers:
        return None
    odd = np.flatnonzero(~plain.flags)
    sheet = Sheet("", piece.raw(odd.tolist()), ragged=bool(piece.odd), first=0)
    body = read_body(sheet, layout, "firms", mapping, 0)
    if len(body.segments) > 1:
        return None
    numbers, segment, tally = (odd + first).tolist(), body.segments[0], Tally()
    segment.numbers = [numbers[index] for index in segment.numbers]
    records = _PlainColumns(plain, file, tally).read(names)
    if segment.numbers:
        others = Tally()
        read = records_of([(segment, file, "")], "firms", others, names)
        tables = [firm_batch(records), firm_batch(read)]
        tally.merge(others)
        order = np.argsort(np.array(plain.numbers + segment.numbers), kind="stable")
        whole = pa.Table.from_batches(tables).combine_chunks().take(order).combine_chunks()
        records = {name: whole[name].chunk(0) for name in names}
    rejects = [reject._replace(row=numbers[reject.row]) for reject in body.rejects]
    return Found(records, rejects, tally)


class _PlainRows:
    """The rows of a batch whose name, code and texts every rule leaves as they are.

    ``flags`` tells which; ``texts`` are such columns; ``by_code``: the code of each row is its id.
    """

    def __init__(
        self,
        first: int,
        batch: pa.RecordBatch,
        layout: Layout,
        names: Sequence[str],
        mapping: Mapping[str, str],
    ) -> None:
        self.layout, self._batch = layout, batch
        self.texts: dict[str, pa.StringArray] = {}
        self.by_code = False
        self.flags = np.zeros(batch.num_rows, bool)
        firm = self._column("name")
        if (
            firm is not None
            and layout.first == layout.last
            and len(batch.schema) <= len(layout.headers)
        ):
            self.texts["name"] = firm
            self.flags |= plain_names(firm, mapping)
            self._look_at_texts(names)
            self._look_at_codes(names)
        kept = pa.array(self.flags)
        self._batch = batch.filter(kept)
        self.texts = {name: cells.filter(kept) for name, cells in self.texts.items()}
        self.numbers: list[int] = (np.flatnonzero(self.flags) + first).tolist()

    def cells(self, name: str) -> list[list[object]]:
        """Return the raw cells of column ``name``, one list for each position that it has."""
        return [plain_values(cells) for cells in self._columns(name)]

    def _columns(self, name: str) -> list[pa.Array]:
        return [self._batch.column(at) for at in self.layout.columns.get(name, ())]

    def _column(self, name: str) -> pa.StringArray | None:
        columns = self._columns(name)
        return strings(columns[0]) if len(columns) == 1 else None

    def _look_at_texts(self, names: Sequence[str]) -> None:
        for name in _TEXTS:
            cells = self._column(name) if name in names else None
            if cells is not None:
                self.flags &= plain_texts(cells, longest(name))
                self.texts[name] = cells.fill_null("")

    def _look_at_codes(self, names: Sequence[str]) -> None:
        code = self._column("code")
        if code is None or "firm_id" in self.layout.columns:
            return
        # Where nobody asks for places, regions and addresses are not read: none may be too long.
        unread = [] if not LOCATED.isdisjoint(names) else ["region", "address"]
        for name in unread:
            columns = self._columns(name)
            texts = [cells for cells in map(strings, columns) if cells is not None]
            if len(texts) < len(columns):
                return
            for cells in texts:
                self.flags &= short(cells, longest(name) // len(texts))
        self.flags &= plain_codes(code)
        self.texts["code"] = code
        self.by_code = True


class _PlainColumns(FirmColumns):
    """The columns of the firms of plain rows; what is not plain text is read cell by cell."""

    def __init__(self, plain: _PlainRows, file: str, tally: Tally) -> None:
        super().__init__(plain, file, "", tally)
        self._plain = plain

    def read(self, names: Iterable[str]) -> Records:
        """Return the columns ``names`` of ``TABLES["firms"]``."""
        names = list(names)
        ready = dict(self._plain.texts)
        if self._plain.by_code:
            ready["firm_id"] = ready["code"]
        found = super().read(name for name in names if name not in ready)
        return {name: ready[name] if name in ready else found[name] for name in names}

    def _texts(self, name: str, reader: Callable[[object], str] = text_of) -> list[str]:
        ready = self._plain.texts.get(name)
        return super()._texts(name, reader) if ready is None else ready.to_pylist()

    @cached_property
    def _codes(self) -> tuple[list[str], list[bool], list[str]]:
        if not self._plain.by_code:
            return super()._codes
        codes = self._plain.texts["code"].to_pylist()
        return codes, [True] * len(codes), codes
