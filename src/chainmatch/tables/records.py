"""From kept rows to columns: firms with place and id, leads with number and amount."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from typing import Any

import pandas as pd

from chainmatch.names import normal_name, valid_code
from chainmatch.places.locating import Place, locate
from chainmatch.schema.columns import LEAD_INPUT, TABLES
from chainmatch.schema.currencies import in_yuan, rates_text
from chainmatch.tables.bounds import MAX_CELL, MAX_WORDS, longest
from chainmatch.tables.headers import JOINED, SPARED, Table
from chainmatch.tables.rows import Cells, Segment
from chainmatch.tables.values import (
    Money,
    code_of,
    date_of,
    is_blank,
    money_of,
    name_of,
    text_of,
    word_of,
    wording_of,
)

Records = dict[str, Any]  # name → list, or the Arrow array of a piece that was read by columns


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

    def merge(self, later: "Tally") -> None:
        """Add what was counted in other rows."""
        self.counts.update(later.counts)
        for what, row in later.first_row.items():
            self.first_row[what] = min(row, self.first_row.get(what, row))

    def notes(self) -> list[str]:
        """Return one sentence for each thing that was counted, in the order of ``_SAYINGS``."""
        return [
            saying.format(count=f"{self.counts[what]:,}", row=self.first_row[what])
            for what, saying in _SAYINGS.items()
            if what in self.counts
        ]


_SAYINGS = {
    "lost": "{count} 个统一社会信用代码被表格软件当作数字，末几位已丢失，作未知处理"
    "（首见于第 {row} 行）；请把该列设为文本后重新导出",
    "wrong": "{count} 个统一社会信用代码的校验位不符，原样保留但不用作企业编号"
    "（首见于第 {row} 行）",
    "no_code": "{count} 格信用代码不是代码，作未知处理（首见于第 {row} 行）",
    "other_id": "{count} 个企业编号不是信用代码，也不是本软件写出的编号，未用（首见于第 {row} 行）",
    "no_date": "{count} 个日期无法识别，作未知处理（首见于第 {row} 行）",
    "no_money": "{count} 个金额无法识别，作未知处理（首见于第 {row} 行）",
    "several": "{count} 个金额写成区间，取其下限（首见于第 {row} 行）",
    "foreign": f"{{count}} 个线索金额是外币，已按约数折算（{rates_text()}）（首见于第 {{row}} 行）",
    "no_unit": "{count} 个金额没有写单位，按万元读（首见于第 {row} 行）",
    "split": "有的名称格里写了几家企业，已分开：多出 {count} 家（首见于第 {row} 行）",
    "given_region": "{count} 行没有写地区，用了表题、工作表名或分组标题所说的地方"
    "（首见于第 {row} 行）",
    "given_category": "{count} 行没有写类别，用了表题、工作表名或分组标题所说的"
    "（首见于第 {row} 行）",
    "given_honours": "{count} 行没有写荣誉，用了分组标题所说的级别或称号（首见于第 {row} 行）",
    "given_products": "{count} 行没有写做什么，用分组标题所说的行当代替（首见于第 {row} 行）",
    "given_industry": "{count} 行没有写产业，用了分组标题所说的（首见于第 {row} 行）",
    "cut": f"{{count}} 格文字过长（经营范围等超过 {MAX_CELL:,} 字，名称等超过 {MAX_WORDS:,} 字），"
    "已截断（首见于第 {row} 行）",
    "renamed": "{count} 个线索编号重复，后面的加了“-2”“-3”（首见于第 {row} 行）",
}


def records_of(
    parts: Sequence[tuple[Segment, str, str]],
    table: Table,
    tally: Tally,
    wanted: Collection[str] = (),
) -> Records:
    """Return the columns of the kept rows in ``parts``: (segment, file, sheet) in file order.

    ``wanted`` names the columns of firms that are needed; default all. What only other columns
    could show is then not tallied.
    """
    names = columns_of(table, wanted)
    if table == "firms":
        pieces = [FirmColumns(*part, tally).read(names) for part in parts]
    else:
        pieces = [_lead_records(*part, tally) for part in parts]
    if len(pieces) == 1:
        data = pieces[0]
    else:
        data = {name: [value for piece in pieces for value in piece[name]] for name in names}
    data = _by_row(data, parts)
    if table == "leads":
        _number_leads(data, tally)
    return data


def _by_row(data: Records, parts: Sequence[tuple[Segment, str, str]]) -> Records:
    """Put the rows of lists that stand side by side into the order of the sheet."""
    places = [
        (sheets, number)
        for sheets, (_, group) in enumerate(groupby(parts, key=lambda part: part[1:]))
        for segment, _, _ in group
        for number in segment.numbers
    ]
    order = sorted(range(len(places)), key=places.__getitem__)
    if order == list(range(len(places))):
        return data
    return {name: [values[at] for at in order] for name, values in data.items()}


def listed(values: Any) -> list[Any]:
    """Return a column, a list or an Arrow array, as a list."""
    found: list[Any] = values if isinstance(values, list) else values.to_pylist()
    return found


def columns_of(table: Table, wanted: Collection[str] = ()) -> list[str]:
    """Return the columns of a table that are needed, in their order."""
    columns = TABLES["firms"] if table == "firms" else LEAD_INPUT
    return [name for name in columns if not wanted or name in wanted]


def frame_of(parts: Sequence[tuple[Segment, str, str]], table: Table, tally: Tally) -> pd.DataFrame:
    """Return the table of the kept rows in ``parts``: (segment, file, sheet) in file order."""
    return typed(records_of(parts, table, tally))


def typed(data: Records) -> pd.DataFrame:
    """Return columns as a table with the types that the columns have."""
    kinds = {"capital": "float64", "amount": "float64", "row": "int64"}
    return pd.DataFrame(
        {
            name: pd.Series(listed(values), dtype=kinds.get(name, "str"))
            for name, values in data.items()
        }
    )


def _texts(
    segment: Cells, name: str, tally: Tally, reader: Callable[[object], str] = text_of
) -> list[str]:
    """Return column ``name`` as text; several columns of one meaning are joined."""
    columns = [[reader(value) for value in cells] for cells in segment.cells(name)]
    if not columns:
        joined = [""] * len(segment.numbers)
    elif len(columns) == 1:
        joined = columns[0]
    elif name in SPARED:
        joined = [next(filter(None, texts), "") for texts in zip(*columns, strict=True)]
    else:
        joined = [_join(texts, JOINED[name]) for texts in zip(*columns, strict=True)]
    if given := segment.layout.given.get(name):
        tally.add(f"given_{name}", (not text for text in joined), segment.numbers)
        joined = [text or given for text in joined]
    most = longest(name)
    if any(len(text) > most for text in joined):
        tally.add("cut", (len(text) > most for text in joined), segment.numbers)
        joined = [text[:most] for text in joined]
    return joined


def _join(texts: Iterable[str], link: str) -> str:
    """Join what several columns of one meaning say; what was said already is left out."""
    joined = ""
    for text in texts:
        if text and text not in joined:
            joined = f"{joined}{link}{text}" if joined else text
    return joined


def _dates(segment: Cells, name: str, tally: Tally) -> list[str]:
    cells = next(iter(segment.cells(name)), None)
    if cells is None:
        return [""] * len(segment.numbers)
    dates = [date_of(value) for value in cells]
    tally.add(
        "no_date",
        (not found and bool(text_of(value)) for found, value in zip(dates, cells, strict=True)),
        segment.numbers,
    )
    return dates


def _sums(segment: Cells, name: str, tally: Tally) -> list[Money]:
    cells = next(iter(segment.cells(name)), None)
    if cells is None:
        return [Money(math.nan, "")] * len(segment.numbers)
    unit = segment.layout.headers[segment.layout.columns[name][0]].unit or segment.layout.unit
    sums = [money_of(value, unit) for value in cells]
    texts = [text_of(value) for value in cells]
    said = [text.strip("0.") != "" for text in texts]
    numbers = segment.numbers
    tally.add(
        "no_money",
        (math.isnan(money.amount) and some for money, some in zip(sums, said, strict=True)),
        numbers,
    )
    tally.add("several", (money.several for money in sums), numbers)
    if not unit:
        tally.add(
            "no_unit",
            (
                (isinstance(value, (int, float)) or text.isdecimal()) and not is_blank(value)
                for value, text in zip(cells, texts, strict=True)
            ),
            numbers,
        )
    return sums


def _best(columns: list[list[object]]) -> list[object]:
    """Return of several columns that may say the same the first filled cell of each row."""
    if len(columns) < 2:
        return columns[0] if columns else []
    return [
        next((cell for cell in cells if text_of(cell)), None)
        for cells in zip(*columns, strict=True)
    ]


class FirmColumns:
    """The columns of the firms of one segment, each read when it is first asked for."""

    def __init__(self, segment: Cells, file: str, sheet: str, tally: Tally) -> None:
        self._segment, self._tally = segment, tally
        self._file, self._sheet = file, sheet

    def read(self, names: Iterable[str]) -> Records:
        """Return the columns ``names`` of ``TABLES["firms"]``."""
        own: dict[str, Callable[[], list[Any]]] = {
            "name": lambda: self._names,
            "code": lambda: list(self._codes[0]),
            "region": lambda: self._regions,
            "address": lambda: self._addresses,
            "capital": lambda: [money.amount for money in self._sums],
            "currency": lambda: [money.currency for money in self._sums],
            "established": lambda: _dates(self._segment, "established", self._tally),
            "source": lambda: [self._file] * len(self._segment.numbers),
            "sheet": lambda: [self._sheet] * len(self._segment.numbers),
            "row": lambda: list(self._segment.numbers),
        }
        names = list(names)
        located = not LOCATED.isdisjoint(names)
        found: Records = {}
        for name in names:
            if name in LOCATED:
                found[name] = [getattr(place, name) for place in self._places]
            elif name == "firm_id":
                found[name] = self._ids(located)
            elif name in own:
                found[name] = own[name]()
            else:
                found[name] = self._texts(name, reader=_READERS.get(name, text_of))
        return found

    def _texts(self, name: str, reader: Callable[[object], str] = text_of) -> list[str]:
        return _texts(self._segment, name, self._tally, reader)

    @cached_property
    def _names(self) -> list[str]:
        numbers = self._segment.numbers
        again = [a == b for a, b in zip(numbers, [0, *numbers], strict=False)]
        self._tally.add("split", again, numbers)
        return self._texts("name", reader=name_of)

    @cached_property
    def _regions(self) -> list[str]:
        return self._texts("region")

    @cached_property
    def _addresses(self) -> list[str]:
        return self._texts("address")

    @cached_property
    def _sums(self) -> list[Money]:
        return _sums(self._segment, "capital", self._tally)

    @cached_property
    def _given(self) -> list[str]:
        return _given_ids(self._segment, self._tally)

    @cached_property
    def _codes(self) -> tuple[list[str], list[bool], list[str]]:
        """The codes, whether each is valid, and what of it tells the place."""
        numbers, tally = self._segment.numbers, self._tally
        cells = _best(self._segment.cells("code")) or [None] * len(numbers)
        read = [code_of(value) for value in cells]
        codes = [f.code or _code_in(own) for f, own in zip(read, self._given, strict=True)]
        valid = [f.checked or valid_code(code) for f, code in zip(read, codes, strict=True)]
        pairs = zip(read, cells, strict=True)
        tally.add("lost", (found.lost for found in read), numbers)
        tally.add(
            "wrong", (len(c) == 18 and not ok for c, ok in zip(codes, valid, strict=True)), numbers
        )
        tally.add(
            "no_code",
            (not f.code and not f.lost and bool(text_of(value)) for f, value in pairs),
            numbers,
        )
        hints = [code or found.hint for code, found in zip(codes, read, strict=True)]
        return codes, valid, hints

    @cached_property
    def _places(self) -> list[Place]:
        return list(map(locate, self._regions, self._codes[2], self._addresses, self._names))

    def _ids(self, located: bool) -> list[str]:
        """The ids; where nobody asks for places, only firms without a code are located."""
        codes, valid, hints = self._codes
        rows = zip(self._regions, hints, self._addresses, self._names, strict=True)
        places = (
            iter(self._places)
            if located
            else (None if ok else locate(*row) for ok, row in zip(valid, rows, strict=True))
        )
        return list(map(_firm_id, codes, valid, self._given, self._names, places))


LOCATED = frozenset(("province", "city", "county", "zone"))
_READERS: dict[str, Callable[[object], str]] = {
    "scope": wording_of,
    **dict.fromkeys(("status", "category", "honours", "outcome"), word_of),
}


_GIVEN = re.compile(r"([0-9A-Z]{18}|x[0-9a-f]{16})(?:-\d{1,4})?")


def _given_ids(segment: Cells, tally: Tally) -> list[str]:
    """Return the ids that a list brings along; "" where there is none, or none of our form."""
    cells = next(iter(segment.cells("firm_id")), None)
    if cells is None:
        return [""] * len(segment.numbers)
    texts = [text_of(value) for value in cells]
    found = [_GIVEN.fullmatch(text) for text in texts]
    ours = [hit is not None and (hit[1][0] == "x" or valid_code(hit[1])) for hit in found]
    tally.add(
        "other_id",
        (bool(text) and not own for text, own in zip(texts, ours, strict=True)),
        segment.numbers,
    )
    return [text if own else "" for text, own in zip(texts, ours, strict=True)]


def _code_in(given: str) -> str:
    """Return the credit code that an id is; one with a number behind it may be another firm's."""
    return given if len(given) == 18 and given[0] != "x" else ""


def _firm_id(code: str, valid: bool, given: str, name: str, place: Place | None) -> str:
    if given and (not valid or given.startswith(code)):
        return given
    if valid or place is None:
        return code
    key = f"{normal_name(name)}|{place.province}{place.city}"
    return "x" + hashlib.sha256(key.encode()).hexdigest()[:16]


def _lead_records(segment: Segment, file: str, sheet: str, tally: Tally) -> Records:
    del file, sheet
    texts = partial(_texts, segment, tally=tally)
    sums = _sums(segment, "amount", tally)
    amounts = [in_yuan(money.amount, money.currency) for money in sums]
    tally.add("foreign", (m.currency not in ("CNY", "") for m in sums), segment.numbers)
    return {
        "lead_id": texts("lead_id"),
        "kind": texts("kind", reader=word_of),
        "title": texts("title"),
        "text": texts("text", reader=wording_of),
        "industry": texts("industry"),
        "region": texts("region"),
        "amount": amounts,
        "registered": _dates(segment, "registered", tally),
    }


def _number_leads(data: Records, tally: Tally) -> None:
    """Number the leads: L001 … where none is written, -2, -3 where one is repeated."""
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
