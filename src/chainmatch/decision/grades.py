"""How good the evidence of a row is, and whether it is good enough for the shortlist."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from chainmatch.matching.grammar import Item, is_branch_only
from chainmatch.profile import Entry

GRADES = ("uncertain", "likely", "confirmed")  # ascending
_BRACKET = re.compile(r"\s*[（(][^（）()]*")
_CLAUSE = re.compile("[；;。]")


def graded(
    rows: pd.DataFrame, scopes: Mapping[str, str], items: Mapping[str, Sequence[Item]]
) -> pd.DataFrame:
    """Return the rows; evidence that only branches may act on is graded ``uncertain``.

    ``scopes`` and ``items`` are those of the firms, by id.
    """
    limited = {firm for firm, scope in scopes.items() if is_branch_only(scope)}
    grades = [
        "uncertain" if firm in limited and _branch_only(quote, scopes[firm], items[firm]) else grade
        for firm, quote, grade in zip(
            *(rows[c].tolist() for c in ("firm_id", "evidence", "grade")), strict=True
        )
    ]
    return rows.assign(grade=grades)


def _branch_only(quote: str, scope: str, items: Sequence[Item]) -> bool:
    """Whether the quoted words of a scope are left to branches or subsidiaries."""
    if is_branch_only(quote):
        return True
    start = scope.find(quote) if quote else -1
    end = start + len(quote)
    said = [n for n, item in enumerate(items) if start <= item.start < end]
    if start < 0 or not said:
        return False
    last = [items[said[-1]]]  # with the verbs of its list, and not the next clause (；餐饮服务)
    for item in items[said[-1] + 1 :]:
        if item.place != "verb" or _CLAUSE.search(scope, last[-1].end, item.start):
            break
        last.append(item)
    behind = _BRACKET.match(scope, last[-1].end)
    return any(item.branch for item in last) or bool(behind and is_branch_only(behind[0]))


def fills(rows: pd.DataFrame, entry: Entry) -> "pd.Series[bool]":
    """Return which rows show enough for the shortlist: parts and grade, as the profile asks.

    ``rows`` has the columns of the parts and ``grade``; an unknown part is not enough.
    """
    good = rows["grade"].isin(GRADES[GRADES.index(entry.grade) :])
    for part in ENTRY_PARTS:
        good &= rows[part].ge(getattr(entry, part))
    return good


ENTRY_PARTS = ("gap", "fit", "substance", "transferability")
