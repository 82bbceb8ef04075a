"""Read a list: find the header of every sheet, keep or reject every row, say what was noticed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from chainmatch.errors import OptionError
from chainmatch.schema.columns import COLUMNS, TABLES, titles
from chainmatch.tables.finding import find_layout
from chainmatch.tables.headers import Table, check_mapping, read_mapping
from chainmatch.tables.kinds import NO_DATA
from chainmatch.tables.layout import Layout
from chainmatch.tables.notes import (
    column_notes,
    is_returned,
    no_list,
    no_rows,
    sheet_notes,
)
from chainmatch.tables.pieces import Cutter, PieceReading, header_test
from chainmatch.tables.records import Tally, frame_of, typed
from chainmatch.tables.rows import Body, read_body
from chainmatch.tables.sheets import Book, Sheet
from chainmatch.tables.sources import Source, open_book, open_source
from chainmatch.util.notebook import block, frame_html
from chainmatch.util.notices import tell

_SHOWN = 10  # rows of a list in a notebook


@dataclass(frozen=True, repr=False)
class Reading:
    """A table as it was read.

    ``table`` has one row a firm (columns ``TABLES["firms"]``) or lead (``LEAD_INPUT``), in file
    order. ``rejects`` holds every other row with its reason (columns ``TABLES["rejects"]``).
    ``notes`` are Chinese sentences on what was noticed. ``mapping`` is header as written → column
    name. ``rows == len(table) + len(rejects)``; blank rows are not counted.
    """

    table: pd.DataFrame
    rejects: pd.DataFrame
    notes: tuple[str, ...]
    mapping: dict[str, str]
    rows: int

    def __repr__(self) -> str:
        """Say in one line how many rows were read, and how many could not be."""
        notes = f"，说明 {len(self.notes)} 条" if self.notes else ""
        read, unread = len(self.table), len(self.rejects)
        return f"<Reading {self.rows:,} 行：读入 {read:,}，未读入 {unread:,}{notes}>"

    def _repr_html_(self) -> str:
        """Show a list in a notebook: what was noticed, its first rows, the first rejects."""
        read = [name for name in self.table if name in self.mapping.values()]
        table = frame_html(self.table, {name: COLUMNS[name].title for name in read}, _SHOWN)
        unread = frame_html(self.rejects, titles("rejects"), _SHOWN)
        return block(repr(self), *self.notes, table, *([unread] if len(self.rejects) else []))

    @property
    def furniture(self) -> int:
        """Number of rejects that never were data: totals, footers, repeated headers, groups."""
        return int(self.rejects["why"].isin(NO_DATA).sum())


def read_firms(source: Source, *, mapping: Mapping[str, str] | None = None) -> Reading:
    """Read a list of firms from a file, a frame or a database.

    Files: CSV and its kin in UTF-8, GB18030 or UTF-16, XLSX, XLS, ODS, Parquet. Databases:
    ``URL::table`` or ``URL::SELECT …``. Frames: pandas, and whatever offers an Arrow C stream
    (polars, Arrow tables and readers, DuckDB relations). ``mapping`` says what headers mean that
    are not understood: header → column name or title.

    Raises:
        TableError: the source as a whole cannot be read.
        OptionError: ``mapping`` names an unknown column, or a header that is not in the list.
    """
    return _read(source, "firms", mapping)


def read_leads(source: Source, *, mapping: Mapping[str, str] | None = None) -> Reading:
    """Read a list of leads; ``table`` has the columns ``LEAD_INPUT``. Else as ``read_firms``."""
    return _read(source, "leads", mapping)


def iter_firms(
    source: Source, *, size: int = 50_000, mapping: Mapping[str, str] | None = None
) -> Iterator[Reading]:
    """Read a list of firms in pieces of at most ``size`` rows, as ``read_firms`` would in one.

    Text tables, Parquet, frames and databases are read in bounded memory, a workbook as a whole.
    What is said of the file as a whole stands in the notes of the first piece.

    Raises:
        TableError: as ``read_firms``; a fault far down in the file when it is reached.
        OptionError: ``size`` is below 1, or ``mapping`` names an unknown column.
    """
    chosen = read_mapping(mapping, "firms")
    if size < 1:
        raise OptionError(f"每段行数 {size} 不可用；请给出 1 以上的整数")
    opened = open_source(source, header_test("firms", chosen))
    if isinstance(opened, Book):
        yield from _pieces(_read_book(opened, "firms", chosen, mapping), size)
        return
    cutter = Cutter(source, opened, size, chosen)
    check_mapping(mapping, cutter.layout.headers, opened.file)
    layout, notes, found = cutter.layout, cutter.notes, False
    for piece in cutter:
        read = cutter.reader.read(piece, layout)
        layout = read.layout
        reading = reading_of(read, cutter.reader.file, notes)
        notes = ()
        del piece, read  # let go of the rows before the next ones are read
        if reading.rows:
            found = True
            yield reading
        del reading
    if not found:
        raise cutter.nothing()


def reading_of(piece: PieceReading, file: str, notes: Sequence[str] = ()) -> Reading:
    """Return a piece as a reading of its own."""
    rejects = reject_frame([(file, *reject) for reject in piece.rejects])
    table = typed(piece.records)
    said = (*notes, *piece.tally.notes())
    return Reading(table, rejects, said, piece.headers, len(table) + len(rejects))


def _pieces(reading: Reading, size: int) -> Iterator[Reading]:
    """Cut a reading; the first piece keeps the rejects and the notes."""
    for start in range(0, max(1, len(reading.table)), size):
        table = reading.table.iloc[start : start + size].reset_index(drop=True)
        rejects = reading.rejects if start == 0 else reading.rejects.iloc[:0]
        notes = reading.notes if start == 0 else ()
        yield Reading(table, rejects, notes, reading.mapping, len(table) + len(rejects))


def _read(source: Source, table: Table, mapping: Mapping[str, str] | None) -> Reading:
    chosen = read_mapping(mapping, table)
    book = open_book(source, header_test(table, chosen))
    reading = _read_book(book, table, chosen, mapping)
    tell(book.file, reading.notes)
    return reading


def _read_book(
    book: Book, table: Table, mapping: Mapping[str, str], given: Mapping[str, str] | None
) -> Reading:
    """Read all lists of a book; ``mapping`` is what ``read_mapping`` made of ``given``."""
    lists = _layouts(book, table, mapping)
    check_mapping(given, (header for _, layout in lists for header in layout.headers), book.file)
    bodies = [
        (sheet, read_body(sheet, layout, table, mapping, layout.last + 1))
        for sheet, layout in lists
    ]
    notes = [
        *book.notes,
        *sheet_notes(book, lists, bodies),
        *column_notes(book, lists),
    ]
    reading = _assemble(book, bodies, table, notes)
    if not reading.rows:
        raise no_rows(book, *lists[0])
    return reading


def _layouts(book: Book, table: Table, mapping: Mapping[str, str]) -> list[tuple[Sheet, Layout]]:
    """Return the sheets that are lists, with their layouts; none is an error.

    A shortlist that comes back is read alone: its workbook names firms on other sheets, too.
    """
    found = [(sheet, find_layout(sheet.rows, table, mapping, sheet.name)) for sheet in book.sheets]
    lists = [(sheet, layout) for sheet, layout in found if layout is not None]
    if not lists:
        raise no_list(book, table)
    return [(sheet, layout) for sheet, layout in lists if is_returned(layout)] or lists


def _assemble(
    book: Book, bodies: Sequence[tuple[Sheet, Body]], table: Table, notes: Iterable[str]
) -> Reading:
    tally = Tally()
    parts = [
        (segment, book.file, sheet.name) for sheet, body in bodies for segment in body.segments
    ]
    result = frame_of(parts, table, tally)
    headers: dict[str, str] = {}
    for segment, _, _ in parts:
        headers.update(segment.layout.mapping())
    refused = [
        (f"{book.file}#{sheet.name}" if book.several else book.file, *reject)
        for sheet, body in bodies
        for reject in body.rejects
    ]
    rejects = reject_frame(refused)
    said = (*notes, *tally.notes())
    return Reading(result, rejects, said, headers, len(result) + len(rejects))


def reject_frame(refused: Sequence[tuple[str, int, str, str]]) -> pd.DataFrame:
    """Return rejects (file, row, why, text) as a table."""
    rejects = pd.DataFrame(refused, columns=list(TABLES["rejects"]))
    return rejects.astype({"file": "str", "row": "int64", "why": "str", "text": "str"})
