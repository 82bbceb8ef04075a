"""Who moved between two shortlists: one record for two runs compared and for a what-if."""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

MOVES = ("firm_id", "name", "move", "before", "after", "score_before", "score_after", "why")
_ORDER = ("引进", "新进", "退出", "上升", "下降")


def move_of(before: float, after: float) -> str:
    """Return how a firm moved by its places before and after; NaN: it is not on that list."""
    if math.isnan(before):
        return "新进"
    if math.isnan(after):
        return "退出"
    return "上升" if after < before else "下降"


def moves_of(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Return the moves as a table: who comes in first, then who leaves, rises and falls."""
    table = pd.DataFrame(rows, columns=list(MOVES)).astype({"before": float, "after": float})
    order = table["move"].map(_ORDER.index).astype(int)
    ordered = table.assign(order=order).sort_values(["order", "after", "before", "firm_id"])
    return ordered[list(MOVES)].reset_index(drop=True)


def reason_of(*texts: str) -> str:
    """Return why a firm moved, joined into one sentence."""
    said = [text.rstrip("。") for text in texts if text]
    return "；".join(said or ["自身得分未变，因其他企业进出而移动"]) + "。"


def rows_by(table: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by a column; of equal ones the first."""
    rows = table.drop_duplicates(key).to_dict("records")
    return {row[key]: {str(name): cell for name, cell in row.items()} for row in rows}


def same(a: Any, b: Any) -> bool:
    """Return whether two cells are equal; unknown is equal to unknown."""
    return bool(a == b) or (a != a and b != b)
