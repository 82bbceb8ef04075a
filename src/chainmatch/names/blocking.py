"""Names that could be meant, among many: blocking by rare characters and pairs of characters.

In plain numpy: fitting scikit-learn's vectoriser would cost more time to import than a whole run
takes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chainmatch.names.normal import key_of, normal_name

_COMMON_GRAM = 0.03  # grams in a larger share of the names find nothing
_SMALL = 100  # up to so many names every gram is used
_RELATIVE = 0.5  # names that reach less than this share of the best score are not returned
_CELLS = 1 << 18  # scores held at once: what a processor keeps at hand


def _points(keys: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the code points of all keys in one array, and the key that each belongs to."""
    lengths = np.fromiter((len(key) for key in keys), np.int64, len(keys))
    text = "".join(keys).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(text, np.uint32).astype(np.int64), np.repeat(np.arange(len(keys)), lengths)


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sorted distinct values; np.unique hashes large arrays, which is much slower."""
    ordered: NDArray[np.int64] = np.sort(values)
    fresh: NDArray[np.bool_] = np.diff(ordered, prepend=ordered[:1] - 1) != 0
    return ordered[fresh]


def _foremost(
    cells: NDArray[np.int64], values: NDArray[np.float64], size: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Leave out what cannot be among the ``limit`` best of its row of ``size`` cells.

    A common word is near to ten thousands of names: to sort them all took ten times as long.
    """
    if len(cells) <= limit:
        return cells, values
    bounds = np.searchsorted(cells, np.arange(0, int(cells[-1]) + size + 1, size))
    kept = np.ones(len(cells), bool)
    for row in np.flatnonzero(np.diff(bounds) > 2 * limit).tolist():
        part = slice(bounds[row], bounds[row + 1])
        kept[part] = values[part] >= np.partition(values[part], -limit)[-limit]
    return cells[kept], values[kept]


