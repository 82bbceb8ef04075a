"""Find the header row by what it says, and which column means what.

A header is compared by its key: NFKC, simplified characters, no blanks or line breaks, no
numbering, no brackets. What stands in brackets is a unit (万元) or a remark. The known words are
the aliases in ``columns.py``; what the user maps comes first.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from chainmatch.errors import OptionError
from chainmatch.schema.columns import FIRM_INPUT, LEAD_INPUT, PERSONAL, column_of
from chainmatch.tables.bounds import MAX_WORDS
from chainmatch.tables.values import is_blank, raw_text
from chainmatch.util.text import simplified

Table = Literal["firms", "leads"]

INPUT: dict[Table, tuple[str, ...]] = {"firms": FIRM_INPUT, "leads": LEAD_INPUT}
# A list is one that has one of these columns.
REQUIRED: dict[Table, tuple[str, ...]] = {"firms": ("name",), "leads": ("title", "text")}
# Several headers may mean one of these (省份 + 城市, 许可经营项目 + 一般经营项目): they are joined.
JOINED = {"region": "", "scope": "；", "products": "；", "honours": "；", "text": "；"}

SERIAL, REMARK, PERSON = "序号", "备注", "个人信息"  # meanings of headers that are no column
_SERIALS = ("序号", "序", "编号", "no", "no.", "№", "#", "行号", "排序")
_REMARKS = ("备注", "说明", "附注", "注", "填表说明")

SEARCHED_ROWS = 60
_LONGEST_HEADER = 40
_UNIT = re.compile(
    r"(?:人民币)?[百千万亿]{0,2}(?:元|圆|人民币|人民币元|美元|港元|欧元|日元)?(?:人民币)?"
)
_UNIT_AT_END = re.compile(r"(?<=[本金额资])[万亿]元?$")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|<([^<>]*)>")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、]|[一二三四五六七八九十]{1,2}、|\(\d{1,2}\))")
_PREFIX = re.compile(
    r"(?:目标|拟引进|招商|本地|本县|我县|重点|入园|入驻|在库|规上|规模以上|企业|公司|单位|商户|法人|主体|工商|登记)+"
)
_SLASH = re.compile(r"[/、|\\]|以及|及|和|或|与")


class Header(NamedTuple):
    """A header cell: the ``text`` as written on one line, its ``key`` and its ``unit``."""

    text: str
    key: str
    unit: str


class Meaning(NamedTuple):
    """What a header means: ``column`` (or SERIAL, REMARK, PERSON, "") and how well it says so."""

    column: str
    rank: int  # 0 = mapped by the user, 1 = the title itself, then the aliases in their order


UNKNOWN_HEADER = Meaning("", 999)


@dataclass(frozen=True)
class Layout:
    """Where a list begins in its sheet and which of its columns mean what (positions from 0)."""

    first: int
    last: int
    headers: tuple[Header, ...]
    columns: Mapping[str, tuple[int, ...]]
    serial: frozenset[int] = frozenset()
    personal: frozenset[int] = frozenset()
    unused: tuple[int, ...] = field(default=())

    def mapping(self) -> dict[str, str]:
        """Return header as written → column name, in the order of the sheet."""
        pairs = [(at, name) for name, positions in self.columns.items() for at in positions]
        return {self.headers[at].text: name for at, name in sorted(pairs)}


def parse_header(value: object) -> Header:
    """Return the text, the key and the unit of a header cell."""
    return _header_of(raw_text(value)[:MAX_WORDS])


@lru_cache(maxsize=1 << 12)  # a cell is tried alone and as a half of two rows
def _header_of(text: str) -> Header:
    text = re.sub(r"\s+|_x000[DdAa]_", "", text).strip("\ufeff")
    key = _folded(text).strip("*:;,.'\"“”’‘`★☆")
    key = _NUMBERING.sub("", key)
    insides = ["".join(parts) for parts in _BRACKETS.findall(key)]
    key = _BRACKETS.sub("", key).strip("*:()")
    unit = next((inside for inside in insides if _is_unit(inside)), "")
    if not unit:
        base, _, tail = key.replace(":", "/").rpartition("/")
        if base and _is_unit(tail):
            key, unit = base, tail
    at_end = None if unit else _UNIT_AT_END.search(key)
    if at_end:
        key, unit = key[: at_end.start()], at_end[0]
    return Header(text, key, unit)


def _is_unit(text: str) -> bool:
    text = text.removeprefix("单位").strip(":")
    return bool(text) and _UNIT.fullmatch(text) is not None


def _plain(text: str) -> str:
    return parse_header(text).key


@cache
def known_headers(table: Table) -> Mapping[str, Meaning]:
    """Return key → meaning for every alias of the input columns of ``table``."""
    known: dict[str, Meaning] = {}
    for name in INPUT[table]:
        column = column_of(table, name)
        for rank, alias in enumerate((column.title, name, *column.aliases), start=1):
            meaning = Meaning(name, rank)
            for key in (re.sub(r"\s+", "", alias).lower(), _plain(alias)):
                if key not in known or known[key].rank > rank:
                    known[key] = meaning
    for words, meaning_name in ((_SERIALS, SERIAL), (_REMARKS, REMARK)):
        for word in words:
            known.setdefault(_plain(word) or word, Meaning(meaning_name, 1))
    return known


def read_mapping(mapping: Mapping[str, str] | None, table: Table) -> dict[str, str]:
    """Check the user's ``mapping`` (header → column name or title) and key it by plain header."""
    titles = {column_of(table, name).title: name for name in INPUT[table]}
    result = {}
    for header, wanted in (mapping or {}).items():
        name = titles.get(wanted.strip(), wanted.strip().lower())
        if name not in INPUT[table]:
            near = difflib.get_close_matches(name, [*INPUT[table], *titles], n=1, cutoff=0.0)
            raise OptionError(
                f"列对照“{header}={wanted}”中没有名为“{wanted}”的列，最接近的是“{near[0]}”；"
                f"可用的列名：{'、'.join(INPUT[table])}"
            )
        result[full_key(header)] = name
    return result


