"""Tokens that were read: each has a number, and its segments once it was read.

Most tokens of a registry stand in it once, and the few others everywhere. So when there are too
many, those that were seen again and again stay.
"""

from collections.abc import Sequence
from itertools import count, repeat

import numpy as np

from chainmatch.matching.grammar.segments import read_tokens
from chainmatch.matching.ragged import Stack, keep_runs
from chainmatch.matching.string_batch import Laid, lay_points


class Vocabulary:
    """Numbers tokens and reads each once, when it is first asked for."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._texts: list[bytes] = []  # in UTF-16
        self._segments = Stack(7, np.int32)
        # Of each token: its first segment (-1 if it was not yet read), and how many it has.
        self._runs = Stack(2, np.int32)
        # Of each token: on how many pages it was met; half as many after each sifting.
        self._uses = Stack(1, np.int32)

    def __len__(self) -> int:
        return len(self._texts)

    def segments(self, rows: np.ndarray) -> np.ndarray:
        """Return segments of tokens that were read, with the columns of :mod:`.segments`."""
        return self._segments.take(rows)

    def laid(self, numbers: np.ndarray) -> Laid:
        """Return tokens by their numbers."""
        return lay_points([self._texts[number] for number in numbers.tolist()])

    def number(self, texts: Sequence[bytes]) -> np.ndarray:
        """Return the number of each of different tokens, given in UTF-16; new ones get the next."""
        known = self._numbers
        numbers = np.fromiter(map(known.get, texts, repeat(-1)), np.int64, len(texts))
        missing = np.flatnonzero(numbers < 0)
        first = len(self)
        numbers[missing] = first + np.arange(len(missing))
        fresh = [texts[at] for at in missing.tolist()]
        # In this order, and up to a length: who is interrupted here leaves nothing out of step.
        self._texts += fresh
        self._runs.push(np.tile((-1, 0), (len(self) - len(self._runs), 1)))
        self._uses.push(np.zeros((len(self) - len(self._uses), 1), np.int64))
        known.update(zip(fresh, count(first)))
        self._uses.rows[numbers, 0] += 1
        return numbers

    def sift(self) -> np.ndarray:
        """Keep the tokens of more than one page; return the numbers that they had.

        They are numbered anew, in the same order. A token that is not met again goes in time.
        """
        kept = np.flatnonzero(self._uses.rows[:, 0] > 1)
        self._texts = [self._texts[number] for number in kept.tolist()]
        self._numbers = dict(zip(self._texts, count()))
        keep_runs(self._runs, [self._segments], kept)
        self._uses.keep(kept)
        self._uses.rows[:] //= 2
        return kept

    def read(self, numbers: np.ndarray) -> np.ndarray:
        """Return one row a token: its first segment, and how many it has."""
        unmet = np.zeros(len(self), bool)
        runs = self._runs.take(numbers)
        unmet[numbers[runs[:, 0] < 0]] = True
        unread = np.flatnonzero(unmet)
        if len(unread):
            self._read(unread)
            runs = self._runs.take(numbers)
        return runs

    def _read(self, unread: np.ndarray) -> None:
        counts, rows = read_tokens(self.laid(unread))
        ends = len(self._segments) + np.cumsum(counts)
        self._runs.rows[unread] = np.stack([ends - counts, counts], axis=1)
        self._segments.push(rows)
