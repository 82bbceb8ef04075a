"""How much of a long table people's files show, so that they open on an office computer.

The tables for machines hold every row; workbook and page show the first of each kind and say so.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from chainmatch.report.facts import Record, duplicates, records
from chainmatch.schema.words import INPUTS

if TYPE_CHECKING:
    from chainmatch.run import Run

SHEET = 20_000  # rows of one kind on a sheet; Excel takes 1,048,576 in all
PAGE = 5_000  # firms of one kind in the page


def head_of_each(table: pd.DataFrame, by: str, most: int) -> pd.DataFrame:
    """Return the first ``most`` rows of each value of column ``by``, in the order of the table."""
    return table[table.groupby(by).cumcount() < most]


def excluded(run: "Run", most: int) -> list[Record]:
    """Return the first target firms that each gate stopped, in the order of the list."""
    return records(head_of_each(run.excluded, "gate", most))


def gates(run: "Run") -> Counter[str]:
    """Return how many target firms each gate stopped."""
    return Counter(run.excluded["gate"].tolist() if run.gates is None else run.gates)


def repeated(run: "Run", most: int) -> Iterator[Record]:
    """Yield the first duplicates of each list."""
    left = dict.fromkeys(INPUTS.values(), most)
    for row in duplicates(run):
        left[row["list"]] -= 1
        if left[row["list"]] >= 0:
            yield row


def rejects(run: "Run", most: int) -> list[Record]:
    """Return the first rows of each list that could not be read."""
    return records(pd.concat([reading.rejects.head(most) for reading in run.readings]))


def repeats(run: "Run") -> int:
    """Return how many rows of all lists were folded into others."""
    return _counted(run, "duplicates")


def unread(run: "Run") -> int:
    """Return how many rows of all lists could not be read, no data among them."""
    return _counted(run, "rejects") + _counted(run, "other_rows")


def is_cut(run: "Run", most: int) -> bool:
    """Return whether there is more of any kind than the first ``most``."""
    counts = [own.get("duplicates", 0) for own in run.manifest["counts"].values()]
    return max([*gates(run).values(), *counts], default=0) > most


def _counted(run: "Run", what: str) -> int:
    return sum(own.get(what, 0) for own in run.manifest["counts"].values())
