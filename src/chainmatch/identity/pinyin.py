"""Names in pinyin: spelled, abbreviated and found again by what is typed.

A name is spelled with a capital at the head of every syllable (``ShangLuoQinYu``), and is found
only by what begins where a syllable does. Characters with several usual readings give several
spellings.
"""

import csv
from collections.abc import Sequence
from functools import cache
from itertools import islice, product
from typing import NamedTuple

import numpy as np

from chainmatch.identity.syllables import Hits, SpelledLines
from chainmatch.util.resources import data_folder

_SPELLINGS = 4  # of one name
_HITS = 20_000  # occurrences that are looked at
_NO_SMALL = dict.fromkeys(range(ord("a"), ord("z") + 1))


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
        self._full, self._short = SpelledLines(forms), SpelledLines(short)

    def find(self, letters: str, limit: int = 200) -> list[Heard]:
        """Return the names that ``letters`` spell or abbreviate, those covered most first.

        Of equals the name that has them nearer to its beginning comes first.
        """
        letters = letters.lower()
        if len(letters) < 2:
            return []
        found = [
            *self._heard(self._full.occurrences(letters, _HITS), limit),
            *self._heard(self._short.occurrences(letters, _HITS), limit),
        ]
        best: dict[int, Heard] = {}
        for heard in sorted(found, key=lambda one: -one.share):
            best.setdefault(heard.row, heard)
        return list(best.values())[:limit]

    def _heard(self, hits: Hits, limit: int) -> list[Heard]:
        rows = self._rows[hits.line]
        shares = hits.syllables / self._lengths[hits.line]
        order = np.lexsort((rows, hits.begin, -shares))[:limit]
        return list(map(Heard, rows[order].tolist(), shares[order].tolist()))
