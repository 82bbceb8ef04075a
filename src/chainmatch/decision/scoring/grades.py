"""How good the evidence of a row is, and whether it is good enough for the shortlist."""

import re
from itertools import takewhile

import pandas as pd

from chainmatch.matching.grammar import Item, is_branch_only, read_scopes
from chainmatch.profile import Entry
from chainmatch.util.missing import texts_by_firm

GRADES = ("uncertain", "likely", "confirmed")  # ascending
_BRACKET = re.compile(r"\s*[（(][^（）()]*")


def graded(rows: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """The rows; evidence that only branches may act on is graded ``uncertain``."""
    scopes = texts_by_firm(targets, "scope")
    limited = {firm: scope for firm, scope in scopes.items() if is_branch_only(scope)}
    items = dict(zip(limited, read_scopes(list(limited.values())), strict=True))
    grades = [
        "uncertain"
        if firm in limited and _branch_only(quote, limited[firm], items[firm])
        else grade
        for firm, quote, grade in zip(
            *(rows[c].tolist() for c in ("firm_id", "evidence", "grade")), strict=True
        )
    ]
    return rows.assign(grade=grades)


def _branch_only(quote: str, scope: str, items: list[Item]) -> bool:
    """Whether the quoted words of a scope are left to branches or subsidiaries."""
    if is_branch_only(quote):
        return True
    start = scope.find(quote) if quote else -1
    end = start + len(quote)
    said = [n for n, item in enumerate(items) if start <= item.start < end]
    if start < 0 or not said:
        return False
    last = [items[said[-1]], *takewhile(lambda i: i.place == "verb", items[said[-1] + 1 :])]
    behind = _BRACKET.match(scope, last[-1].end)
    return any(item.branch for item in last) or bool(behind and is_branch_only(behind[0]))


def fills(rows: pd.DataFrame, entry: Entry) -> "pd.Series[bool]":
    """Return which rows show a gap filled well enough for the shortlist.

    ``rows`` has the columns ``sector``, ``gap`` and ``grade``.
    """
    return (
        rows["gap"].ge(entry.gap)
        & rows["sector"].ge(entry.fit)
        & rows["grade"].isin(GRADES[GRADES.index(entry.grade) :])
    )