def full_key(text: str) -> str:
    """Return the whole header in one form, brackets and all: what a user's mapping is found by."""
    return _folded(re.sub(r"\s+", "", text))


def _folded(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text)).lower()


def meaning_of(header: Header, table: Table, mapping: Mapping[str, str]) -> Meaning:
    """Return what a header means; ``mapping`` (see ``read_mapping``) goes first."""
    full = full_key(header.text)
    if full in mapping:
        return Meaning(mapping[full], 0)
    if not header.key or len(header.key) > _LONGEST_HEADER:
        return UNKNOWN_HEADER
    known = known_headers(table)
    if header.key in known:
        return known[header.key]
    if any(word in full for word in PERSONAL):
        return Meaning(PERSON, 1)
    return _composed(header.key, known)


@cache
def header_ends() -> str:
    """Return the last characters of all headers of firms that consist of Chinese characters.

    A word of Chinese characters that ends otherwise, and names nothing of ``PERSONAL``, is none,
    unless the user's mapping says so.
    """
    return "".join({key[-1] for key in known_headers("firms")} | {"万", "亿", "元"})


def _composed(key: str, known: Mapping[str, Meaning]) -> Meaning:
    """Try ``企业注册资本`` (prefix + alias) and ``经营范围/主营业务`` (aliases joined)."""
    prefix = _PREFIX.match(key)
    if prefix:
        for start in range(prefix.end(), 0, -1):
            found = known.get(key[start:])
            if found and len(key) - start >= 2 and found.column not in (SERIAL, REMARK):
                return Meaning(found.column, found.rank + 100)
    parts = [part for part in _SLASH.split(key) if part]
    if len(parts) > 1:
        meanings = [known.get(part, UNKNOWN_HEADER) for part in parts]
        if all(meaning.column for meaning in meanings):
            return Meaning(meanings[0].column, meanings[0].rank + 200)
    return UNKNOWN_HEADER


def is_known(value: object, table: Table) -> bool:
    """Return whether a cell reads like a header of ``table``."""
    return bool(meaning_of(parse_header(value), table, {}).column)


def find_layout(
    rows: Sequence[Sequence[object]], table: Table, mapping: Mapping[str, str]
) -> Layout | None:
    """Return the layout of the list in ``rows``, or None where no row names a required column.

    The header is the row, or the pair of rows, with the most columns understood; the first on ties.
    """
    best: Layout | None = None
    for index in range(min(len(rows), SEARCHED_ROWS)):
        for layout in _layouts_at(rows, index, table, mapping):
            if best is None or len(layout.columns) > len(best.columns):
                best = layout
    return best


