"""Where a firm is: province, prefecture, county and economic zone.

Evidence is taken together: the credit code (characters 3-8 name the authority that registered the
firm), a region column, the address and the name. The finest unit that the evidence agrees on is
returned; what it does not say stays unknown, the empty string. Names are short forms (陕西, 商洛,
镇安). A municipality is its own prefecture (北京, 北京, 朝阳), and so is a county-level city directly
under its province (河南, 济源, 济源).
"""

import csv
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import ahocorasick_rs

from chainmatch.resources import data_folder


class Place(NamedTuple):
    """A place in short forms; an empty string is unknown (or, for ``zone``, none)."""

    province: str = ""
    city: str = ""
    county: str = ""
    zone: str = ""


class _Entry(NamedTuple):
    """One meaning of a place name. ``level`` 1 province, 2 prefecture, 3 county."""

    province: str
    city: str
    county: str
    level: int
    full: bool  # the name carries its administrative suffix (镇安县, not 镇安)


_Unit = tuple[str, str, str]  # province, city, county
NOWHERE = Place()
_UNKNOWN: _Unit = ("", "", "")

# Only so much of a text is read: a place stands at its beginning.
_REACH = 40
# What may stand before the first place and between two places.
_FILLER = re.compile(
    r"(?:中华人民共和国|中国|邮编|[\s　0-9()（）\[\]【】·,，、;；:：/\\|_—-]|市辖区|省直辖县级行政(?:单位|区划)|地址|住所)*"
)
# A short form before one of these is a road, a street or an estate: 南京路, 中山大道, 台湾风情街.
_ROAD = re.compile(
    r"[东南西北中一二三四五六七八九十\d]{0,3}"
    r"(?:路|街|大街|大道|道|巷|里弄|弄|胡同|大厦|大楼|广场|花园|花苑|小区|新村|风情|商城|村|桥|门|湾|庄|楼|苑)"
)
# A full name before one of these is part of another word: 深圳市场, 城市政, 平安区间.
_NOT_A_SUFFIX = "场政容民间委"
# County names that are common words or brands; alone they are not a place.
_BRANCH_TAIL = re.compile(
    r"(?:公司|集团|银行|联社|厂|中心)(.{1,30}?)(?:分公司|支公司|分行|支行|营业部|分店|分厂|办事处|门市部|营业所|分理处|项目部|经营部|分社|分校|门店|服务部)$"
)
_MUNICIPALITIES = frozenset(("北京", "天津", "上海", "重庆"))


