"""Rows of numbers on top of each other, and runs of them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_FIRST = 256  # rows of room at the beginning
# Arrow's own takes fresh pages for each call, and clearing them costs a thirtieth of matching.
POOL = pa.system_memory_pool()


class Stack:
    """A two-dimensional array that grows by rows; growing to n rows costs O(n) altogether."""

    def __init__(self, width: int, dtype: type[np.generic] = np.int64) -> None:
        self._room: np.ndarray = np.empty((_FIRST, width), dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def rows(self) -> np.ndarray:
        """All rows; a view that the next push may leave behind."""
        return self._room[: self._size]

    def take(self, numbers: np.ndarray) -> np.ndarray:
        """Return rows by their numbers; sooner than ``rows[numbers]``."""
        return self.rows.take(numbers, axis=0)

    def push(self, rows: Sequence[Sequence[float]] | np.ndarray) -> None:
        """Put rows on top."""
        if not len(rows):
            return
        end = self._size + len(rows)
        if end > len(self._room):
            room = np.empty((max(end, 2 * len(self._room)), self._room.shape[1]), self._room.dtype)
            room[: self._size] = self.rows
            self._room = room
        self._room[self._size : end] = rows
        self._size = end

    def keep(self, which: np.ndarray) -> None:
        """Keep some rows, by their numbers, in the order given."""
        self._room = np.concatenate([self.take(which), self._room[:_FIRST]])
        self._size = len(which)


def expanded(first: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for runs of rows the run of each row, and the row: ``first[run] … + count[run] - 1``.

    >>> expanded(np.array([7, 2]), np.array([1, 3]))
    (array([0, 1, 1, 1]), array([7, 2, 3, 4]))
    """
    run = np.repeat(np.arange(len(count)), count)
    ends = np.cumsum(count)
    return run, np.arange(len(run)) + (first - (ends - count))[run]


def begins(values: np.ndarray) -> np.ndarray:
    """Return which values differ from the one before; the first does."""
    found = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def ends(values: np.ndarray) -> np.ndarray:
    """Return which values differ from the one behind; the last does."""
    found = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=found[:-1])
    return found


def sizes(first: np.ndarray, end: int) -> np.ndarray:
    """Return how many rows runs have that follow each other up to ``end``."""
    bounds: np.ndarray = np.append(first, end)
    found: np.ndarray = bounds[1:] - bounds[:-1]
    return found


def keep_runs(runs: Stack, rows: Sequence[Stack], which: np.ndarray) -> None:
    """Keep some runs, by their numbers, and the rows they are of.

    ``runs`` has the first row of each and how many there are; the first is negative where nothing
    is known, and stays so.
    """
    runs.keep(which)
    first, count = runs.rows.T
    _, row = expanded(first, count)
    for stack in rows:
        stack.keep(row)
    runs.rows[:, 0] = np.where(first < 0, first, np.cumsum(count) - count)


def different(rows: np.ndarray, count: np.ndarray) -> tuple[pa.BinaryArray, np.ndarray]:
    """Return the different ones of runs that stand end to end, as bytes, and which each run is.

    ``count`` says how many of ``rows`` each run has.
    """
    width = rows.itemsize * int(np.prod(rows.shape[1:]))
    offsets = np.concatenate([[0], np.cumsum(count) * width]).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows))]
    runs = pa.Array.from_buffers(pa.binary(), len(count), buffers)
    found = pc.dictionary_encode(runs, memory_pool=POOL)
    return found.dictionary, found.indices.to_numpy()
