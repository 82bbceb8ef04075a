"""Words that stand one behind the other at the end of texts, found in many texts at once."""

from collections.abc import Iterable, Sequence

import numpy as np

_SHIFT = 21  # bits of a code point
_ALL = 0x110000  # code points
_BLANK = np.zeros(_ALL, bool)
_BLANK[[code for code in range(0x3001) if chr(code).isspace()]] = True


class Words:
    """A table of words as a tree, read backwards; one step down for all texts at once."""

    def __init__(self, words: Iterable[str]) -> None:
        steps: dict[tuple[int, int], int] = {}
        whole = set()
        for word in words:
            state = 0
            for char in reversed(word):
                state = steps.setdefault((state, ord(char)), len(steps) + 1)
            whole.add(state)
        self._first = np.zeros(_ALL, np.int32)  # the state behind each last character, 0 for none
        for (state, code), to in steps.items():
            if state == 0:
                self._first[code] = to
        pairs = sorted(((state << _SHIFT) + code, to) for (state, code), to in steps.items())
        self._keys, self._to = np.array(pairs, np.int64).T.copy()
        self._whole = np.isin(np.arange(len(steps) + 1), list(whole))

    def sizes(self, codes: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return the size of the longest word that ends at each place, 0 for none.

        ``first`` is where it may begin; it is before ``end``.
        """
        found = np.zeros(len(end), np.int64)
        state, depth = self._first[codes[end - 1]], 1
        left = np.flatnonzero(state)
        state = state[left]
        while len(left):
            found[left[self._whole[state]]] = depth
            depth += 1
            place = end[left] - depth
            inside = place >= first[left]
            left, place, state = left[inside], place[inside], state[inside]
            key = (state.astype(np.int64) << _SHIFT) + codes[place]
            at = np.searchsorted(self._keys[:-1], key)
            own = self._keys[at] == key
            left, state = left[own], self._to[at[own]]
        return found


def endings(
    codes: np.ndarray, first: np.ndarray, end: np.ndarray, tables: Sequence[Words]
) -> np.ndarray:
    """Return how much of the end of each text ``first:end`` is words, or blanks between them.

    Of the words that end at a place the longest counts, of an earlier table before a later.
    """
    found = np.zeros(len(end), np.int64)
    left = np.flatnonzero(end > first)
    while len(left):
        start, stop = first[left], end[left] - found[left]
        size = _BLANK[codes[stop - 1]].astype(np.int64)
        for table in reversed(tables):
            own = table.sizes(codes, start, stop)
            size = np.where(own, own, size)
        left, size = left[size > 0], size[size > 0]
        found[left] += size
        left = left[end[left] - found[left] > first[left]]
    return found
