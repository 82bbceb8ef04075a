"""Tell the rows of a list from what else stands below a header: totals, remarks, repeated headers.

Every row that is not blank is either kept or rejected with a reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from chainmatch.tables.bounds import cut
from chainmatch.tables.headers import (
    REQUIRED,
    Layout,
    Table,
    build_layout,
    meaning_of,
    parse_header,
)
from chainmatch.tables.sheets import Row, Sheet
from chainmatch.tables.values import is_blank, name_of, raw_text, text_of
from chainmatch.util.text import simplified

_LONGEST_QUOTE = 200
LONGEST_HEADER = 20
FIRM_ENDS = ("公司", "厂", "社", "店")

_TOTAL = re.compile(
    r"(?:本页|本表|本类|全县|全部|以上|各项|企业)?(?:合计|总计|小计|共计|累计|总数)(?:数|[家户个]数?)?(?:[:：(（\d].*)?"
)
_FOOTER = re.compile(
    r"(?:备注|说明|注|附注|注释|数据来源|资料来源|来源|填报单位|填表单位|制表单位|填报日期|填报时间|填表日期|制表日期|制表时间|"
    r"截止日期|单位盖章|单位(?:[(（]盖章[)）]))\d?[:：].*|"
    r"(?:填报人|填表人|制表人|制表|填表|审核人?|复核人?|审批人?|签发人?|经办人|统计人|单位负责人|分管领导|主管领导|负责人|联系人|"
    r"联系电话)(?:[(（].*?[)）])?[:：]?[^公司厂社店]{0,40}"
)
_GROUP = re.compile(
    r"(?:[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十]+[章节类部批]).*"
)
# A name that can open no total, footer or group: nearly all; spares the three searches for them.
_PLAIN_NAME = re.compile("[^本全以各企合总總小共累纍一二三四五六七八九十第(（:：][^:：]{2,}公司")
# The same for whole columns of plain names in simplified characters, as RE2 reads it.
PLAIN_OPENING = (
    rf"\A(?:{_PLAIN_NAME.pattern}|"
    "[^本全以各企合总小共累一二三四五六七八九十第备说注附数资来填制截单审复签经统分主负联计约])"
)
_COUNT = re.compile(r"[共计约]*\d+(?:\.\d+)?[家户个条项万元亿]*")
_NUMBER = re.compile(r"[(（]?(?:[A-Za-z]{0,3}\d{1,7}|[一二三四五六七八九十百]+)[)）.、]?")
_LETTER = re.compile(r"[^\W\d_]")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
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


TOTAL, FOOTER, HEADER, GROUP = "合计行", "表尾说明（备注、填报人等）", "重复的表头", "分组标题"
NO_DATA = (TOTAL, FOOTER, HEADER, GROUP)  # rows that a sheet needs, but that list nothing


class Body(NamedTuple):
    """What stands below the header of a sheet."""

    segments: list[Segment]
    rejects: list[Reject]


def read_body(
    sheet: Sheet, layout: Layout, table: Table, mapping: Mapping[str, str], begin: int
) -> Body:
    """Return the kept and the rejected rows of ``sheet`` from index ``begin`` on.

    A header that is repeated with other columns starts a new segment.
    """
    current, keys = Segment(layout), _keys(layout, table)
    segments, rejects = [current], []
    covered = _covered_keys(sheet, layout, table)
    for index, row in _filled_rows(sheet, layout, begin):
        number = index + sheet.first
        again = _repeated_header(row, current.layout, keys, table, mapping)
        if again is not None:
            rejects.append(Reject(number, HEADER, quote(row, current.layout)))
            if again.columns and again.columns != current.layout.columns:
                current, keys = Segment(again), _keys(again, table)
                segments.append(current)
            continue
        why = _why_not(row, current.layout, table, sheet.ragged)
        if why and index in covered:
            why = "企业名称与上一行合并为一格"
        if why:
            rejects.append(Reject(number, why, quote(row, current.layout)))
        else:
            current.rows.append(row)
            current.numbers.append(number)
    return Body(segments, rejects)


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


def _cell(row: Row, at: int) -> object:
    return row[at] if at < len(row) else None


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
    if again is None:
        return None
    enough = len(again.columns) >= 2 or len(layout.columns) == 1
    if not enough:
        return None
    if again.columns.items() <= layout.columns.items():
        return layout  # the same header, or the upper half of it
    return again


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


def _why_not(row: Row, layout: Layout, table: Table, ragged: bool) -> str:
    """Return why a row is no firm or lead, or "" if it is one."""
    if ragged and not all(map(is_blank, row[len(layout.headers) :])):
        return "列数多于表头，可能有未加引号的分隔符"
    if table == "leads":
        return _why_no_lead(row, layout)
    name = name_of(_cell(row, layout.columns["name"][0]))
    if _PLAIN_NAME.fullmatch(name):
        return ""
    aside = _aside(name)
    if aside:
        return aside
    if len(name) >= 2 and _LETTER.search(name) and not _COUNT.fullmatch(name):
        return GROUP if _GROUP.fullmatch(name) and _filled(row) == 1 else ""
    return _why_no_name(row, layout, name)


def _why_no_lead(row: Row, layout: Layout) -> str:
    texts = [
        text_of(_cell(row, at)) for name in ("title", "text") for at in layout.columns.get(name, ())
    ]
    first = next((text for text in map(text_of, row) if text), "")
    aside = next((why for why in map(_aside, (first, *texts[:1])) if why), "")
    if aside and len("".join(texts)) <= 40:
        return aside
    if any(_LETTER.search(text) for text in texts):
        return ""
    return "只有序号" if _only_serial(row, layout, "lead_id") else "标题和内容都没有"


def _why_no_name(row: Row, layout: Layout, name: str) -> str:
    first = next((text for text in map(name_of, row) if text), "")
    aside = _aside(first)
    if aside:
        return aside
    if _only_serial(row, layout):
        return "只有序号"
    if _GROUP.fullmatch(first) and _filled(row) == 1:
        return GROUP
    if not name:
        return "没有企业名称"
    return "企业名称过短" if _LETTER.search(name) and len(name) < 2 else "企业名称只有数字或符号"


def _aside(text: str) -> str:
    """Return the reason if a text opens a total or a footer."""
    squeezed = simplified(text.replace(" ", "").replace("\u3000", ""))
    if _TOTAL.fullmatch(squeezed):
        return TOTAL
    return FOOTER if _FOOTER.fullmatch(squeezed) else ""


def _filled(row: Row) -> int:
    return sum(1 for value in row if not is_blank(value))


def _only_serial(row: Row, layout: Layout, key: str = "") -> bool:
    """Return whether all that the row holds is its running number."""
    serial = layout.serial | set(layout.columns.get(key, ()))
    mapped = {at for positions in layout.columns.values() for at in positions}
    filled = [at for at, value in enumerate(row) if not is_blank(value)]
    return all(at in serial or (len(filled) == 1 and at not in mapped) for at in filled) and all(
        _NUMBER.fullmatch(raw_text(row[at]).strip()) for at in filled
    )
