"""What a header means.

A header is compared by its key: NFKC, simplified characters, no blanks or line breaks, no
numbering, no brackets. What stands in brackets is a unit (万元) or a remark. What the user maps
comes first, then the columns of known layouts (``data/words/layouts.csv``), then the aliases of
``schema.columns``, then the families of words (``tables.families``).
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from chainmatch.errors import OptionError
from chainmatch.schema.columns import FIRM_INPUT, LEAD_INPUT, PERSONAL, column_of
from chainmatch.tables.bounds import MAX_WORDS
from chainmatch.tables.families import family_ends, family_of
from chainmatch.tables.values import raw_text
from chainmatch.util.resources import data_rows
from chainmatch.util.text import simplified

Table = Literal["firms", "leads"]

INPUT: dict[Table, tuple[str, ...]] = {"firms": FIRM_INPUT, "leads": LEAD_INPUT}
# A list is one that has one of these columns.
REQUIRED: dict[Table, tuple[str, ...]] = {"firms": ("name",), "leads": ("title", "text")}
# Several headers may mean one of these (省份 + 城市, 许可经营项目 + 一般经营项目): they are joined.
JOINED = {"region": "", "scope": "；", "products": "；", "honours": "；", "text": "；"}
# Of these the best says it, the next ones only where it is blank (企业名称, 提供企业名称).
SPARED = ("name", "code")

SERIAL, REMARK, PERSON = "序号", "备注", "个人信息"  # meanings of headers that are no column
_SERIALS = ("序号", "序", "编号", "no", "no.", "№", "#", "行号", "排序")
_REMARKS = ("备注", "说明", "附注", "注", "填表说明")

LONGEST_HEADER = 40
FAMILY = 100  # rank from which a header is understood by its words alone
_UNIT = re.compile(
    r"(?:人民币)?[百千万亿]{0,2}(?:元|圆|人民币|人民币元|美元|美金|港元|港币|欧元|日元|英镑)?(?:人民币)?"
)
_UNIT_AT_END = re.compile(r"(?<=[本金额资模])[百千]?[万亿](?:元|美元|港元|欧元|日元)?$")
_OF_UNITS = re.compile("(?:金额|计量|货币|数据)?单位")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|<([^<>]*)>")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、]|[一二三四五六七八九十]{1,2}、|\(\d{1,2}\))")
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
        base, _, tail = re.sub("[:：_,，-]", "/", key).rpartition("/")
        if base and _is_unit(tail):
            key, unit = "" if _OF_UNITS.fullmatch(base) else base, tail
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


class SharedMapping(dict[str, str]):
    """A mapping for the several lists of a command: a header has to be in one of them."""

    def __init__(self, mapping: Mapping[str, str] | None) -> None:
        super().__init__(mapping or {})
        self.found: set[str] = set()

    def check(self) -> None:
        """Raise OptionError if one of the headers was in none of the lists that were read."""
        _miss(self, self.found, "各份名单", ())


def check_mapping(mapping: Mapping[str, str] | None, headers: Iterable[Header], file: str) -> None:
    """Raise OptionError if ``mapping``, as the user gave it, names a header that is not there."""
    headers = [header for header in headers if header.text]
    seen = {full_key(header.text) for header in headers}
    if isinstance(mapping, SharedMapping):
        mapping.found |= seen
    else:
        _miss(mapping or {}, seen, f"文件“{file}”", [header.text[:20] for header in headers[:30]])


def _miss(mapping: Mapping[str, str], seen: set[str], where: str, shown: Sequence[str]) -> None:
    missed = next((header for header in mapping if full_key(header) not in seen), None)
    if missed is not None:
        there = f"，表头有：{'、'.join(dict.fromkeys(shown))}" if shown else ""
        raise OptionError(f"列对照中的“{missed}”在{where}里没有找到{there}；请改正 --map")


def full_key(text: str) -> str:
    """Return the whole header in one form, brackets and all: what a user's mapping is found by."""
    return _folded(re.sub(r"\s+", "", text))


def _folded(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text)).lower()


def meaning_of(
    header: Header,
    table: Table,
    mapping: Mapping[str, str],
    known_layout: Mapping[str, Meaning] | None = None,
) -> Meaning:
    """Return what a header means; ``mapping`` (see ``read_mapping``) goes first."""
    full = full_key(header.text)
    if full in mapping:
        return Meaning(mapping[full], 0)
    if not header.key or len(header.key) > LONGEST_HEADER:
        return UNKNOWN_HEADER
    if known_layout and header.key in known_layout:
        return known_layout[header.key]
    return _meaning(header.key, full, table)


@lru_cache(maxsize=1 << 12)
def _meaning(key: str, full: str, table: Table) -> Meaning:
    known = known_headers(table)
    if key in known:
        return known[key]
    column = family_of(key, table)
    if column:
        return Meaning(column, FAMILY)
    if any(word in full for word in PERSONAL):
        return Meaning(PERSON, 1)
    parts = [part for part in _SLASH.split(key) if part]
    if len(parts) > 1:  # 经营范围及主要产品
        meanings = [_meaning(part, part, table) for part in parts]
        if all(meaning.column for meaning in meanings):
            return Meaning(meanings[0].column, meanings[0].rank + 2 * FAMILY)
    return UNKNOWN_HEADER


def layout_of(headers: Sequence[Header], table: Table) -> tuple[str, Mapping[str, Meaning]]:
    """Return the known layout that a row of headers is, by name, and what its headers mean."""
    keys = {header.key for header in headers}
    for name, known_by, meanings in _known_layouts(table):
        if known_by <= keys:
            return name, meanings
    return "", {}


@cache
def _known_layouts(table: Table) -> tuple[tuple[str, frozenset[str], Mapping[str, Meaning]], ...]:
    if table != "firms":
        return ()
    found: dict[tuple[str, str], dict[str, Meaning]] = {}
    for row in data_rows("words/layouts.csv"):
        meanings = found.setdefault((row["layout"], row["known_by"]), {})
        for rank, word in enumerate(row["headers"].split(), start=1):
            meanings[_plain(word)] = Meaning(row["column"], rank)
    return tuple(
        (name, frozenset(map(_plain, by.split())), meanings)
        for (name, by), meanings in found.items()
    )


@cache
def header_ends() -> str:
    """Return the last characters of all headers of firms that consist of Chinese characters.

    A word of Chinese characters that ends otherwise, and names nothing of ``PERSONAL``, is none,
    unless the user's mapping or a known layout says so.
    """
    words = {*known_headers("firms"), *family_ends()}
    return "".join(sorted({word[-1] for word in words} | {"万", "亿", "元"}))


def is_known(value: object, table: Table) -> bool:
    """Return whether a cell reads like a header of ``table``."""
    return bool(meaning_of(parse_header(value), table, {}).column)
