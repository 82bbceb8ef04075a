"""Words for places, with what each may mean: the divisions of today, those of once, other names."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import ahocorasick_rs

from chainmatch.places.divisions import Division, divisions
from chainmatch.util.resources import data_folder, data_rows

Unit = tuple[str, str, str]  # province, city, county in short forms; "" is unknown


class Entry(NamedTuple):
    """One meaning of a place name. ``level`` 1 province, 2 prefecture, 3 county."""

    province: str
    city: str
    county: str
    level: int
    full: bool  # the name carries its administrative suffix (镇安县, not 镇安)
    former: bool = False  # no division bears the name today
    was: str = ""  # of a former county: the prefecture that it belonged to, in its short form today

    @property
    def unit(self) -> Unit:
        """Where it lies."""
        return self[:3]


class Gazetteer(NamedTuple):
    """All words for places, found in one pass."""

    codes: dict[str, Unit]
    entries: tuple[tuple[Entry, ...], ...]  # meanings of each word, today's and senior ones first
    automaton: ahocorasick_rs.AhoCorasick
    common_words: frozenset[str]  # alone they mean no place


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
def gazetteer() -> Gazetteer:
    """Read the bundled tables once; the result is never changed."""
    codes: dict[str, Unit] = {}
    words: dict[str, list[Entry]] = {}
    above = {one.code[:4]: one.city for one in divisions() if one.level == 2}
    for one in divisions():
        unit = (one.province, one.city, one.county)
        # A code that was given twice belongs to its latest holder.
        if one.code not in codes or not one.until:
            codes[one.code] = unit
        former = bool(one.until)
        was = above.get(one.code[:4], "") if former and one.level == 3 else ""
        for word, full in _names_of(one):
            words.setdefault(word, []).append(Entry(*unit, one.level, full, former, was))
    for row in data_rows("places/other_names.csv"):
        unit = (row["province"], row["city"], row["county"])
        level = 3 if unit[2] else 2 if unit[1] else 1
        words.setdefault(row["name"], []).append(Entry(*unit, level, True))
    text = (data_folder("places") / "common_words.txt").read_text(encoding="utf-8")
    return Gazetteer(
        codes,
        tuple(
            tuple(sorted(dict.fromkeys(found), key=lambda entry: (entry.former, entry.level)))
            for found in words.values()
        ),
        ahocorasick_rs.AhoCorasick(list(words), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest),
        frozenset(line for line in text.splitlines() if line and line[0] != "#"),
    )


def of_today(entries: list[Entry]) -> list[Entry]:
    """Return the meanings of today, which come first; where there is none, those of once."""
    if not entries or entries[0].former or not entries[-1].former:
        return entries
    return [entry for entry in entries if not entry.former]


def unit_of_code(digits: str) -> Unit:
    """Return the unit of a six-digit code, of its prefecture or province where it is unknown."""
    codes = gazetteer().codes
    return (
        codes.get(digits)
        or codes.get(digits[:4] + "00")
        or codes.get(digits[:2] + "0000")
        or ("", "", "")
    )
