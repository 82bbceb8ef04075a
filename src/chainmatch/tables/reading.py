"""From sheets to the tables of firms and leads, with what was rejected and what was noticed."""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from chainmatch.columns import LEAD_INPUT, TABLES
from chainmatch.errors import TableError
from chainmatch.names import normal_name, valid_code
from chainmatch.places import Place, locate
from chainmatch.tables.headers import (
    JOINED,
    REQUIRED,
    Layout,
    Table,
    find_layout,
    is_known,
    meaning_of,
    parse_header,
    read_mapping,
)
from chainmatch.tables.rows import Reject, Segment, read_body
from chainmatch.tables.sheets import Book, Sheet, open_book
from chainmatch.tables.values import (
    MAX_CELL,
    Money,
    code_of,
    date_of,
    is_blank,
    money_of,
    name_of,
    text_of,
    wording_of,
)

Source = str | Path | pd.DataFrame
Records = dict[str, list[object]]


@dataclass(frozen=True)
class Reading:
    """A table as it was read.

    ``table`` has one row a firm (columns ``TABLES["firms"]``) or lead (``LEAD_INPUT``), in the order
    of the file. ``rejects`` holds every other row with its reason (columns ``TABLES["rejects"]``).
    ``notes`` are Chinese sentences on what was noticed. ``mapping`` is header as written → column
    name. ``rows == len(table) + len(rejects)``; blank rows are not counted.
    """

    table: pd.DataFrame
    rejects: pd.DataFrame
    notes: tuple[str, ...]
    mapping: dict[str, str]
    rows: int


@dataclass
class Tally:
    """What a reading comes across, to be said once at the end."""

    counts: Counter[str] = field(default_factory=Counter)
    first_row: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, flags: Iterable[bool], numbers: Sequence[int]) -> None:
        """Count the rows for which ``what`` holds and keep the first of them."""
        hits = [number for flag, number in zip(flags, numbers, strict=True) if flag]
        if hits:
            self.counts[what] += len(hits)
            self.first_row.setdefault(what, hits[0])

    def notes(self) -> list[str]:
        """Return one sentence for each thing that was counted, in the order of ``_SAYINGS``."""
        return [
            saying.format(count=f"{self.counts[what]:,}", row=self.first_row[what])
            for what, saying in _SAYINGS.items()
            if what in self.counts
        ]


_SAYINGS = {
    "lost": "{count} 个统一社会信用代码被表格软件当作数字，末几位已丢失，作未知处理（首见于第 {row} 行）；"
    "请把该列设为文本后重新导出",
    "wrong": "{count} 个统一社会信用代码的校验位不符，原样保留但不用作企业编号（首见于第 {row} 行）",
    "no_code": "{count} 格信用代码不是代码，作未知处理（首见于第 {row} 行）",
    "no_date": "{count} 个日期无法识别，作未知处理（首见于第 {row} 行）",
    "no_money": "{count} 个金额无法识别，作未知处理（首见于第 {row} 行）",
    "several": "{count} 个金额写成区间，取其下限（首见于第 {row} 行）",
    "foreign": "{count} 个线索金额是外币，不折算，作未知处理（首见于第 {row} 行）",
    "no_unit": "{count} 个金额没有写单位，按万元读（首见于第 {row} 行）",
    "cut": "{count} 格文字超过 {limit:,} 字，已截断（首见于第 {{row}} 行）".replace(
        "{limit:,}", f"{MAX_CELL:,}"
    )
    .replace("{{", "{")
    .replace("}}", "}"),
    "renamed": "{count} 个线索编号重复，后面的加了“-2”“-3”（首见于第 {row} 行）",
}


def read_firms(source: Source, *, mapping: Mapping[str, str] | None = None) -> Reading:
    """Read a list of firms from a file (CSV, XLSX, XLS, ODS, Parquet) or a DataFrame.

    ``mapping`` says what headers mean that are not understood: header → column name or title.

    Raises:
        TableError: the source as a whole cannot be read.
        OptionError: ``mapping`` names an unknown column.
    """
    return _read(source, "firms", mapping)


def read_leads(source: Source, *, mapping: Mapping[str, str] | None = None) -> Reading:
    """Read a list of leads; ``table`` has the columns ``LEAD_INPUT``. Otherwise as ``read_firms``."""
    return _read(source, "leads", mapping)


