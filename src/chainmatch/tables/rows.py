"""The rows below a header: each that is not blank is kept, or rejected with a reason."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from chainmatch.tables.bounds import cut
from chainmatch.tables.headers import REQUIRED, Table, meaning_of, parse_header
from chainmatch.tables.headings import FIRM_END, says
from chainmatch.tables.kinds import FIRM_ENDS, HEADER, cell_in, why_no_data
from chainmatch.tables.layout import Block, Layout, build_layout
from chainmatch.tables.sheets import Row, Sheet
from chainmatch.tables.values import is_blank, text_of

_LONGEST_QUOTE = 200
LONGEST_HEADER = 20
_BETWEEN_NAMES = re.compile(r"[、，,；;/\n\r]+|\s+")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++")
_SPEAKS_OF_PERSONS = re.compile(
    r"(人|电话|電話|领导|領導|手机|手機|联系方式|聯[繫絡]方式)\s*[:：]\s*[^\s|]+"
)


class Reject(NamedTuple):
    """A row that was not taken, with its number as a spreadsheet shows it."""

    row: int
    why: str
    text: str


class Cells(Protocol):
    """Kept rows that can be read column by column; ``numbers`` are those of a spreadsheet."""

    layout: Layout
    numbers: list[int]

    def cells(self, name: str) -> list[list[object]]:
        """Return the raw cells of column ``name``, one list for each position that it has."""
        ...


@dataclass
class Segment:
    """The kept rows below one header: cells by position, each with its row number."""

    layout: Layout
    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def cells(self, name: str) -> list[list[object]]:
        """Return the raw cells of column ``name``, one list for each position that it has."""
        return [
            [row[at] if at < len(row) else None for row in self.rows]
            for at in self.layout.columns.get(name, ())
        ]


class Body(NamedTuple):
    """What stands below the header of a sheet, and the layout of what may follow."""

    segments: list[Segment]
    rejects: list[Reject]
    layout: Layout


def read_body(
    sheet: Sheet, layout: Layout, table: Table, mapping: Mapping[str, str], begin: int
) -> Body:
    """Return the kept and the rejected rows of ``sheet`` from index ``begin`` on.

    A header that is repeated with other columns starts a new segment, and so does the heading of
    a group that says something of the rows below it.
    """
    if layout.blocks:
        return _side_by_side(sheet, layout, table, mapping, begin)
    current, keys = Segment(layout), _keys(layout, table)
    segments, rejects = [current], []
    covered, wide = _covered_keys(sheet, layout, table), _wide_rows(sheet, layout)
    for index, row in _filled_rows(sheet, layout, begin):
        number, own = index + sheet.first, current.layout
        again = _repeated_header(row, own, keys, table, mapping)
        if again is not None:
            rejects.append(Reject(number, HEADER, quote(row, own)))
            if again.columns and again.columns != own.columns:
                current, keys = Segment(again.under(own)), _keys(again, table)
                segments.append(current)
            continue
        if sheet.ragged and not all(map(is_blank, row[len(own.headers) :])):
            why, heading = "列数多于表头，可能有未加引号的分隔符", ""
        else:
            why, heading = why_no_data(row, own, table, index in wide)
        if why and index in covered:
            why = "企业名称与上一行合并为一格"
        if why:
            rejects.append(Reject(number, why, quote(row, own)))
        else:
            rows = _split_names(row, own, table)
            current.rows += rows
            current.numbers += [number] * len(rows)
        if heading and (given := _under(own, says(heading, table))) != own.given:
            current = Segment(replace(own, given=given))
            segments.append(current)
    return Body(segments, rejects, current.layout)


def _under(layout: Layout, said: Mapping[str, str]) -> dict[str, str]:
    """Return what holds below a heading: what titles give, and what it says itself.

    A trade is a firm's only where the list says nothing else of what its firms do.
    """
    given = dict(layout.titles)
    for name, text in said.items():
        if name == "products" and not layout.columns.keys().isdisjoint(("scope", "products")):
            continue
        wider = given.get(name, "") if name == "region" else ""
        given[name] = text if text.startswith(wider) else wider + text
    return given


def _side_by_side(
    sheet: Sheet, layout: Layout, table: Table, mapping: Mapping[str, str], begin: int
) -> Body:
    """Read lists that stand side by side, each as if it stood alone."""
    bodies = []
    for start, stop, own in layout.blocks:
        rows = [row[start:stop] for row in sheet.rows]
        merged = tuple(
            ((top, left - start), (bottom, right - start))
            for (top, left), (bottom, right) in sheet.merged
            if start <= left and right < stop
        )
        part = replace(sheet, rows=rows, merged=merged, ragged=False)
        bodies.append(read_body(part, own, table, mapping, begin))
    blocks = tuple(
        Block(start, stop, body.layout)
        for (start, stop, _), body in zip(layout.blocks, bodies, strict=True)
    )
    return Body(
        [segment for body in bodies for segment in body.segments],
        sorted((reject for body in bodies for reject in body.rejects), key=lambda one: one.row),
        replace(layout, blocks=blocks),
    )


def _split_names(row: Row, layout: Layout, table: Table) -> list[Row]:
    """Return a row for each firm that its name cell lists, one below or beside the other.

    What other cells list line by line is each firm's own; a single code is nobody's.
    """
    at = layout.columns["name"][0] if table == "firms" else -1
    cell = cell_in(row, at) if at >= 0 else None
    if not isinstance(cell, str) or not _BETWEEN_NAMES.search(cell.strip()):
        return [row]
    names = [name for name in _BETWEEN_NAMES.split(cell) if name]
    if len(names) < 2 or not all(len(name) > 4 and FIRM_END.search(name) for name in names):
        return [row]
    rows = [list(row) for _ in names]
    for column, value in enumerate(row):
        lines = [line for line in str(value).splitlines() if line.strip()]
        if column in layout.columns.get("code", ()) and len(lines) != len(names):
            parts = [part for part in _BETWEEN_NAMES.split(str(value)) if part]
            lines = parts if len(parts) == len(names) else [""] * len(names)
        if column == at:
            lines = names
        if len(lines) == len(names):
            for own, line in zip(rows, lines, strict=True):
                own[column] = line
    return list(rows)


def quote(row: Row, layout: Layout) -> str:
    """Return the row as text for a reject, without what concerns persons."""
    cells = (
        cut(text_of(value), 4 * _LONGEST_QUOTE)
        for at, value in enumerate(row)
        if at not in layout.personal and not is_blank(value)
    )
    text = cut(" | ".join(cell for cell in cells if cell), 4 * _LONGEST_QUOTE)
    text = _SPEAKS_OF_PERSONS.sub(r"\1：…", _MAIL.sub("…@…", _MOBILE.sub("1**********", text)))
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _filled_rows(sheet: Sheet, layout: Layout, begin: int) -> Iterator[tuple[int, Row]]:
    """Yield index and row of every row that is not blank; merged cells of a column filled down."""
    fills = _fills(sheet, layout)
    for index in range(begin, len(sheet.rows)):
        row = sheet.rows[index]
        if all(map(is_blank, row)):
            continue
        if index in fills:
            filled = list(row)
            for at, value in fills[index].items():
                if at < len(filled) and is_blank(filled[at]):
                    filled[at] = value
            row = filled
        yield index, row


def _fills(sheet: Sheet, layout: Layout) -> dict[int, dict[int, object]]:
    """Return what merged cells say for the rows below their first: a region over many firms."""
    fills: dict[int, dict[int, object]] = {}
    known = {at for positions in layout.columns.values() for at in positions}
    known -= {
        at for name in ("name", "code", "lead_id", "title") for at in layout.columns.get(name, ())
    }
    for (top, left), (bottom, right) in sheet.merged:
        if left != right or left not in known or top <= layout.last or top >= len(sheet.rows):
            continue
        row = sheet.rows[top]
        value = row[left] if left < len(row) else None
        for index in range(top + 1, min(bottom, len(sheet.rows) - 1) + 1):
            fills.setdefault(index, {})[left] = value
    return fills


def _covered_keys(sheet: Sheet, layout: Layout, table: Table) -> frozenset[int]:
    """Return the rows whose name cell is the lower part of a merged one."""
    if table != "firms":
        return frozenset()
    at = layout.columns["name"][0]
    return frozenset(
        index
        for (top, left), (bottom, right) in sheet.merged
        if left <= at <= right and bottom > top > layout.last
        for index in range(top + 1, min(bottom, len(sheet.rows) - 1) + 1)
    )


def _wide_rows(sheet: Sheet, layout: Layout) -> frozenset[int]:
    """Return the rows of which one cell reaches over several columns of the list."""
    known = [at for positions in layout.columns.values() for at in positions]
    return frozenset(
        top
        for (top, left), (bottom, right) in sheet.merged
        if top == bottom > layout.last and sum(left <= at <= right for at in known) > 1
    )


def _keys(layout: Layout, table: Table) -> list[int]:
    """Return the columns without which a list is none: a repeated header names one of them."""
    return [at for name in REQUIRED[table] for at in layout.columns.get(name, ())]


def _repeated_header(
    row: Row, layout: Layout, keys: Sequence[int], table: Table, mapping: Mapping[str, str]
) -> Layout | None:
    """Return the layout of a header row among the data; without columns: a half of the header."""
    if not _holds_header(row, keys, table, mapping):
        if layout.last > layout.first and _is_lower_half(row, layout):
            return Layout(0, 0, (), {})
        return None
    headers = [parse_header(value if isinstance(value, str) else "") for value in row]
    again = build_layout(headers, layout.first, layout.last, table, mapping)
    if again is None or again.blocks:
        return None
    if len(again.columns) < 2 and not _is_the_only_one(again, layout, keys):
        return None
    if again.columns.items() <= layout.columns.items():
        return layout  # the same header, or the upper half of it
    return again


def _is_the_only_one(again: Layout, layout: Layout, keys: Sequence[int]) -> bool:
    """Return whether a header of one column repeats the one of the list."""
    return len(layout.columns) == 1 and any(
        again.headers[at].key == layout.headers[at].key for at in keys if at < len(again.headers)
    )


def _holds_header(row: Row, keys: Sequence[int], table: Table, mapping: Mapping[str, str]) -> bool:
    return any(at < len(row) and _looks_like_header(row[at], table, mapping) for at in keys)


def _looks_like_header(value: object, table: Table, mapping: Mapping[str, str]) -> bool:
    if not isinstance(value, str) or not value or len(value) > LONGEST_HEADER:
        return False
    if len(value) > 4 and value.endswith(FIRM_ENDS):  # nearly all names: spares the search below
        return False
    return bool(meaning_of(parse_header(value), table, mapping).column)


def _is_lower_half(row: Row, layout: Layout) -> bool:
    """Return whether the row repeats the lower of two header rows (注册资本, 成立日期 …)."""
    filled = [(at, parse_header(value)) for at, value in enumerate(row) if not is_blank(value)]
    return len(filled) >= 2 and all(
        at < len(layout.headers) and header.text and layout.headers[at].text.endswith(header.text)
        for at, header in filled
    )
