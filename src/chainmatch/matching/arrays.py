"""Columns of equal length (one array an attribute) and runs of rows of unequal length."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Arrow's own takes fresh pages for each call, and clearing them costs a thirtieth of matching.
POOL = pa.system_memory_pool()

Columns = TypeVar("Columns", bound=tuple[Any, ...])
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def take(columns: Columns, rows: np.ndarray) -> Columns:
    """Return some rows (numbers, flags or a slice) of a named tuple of arrays."""
    return type(columns)(*(column[rows] for column in columns))


def concat_rows(parts: Sequence[Columns]) -> Columns:
    """Return the rows of named tuples of arrays, one part after another; there is at least one."""
    return type(parts[0])(*map(np.concatenate, zip(*parts, strict=True)))


def expand_ranges(first: np.ndarray, count: np.ndarray) -> tuple[Ints, Ints]:
    """Return for ranges of rows the range of each row, and the row.

    >>> expand_ranges(np.array([7, 2]), np.array([1, 3]))
    (array([0, 1, 1, 1]), array([7, 2, 3, 4]))
    """
    number = np.repeat(np.arange(len(count)), count)
    ends = np.cumsum(count)
    return number, np.arange(len(number)) + (first - (ends - count))[number]


def run_starts(values: np.ndarray) -> Flags:
    """Return which values differ from the one before; the first does."""
    found = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def run_ends(values: np.ndarray) -> Flags:
    """Return which values differ from the one behind; the last does."""
    found = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=found[:-1])
    return found


def run_lengths(first: np.ndarray, end: int) -> Ints:
    """Return the lengths of runs that follow each other up to row ``end``."""
    return np.diff(first, append=end)


def distinct_runs(values: np.ndarray, lengths: np.ndarray) -> tuple[pa.BinaryArray, Ints]:
    """Return the distinct runs of ``values`` as bytes, and which of them each run is.

    ``lengths`` says how many values each run has; the runs stand one after another.
    """
    offsets = np.concatenate([[0], np.cumsum(lengths) * values.itemsize]).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(values))]
    runs = pa.Array.from_buffers(pa.binary(), len(lengths), buffers)
    found = pc.dictionary_encode(runs, memory_pool=POOL)
    return found.dictionary, found.indices.to_numpy()
