"""Tokens that were read: each has a number, and its segments once it was read."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from chainmatch.scopes.segments import read_tokens
from chainmatch.scopes.stack import Stack


class Vocabulary:
    """Numbers tokens and reads each once, when it is first asked for.

    ``segments`` has one row a segment, with the columns of :mod:`.segments`.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []
        self._segments = Stack(7)
        self._runs = Stack(2)  # of each token: its first segment, and how many; -1 if not yet read

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def segments(self) -> np.ndarray:
        """Return the segments of all tokens that were read."""
        return self._segments.rows

    @property
    def texts(self) -> list[str]:
        """Return the tokens in the order of their numbers."""
        return self._texts

    def number(self, texts: Sequence[str]) -> np.ndarray:
        """Return the number of each token; new ones get the next."""
        numbers, before = self._numbers, len(self._texts)
        found = [numbers.setdefault(text, len(numbers)) for text in texts]
        fresh = list(islice(reversed(numbers), len(numbers) - before))
        self._texts += reversed(fresh)
        self._runs.push([(-1, 0)] * len(fresh))
        return np.array(found, np.int64)

    def read(self, numbers: np.ndarray) -> np.ndarray:
        """Return one row a token: its first segment, and how many it has."""
        unread = np.unique(numbers[self._runs.rows[numbers, 0] < 0])
        if len(unread):
            self._read(unread)
        runs: np.ndarray = self._runs.rows[numbers]
        return runs

    def segments_of(self, numbers: np.ndarray) -> list[list[list[int]]]:
        """Return the segments of each token."""
        runs = self.read(numbers).tolist()
        return [self.segments[first : first + count].tolist() for first, count in runs]

    def _read(self, unread: np.ndarray) -> None:
        counts, rows = read_tokens([self._texts[number] for number in unread.tolist()])
        ends = len(self._segments) + np.cumsum(counts)
        self._runs.rows[unread] = np.stack([ends - counts, counts], axis=1)
        self._segments.push(rows)