class _Gazetteer(NamedTuple):
    codes: dict[str, _Unit]
    entries: tuple[tuple[_Entry, ...], ...]  # meanings of each word, most senior first
    automaton: ahocorasick_rs.AhoCorasick
    common_words: frozenset[str]
    zones: dict[tuple[str, str], str]
    points: dict[tuple[str, str], tuple[float, float]]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (data_folder("places") / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _names_of(row: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield the forms under which a division is written, each with "carries a suffix"."""
    name, level = row["name"], int(row["level"])
    yield name, True
    short = row["province"] if level == 1 else row["city"] if level == 2 else row["county"]
    current = not row["until"]
    if current and len(short) > 1 and short != name:
        yield short, False
        if level == 2 and name.endswith(("自治州", "州", "盟")):
            yield short + name[-1], True  # 延边州, 海南州
        if level == 1 and name.endswith("自治区"):
            yield short + "自治区", True
        if level == 1 and name.endswith("特别行政区"):
            yield short + "市", True
    elif not current and level == 2:
        stem = re.sub(r"(?:地区|市|盟|行政区)$", "", name)
        if len(stem) > 1:
            yield stem, False


@cache
def _gazetteer() -> _Gazetteer:
    """Read the bundled tables once; the result is never changed."""
    codes: dict[str, _Unit] = {}
    current: dict[str, list[_Entry]] = {}
    former: dict[str, list[_Entry]] = {}
    points: dict[tuple[str, str], tuple[float, float]] = {}
    for row in _rows("divisions.csv"):
        unit = (row["province"], row["city"], row["county"])
        # A code that was given twice belongs to its latest holder.
        if row["code"] not in codes or not row["until"]:
            codes[row["code"]] = unit
        level = int(row["level"])
        words = former if row["until"] else current
        for word, full in _names_of(row):
            words.setdefault(word, []).append(_Entry(*unit, level, full))
        if row["lon"]:
            points.setdefault(unit[:2], (float(row["lon"]), float(row["lat"])))
    for row in _rows("other_names.csv"):
        unit = (row["province"], row["city"], row["county"])
        level = 3 if unit[2] else 2 if unit[1] else 1
        current.setdefault(row["name"], []).append(_Entry(*unit, level, True))
    # A name that is valid today never means a place that once bore it.
    merged = {**former, **current}
    entries = tuple(
        tuple(sorted(dict.fromkeys(meanings), key=lambda entry: entry.level))
        for meanings in merged.values()
    )
    automaton = ahocorasick_rs.AhoCorasick(
        list(merged), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
    )
    zones = {(row["province"], row["city"]): row["zone"] for row in _rows("zones.csv")}
    text = (data_folder("places") / "common_words.txt").read_text(encoding="utf-8")
    common_words = frozenset(line for line in text.splitlines() if line and line[0] != "#")
    return _Gazetteer(codes, entries, automaton, common_words, zones, points)


def _by_code(code: str) -> _Unit:
    """Return the unit that a credit code (18) or an old registration number (15) names."""
    if len(code) == 18:
        digits = code[2:8]
    elif len(code) == 15:
        digits = code[:6]
    else:
        return _UNKNOWN
    codes = _gazetteer().codes
    return (
        codes.get(digits)
        or codes.get(digits[:4] + "00")
        or codes.get(digits[:2] + "0000")
        or _UNKNOWN
    )


def _within(entry: _Entry, unit: _Unit) -> bool:
    """Return whether ``entry`` lies in ``unit`` or holds it: nothing known contradicts."""
    return (
        (not unit[0] or entry.province == unit[0])
        and (not unit[1] or not entry.city or entry.city == unit[1])
        and (not unit[2] or not entry.county or entry.county == unit[2])
    )


def _common(entries: Iterable[_Entry]) -> _Unit:
    """Return what all entries share, from the province down."""
    shared: list[str] = []
    for values in zip(*(entry[:3] for entry in entries), strict=True):
        if len(set(values)) > 1:
            break
        shared.append(values[0])
    return (*shared, *_UNKNOWN)[:3]  # type: ignore[return-value]


def _is_place(text: str, end: int, entry: _Entry) -> bool:
    """Return whether the word that ends at ``end`` can be a place and not a road or a market."""
    if entry.full:
        return text[end : end + 1] not in _NOT_A_SUFFIX or end >= len(text)
    return _ROAD.match(text, end) is None


def _read(text: str, context: _Unit, loose: bool) -> _Unit:
    """Read the chain of places at the head of ``text``.

    ``context`` decides between places of one name; it never adds anything by itself. ``loose``
    lets a county's short form stand alone (in a region column it is one, in a name perhaps).
    """
    text = text[:_REACH]
    gazetteer = _gazetteer()
    chain: list[_Entry] = []
    expected = 0
    for index, start, end in gazetteer.automaton.find_matches_as_indexes(text):
        if start > expected and not _FILLER.fullmatch(text, expected, start):
            if chain:
                break
            continue
        meanings = [e for e in gazetteer.entries[index] if _is_place(text, end, e)]
        common = text[start:end] in gazetteer.common_words
        if not chain:
            deeper = _first(meanings, context, loose, common)
        else:
            deeper = _next(meanings, chain, common)
        if not deeper:
            break
        chain, expected = deeper, end
    return _common(chain) if chain else _lone_full_name(text, context)


def _first(meanings: list[_Entry], context: _Unit, loose: bool, common: bool) -> list[_Entry]:
    """Choose among the meanings of the first place in a text; empty where it is none."""
    if not meanings:
        return []
    fitting = [entry for entry in meanings if _within(entry, context)] if context[0] else []
    chosen = fitting or [entry for entry in meanings if entry.level == meanings[0].level]
    if chosen[0].level == 3 and not chosen[0].full and (common or not (loose or fitting)):
        return []
    return chosen


def _next(meanings: list[_Entry], chain: list[_Entry], common: bool) -> list[_Entry]:
    """Choose the meanings that lie below the chain so far; empty where the chain ends."""
    deeper = [entry for entry in meanings if any(_below(entry, above) for above in chain)]
    # 河北新华 is a brand, 石家庄新华 a district.
    if deeper and common and chain[0].level == 1 and not deeper[0].full:
        return []
    return deeper


def _below(entry: _Entry, above: _Entry) -> bool:
    return (
        entry.level > above.level
        and entry.province == above.province
        and (not above.city or entry.city == above.city)
    )


def _lone_full_name(text: str, context: _Unit) -> _Unit:
    """Read a place with its suffix anywhere in the text, where it can mean only one place."""
    gazetteer = _gazetteer()
    for index, start, end in gazetteer.automaton.find_matches_as_indexes(text):
        word = text[start:end]
        if len(word) < 3 or word.endswith("区"):
            continue
        meanings = [
            entry
            for entry in gazetteer.entries[index]
            if entry.full and _is_place(text, end, entry) and _within(entry, context)
        ]
        if meanings:
            return _common(meanings)
    return _UNKNOWN


def _merge(known: _Unit, more: _Unit) -> _Unit:
    """Let ``more`` deepen ``known`` where both agree; keep ``known`` where they do not."""
    if not known[0]:
        return more
    if not more[0] or known[0] != more[0]:
        return known
    if not known[1]:
        return more
    if known[1] == more[1] and not known[2]:
        return more
    return known


def locate(region: str = "", code: str = "", address: str = "", name: str = "") -> Place:
    """Return where a firm is, from all pieces of evidence together.

    The code decides first, then the region column, the address and the name: each may deepen
    what is known and settle which of several places of one name is meant, never overrule.
    """
    unit = _by_code(code) if code else _UNKNOWN
    for text, loose in ((region, True), (address, False)):
        if text and not unit[2]:
            unit = _merge(unit, _read(text, unit, loose))
    if name and not unit[1]:
        unit = _merge(unit, _by_name(name, unit))
    return Place(*unit, zone_of(unit[0], unit[1]))


def _by_name(name: str, context: _Unit) -> _Unit:
    """Read the place in a name; that of a branch office goes before that of its firm."""
    tail = _BRANCH_TAIL.search(name)
    if tail:
        unit = _read(tail[1], context, True)
        if unit[0]:
            return unit
    return _read(name, context, True)


def zone_of(province: str, city: str = "") -> str:
    """Return the economic zone of a province or prefecture in short form; "" = none."""
    zones = _gazetteer().zones
    return zones.get((province, city)) or zones.get((province, "")) or ""


def distance_km(a: Place, b: Place) -> float | None:
    """Return the great-circle distance between the prefectures of two places in km.

    Points are coarse (a prefecture's seat, 0.01 degree), so distances below some 30 km say
    nothing. None where the prefecture of either place is unknown.
    """
    points = _gazetteer().points
    first, second = points.get((a.province, a.city)), points.get((b.province, b.city))
    if first is None or second is None or not a.city or not b.city:
        return None
    (x1, y1), (x2, y2) = (tuple(map(math.radians, point)) for point in (first, second))
    half = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return round(2 * 6371.0 * math.asin(math.sqrt(half)), 1)
