"""Places at the head of a company name, as names write them: 西安, 西安市, 西安高新区."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from chainmatch.places.divisions import Division, divisions
from chainmatch.util.resources import data_folder

_AREA = re.compile(
    r"(?:国家级?)?(?:经济技术|高新技术产业|高新技术|高新|经济|综合)(?:开发|示范|产业)?区|经济特区|保税区|新区|开发区|工业园区?"
)
_TOWN = re.compile(r"[\u4e00-\u9fff]{2,3}?(?:镇|乡|街道)(?=.{4})")

_SUFFIX = re.compile("(?:地区|市|县|区|盟|旗)$")
_FORMER = 4  # level of the stem of a former district: a place only behind another (上海南汇)


class PlaceWord(NamedTuple):
    """A word for a place: its short form, level (0 country, 1 province …) and provinces."""

    short: str
    level: int
    provinces: frozenset[str]
    full: bool


@cache
def place_words() -> dict[str, PlaceWord]:
    """Return the words for places at the head of a name: word → short form, level, provinces."""
    text = (data_folder("places") / "common_words.txt").read_text(encoding="utf-8")
    common = frozenset(text.split())
    words = {"中国": _Meaning("中国", 0, True)}
    provinces: dict[str, set[str]] = {"中国": set()}
    for division in divisions():
        for word, meaning in _forms(division):
            if len(word) < 2 or (not meaning.full and meaning.level > 2 and word in common):
                continue
            provinces.setdefault(word, set()).add(division.province)
            if word not in words or meaning.level < words[word].level:
                words[word] = meaning
    return {
        word: PlaceWord(short, level, frozenset(provinces[word]), full)
        for word, (short, level, full) in words.items()
    }


class _Meaning(NamedTuple):
    short: str
    level: int
    full: bool


def _forms(division: Division) -> Iterator[tuple[str, _Meaning]]:
    """Yield the full name of a division and its stem, each with what it means."""
    stem = division.short
    if division.until:
        # A former name keeps its own stem: a firm called 户县… writes 户县, not 鄠邑.
        stem = _SUFFIX.sub("", division.name)
    stem = stem if len(stem) > 1 else division.name
    yield division.name, _Meaning(stem, division.level, True)
    yield stem, _Meaning(stem, _FORMER if division.until else division.level, False)


def leading_places(text: str, provinces: frozenset[str]) -> tuple[int, list[str]]:
    """Return how far the places at the head of ``text`` reach, and their short forms.

    ``provinces``: those of a place in brackets; 海林 in 海林装饰(上海) is a brand then.
    """
    words = place_words()
    position = 0
    found: list[str] = []
    for _ in range(4):
        for length in range(min(11, len(text) - position - 2), 1, -1):
            word = words.get(text[position : position + length])
            if word is None or text[position + length] in "路街":
                continue
            if word.level == _FORMER and not found:
                continue
            if provinces and word.level and not word.full and not provinces & word.provinces:
                continue
            position += length
            found.append(word.short)
            provinces = (provinces & word.provinces) or word.provinces
            break
        else:
            area = _AREA.match(text, position) if found else None
            area = area or (_TOWN.match(text, position) if found else None)
            if area is None or len(text) - area.end() < 2:
                break
            found.append(area[0])
            position = area.end()
    return position, found
