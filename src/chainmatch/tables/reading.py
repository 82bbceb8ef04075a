"""Read a list: find the header of every sheet, keep or reject every row, say what was noticed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

import pandas as pd

from chainmatch.columns import TABLES
from chainmatch.errors import OptionError, TableError
from chainmatch.tables.headers import (
    REQUIRED,
    SEARCHED_ROWS,
    Layout,
    Table,
    find_layout,
    full_key,
    is_known,
    meaning_of,
    parse_header,
    read_mapping,
)
from chainmatch.tables.records import Tally, frame_of
from chainmatch.tables.rows import NO_DATA, Body, read_body
from chainmatch.tables.sheets import Book, Sheet
from chainmatch.tables.sources import Source, open_book, open_source
from chainmatch.tables.values import is_blank


@dataclass(frozen=True)
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

    @property
    def furniture(self) -> int:
        """Number of rejects that never were data: totals, footers, repeated headers, groups."""
        return int(self.rejects["why"].isin(NO_DATA).sum())


def read_firms(source: Source, *, mapping: Mapping[str, str] | None = None) -> Reading:
    """Read a list of firms from a file, a DataFrame or a database.

    Files: CSV and its kin in UTF-8, GB18030 or UTF-16, XLSX, XLS, ODS, Parquet. Databases:
    ``URL::table`` or ``URL::SELECT …``. ``mapping`` says what headers mean that are not understood:
    header → column name or title.

    Raises:
        TableError: the source as a whole cannot be read.
        OptionError: ``mapping`` names an unknown column.
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
    if size < 1:
        raise OptionError(f"每段行数 {size} 不可用；请给出 1 以上的整数")
    chosen = read_mapping(mapping, "firms")
    opened = open_source(source, _header_test("firms", chosen))
    if isinstance(opened, Book):
        yield from _pieces(_read_book(opened, "firms", chosen), size)
        return
    head = list(islice(opened.rows, SEARCHED_ROWS))
    sheet = Sheet("", head, ragged=opened.ragged)
    book = Book(opened.file, (sheet,), notes=opened.notes)
    layout = _layouts(book, "firms", chosen)[0][1]
    notes = (*opened.notes, *_column_notes(book, [(sheet, layout)], chosen))
    first, rows = layout.last + 2, chain(head[layout.last + 1 :], opened.rows)
    found = False
    while piece := list(islice(rows, size)):
        body = read_body(
            Sheet("", piece, ragged=opened.ragged, first=first), layout, "firms", chosen, 0
        )
        first, layout = first + len(piece), body.segments[-1].layout
        reading = _assemble(book, [(sheet, body)], "firms", notes)
        notes = ()
        del piece, body  # let go of the rows before the next ones are read
        if reading.rows:
            found = True
            yield reading
        del reading
    if not found:
        raise _no_rows(book, sheet, layout)


def _pieces(reading: Reading, size: int) -> Iterator[Reading]:
    """Cut a reading; the first piece keeps the rejects and the notes."""
    for start in range(0, max(1, len(reading.table)), size):
        table = reading.table.iloc[start : start + size].reset_index(drop=True)
        rejects = reading.rejects if start == 0 else reading.rejects.iloc[:0]
        notes = reading.notes if start == 0 else ()
        yield Reading(table, rejects, notes, reading.mapping, len(table) + len(rejects))


def _read(source: Source, table: Table, mapping: Mapping[str, str] | None) -> Reading:
    chosen = read_mapping(mapping, table)
    return _read_book(open_book(source, _header_test(table, chosen)), table, chosen)


def _read_book(book: Book, table: Table, mapping: Mapping[str, str]) -> Reading:
    lists = _layouts(book, table, mapping)
    bodies = [
        (sheet, read_body(sheet, layout, table, mapping, layout.last + 1))
        for sheet, layout in lists
    ]
    notes = [
        *book.notes,
        *_sheet_notes(book, lists, bodies),
        *_column_notes(book, lists, mapping),
    ]
    reading = _assemble(book, bodies, table, notes)
    if not reading.rows:
        raise _no_rows(book, *lists[0])
    return reading


def _header_test(table: Table, mapping: Mapping[str, str]) -> partial[bool]:
    return partial(_is_header, table=table, mapping=mapping)


def _is_header(value: object, table: Table, mapping: Mapping[str, str]) -> bool:
    return bool(meaning_of(parse_header(value), table, mapping).column)


