"""Tokens that were read: each has a number, and its segments once it was read.

Most tokens of a registry stand in it once, and the few others everywhere. So when there are too
many, those that were seen again and again stay.
"""

from collections.abc import Sequence
from itertools import count, islice

import numpy as np

from chainmatch.scopes.segments import read_tokens
from chainmatch.stack import Stack, keep_runs


class Vocabulary:
    """Numbers tokens and reads each once, when it is first asked for.

    ``segments`` has one row a segment, with the columns of :mod:`.segments`.
    """

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._texts: list[str] = []
        self._segments = Stack(7)
        self._runs = Stack(2)  # of each token: its first segment, and how many; -1 if not yet read
        self._uses = Stack(1)  # of each token: on how many pages; half as many after each sifting

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
        found = list(map(numbers.__getitem__, texts))
        fresh = list(islice(reversed(numbers), len(numbers) - before))
        self._texts += reversed(fresh)
        self._runs.push(np.tile((-1, 0), (len(fresh), 1)))
        self._uses.push(np.zeros((len(fresh), 1), np.int64))
        own = np.array(found, np.int64)
        self._uses.rows[own, 0] += 1
        return own

    def sift(self) -> np.ndarray:
        """Keep the tokens of more than one page; return the numbers that they had.

        They are numbered anew, in the same order. A token that is not met again goes in time.
        """
        kept = np.flatnonzero(self._uses.rows[:, 0] > 1)
        self._texts = [self._texts[number] for number in kept.tolist()]
        self._numbers = _Numbers(zip(self._texts, count()))
        keep_runs(self._runs, [self._segments], kept)
        self._uses.keep(kept)
        self._uses.rows[:] //= 2
        return kept

    def read(self, numbers: np.ndarray) -> np.ndarray:
        """Return one row a token: its first segment, and how many it has."""
        unread = np.unique(numbers[self._runs.rows[numbers, 0] < 0])
        if len(unread):
            self._read(unread)
        runs: np.ndarray = self._runs.rows[numbers]
        return runs

    def _read(self, unread: np.ndarray) -> None:
        counts, rows = read_tokens([self._texts[number] for number in unread.tolist()])
        ends = len(self._segments) + np.cumsum(counts)
        self._runs.rows[unread] = np.stack([ends - counts, counts], axis=1)
        self._segments.push(rows)


class _Numbers(dict[str, int]):
    """Gives each key that is new the next number."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number
