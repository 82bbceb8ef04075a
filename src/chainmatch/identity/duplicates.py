"""Rows that are one firm beyond doubt: which are merged, which row is kept, and why.

Two such rows always share a *duplicate key*: the valid code, the parsed name (finest place, core,
class of the legal form, branch) or the name without marks. So the rows that share a key with
another row give the same merges as the whole list does; a list of any size is searched by its keys.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from chainmatch.identity.relations import Firm, certain, firms_of

_BLOCK = 50  # different rows under one key that are compared pair by pair


class Merge(NamedTuple):
    """A row that is merged into another one (positions in the table), and why."""

    gone: int
    kept: int
    why: str


def merges(table: pd.DataFrame, filled: Sequence[int] | None = None) -> list[Merge]:
    """Return which rows of a firms table are merged into which, in the order of the rows.

    Of each group the row with a valid code and the most filled cells is kept, the first of equals.
    ``filled`` is the :func:`fullness` of the rows where the table does not hold all their cells.
    """
    firms = firms_of(table)
    full = fullness(table) if filled is None else filled
    gone: dict[int, int] = {}
    for group in _groups(firms):
        kept = min(group, key=lambda row: (not firms[row].code, -full[row], row))
        gone.update({row: kept for row in group if row != kept})
    return [
        Merge(row, kept, certain(firms[row], firms[kept]) or "与同组其他行为同一企业")
        for row, kept in sorted(gone.items())
    ]


def duplicate_keys(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the duplicate keys of all rows as 64-bit hashes, equal on every machine.

    The hashes stand one after another; ``offsets`` (one more than rows, from 0) say where those of
    a row begin: ``offsets, hashes``. Different keys that share a hash do no harm: rows are merged
    by what they say, never by a hash.
    """
    keys = [_keys(firm) for firm in firms_of(table)]
    offsets = np.cumsum([0, *map(len, keys)], dtype=np.int32)
    return offsets, _hashed([key for own in keys for key in own])


def id_keys(ids: Sequence[str]) -> np.ndarray:
    """Return one 64-bit hash for each id: the duplicate key of the code that it is or could be.

    With these beside their duplicate keys, rows that bear one id share a key, too.
    """
    return _hashed([f"code|{firm_id}" for firm_id in ids])


def _hashed(texts: list[str]) -> np.ndarray:
    hashes: np.ndarray = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    return hashes.view(np.int64)


def fullness(table: pd.DataFrame) -> list[int]:
    """Return how many cells of each row are filled."""
    filled = table.notna() & (table.astype(str) != "")
    return [int(count) for count in filled.sum(axis=1)]


def _keys(firm: Firm) -> tuple[str, ...]:
    parsed = firm.parsed
    form = "|".join((*parsed.places[-1:], parsed.core, parsed.kind, parsed.branch))
    keys = (f"form|{form}", f"name|{parsed.key}")
    return (*keys, f"code|{firm.code}") if firm.code else keys


class _Sets:
    """Which rows are known to be one firm: disjoint sets, led by their first row."""

    def __init__(self, size: int) -> None:
        self._leader = list(range(size))

    def find(self, row: int) -> int:
        leader = self._leader
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    def join(self, a: int, b: int) -> None:
        first, second = sorted((self.find(a), self.find(b)))
        self._leader[second] = first

    def groups(self) -> Iterable[list[int]]:
        """Return the sets of two rows and more, rows ascending."""
        found: dict[int, list[int]] = defaultdict(list)
        for row in range(len(self._leader)):
            found[self.find(row)].append(row)
        return [group for group in found.values() if len(group) > 1]


def _groups(firms: list[Firm]) -> Iterable[list[int]]:
    """Return groups of rows that are one firm beyond doubt."""
    sets = _Sets(len(firms))
    first: dict[tuple[str, ...], int] = {}
    blocks: dict[str, list[int]] = defaultdict(list)
    for firm in firms:
        # Word for word the same row: nothing to compare, however often it comes.
        copy = first.setdefault((firm.code, firm.name, firm.province, firm.city), firm.row)
        if copy != firm.row and certain(firms[copy], firm):
            sets.join(copy, firm.row)
        else:
            for key in _keys(firm):
                blocks[key].append(firm.row)
    for rows in blocks.values():
        if len(rows) > 1:
            _join_block(rows, firms, sets)
    return sets.groups()


def _join_block(rows: list[int], firms: list[Firm], sets: _Sets) -> None:
    # A row without a code under a name that two codes bear could be either: it stays.
    torn = len({firms[row].code for row in rows if firms[row].code}) > 1
    for a, b in combinations(rows[:_BLOCK], 2):
        one, two = firms[a], firms[b]
        if (torn and one.code != two.code) or sets.find(a) == sets.find(b):
            continue
        if certain(one, two):
            sets.join(a, b)