def _layouts(book: Book, table: Table, mapping: Mapping[str, str]) -> list[tuple[Sheet, Layout]]:
    """Return the sheets that are lists, with their layouts; none is an error.

    A shortlist that comes back is read alone: its workbook names firms on other sheets, too.
    """
    found = [(sheet, find_layout(sheet.rows, table, mapping)) for sheet in book.sheets]
    lists = [(sheet, layout) for sheet, layout in found if layout is not None]
    if not lists:
        raise _no_list(book, table)
    return [(sheet, layout) for sheet, layout in lists if _is_returned(layout)] or lists


def _is_returned(layout: Layout) -> bool:
    """Return whether a list is a shortlist of ours: it has our ids and a column for the outcome."""
    return {"firm_id", "outcome"} <= layout.columns.keys()


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
    rejects = pd.DataFrame(refused, columns=list(TABLES["rejects"]))
    rejects = rejects.astype({"file": "str", "row": "int64", "why": "str", "text": "str"})
    said = (*notes, *tally.notes())
    return Reading(result, rejects, said, headers, len(result) + len(rejects))


# ---------------------------------------------------------------- what to say


def _no_rows(book: Book, sheet: Sheet, layout: Layout) -> TableError:
    return TableError(
        f"{_where(book, sheet)}的表头在第 {layout.last + 1} 行，其下没有数据行；请检查是否导出完整"
    )


def _where(book: Book, sheet: Sheet) -> str:
    return f"文件“{book.file}”" + (f"的工作表“{sheet.name}”" if book.several else "")


def _sheet_notes(
    book: Book,
    lists: Sequence[tuple[Sheet, Layout]],
    bodies: Sequence[tuple[Sheet, Body]],
) -> Iterator[str]:
    if not book.several:
        if lists[0][0].hidden:
            yield f"工作表“{lists[0][0].name}”是隐藏的，已照常读取"
        return
    read = {
        id(sheet): (layout, body) for (sheet, layout), (_, body) in zip(lists, bodies, strict=True)
    }
    unread = []
    for sheet in book.sheets:
        hidden = "（隐藏）" if sheet.hidden else ""
        if id(sheet) in read:
            yield f"已读工作表“{sheet.name}”{hidden}：{_sheet_counts(*read[id(sheet)])}"
        elif any(not is_blank(value) for row in sheet.rows for value in row):
            unread.append(f"“{sheet.name}”{hidden}")
    if unread:
        returned = any(_is_returned(layout) for _, layout in lists)
        why = "只读交回的清单（有“企业编号”和“结果”两列的表）" if returned else "没有找到名称一列"
        yield f"未读工作表{'、'.join(unread)}：{why}"


def _sheet_counts(layout: Layout, body: Body) -> str:
    kept = sum(len(segment.rows) for segment in body.segments)
    refused = f"，未读入 {len(body.rejects):,} 行" if body.rejects else ""
    return f"表头在第 {layout.last + 1} 行，读入 {kept:,} 行{refused}"


def _column_notes(
    book: Book, parts: Sequence[tuple[Sheet, Layout]], mapping: Mapping[str, str]
) -> Iterator[str]:
    for sheet, layout in parts:
        where = f"工作表“{sheet.name}”" if book.several else ""
        personal = [layout.headers[at].text for at in sorted(layout.personal)]
        if personal:
            yield f"{where}涉及个人信息的列未读：{'、'.join(personal)}"
        unused = [layout.headers[at].text for at in layout.unused]
        if unused:
            yield f"{where}未用的列：{'、'.join(unused)}（如有需要，用 --map 列名=name 等指明含义）"
    seen = {full_key(header.text) for _, layout in parts for header in layout.headers}
    for header in mapping:
        if header not in seen:
            yield f"列对照中的“{header}”在文件里没有找到"


def _no_list(book: Book, table: Table) -> TableError:
    """Say which headers were found where no list was."""
    wanted = "“企业名称”" if table == "firms" else "“标题”或“内容”"
    filled = [
        sheet for sheet in book.sheets if any(not is_blank(v) for row in sheet.rows for v in row)
    ]
    if not filled:
        return TableError(f"文件“{book.file}”里没有任何内容；请检查是否导出成功")
    sheet = filled[0]
    row = max(sheet.rows[:20], key=_header_likeness)
    found = "、".join(parse_header(v).text[:20] for v in row[:30] if not is_blank(v))
    name = REQUIRED[table][0]
    example = next((parse_header(v).text[:20] for v in row if not is_blank(v)), "列名")
    return TableError(
        f"{_where(book, sheet)}没有找到{wanted}一列；看到的表头是：{found}；"
        f"请用 --map {example}={name} 指明哪一列是{wanted}"
    )


def _header_likeness(row: Sequence[object]) -> tuple[int, int]:
    known = sum(1 for value in row if is_known(value, "firms") or is_known(value, "leads"))
    return known, sum(1 for value in row if isinstance(value, str) and 0 < len(value.strip()) <= 20)
