"""Where a firm is: province, prefecture, county and economic zone.

Evidence is taken together: the credit code (characters 3-8 name the authority that registered the
firm), a region column, the address and the name. The finest unit that the evidence agrees on is
returned; what it does not say stays unknown, the empty string. Names are short forms (陕西, 商洛,
镇安). A municipality is its own prefecture (北京, 北京, 朝阳); so is a county-level city directly
under its province (河南, 济源, 济源).
"""

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import ahocorasick_rs

from chainmatch.places.divisions import Division, divisions
from chainmatch.util.resources import data_folder, data_rows
from chainmatch.util.text import simplified


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
_UNKNOWN: _Unit = ("", "", "")

# Only so much of a text is read: a place stands at its beginning.
_REACH = 40
# What may stand before the first place and between two places.
_FILLER = re.compile(
    r"(?:中华人民共和国|中国|邮编|地址|住所|市辖区|省直辖县级行政(?:单位|区划)"
    r"|[\s　0-9()（）\[\]【】·,，、;；:：/\\|_—-])*"
)
# A short form before one of these is a road, an estate or a town: 南京路, 台湾风情街, 洛阳镇.
_ROAD = re.compile(
    r"[东南西北中一二三四五六七八九十\d]{0,3}"
    r"(?:路(?![通桥面达安畅]|[南北]区)|街|大街|大道|道|巷|里弄|弄|胡同|大厦|大楼|广场|花园|花苑|小区|新村|风情"
    r"|商城|村|桥(?![东西]区)|门(?!头沟)|湾|庄|楼|苑|镇|乡|圩|屯|街道|[小特]吃|火锅|拉面|大学|学院)"
)
# A full name before one of these is part of another word: 深圳市场, 广州市政.
_NOT_A_SUFFIX = "场政容委"
# County names that are common words or brands; alone they are not a place.
_FIRM_END = re.compile(
    r"公司(?!$|[(（]|有限|股份|集团)|银行(?!$|股份|有限)|联(?:合|社)社(?!$|[(（]|有限|股份)"
)
_BRACKET = re.compile(r"[(（]([^()（）]{2,12})[)）]")


class _Reading(NamedTuple):
    """What a text says, and whether it says so in full (深圳市, not 深圳)."""

    unit: _Unit
    full: bool


_NOTHING = _Reading(("", "", ""), False)


class _Gazetteer(NamedTuple):
    codes: dict[str, _Unit]
    entries: tuple[tuple[_Entry, ...], ...]  # meanings of each word, most senior first
    automaton: ahocorasick_rs.AhoCorasick
    common_words: frozenset[str]


def _names_of(division: Division) -> Iterator[tuple[str, bool]]:
    """Yield the forms under which a division is written, each with "carries a suffix"."""
    name, level, short = division.name, division.level, division.short
    yield name, True
    current = not division.until
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
    for division in divisions():
        unit = (division.province, division.city, division.county)
        # A code that was given twice belongs to its latest holder.
        if division.code not in codes or not division.until:
            codes[division.code] = unit
        words = former if division.until else current
        for word, full in _names_of(division):
            words.setdefault(word, []).append(_Entry(*unit, division.level, full))
    for row in data_rows("places/other_names.csv"):
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
    text = (data_folder("places") / "common_words.txt").read_text(encoding="utf-8")
    common_words = frozenset(line for line in text.splitlines() if line and line[0] != "#")
    return _Gazetteer(codes, entries, automaton, common_words)


@cache
def _zones() -> dict[tuple[str, str], str]:
    """Return (province, prefecture or "") → zone."""
    return {(row["province"], row["city"]): row["zone"] for row in data_rows("places/zones.csv")}


@cache
def _points() -> dict[tuple[str, str], tuple[float, float]]:
    """Return (province, prefecture) → longitude and latitude."""
    points: dict[tuple[str, str], tuple[float, float]] = {}
    for division in divisions():
        if division.lon:
            unit = (division.province, division.city)
            points.setdefault(unit, (float(division.lon), float(division.lat)))
    return points


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


def _common(entries: Sequence[_Entry]) -> _Unit:
    """Return what all entries share, from the province down."""
    if len(entries) == 1:
        return entries[0][:3]
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


def _read(text: str, context: _Unit, loose: bool) -> _Reading:
    """Read the chain of places at the head of ``text``.

    ``context`` decides between places of one name; it never adds anything by itself. ``loose``
    lets a county's short form stand alone (in a region column it is one, in a name perhaps).
    """
    text = simplified("".join(text[:_REACH].split()))
    gazetteer = _gazetteer()
    chain: list[_Entry] = []
    expected = 0
    matches = gazetteer.automaton.find_matches_as_indexes(text)
    for number, (index, start, end) in enumerate(matches, 1):
        if start > expected and not _FILLER.fullmatch(text, expected, start):
            if chain:
                break
            continue
        # 商洛镇安县 is no town 商洛镇: a place that begins here leaves no room for a road.
        followed = number < len(matches) and matches[number][1] == end
        meanings = [e for e in gazetteer.entries[index] if followed or _is_place(text, end, e)]
        common = text[start:end] in gazetteer.common_words
        if not chain:
            deeper = _first(meanings, context, loose, common)
        else:
            deeper = _next(meanings, chain, common)
        if not deeper:
            break
        chain, expected = deeper, end
    if not chain:
        return _lone_full_name(text, context)
    return _Reading(_common(chain), chain[0].full or chain[0].level < 3)


# A region column says the same few things again and again.
_read_region = lru_cache(maxsize=1 << 16)(_read)


