"""Sheets of rows as plain values: what every format is turned into before it is understood."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chainmatch.errors import TableError

MAX_SHEETS = 64
MAX_ROWS = 5_000_000
MAX_CELLS = 60_000_000  # of the rectangle that a sheet spans, empty cells included

Row = Sequence[object]
Range = tuple[tuple[int, int], tuple[int, int]]  # (row, column) of the corners, from 0


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``ragged``: a text table, where a stray separator shifts a row's cells.

    ``first`` is the number of ``rows[0]`` as a spreadsheet counts; above 1 in later pieces.
    """

    name: str
    rows: Sequence[Row]
    merged: tuple[Range, ...] = ()
    hidden: bool = False
    ragged: bool = False
    first: int = 1


@dataclass(frozen=True)
class Book:
    """A source with its sheets. ``several``: the file has more than one sheet."""

    file: str
    sheets: tuple[Sheet, ...]
    several: bool = False
    notes: tuple[str, ...] = ()


class Stream(NamedTuple):
    """A source without sheets, row by row, the header among the first rows."""

    file: str
    rows: Iterator[Row]
    ragged: bool = False
    notes: tuple[str, ...] = ()


def too_many(what: str) -> TableError:
    """Return the error for more rows than are read at once."""
    return TableError(f"{what}，超过上限 {MAX_ROWS:,} 行；请拆分文件，或用 iter_firms 分段读取")
