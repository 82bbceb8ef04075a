"""A what-if in words, for the console: what the template ``whatif.txt`` is told."""

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.report.templates import text_of
from chainmatch.scenarios.comparing import FILLED

if TYPE_CHECKING:
    from chainmatch.scenarios.lifting import Lift
    from chainmatch.scenarios.whatif import WhatIf

_KINDS = ("fact", "pair", "profile")
_GAP_LINES = 8
_MOVE_LINES = 12
_LEAD_LINES = 6
TELLING = 0.005  # a gap that moves by less is counted, not named
_NOTICED = 0.0005  # a score that moves by less reads the same


def text_of_whatif(found: "WhatIf") -> str:
    """Return all of a what-if in Chinese."""
    own = found.gaps["change"].isin(FILLED)
    mentioned = own & found.gaps["change"].eq("提到")
    text = text_of(
        "whatif.txt",
        found=found,
        coming=_rows(found.firms),
        filled=_rows(found.gaps[own & ~mentioned]),
        mentioned=found.gaps.loc[mentioned, "node_name"].tolist(),
        beside=_beside(found.gaps[~own]),
        moves={"rows": _rows(_moves(found.moves)), "count": len(found.moves)},
        leads={"rows": _rows(found.leads.head(_LEAD_LINES)), "count": len(found.leads)},
        **(_lift(found.lift) if found.lift else {}),
    )
    return re.sub("\n{3,}", "\n\n", text.strip("\n"))  # any section may be empty


def _rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
    found: list[dict[Any, Any]] = table.to_dict("records")
    return found


def _beside(rest: pd.DataFrame) -> dict[str, Any]:
    """Gaps elsewhere that rise or fall: those that one would notice."""
    size = (rest["score_after"] - rest["score_before"]).abs()
    opened = rest["kind_before"].ne(rest["kind_after"])
    noticed = rest.assign(size=-size)[(size >= TELLING) | opened]
    first = noticed.sort_values(["size", "node"]).head(_GAP_LINES)
    return {"rows": _rows(first), "count": len(rest), "least": TELLING}


def _moves(moves: pd.DataFrame) -> pd.DataFrame:
    step = (moves["score_after"] - moves["score_before"]).abs()
    noticed = moves["move"].isin(["引进", "新进", "退出"]) | (step >= _NOTICED)
    return moves[noticed].head(_MOVE_LINES)


def _lift(lift: "Lift") -> dict[str, Any]:
    """What a lift is told by: its ways by kind, parts that could be enough, what still bars it."""
    barred = (why for why in lift.needs["why"].tolist() if "入选要求" in why)
    ways = dict(list(lift.ways.groupby("kind")))
    return {
        "kinds": {kind: _rows(ways[kind]) if kind in ways else [] for kind in _KINDS},
        "enough": _rows(lift.needs[lift.needs["needed"].notna()]),
        "still_barred": next(barred, ""),
    }