def _first(meanings: list[_Entry], context: _Unit, loose: bool, common: bool) -> list[_Entry]:
    """Choose among the meanings of the first place in a text; empty where it is none."""
    if not meanings:
        return []
    fitting = [entry for entry in meanings if _within(entry, context)] if context[0] else []
    chosen = fitting or [entry for entry in meanings if entry.level == meanings[0].level]
    if chosen[0].level == 3 and not fitting and (common or not (loose or chosen[0].full)):
        return []
    return chosen


def _next(meanings: list[_Entry], chain: list[_Entry], common: bool) -> list[_Entry]:
    """Choose the meanings that lie below the chain so far; empty where the chain ends."""
    deeper = [entry for entry in meanings if any(_below(entry, above) for above in chain)]
    if not deeper and any(entry[:3] == above[:3] for entry in meanings for above in chain):
        return chain  # said twice: 北京市北京市海淀区
    # 河北新华 is a brand, 石家庄新华 a district.
    if deeper and common and chain[0].level == 1 and deeper[0].level == 3 and not deeper[0].full:
        return []
    return deeper


def _below(entry: _Entry, above: _Entry) -> bool:
    return (
        entry.level > above.level
        and entry.province == above.province
        and (not above.city or entry.city == above.city)
    )


def _lone_full_name(text: str, context: _Unit) -> _Reading:
    """Read a place with its suffix anywhere in the text, where it can mean only one place."""
    gazetteer = _gazetteer()
    for index, start, end in gazetteer.automaton.find_matches_as_indexes(text):
        if end - start < 3 or text[end - 1] == "区":
            continue
        meanings = [
            entry
            for entry in gazetteer.entries[index]
            if entry.full and _is_place(text, end, entry) and _within(entry, context)
        ]
        if meanings:
            return _Reading(_common(meanings), False)
    return _NOTHING


def _merge(known: _Unit, reading: _Reading) -> _Unit:
    """Let a reading deepen ``known``; a full one may move it within its province."""
    more = reading.unit
    if not known[0]:
        return more
    if known[0] != more[0] or not more[1]:
        return known
    if known[1] and known[1] != more[1]:
        return more if reading.full else known
    return known if known[2] and known[1] else more


def locate(region: str = "", code: str = "", address: str = "", name: str = "") -> Place:
    """Return where a firm is, from all pieces of evidence together.

    The province is that of the code unless the region column and the address both name another.
    Within it the region column and the address decide where they name a prefecture in full (the
    code keeps the place of the first registration), and deepen what the code says; the name is
    asked last. ``code`` is a credit code (18) or an old registration number (15). Traditional
    characters are read as well.
    """
    unit = _by_code(code) if code else _UNKNOWN
    stated = _read_region(region, unit, True) if region else _NOTHING
    unit = _merge(unit, stated)
    located = _NOTHING
    if address:
        located = _read(address, unit, True)
        unit = _merge(unit, located)
    if stated.unit[0] and stated.unit[0] == located.unit[0] != unit[0]:
        unit = _merge(stated.unit, located)
    if name and not unit[1]:
        unit = _merge(unit, _by_name(simplified(name), unit))
    return Place(*unit, zone_of(unit[0], unit[1]))


def _by_name(name: str, context: _Unit) -> _Reading:
    """Read the place in a name; that of a branch office goes before that of its firm."""
    end = _FIRM_END.search(name)
    if end and end.end() < len(name):
        head = _by_name(name[: end.end()], context)
        tail = _read(name[end.end() :], head.unit if head.unit[0] else context, not head.unit[0])
        return tail if tail.unit[0] else head
    reading = _read(name, context, True)
    if reading.unit[1] and reading.full:
        return reading
    for bracket in _BRACKET.finditer(name):
        inside = _read(bracket[1], reading.unit if reading.full else context, True)
        if inside.unit[0]:
            return inside
    return reading if reading.unit[0] else _inside_name(name, context)


def _inside_name(name: str, context: _Unit) -> _Reading:
    """Read a province or prefecture in the middle of a name: 铁道部宝鸡工程机械厂."""
    gazetteer = _gazetteer()
    for index, _, end in gazetteer.automaton.find_matches_as_indexes(name):
        meanings = [
            entry
            for entry in gazetteer.entries[index]
            if entry.level < 3 and _is_place(name, end, entry) and _within(entry, context)
        ]
        if meanings:
            return _Reading(_common([e for e in meanings if e.level == meanings[0].level]), False)
    return _NOTHING


def zone_of(province: str, city: str = "") -> str:
    """Return the economic zone of a province or prefecture in short form; "" = none."""
    zones = _zones()
    return zones.get((province, city)) or zones.get((province, "")) or ""


def zone_names() -> tuple[str, ...]:
    """Return the names of the economic zones."""
    return tuple(dict.fromkeys(_zones().values()))


def distance_km(a: Place, b: Place) -> float | None:
    """Return the great-circle distance between the prefectures of two places in km.

    Points are coarse (a prefecture's seat, 0.01 degree), so distances below some 30 km say
    nothing. None where the prefecture of either place is unknown.
    """
    points = _points()
    first, second = points.get((a.province, a.city)), points.get((b.province, b.city))
    if first is None or second is None or not a.city or not b.city:
        return None
    (x1, y1), (x2, y2) = (tuple(map(math.radians, point)) for point in (first, second))
    half = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return round(2 * 6371.0 * math.asin(math.sqrt(half)), 1)


def zone_distance_km(place: Place, zone: str) -> float | None:
    """Return the mean distance of a place to the prefectures of a zone; None where unknown."""
    there = [Place(*unit) for unit in _points() if unit[1] and zone_of(*unit) == zone]
    found = [km for other in there if (km := distance_km(place, other)) is not None]
    return math.fsum(found) / len(found) if found else None
