"""Who is who: duplicates in a list, firms that are already here, and the look-up of a firm.

Two rows are merged silently only where nothing speaks against it: an equal valid credit code under
agreeing names, or names that differ in nothing but spelling (finest place, brand, trade, class of
the legal form, branch) without conflicting codes, provinces or prefectures. Everything less is a
link with a confidence and a reason: ``same``, ``branch`` or ``group``. Two different valid codes
are two firms.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from chainmatch.identity.duplicates import Merge, merges
from chainmatch.identity.linking import Linker, link
from chainmatch.identity.search import FOUND, Finder, find
from chainmatch.schema.columns import TABLES

__all__ = ["FOUND", "Finder", "Linker", "Resolution", "find", "link", "resolve"]


@dataclass(frozen=True)
class Resolution:
    """Rows that are left, what was merged into them, and their links to local firms."""

    firms: pd.DataFrame
    duplicates: pd.DataFrame
    links: pd.DataFrame


def resolve(targets: pd.DataFrame, locals: pd.DataFrame | None) -> Resolution:
    """Merge the duplicates of ``targets`` and link what is left to ``locals``.

    Both are tables in the columns ``TABLES["firms"]``. Of each group of duplicates the row with a
    valid code and the most filled cells is kept as it stands (the first of equals); ``duplicates``
    says what went where and why. ``locals`` may be None: then there are no links.
    """
    merged = merges(targets)
    left = targets.drop(index=targets.index[[merge.gone for merge in merged]]).reset_index(
        drop=True
    )
    left["firm_id"] = distinct_ids(left["firm_id"].tolist())
    links = pd.DataFrame(columns=list(TABLES["links"])) if locals is None else link(left, locals)
    return Resolution(left, merge_table(targets, merged), links)


def merge_table(targets: pd.DataFrame, merged: Sequence[Merge]) -> pd.DataFrame:
    """Say of each row that was merged which it is and where it went."""
    names = ("firm_id", "name")
    ids, titles = (targets[name].fillna("").astype(str).tolist() for name in names)
    numbers = targets["row"].tolist() if "row" in targets else list(range(len(targets)))
    rows = [
        (ids[gone], titles[gone], numbers[gone], ids[kept], titles[kept], why)
        for gone, kept, why in merged
    ]
    return pd.DataFrame(rows, columns=list(TABLES["duplicates"]))


def distinct_ids(ids: list[str]) -> list[str]:
    """Number the later ones of firms that claim one code but could not be merged: ``…-2``."""
    seen: dict[str, int] = defaultdict(int)
    numbered = []
    for firm_id in ids:
        seen[firm_id] += 1
        numbered.append(firm_id if seen[firm_id] == 1 else f"{firm_id}-{seen[firm_id]}")
    return numbered
