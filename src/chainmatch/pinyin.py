"""Names in pinyin: spelled, abbreviated and found again by what is typed.

A name is spelled with a capital at the head of every syllable (``ShangLuoQinYu``), and is found
only by what begins where a syllable does. Characters with several usual readings give several
spellings.
"""

import csv
import string
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, islice, product
from typing import NamedTuple

import numpy as np

from chainmatch.resources import data_folder

_SPELLINGS = 4  # of one name
_HITS = 20_000  # occurrences that are looked at
_NO_SMALL = dict.fromkeys(range(ord("a"), ord("z") + 1))
_TO_SMALL = {ord(letter): letter.lower() for letter in string.ascii_uppercase}


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    """Return character → its usual readings, commonest first."""
    with (data_folder("names") / "readings.csv").open(encoding="utf-8", newline="") as file:
        return {row["character"]: tuple(row["readings"].split()) for row in csv.DictReader(file)}


@cache
def _first_readings() -> dict[int, str]:
    return {ord(character): found[0].capitalize() for character, found in _readings().items()}


@cache
def _several() -> dict[str, tuple[str, ...]]:
    return {
        character: tuple(reading.capitalize() for reading in found)
        for character, found in _readings().items()
        if len(found) > 1
    }


def spellings(text: str) -> tuple[str, ...]:
    """Return the pinyin of a text, at most four forms, the likeliest first; other signs stay.

    Latin letters become capitals, each a syllable of its own.
    """
    several = _several()
    if not any(character in several for character in text):
        return (text.upper().translate(_first_readings()),)
    choices = [several.get(c) or (c.upper().translate(_first_readings()),) for c in text]
    return tuple("".join(parts) for parts in islice(product(*choices), _SPELLINGS))


def initials(text: str) -> str:
    """Return the first letters of the commonest readings: 商洛 → sl; other characters stay."""
    return text.upper().translate(_first_readings()).translate(_NO_SMALL).lower()


class Heard(NamedTuple):
    """A name that typed letters occur in: its row and the share of its syllables, 0…1."""

    row: int
    share: float


class PinyinIndex:
    """Finds, among many names, those that typed letters spell or abbreviate."""

    def __init__(self, names: Sequence[str]) -> None:
        table = [(row, form) for row, name in enumerate(names) for form in spellings(name)]
        self._rows = np.array([row for row, _ in table], np.int64)
        forms = [form for _, form in table]
        short = [form.translate(_NO_SMALL) for form in forms]
        self._lengths = np.array([max(1, len(form)) for form in short], np.int64)
        self._full, self._short = _Lines(forms), _Lines(short)

    def find(self, letters: str, limit: int = 200) -> list[Heard]:
        """Return the names that ``letters`` spell or abbreviate, those covered most first.

        Of equals the name that has them nearer to its beginning comes first.
        """
        letters = letters.lower()
        if len(letters) < 2:
            return []
        found = [
            *self._heard(self._full.occurrences(letters), limit),
            *self._heard(self._short.occurrences(letters), limit),
        ]
        best: dict[int, Heard] = {}
        for heard in sorted(found, key=lambda one: -one.share):
            best.setdefault(heard.row, heard)
        return list(best.values())[:limit]

    def _heard(self, hits: list[tuple[int, int, int]], limit: int) -> list[Heard]:
        line, begin, syllables = np.array(hits, np.int64).reshape(-1, 3).T
        rows, shares = self._rows[line], syllables / self._lengths[line]
        order = np.lexsort((rows, begin, -shares))[:limit]
        return list(map(Heard, rows[order].tolist(), shares[order].tolist()))


class _Lines:
    """Many spelled names in one text, so that one search goes through all of them."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n".join(lines)
        self._lower = self._text.translate(_TO_SMALL)  # keeps every place
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def occurrences(self, letters: str) -> list[tuple[int, int, int]]:
        """Return (line, position in it, syllables) of where ``letters`` begin with a syllable."""
        found: list[tuple[int, int, int]] = []
        at = self._lower.find(letters)
        while at >= 0 and len(found) < _HITS:
            if not self._text[at].islower():
                line = bisect_right(self._starts, at) - 1
                syllables = sum(map(str.isupper, self._text[at : at + len(letters)]))
                found.append((line, at - self._starts[line], syllables))
            at = self._lower.find(letters, at + 1)
        return found
