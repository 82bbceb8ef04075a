"""Many spelled names in one text, found by what begins where a syllable does.

The beginnings of all syllables are kept in the order of the letters that follow, ten letters packed
into one number each. What is typed is one stretch of that order, so that a search costs two
bisections and a look at what it finds, however long the text is.
"""

import string
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_TO_SMALL = {ord(letter): letter.lower() for letter in string.ascii_uppercase}
_PACKED = 10  # letters in a number of 64 bits
_BITS = 6
_OTHER = 63  # any sign that is no letter and no digit; 0 is the end of a line
_CODES = {sign: at for at, sign in enumerate(string.ascii_lowercase + string.digits, start=1)}

Numbers = NDArray[np.int64]


class Hits(NamedTuple):
    """Where letters occur: line, place in it, and how many capitals they cover."""

    line: Numbers
    begin: Numbers
    syllables: Numbers


class SpelledLines:
    """Lines in which a capital begins every syllable; signs that are no letters begin one too."""

    def __init__(self, lines: Sequence[str]) -> None:
        text = "\n".join(lines)
        self._lower = text.translate(_TO_SMALL)  # keeps every place
        lengths = np.fromiter((len(line) + 1 for line in lines), np.int64, len(lines))
        self._starts = np.cumsum(lengths) - lengths
        signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        self._capitals = np.flatnonzero(_among(signs, filter(str.isupper, set(text)))).astype("u4")
        self._codes = _codes(self._lower)
        inside = ~_among(signs, filter(str.islower, set(text))) & (self._codes > 0)
        places = np.flatnonzero(inside).astype(np.uint32)
        packed = self._pack(places)
        order = np.argsort(packed)
        self._places, self._order = places[order], packed[order]

    def _pack(self, places: NDArray[np.uint32]) -> NDArray[np.uint64]:
        padded = np.concatenate([self._codes, np.zeros(_PACKED, np.uint8)])
        packed = np.zeros(len(places), np.uint64)
        within = np.ones(len(places), bool)
        for number in range(_PACKED):
            code = padded[places + number]
            within &= code > 0
            packed |= np.where(within, code, 0).astype(np.uint64) << _shift(number)
        return packed

    def occurrences(self, letters: str, most: int) -> Hits:
        """Return the first ``most`` places where ``letters`` (small) begin with a syllable."""
        codes = [_CODES.get(sign, _OTHER) for sign in letters]
        lowest = sum((c << int(_shift(n)) for n, c in enumerate(codes[:_PACKED])), 0)
        beyond = lowest + (1 << int(_shift(min(len(codes), _PACKED) - 1)))
        bounds = np.array([lowest, beyond], np.uint64)
        places = self._places[slice(*np.searchsorted(self._order, bounds))].astype(np.int64)
        for number in range(_PACKED, len(codes)):  # what does not fit into one number
            places = places[places + number < len(self._codes)]
            places = places[self._codes[places + number] == codes[number]]
        if _OTHER in codes:  # one code for many signs
            long = len(letters)
            same = [self._lower[at : at + long] == letters for at in places.tolist()]
            places = places[np.array(same, bool)]
        places = np.sort(places)[:most]
        line = np.searchsorted(self._starts, places, side="right") - 1
        edges = np.array([places, places + len(letters)], np.uint32)  # as the capitals: no copy
        first, last = np.searchsorted(self._capitals, edges)
        return Hits(line, places - self._starts[line], last - first)


def _shift(number: int) -> np.uint64:
    return np.uint64(_BITS * (_PACKED - 1 - number))


def _among(signs: NDArray[np.uint32], wanted: "filter[str]") -> NDArray[np.bool_]:
    return np.isin(signs, np.array([ord(sign) for sign in wanted], np.uint32))


def _codes(text: str) -> NDArray[np.uint8]:
    """Return the code of every sign."""
    table = {ord(sign): code for sign, code in _CODES.items()} | {ord("\n"): 0}
    table |= dict.fromkeys(map(ord, set(text) - set(_CODES) - {"\n"}), _OTHER)
    return np.frombuffer(text.translate(table).encode("latin-1"), np.uint8)