def _read(source: Source, table: Table, mapping: Mapping[str, str] | None) -> Reading:
    chosen = read_mapping(mapping, table)
    is_header = partial(_is_header, table=table, mapping=chosen)
    book = open_book(source, is_header)
    notes, parts = list(book.notes), []
    for sheet in book.sheets:
        layout = find_layout(sheet.rows, table, chosen)
        notes.extend(_sheet_notes(book, sheet, layout))
        if layout is not None:
            parts.append((sheet, layout))
    if not parts:
        raise _no_list(book, table)
    notes.extend(_column_notes(book, parts, chosen))
    reading = assemble(book, parts, table, chosen)
    if not reading.rows:
        sheet, layout = parts[0]
        raise TableError(
            f"{_where(book, sheet)}的表头在第 {layout.last + 1} 行，其下没有数据行；请检查是否导出完整"
        )
    return Reading(
        reading.table, reading.rejects, (*notes, *reading.notes), reading.mapping, reading.rows
    )


def _is_header(value: object, table: Table, mapping: Mapping[str, str]) -> bool:
    return bool(meaning_of(parse_header(value), table, mapping).column)


def assemble(
    book: Book,
    parts: Sequence[tuple[Sheet, Layout]],
    table: Table,
    mapping: Mapping[str, str],
    start: int | None = None,
    offset: int = 1,
) -> Reading:
    """Read the bodies of the sheets in ``parts``; ``start`` and ``offset`` as in ``read_body``."""
    tally = Tally()
    frames, rejects, headers = [], [], {}
    for sheet, layout in parts:
        body = read_body(sheet, layout, table, mapping, start, offset)
        label = f"{book.file}#{sheet.name}" if book.several else book.file
        rejects.extend((label, *reject) for reject in body.rejects)
        for segment in body.segments:
            headers.update(segment.layout.mapping())
            frames.append(_RECORDS[table](segment, book.file, sheet.name, tally))
    columns = TABLES["firms"] if table == "firms" else LEAD_INPUT
    data = {name: [value for frame in frames for value in frame[name]] for name in columns}
    if table == "leads":
        _number_leads(data, tally)
    result = _typed(data)
    rejected = pd.DataFrame(rejects, columns=list(TABLES["rejects"])).astype({"row": "int64"})
    return Reading(result, rejected, tuple(tally.notes()), headers, len(result) + len(rejected))


def _typed(data: Records) -> pd.DataFrame:
    kinds = {"capital": "float64", "amount": "float64", "row": "int64"}
    return pd.DataFrame(
        {name: pd.Series(values, dtype=kinds.get(name, "str")) for name, values in data.items()}
    )


# ---------------------------------------------------------------- columns


def _values(segment: Segment, name: str) -> list[list[object]]:
    """Return the raw cells of column ``name``, one list for each position that it has."""
    return [
        [row[at] if at < len(row) else None for row in segment.rows]
        for at in segment.layout.columns.get(name, ())
    ]


def _texts(
    segment: Segment, name: str, tally: Tally, reader: Callable[[object], str] = text_of
) -> list[object]:
    """Return column ``name`` as text; several columns of one meaning are joined."""
    columns = [[reader(value) for value in cells] for cells in _values(segment, name)]
    if not columns:
        return [""] * len(segment.rows)
    if len(columns) == 1:
        joined = columns[0]
    else:
        link = JOINED[name]
        joined = [
            link.join(dict.fromkeys(filter(None, texts))) for texts in zip(*columns, strict=True)
        ]
    if any(len(text) > MAX_CELL for text in joined):
        tally.add("cut", (len(text) > MAX_CELL for text in joined), segment.numbers)
        joined = [text[:MAX_CELL] for text in joined]
    return list(joined)


def _dates(segment: Segment, name: str, tally: Tally) -> list[object]:
    cells = next(iter(_values(segment, name)), None)
    if cells is None:
        return [""] * len(segment.rows)
    dates = [date_of(value) for value in cells]
    tally.add(
        "no_date",
        (not found and bool(text_of(value)) for found, value in zip(dates, cells, strict=True)),
        segment.numbers,
    )
    return list(dates)


def _sums(segment: Segment, name: str, tally: Tally) -> list[Money]:
    cells = next(iter(_values(segment, name)), None)
    if cells is None:
        return [Money(math.nan, "")] * len(segment.rows)
    unit = segment.layout.headers[segment.layout.columns[name][0]].unit
    sums = [money_of(value, unit) for value in cells]
    said = [bool(text_of(value)) and text_of(value).strip("0.") != "" for value in cells]
    numbers = segment.numbers
    tally.add(
        "no_money",
        (math.isnan(money.amount) and some for money, some in zip(sums, said, strict=True)),
        numbers,
    )
    tally.add("several", (money.several for money in sums), numbers)
    if not unit:
        bare = (isinstance(value, (int, float)) or text_of(value).isdecimal() for value in cells)
        tally.add(
            "no_unit",
            (flag and not is_blank(v) for flag, v in zip(bare, cells, strict=True)),
            numbers,
        )
    return sums