def _layouts_at(
    rows: Sequence[Sequence[object]], index: int, table: Table, mapping: Mapping[str, str]
) -> list[Layout]:
    top = [_short(value) for value in rows[index]]
    single = build_layout([parse_header(value) for value in top], index, index, table, mapping)
    found = [] if single is None else [single]
    if index + 1 < len(rows) and _may_be_header(rows[index + 1], table):
        bottom = [_short(value) for value in rows[index + 1]]
        headers = _two_rows(top, bottom, table, mapping)
        pair = build_layout(headers, index, index + 1, table, mapping)
        if pair is not None and _is_pair(single, bottom, pair, table, mapping):
            found.insert(0, pair)
    return found


def _short(value: object) -> str:
    text = "" if is_blank(value) else raw_text(value)
    return text if len(text) <= 2 * _LONGEST_HEADER else ""


def _may_be_header(row: Sequence[object], table: Table) -> bool:
    """Return whether ``row`` could be the lower half of a header: short words, no figures."""
    cells = [value for value in row if not is_blank(value)]
    if not cells or not all(
        isinstance(value, str) and len(value) <= _LONGEST_HEADER for value in cells
    ):
        return False
    headers = [parse_header(value) for value in cells]
    return any(_says_something(header, table) for header in headers)


def _says_something(header: Header, table: Table) -> bool:
    return _is_unit_only(header) or bool(meaning_of(header, table, {}).column)


def _is_unit_only(header: Header) -> bool:
    return bool(header.unit) and not header.key


def _is_pair(
    single: Layout | None,
    bottom: Sequence[str],
    pair: Layout,
    table: Table,
    mapping: Mapping[str, str],
) -> bool:
    """Return whether two rows are one header: together they must say more than either alone."""
    alone = build_layout([parse_header(value) for value in bottom], 0, 0, table, mapping)
    if alone is not None and len(alone.columns) >= len(pair.columns):
        return False
    if single is None or len(pair.columns) > len(single.columns):
        return True
    understood = [bool(meaning_of(header, table, mapping).column) for header in single.headers]
    filled = [(at, parse_header(value)) for at, value in enumerate(bottom) if value]
    return all(
        _is_unit_only(header)
        or (_says_something(header, table) and not (at < len(understood) and understood[at]))
        for at, header in filled
    )


def _two_rows(
    top: Sequence[str], bottom: Sequence[str], table: Table, mapping: Mapping[str, str]
) -> list[Header]:
    """Join two header rows; a merged upper cell reaches over the blank cells to its right."""
    width = max(len(top), len(bottom))
    upper, headers = "", []
    for at in range(width):
        above = top[at] if at < len(top) else ""
        below = bottom[at] if at < len(bottom) else ""
        upper = above or (upper if below else "")
        choices = [parse_header(text) for text in (below, upper + below, above) if text]
        known = [header for header in choices if meaning_of(header, table, mapping).column]
        header = (known or choices or [parse_header("")])[0]
        unit = next((choice.unit for choice in choices if choice.unit), "")
        headers.append(header._replace(unit=header.unit or unit))
    return headers


def build_layout(
    headers: Sequence[Header], first: int, last: int, table: Table, mapping: Mapping[str, str]
) -> Layout | None:
    """Return the layout that ``headers`` describe, or None without a required column."""
    meanings = [meaning_of(header, table, mapping) for header in headers]
    columns: dict[str, tuple[int, ...]] = {}
    for name in INPUT[table]:
        at = [index for index, meaning in enumerate(meanings) if meaning.column == name]
        if at:
            at.sort(key=lambda index: (meanings[index].rank, index))
            columns[name] = tuple(sorted(at)) if name in JOINED else (at[0],)
    if not any(name in columns for name in REQUIRED[table]):
        return None
    used = {index for positions in columns.values() for index in positions}
    kinds = [meaning.column for meaning in meanings]
    return Layout(
        first,
        last,
        tuple(headers),
        columns,
        frozenset(at for at, kind in enumerate(kinds) if kind == SERIAL),
        frozenset(at for at, kind in enumerate(kinds) if kind == PERSON),
        tuple(
            at
            for at, kind in enumerate(kinds)
            if headers[at].text and at not in used and kind not in (SERIAL, REMARK, PERSON)
        ),
    )
