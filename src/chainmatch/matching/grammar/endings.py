"""Words that stand one behind the other at the end of texts, found in many texts at once."""

from collections.abc import Iterable

import numpy as np

_SHIFT = 21  # bits of a code point
_ALL = 0x110000  # code points
_BLANK = np.zeros(_ALL, bool)
_BLANK[[code for code in range(0x3001) if chr(code).isspace()]] = True


class Words:
    """Tables of words as one tree, read backwards; one step down for all texts at once.

    Of the words that end at a place the longest counts, of an earlier table before a later.
    """

    def __init__(self, *tables: Iterable[str]) -> None:
        steps: dict[tuple[int, int], int] = {}
        whole: dict[int, int] = {}  # state → the first table with the word that ends there
        for table, words in enumerate(tables):
            for word in words:
                state = 0
                for char in reversed(word):
                    state = steps.setdefault((state, ord(char)), len(steps) + 1)
                whole.setdefault(state, table)
        self._first = np.zeros(_ALL, np.int32)  # the state behind each last character, 0 for none
        for (state, code), to in steps.items():
            if state == 0:
                self._first[code] = to
        pairs = sorted(((state << _SHIFT) + code, to) for (state, code), to in steps.items())
        self._keys, self._to = np.array(pairs, np.int64).T.copy()
        self._tables = len(tables)
        states = range(len(steps) + 1)
        self._table = np.array([whole.get(state, self._tables) for state in states], np.int8)

    def sizes(self, codes: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return the size of the word that counts at each place, 0 for none.

        ``first`` is where it may begin; it is before ``end``.
        """
        found = np.zeros((self._tables, len(end)), np.int64)
        state, depth = self._first.take(codes.take(end - 1)), 1
        left = np.flatnonzero(state > 0)
        state = state[left]
        while len(left):
            of = self._table[state]
            for table, sizes in enumerate(found):
                sizes[left[of == table]] = depth
            depth += 1
            place = end[left] - depth
            inside = place >= first[left]
            left, place, state = left[inside], place[inside], state[inside]
            key = (state.astype(np.int64) << _SHIFT) + codes[place]
            at = np.searchsorted(self._keys[:-1], key)
            own = self._keys[at] == key
            left, state = left[own], self._to[at[own]]
        counts: np.ndarray = found[-1]
        for sizes in found[-2::-1]:
            counts = np.where(sizes, sizes, counts)
        return counts


def endings(codes: np.ndarray, first: np.ndarray, end: np.ndarray, words: Words) -> np.ndarray:
    """Return how much of the end of each text ``first:end`` is words, or blanks between them."""
    found = np.zeros(len(end), np.int64)
    left = np.flatnonzero(end > first)
    while len(left):
        stop = end[left] - found[left]
        size = words.sizes(codes, first[left], stop)
        size = np.where(size, size, _BLANK.take(codes.take(stop - 1)))
        left, size = left[size > 0], size[size > 0]
        found[left] += size
        left = left[end[left] - found[left] > first[left]]
    return found