def _firm_records(segment: Segment, file: str, sheet: str, tally: Tally) -> Records:
    count, numbers = len(segment.rows), segment.numbers
    texts = partial(_texts, segment, tally=tally)
    cells = next(iter(_values(segment, "code")), [None] * count)
    read = [code_of(value) for value in cells]
    codes = [found.code for found in read]
    valid = [valid_code(code) for code in codes]
    tally.add("lost", (found.lost for found in read), numbers)
    tally.add(
        "wrong", (len(c) == 18 and not ok for c, ok in zip(codes, valid, strict=True)), numbers
    )
    tally.add(
        "no_code",
        (not f.code and not f.lost and bool(text_of(v)) for f, v in zip(read, cells, strict=True)),
        numbers,
    )
    names = texts("name", reader=name_of)
    regions, addresses = texts("region"), texts("address")
    hints = [found.code or found.hint for found in read]
    places = list(map(locate, regions, hints, addresses, names))
    sums = _sums(segment, "capital", tally)
    return {
        "firm_id": list(map(_firm_id, codes, valid, names, places)),
        "name": names,
        "code": list(codes),
        "region": regions,
        "province": [place.province for place in places],
        "city": [place.city for place in places],
        "county": [place.county for place in places],
        "zone": [place.zone for place in places],
        "capital": [money.amount for money in sums],
        "currency": [money.currency for money in sums],
        "established": _dates(segment, "established", tally),
        "scope": texts("scope", reader=wording_of),
        "products": texts("products"),
        "industry_code": texts("industry_code"),
        "address": addresses,
        "status": texts("status"),
        "category": texts("category"),
        "honours": texts("honours"),
        "outcome": texts("outcome"),
        "source": [file] * count,
        "sheet": [sheet] * count,
        "row": list(numbers),
    }


def _firm_id(code: str, valid: bool, name: str, place: Place) -> str:
    if valid:
        return code
    key = f"{normal_name(name)}|{place.province}{place.city}"
    return "x" + hashlib.sha256(key.encode()).hexdigest()[:16]


def _lead_records(segment: Segment, file: str, sheet: str, tally: Tally) -> Records:
    del file, sheet
    texts = partial(_texts, segment, tally=tally)
    sums = _sums(segment, "amount", tally)
    tally.add("foreign", (m.currency not in ("CNY", "") for m in sums), segment.numbers)
    return {
        "lead_id": texts("lead_id"),
        "kind": texts("kind"),
        "title": texts("title"),
        "text": texts("text", reader=wording_of),
        "industry": texts("industry"),
        "region": texts("region"),
        "amount": [m.amount if m.currency in ("CNY", "") else math.nan for m in sums],
        "registered": _dates(segment, "registered", tally),
    }


_RECORDS: dict[str, Callable[[Segment, str, str, Tally], Records]] = {
    "firms": _firm_records,
    "leads": _lead_records,
}


def _number_leads(data: Records, tally: Tally) -> None:
    """Give every lead its own number: L001 … where none is written, -2, -3 where one is repeated."""
    seen: set[object] = set()
    ids = []
    for number, written in enumerate(data["lead_id"], start=1):
        base = wanted = written or f"L{number:03d}"
        again = 1
        while wanted in seen:
            again += 1
            wanted = f"{base}-{again}"
        seen.add(wanted)
        ids.append(wanted)
    repeated = [bool(old) and old != new for old, new in zip(data["lead_id"], ids, strict=True)]
    tally.add("renamed", repeated, range(1, len(ids) + 1))
    data["lead_id"] = ids


# ---------------------------------------------------------------- what to say


def _where(book: Book, sheet: Sheet) -> str:
    return f"文件“{book.file}”" + (f"的工作表“{sheet.name}”" if book.several else "")


def _sheet_notes(book: Book, sheet: Sheet, layout: Layout | None) -> Iterator[str]:
    if not book.several:
        if sheet.hidden and layout is not None:
            yield f"工作表“{sheet.name}”是隐藏的，已照常读取"
        return
    hidden = "（隐藏）" if sheet.hidden else ""
    if layout is not None:
        yield f"已读工作表“{sheet.name}”{hidden}"
    elif any(not is_blank(value) for row in sheet.rows for value in row):
        yield f"未读工作表“{sheet.name}”{hidden}：没有找到名称一列"


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
    seen = {
        parse_header(header.text).text.lower() for _, layout in parts for header in layout.headers
    }
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
