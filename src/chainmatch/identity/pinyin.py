"""Names in pinyin: spelled, abbreviated and found again by what is typed.

A name is spelled with a capital at the head of every syllable (``ShangLuoQinYu``), and is found
only by what begins where a syllable does. Characters with several usual readings give several
spellings.
"""

from collections.abc import Sequence
from functools import cache
from itertools import islice, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainmatch.util.resources import data_rows

Ints = NDArray[np.int64]

_SPELLINGS = 4  # of one name
_HITS = 20_000  # occurrences that are looked at
_NO_SMALL = dict.fromkeys(range(ord("a"), ord("z") + 1))


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    """Return character → its usual readings, commonest first."""
    rows = data_rows("names/readings.csv")
    return {row["character"]: tuple(row["readings"].split()) for row in rows}


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


class SpelledMatch(NamedTuple):
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
        self._full, self._short = _SpelledLines(forms), _SpelledLines(short)

    def find(self, letters: str, limit: int = 200) -> list[SpelledMatch]:
        """Return the names that ``letters`` (a to z) spell or abbreviate, those covered most first.

        Of equals the name that has them nearer to its beginning comes first.
        """
        letters = letters.lower()
        if len(letters) < 2:
            return []
        found = [*self._matches(self._full, letters, limit)]
        found += self._matches(self._short, letters, limit)
        best: dict[int, SpelledMatch] = {}
        for match in sorted(found, key=lambda one: -one.share):
            best.setdefault(match.row, match)
        return list(best.values())[:limit]

    def _matches(self, lines: "_SpelledLines", letters: str, limit: int) -> list[SpelledMatch]:
        line, begin, syllables = lines.find(letters, _HITS)
        rows, shares = self._rows[line], syllables / self._lengths[line]
        order = np.lexsort((rows, begin, -shares))[:limit]
        return list(map(SpelledMatch, rows[order].tolist(), shares[order].tolist()))


class _SpelledLines:
    """Lines in which a capital begins every syllable; signs that are no letters begin one too."""

    def __init__(self, lines: Sequence[str]) -> None:
        text = "\n".join((*lines, ""))
        signs = np.frombuffer(text.encode("ascii", "replace"), np.uint8)  # other signs: ?
        capital = (signs >= ord("A")) & (signs <= ord("Z"))
        small = (signs >= ord("a")) & (signs <= ord("z"))
        self._small = signs + 32 * capital.astype(np.uint8)
        self._capitals = np.flatnonzero(capital)
        self._begins = ~small & (signs != ord("\n"))
        ends = np.flatnonzero(signs == ord("\n"))
        self._starts = np.append(0, ends[:-1] + 1)

    def find(self, letters: str, max_hits: int) -> tuple[Ints, Ints, Ints]:
        """Return line, position in it and syllables covered of the first ``max_hits`` hits.

        A hit is where small ``letters`` begin with a syllable.
        """
        found = np.flatnonzero(self._begins & (self._small == ord(letters[0])))
        for number, letter in enumerate(letters[1:], start=1):
            # Past the end it meets the last sign, the end of a line, which is no letter.
            found = found[self._small.take(found + number, mode="clip") == ord(letter)]
        found = found[:max_hits]
        line = np.searchsorted(self._starts, found, side="right") - 1
        first, last = np.searchsorted(self._capitals, [found, found + len(letters)])
        return line, found - self._starts[line], last - first