class NameIndex:
    """Finds, among many names, those that share rare characters and pairs with a question.

    The weights come from the names of the index alone, so a question gets the same answer whatever
    it is asked together with.
    """

    def __init__(self, names: Sequence[str]) -> None:
        keys = [key_of(normal_name(name)) for name in names]
        self._size = len(keys)
        self._characters = np.zeros(0, np.int64)
        self._characters = _distinct(_points(keys)[0])
        owners, grams = self._grams(keys)
        # One sort gives the postings: by gram, then by name.
        both = _distinct(grams * max(self._size, 1) + owners)
        owners, grams = both % max(self._size, 1), both // max(self._size, 1)
        first = np.flatnonzero(np.diff(grams, prepend=-1))
        counts = np.diff(first, append=len(grams))
        self._vocabulary = grams[first]
        self._weights = np.log((1 + self._size) / (1 + counts)) + 1
        squares = np.repeat(self._weights**2, counts)
        norms = np.sqrt(np.bincount(owners, squares, minlength=self._size))
        self._scale = 1 / np.maximum(norms, 1e-9)
        self._postings = owners.astype(np.int32)
        self._starts = np.append(first, len(grams))
        self._default = float(np.log(1 + self._size) + 1)  # of a gram that no name has

    def __len__(self) -> int:
        return self._size

    def _grams(self, keys: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (owner, gram) of every character and pair; unknown characters share number 0."""
        points, owner = _points(keys)
        if not len(points):
            return owner, points
        numbers = np.searchsorted(self._characters, points)
        known = self._characters[np.minimum(numbers, len(self._characters) - 1)] == points
        numbers = np.where(known, numbers + 1, 0)
        base = len(self._characters) + 1
        inner = owner[1:] == owner[:-1]
        pairs = numbers[:-1][inner] * base + numbers[1:][inner]
        return (
            np.concatenate([owner, owner[1:][inner]]),
            np.concatenate([numbers + base * base, pairs]),
        )

    def candidates(self, name: str, limit: int = 10, floor: float = 0.0) -> list[tuple[int, float]]:
        """Return up to ``limit`` (position, cosine 0…1) of the nearest names, best first.

        Names below ``floor`` or below half of the best one are left out.
        """
        return self.candidates_of([name], limit, floor)[0]

    def candidates_of(
        self, names: Sequence[str], limit: int = 10, floor: float = 0.0
    ) -> list[list[tuple[int, float]]]:
        """Return :meth:`candidates` of each name."""
        if not len(self._vocabulary):
            return [[] for _ in names]
        keys = [key_of(normal_name(name)) for name in names]
        owners, grams = self._grams(keys)
        order = np.lexsort((grams, owners))
        owners, grams = owners[order], grams[order]
        fresh = (np.diff(grams, prepend=-1) != 0) | (np.diff(owners, prepend=-1) != 0)
        owners, grams = owners[fresh], grams[fresh]
        places = np.searchsorted(self._vocabulary, grams)
        places = np.minimum(places, len(self._vocabulary) - 1)
        known = self._vocabulary[places] == grams
        weight = np.where(known, self._weights[places], self._default)
        norms = np.sqrt(np.bincount(owners, weight**2, minlength=len(keys)))
        useful = known & self._useful(places, owners, known, len(keys))
        owners, places = owners[useful], places[useful]
        results: list[list[tuple[int, float]]] = []
        step = max(1, _CELLS // self._size)
        for start in range(0, len(keys), step):
            stop = min(start + step, len(keys))
            part = slice(*np.searchsorted(owners, (start, stop)))
            results += self._best(
                owners[part] - start, places[part], norms[start:stop], limit, floor
            )
        return results

    def holding(self, name: str, limit: int) -> list[int]:
        """Return the names that have every character of ``name``; none where they are too many."""
        points, _ = _points([key_of(normal_name(name))])
        last = len(self._characters) - 1
        numbers = np.minimum(np.searchsorted(self._characters, points), last)
        base = len(self._characters) + 1
        if not len(points) or last < 0 or (self._characters[numbers] != points).any():
            return []
        places = np.searchsorted(self._vocabulary, _distinct(numbers + 1 + base * base))
        slices = [self._postings[self._starts[at] : self._starts[at + 1]] for at in places.tolist()]
        slices.sort(key=len)
        found = slices[0]
        for rows in slices[1:]:
            found = np.intersect1d(found, rows, assume_unique=True)
        return found.tolist() if len(found) <= limit else []

    def _useful(
        self,
        places: NDArray[np.int64],
        owners: NDArray[np.int64],
        known: NDArray[np.bool_],
        questions: int,
    ) -> NDArray[np.bool_]:
        """Return which grams are worth following: the rare ones, where a name has enough."""
        if self._size <= _SMALL:
            return known
        counts = self._starts[places + 1] - self._starts[places]
        rare: NDArray[np.bool_] = known & (counts <= max(self._size * _COMMON_GRAM, 30))
        enough = np.bincount(owners, rare, minlength=questions) >= 4
        useful: NDArray[np.bool_] = rare | ~enough[owners]
        return useful

    def _best(
        self,
        owners: NDArray[np.int64],
        places: NDArray[np.int64],
        norms: NDArray[np.float64],
        limit: int,
        floor: float,
    ) -> list[list[tuple[int, float]]]:
        """Return the best names for a few questions, by adding up the postings of their grams."""
        starts, ends = self._starts[places], self._starts[places + 1]
        counts = ends - starts
        # Slices are copied at once; to gather the numbers one by one took three times as long.
        pieces = map(slice, starts.tolist(), ends.tolist())
        hits = np.concatenate([self._postings[:0], *(self._postings[piece] for piece in pieces)])
        cells = hits if len(norms) == 1 else np.repeat(owners * self._size, counts) + hits
        gains = np.repeat(self._weights[places] ** 2, counts)
        scores = np.bincount(cells, gains, minlength=len(norms) * self._size)
        table = scores.reshape(len(norms), self._size) * self._scale
        lowest = np.maximum(table.max(axis=1) * _RELATIVE, np.maximum(norms * floor, 1e-9))
        cells = np.flatnonzero(table >= lowest[:, None])
        values = table.ravel()[cells]
        cells, values = _foremost(cells, values, self._size, limit)
        rows, columns = cells // self._size, cells % self._size
        order = np.lexsort((columns, -values, rows))
        rows, columns, values = rows[order], columns[order], values[order] / norms[rows[order]]
        kept = np.arange(len(rows)) - np.searchsorted(rows, rows) < limit
        found: list[list[tuple[int, float]]] = [[] for _ in norms]
        for row, column, value in zip(
            rows[kept].tolist(), columns[kept].tolist(), values[kept].tolist(), strict=True
        ):
            found[row].append((column, min(1.0, value)))
        return found
