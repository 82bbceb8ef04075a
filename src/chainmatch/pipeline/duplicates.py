"""Duplicates of a list that was examined in parts."""

import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from chainmatch.identity.duplicates import Merge, merges
from chainmatch.identity.resolution import distinct_ids, merge_table
from chainmatch.pipeline.database import Database
from chainmatch.pipeline.engines.found import DiskPart
from chainmatch.pipeline.examine import Settled

_WHO = ("firm_id", "name", "code", "province", "city", "row", "filled")
_BATCH = 20_000


class Merges(NamedTuple):
    """Which rows of a list are merged into which.

    ``firms`` says who is behind the rows that could be duplicates, ``rows`` where in the list each
    of them stands; ``merged`` speaks of positions in both, in the order of the list. ``starts`` are
    the first rows of the parts, and the row behind the last.
    """

    starts: np.ndarray
    firms: pd.DataFrame
    rows: np.ndarray
    merged: list[Merge]

    def settled(self) -> list[Settled]:
        """Return what this says of each part."""
        at = np.array([merge.gone for merge in self.merged], dtype=np.int64)
        gone = self.rows[at]
        stays = np.ones(len(self.rows), dtype=bool)
        stays[at] = False
        # Firms that claim one id and could not be merged.
        ids = self.firms["firm_id"][stays].tolist()
        left = zip(self.rows[stays].tolist(), ids, distinct_ids(ids), strict=True)
        changed = [(row, new) for row, old, new in left if new != old]
        found = []
        for first, end in pairwise(self.starts.tolist()):
            own = gone[np.searchsorted(gone, first) : np.searchsorted(gone, end)] - first
            found.append(Settled(own, {row - first: new for row, new in changed
                                       if first <= row < end}))  # fmt: skip
        return found

    def tables(self) -> Iterator[pd.DataFrame]:
        """Yield the table of duplicates, some thousand rows at a time."""
        for start in range(0, max(len(self.merged), 1), _BATCH):
            part = self.merged[start : start + _BATCH]
            firms = self.firms.iloc[[m.gone for m in part] + [m.kept for m in part]]
            at = [Merge(n, len(part) + n, merge.why) for n, merge in enumerate(part)]
            yield merge_table(firms, at)


def merges_in_memory(parts: Sequence[pd.DataFrame]) -> Merges:
    """Find the duplicates among the firms of all parts."""
    firms = pd.concat(parts, ignore_index=True)
    starts = np.cumsum([0, *map(len, parts)])
    return Merges(starts, firms, np.arange(len(firms)), merges(firms, firms["filled"].tolist()))


def merges_on_disk(parts: Sequence[DiskPart], database: Database) -> Merges:
    """Find the duplicates among the firms of all parts by what they have in common.

    In memory is who is behind the rows that share a key with another row. Rows that are linked by
    keys, directly or over others, are judged together; such groups are taken some thousand rows at
    a time.
    """
    shared = _shared(parts, database)
    starts, who, rows = [0], [], []
    for number, part in enumerate(parts):
        firms = part.table("firms", _WHO)
        own = shared["position"][shared["part"] == number].unique()
        who.append(firms.iloc[own])
        rows.append(starts[-1] + own)
        starts.append(starts[-1] + len(firms))
    suspects, places = pd.concat(who, ignore_index=True), np.concatenate(rows)
    at = np.searchsorted(places, np.array(starts)[shared["part"]] + shared["position"])
    merged = sorted(_judged(suspects, linked(at, shared["key"].to_numpy(), len(suspects))))
    return Merges(np.array(starts), suspects, places, merged)


def _shared(parts: Sequence[DiskPart], database: Database) -> pd.DataFrame:
    """Return which rows have which keys that stand twice or more in the list."""
    return database.table(
        """
        WITH keys AS (SELECT part(filename) AS part, position, key FROM files(filename = true))
        SELECT part, position, key FROM keys
        SEMI JOIN (SELECT key FROM keys GROUP BY key HAVING count(*) > 1) USING (key)
        ORDER BY part, position, key
        """,
        [part.path("keys") for part in parts],
    )


def linked(rows: np.ndarray, keys: np.ndarray, count: int) -> np.ndarray:
    """Return a number for each of ``count`` rows, equal for those that are linked over keys.

    ``rows`` and ``keys`` are pairs: a row has a key.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    names, key = np.unique(keys, return_inverse=True)
    size = count + len(names)
    pairs = coo_array((np.ones(len(rows), dtype=bool), (rows, count + key)), (size, size))
    group: np.ndarray = connected_components(pairs, directed=False)[1][:count]
    return group


def _judged(suspects: pd.DataFrame, group: np.ndarray) -> Iterator[Merge]:
    order = np.argsort(group, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(group[order])) + 1, len(order))
    start = 0
    for end, behind in pairwise([*ends.tolist(), len(order) + _BATCH]):
        if behind - start > _BATCH:  # whole groups
            own = np.sort(order[start:end])
            firms = suspects.iloc[own]
            for gone, kept, why in merges(firms, firms["filled"].tolist()):
                yield Merge(int(own[gone]), int(own[kept]), sys.intern(why))
            start = end
