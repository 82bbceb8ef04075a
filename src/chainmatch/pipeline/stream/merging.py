"""Duplicates of a list too long for memory: found by their keys, over the parts of a run.

In memory are the keys of all rows, 64 bits each, and of the rows that share one with another row
what says who the firm is. Rows that are linked by keys, directly or over others, are judged
together; such groups are taken some thousand rows at a time.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.identity.duplicates import Merge, id_keys, merges
from chainmatch.identity.resolution import distinct_ids, merge_table
from chainmatch.pipeline.stream.packed import Settled, columns_of

_WHO = ("firm_id", "name", "code", "province", "city", "row", "filled")
_BATCH = 20_000


class Merges(NamedTuple):
    """Which rows of a list are merged into which.

    ``suspects`` says who is behind the rows that share a key with another one, ``rows`` where in
    the list each of them stands; ``gone`` and ``kept`` are positions in both, ``why`` the reasons,
    in the order of the list. ``starts`` are the first rows of the parts, and the row behind the
    last; ``ids`` row → new id.
    """

    starts: np.ndarray
    suspects: pa.Table
    rows: np.ndarray
    gone: np.ndarray
    kept: np.ndarray
    why: list[str]
    ids: dict[int, str]

    def settled(self) -> list[Settled]:
        """Return what this says of each part."""
        found = []
        gone = self.rows[self.gone]
        changed = np.array(sorted(self.ids), dtype=np.int64)
        for first, end in zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            own = gone[np.searchsorted(gone, first) : np.searchsorted(gone, end)] - first
            new = changed[np.searchsorted(changed, first) : np.searchsorted(changed, end)]
            found.append(Settled(own, {row - first: self.ids[row] for row in new.tolist()}))
        return found

    def tables(self) -> Iterator[pd.DataFrame]:
        """Yield the table of duplicates, some thousand rows at a time."""
        for start in range(0, len(self.gone), _BATCH):
            part = slice(start, start + _BATCH)
            both = np.concatenate([self.gone[part], self.kept[part]])
            firms = self.suspects.take(pa.array(both)).to_pandas()
            count = len(both) // 2
            merged = [Merge(n, count + n, why) for n, why in enumerate(self.why[part])]
            yield merge_table(firms, merged)


def find_merges(parts: Sequence[Path]) -> Merges:
    """Find the duplicates among the packed rows of all parts; they are read twice."""
    shared = _shared_keys(parts)
    counts, places, pairs, who = [], [], [], []
    start = known = 0
    for path in parts:
        keys, owners, size = _keys_of(path)
        held = _among(keys, shared)
        own = np.unique(owners[held])
        who.append(columns_of(path, _WHO).take(pa.array(own)))
        places.append(start + own)
        linked = (np.searchsorted(shared, keys[held]), known + np.searchsorted(own, owners[held]))
        pairs.append(np.stack(linked))
        start, known = start + size, known + len(own)
        counts.append(size)
    suspects, rows = pa.concat_tables(who), np.concatenate(places)
    merged = sorted(_judged(suspects, *np.concatenate(pairs, axis=1)))
    gone, kept = (np.array([pair[at] for pair in merged], dtype=np.int64) for at in (0, 1))
    starts = np.concatenate([[0], np.cumsum(counts)])
    ids = _new_ids(suspects, rows, gone)
    return Merges(starts, suspects, rows, gone, kept, [why for _, _, why in merged], ids)


def _keys_of(path: Path) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the keys of a part, the position of the row that each is of, and the rows."""
    table = columns_of(path, ("keys", "firm_id", "code"))
    lists = table["keys"].combine_chunks()
    owners = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    other = pc.fill_null(pc.not_equal(table["firm_id"], table["code"]), True)
    at = np.flatnonzero(other.to_numpy())
    ids = table["firm_id"].take(pa.array(at)).to_pylist()
    keys = np.concatenate([pc.list_flatten(lists).to_numpy(), id_keys(ids)])
    return keys, np.concatenate([owners, at]), table.num_rows


def _shared_keys(parts: Sequence[Path]) -> np.ndarray:
    """Return the keys that stand twice or more in the list, ascending."""
    every = np.concatenate([_keys_of(path)[0] for path in parts])
    every.sort()
    shared: np.ndarray = np.unique(every[1:][every[1:] == every[:-1]])
    return shared


def _among(keys: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """Return which keys are among ``shared``, which ascend."""
    if not len(shared):
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(shared, keys), len(shared) - 1)
    found: np.ndarray = shared[at] == keys
    return found


def _judged(suspects: pa.Table, keys: np.ndarray, rows: np.ndarray) -> Iterator[Merge]:
    """Yield the merges among suspects; ``keys`` and ``rows`` are pairs: a row has a key."""
    group = linked(keys, rows, suspects.num_rows)
    order = np.argsort(group, kind="stable")
    sizes = np.unique(group, return_counts=True)[1]
    for start, end in _batches(sizes):
        own = np.sort(order[start:end])
        firms = suspects.take(pa.array(own)).to_pandas()
        for gone, kept, why in merges(firms, firms["filled"].tolist()):
            yield Merge(int(own[gone]), int(own[kept]), sys.intern(why))


def linked(keys: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    """Return for each of ``size`` rows the first row that it is linked to over shared keys.

    ``keys`` and ``rows`` are pairs, of numbers from 0: a row has a key.
    """
    first = np.arange(size)
    while len(keys):
        least = np.full(int(keys.max()) + 1, size)
        np.minimum.at(least, keys, first[rows])
        nearer = first.copy()
        np.minimum.at(nearer, rows, least[keys])
        nearer = nearer[nearer]
        if np.array_equal(nearer, first):
            break
        first = nearer
    return first


def _batches(sizes: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield where batches of whole groups begin and end."""
    start = end = 0
    for size in sizes.tolist():
        if end > start and end - start + size > _BATCH:
            yield start, end
            start = end
        end += size
    if end > start:
        yield start, end


def _new_ids(suspects: pa.Table, rows: np.ndarray, gone: np.ndarray) -> dict[int, str]:
    """Return row → id for firms that claim one id and could not be merged."""
    stays = np.ones(len(rows), dtype=bool)
    stays[gone] = False
    ids = suspects["firm_id"].filter(pa.array(stays)).to_pylist()
    left = zip(rows[stays].tolist(), ids, distinct_ids(ids), strict=True)
    return {row: new for row, old, new in left if new != old}
