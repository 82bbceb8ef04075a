"""A list of firms in pieces: cut in one place, read in any other.

The cutter finds the header and hands out raw rows; a piece can be pickled, so that other processes
may read it. A header that is repeated with other columns further down changes the layout of what
follows: the reading of a piece says with which layout the next one is to be read.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

from chainmatch.errors import TableError
from chainmatch.tables.files import kind_of
from chainmatch.tables.finding import SEARCHED_ROWS, find_layout
from chainmatch.tables.headers import (
    Table,
    check_mapping,
    meaning_of,
    parse_header,
    read_mapping,
)
from chainmatch.tables.layout import Layout
from chainmatch.tables.notes import column_notes, no_list, no_rows
from chainmatch.tables.packed import Piece, pack
from chainmatch.tables.records import Records, Tally, columns_of, records_of
from chainmatch.tables.rows import Reject, read_body
from chainmatch.tables.sheets import Book, Sheet, Stream
from chainmatch.tables.sources import Source, open_source, parquet_batches


@dataclass(frozen=True)
class PieceReading:
    """What a piece holds: columns of firms, rejects, what was noticed, and the layout behind it."""

    records: Records
    rejects: list[Reject]
    tally: Tally
    headers: dict[str, str]
    layout: Layout

    @property
    def kept(self) -> int:
        """Number of firms."""
        return len(next(iter(self.records.values())))


@dataclass(frozen=True)
class PieceReader:
    """Reads pieces of one source; small, and the same in every process."""

    file: str
    ragged: bool
    mapping: Mapping[str, str]
    wanted: tuple[str, ...] = ()

    def read(self, piece: Piece, layout: Layout) -> PieceReading:
        """Read a piece under the layout that holds at its beginning."""
        found = self._read_columns(piece, layout) if piece.packed else None
        return found or self._read_rows(piece, layout)

    def _read_columns(self, piece: Piece, layout: Layout) -> PieceReading | None:
        """Read plain rows as columns, only the others one by one; None where that cannot be."""
        from chainmatch.tables.columnar import read_columns  # heavy, and few lists need it

        names = columns_of("firms", self.wanted)
        found = read_columns(piece, layout, names, self.mapping, self.file)
        return found and PieceReading(*found, layout.mapping(), layout)

    def _read_rows(self, piece: Piece, layout: Layout) -> PieceReading:
        sheet = Sheet("", piece.raw(), ragged=self.ragged, first=piece.first)
        body = read_body(sheet, layout, "firms", self.mapping, 0)
        tally = Tally()
        parts = [(segment, self.file, "") for segment in body.segments]
        headers: dict[str, str] = {}
        for segment in body.segments:
            headers.update(segment.layout.mapping())
        records = records_of(parts, "firms", tally, self.wanted)
        return PieceReading(records, body.rejects, tally, headers, body.layout)


class Cutter:
    """Cuts a text table, Parquet file, frame or database into pieces.

    ``layout`` is where the list begins; ``notes`` is what is said of the file as a whole.

    Parameters
    ----------
    source, opened
        What is read, and the stream of its rows that ``open_source`` gave.
    size
        Most rows of a piece.
    mapping, wanted
        Meanings of headers as ``read_mapping`` gave them; the columns of firms that are needed,
        default all.

    Raises:
        TableError: there is no list of firms in it.
    """

    def __init__(
        self,
        source: Source,
        opened: Stream,
        size: int,
        mapping: Mapping[str, str],
        wanted: Collection[str] = (),
    ) -> None:
        self._size, self._source, self._rows = size, source, opened.rows
        self._head = list(islice(opened.rows, SEARCHED_ROWS))
        self._sheet = Sheet("", self._head, ragged=opened.ragged)
        self._book = Book(opened.file, (self._sheet,), notes=opened.notes)
        layout = find_layout(self._head, "firms", mapping)
        if layout is None:
            raise no_list(self._book, "firms")
        self.layout = layout
        self.notes = (*opened.notes, *column_notes(self._book, [(self._sheet, layout)]))
        self.reader = PieceReader(opened.file, opened.ragged, mapping, tuple(wanted))

    def __iter__(self) -> Iterator[Piece]:
        """Cut; a fault far down in the file is raised when it is reached."""
        first = self.layout.last + 2
        for piece in self._cut():
            yield piece._replace(first=first)
            first += len(piece.rows)

    def _cut(self) -> Iterator[Piece]:
        source = self._source
        if self.layout.last == 0 and isinstance(source, (str, Path)) and is_parquet(source):
            # The names are the header: batches go on as they are.
            for batch in parquet_batches(Path(source), self._size):
                yield Piece(0, batch)
            return
        width = len(self.layout.headers) if self._sheet.ragged else 0  # text has strings alone
        rows = chain(self._head[self.layout.last + 1 :], self._rows)
        while piece := list(islice(rows, self._size)):
            yield pack(0, piece, width)

    def nothing(self) -> TableError:
        """Return the error for a list without any row below its header."""
        return no_rows(self._book, self._sheet, self.layout)


def open_cutter(
    source: Source,
    size: int,
    mapping: Mapping[str, str] | None = None,
    wanted: Collection[str] = (),
) -> Cutter:
    """Open a source for cutting; arguments as for ``iter_firms`` and :class:`Cutter`.

    Raises:
        TableError: no such source, a workbook, or no list of firms in it.
        OptionError: ``mapping`` names an unknown column.
    """
    chosen = read_mapping(mapping, "firms")
    opened = open_source(source, header_test("firms", chosen))
    if isinstance(opened, Book):
        raise TableError(f"“{opened.file}”是工作簿，不能分段读取；请另存为 CSV 或 Parquet")
    cutter = Cutter(source, opened, size, chosen, wanted)
    check_mapping(mapping, cutter.layout.headers, opened.file)
    return cutter


def is_parquet(path: str | Path) -> bool:
    """Return whether a path leads to a Parquet file."""
    return Path(path).is_file() and kind_of(Path(path)) == "parquet"


def header_test(table: Table, mapping: Mapping[str, str]) -> partial[bool]:
    """Return the test whether a cell is a known header."""
    return partial(_is_header, table=table, mapping=mapping)


def _is_header(value: object, table: Table, mapping: Mapping[str, str]) -> bool:
    return bool(meaning_of(parse_header(value), table, mapping).column)
