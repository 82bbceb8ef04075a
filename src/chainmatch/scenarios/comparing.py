"""What differs between a run and the same run with some firms here."""

import math
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from chainmatch.decision.coverage import amounts_of
from chainmatch.decision.mean import contributions
from chainmatch.decision.neighbours import sides_of
from chainmatch.decision.scoring import weights_of
from chainmatch.decision.shortlist import obstacle, why_not
from chainmatch.parts import GAP_PARTS, PARTS
from chainmatch.report.runs.moves import move_of, moves_of, reason_of, rows_by, same
from chainmatch.run import Run
from chainmatch.scenarios.bringing import Side
from chainmatch.util.rounding import figure

Row = Mapping[str, Any]

FIRMS = ("firm_id", "name", "standing", "nodes", "anchor", "anchor_place")
GAPS = (
    "chain", "node", "node_name", "change", "side",
    "status_before", "status_after", "kind_before", "kind_after",
    "coverage_before", "coverage_after", "score_before", "score_after", "why",
)  # fmt: skip
SCORES = (
    "firm_id", "name", "node_name", "part", "before", "after", "added_before", "added_after",
)  # fmt: skip
LEADS = ("lead_id", "kind", "title", "firm_id", "name", "role", "rank", "score", "why")

_FIRST = ("补上", "变强", "提到", "缺口上升", "缺口下降", "缺口不变")
FILLED = _FIRST[:3]


def coming(run: Run, ids: Collection[str], before: Side, after: Side) -> pd.DataFrame:
    """Return who comes: where each stands now, and how far it would pull as a local firm."""
    ranks = dict(zip(before.shortlist["firm_id"], before.shortlist["rank"], strict=True))
    gates = dict(zip(before.excluded["firm_id"], before.excluded["gate"], strict=True))
    places = {firm: at for at, firm in enumerate(after.survey.anchors["firm_id"].tolist(), 1)}
    pull = dict(zip(after.survey.anchors["firm_id"], after.survey.anchors["anchor"], strict=True))
    covered = after.survey.coverage[after.survey.coverage["covers"]]
    rows = []
    firms = run.candidates.firms
    for firm, name in firms.loc[firms["firm_id"].isin(list(ids)), ["firm_id", "name"]].itertuples(
        index=False
    ):
        if firm in ranks:
            standing = f"清单第{ranks[firm]}位"
        else:
            standing = f"未通过准入条件“{gates[firm]}”" if firm in gates else "未入选清单"
        nodes = covered.loc[covered["firm_id"] == firm].sort_values(
            ["weight", "node"], ascending=[False, True]
        )["node"]
        names = "、".join(run.graph.nodes[node]["name"] for node in nodes)
        rows.append((firm, name, standing, names, pull.get(firm, 0.0), places.get(firm)))
    return pd.DataFrame(rows, columns=list(FIRMS))


def gap_changes(run: Run, ids: Collection[str], before: Side, after: Side) -> pd.DataFrame:
    """Return the nodes that change: what is filled first, then the others by how much they move."""
    coverage = [amounts_of(side.survey.coverage) for side in (before, after)]
    seen = after.survey.coverage
    own = set(seen.loc[seen["firm_id"].isin(list(ids)), "node"].tolist())
    old, new = (rows_by(side.survey.gaps, "node") for side in (before, after))
    rows = []
    for node in run.graph:
        was, now = old[node], new[node]
        amounts = [found.get(node, 0.0) for found in coverage]
        if amounts[0] == amounts[1] and _same(was, now):
            continue
        side = _side(run, node, own)
        rows.append(
            (
                was["chain"], node, was["node_name"], _change(was, now, amounts), side,
                was["status"], now["status"], was["kind"], now["kind"], *amounts,
                was["score"], now["score"], _gap_why(was, now),
            )
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(GAPS)).astype(
        {name: float for name in GAPS if name.startswith(("coverage", "score"))}
    )
    size = (table["score_after"] - table["score_before"]).abs()
    first = table["change"].map(_FIRST.index).astype(int)
    order = table.assign(first=first, size=-size).sort_values(["first", "size", "node"])
    return order[list(GAPS)].reset_index(drop=True)


def list_moves(run: Run, ids: Collection[str], before: Side, after: Side) -> pd.DataFrame:
    """Return who enters the shortlist, leaves it or moves on it, each with the reason."""
    weights = weights_of(run.profile)
    old, new = (rows_by(side.scores, "firm_id") for side in (before, after))
    stopped = rows_by(after.excluded, "firm_id")
    places = [
        dict(zip(side.shortlist["firm_id"], side.shortlist["rank"], strict=True))
        for side in (before, after)
    ]
    names = {firm: row["name"] for firm, row in {**old, **new}.items()}
    rows = []
    for firm in sorted({*places[0], *places[1]}):
        was, now = (float(place.get(firm, math.nan)) for place in places)
        if was == now:
            continue
        scores = [side[firm]["score"] if firm in side else math.nan for side in (old, new)]
        moved = part_changes(old[firm], new[firm], weights) if firm in new and firm in old else ""
        move, why = move_of(was, now), ""
        if firm in ids:
            move, why = "引进", "已在本地，不再列入清单"
        elif math.isnan(was):
            why = _entered(old.get(firm), before, run)
        elif math.isnan(now):
            row = stopped.get(firm)
            why = row["why"] if row else why_not(new[firm], after.shortlist, run.profile)
        rows.append((firm, names[firm], move, was, now, *scores, reason_of(why, moved)))
    return moves_of(rows)


def score_changes(run: Run, before: Side, after: Side) -> pd.DataFrame:
    """Return every part of a firm's score that changes, with what it adds before and after.

    One row a part, firms in the order of the later scores; the differences add up to that of the
    score.
    """
    weights = weights_of(run.profile)
    old = rows_by(before.scores, "firm_id")
    rows = []
    for row in after.scores.to_dict("records"):
        was = old.get(row["firm_id"])
        if was is None or all(same(was[part.column], row[part.column]) for part in PARTS):
            continue
        added = [contributions(side, weights) for side in (was, row)]
        for part in PARTS:
            values = (was[part.column], row[part.column])
            parts = (added[0][part.name], added[1][part.name])
            if not same(*values) or parts[0] != parts[1]:
                rows.append(
                    (row["firm_id"], row["name"], row["node_name"], part.title, *values, *parts)
                )
    return pd.DataFrame(rows, columns=list(SCORES))


def leads_served(ids: Collection[str], before: Side, after: Side) -> pd.DataFrame:
    """Return the leads that the firms serve: as targets for now, as local firms once here."""
    rows = []
    for side, kind, role in (
        (before, "target", "作为来投资的企业"),
        (after, "local", "落户后就地配套"),
    ):
        table = side.lead_matches
        own = table[table["partner_kind"].eq(kind) & table["partner_id"].isin(list(ids))]
        columns = ["lead_id", "kind", "title", "partner_id", "partner_name", "rank", "score", "why"]
        for lead, what, title, firm, name, *rest in own[columns].itertuples(index=False):
            rows.append((lead, what, title, firm, name, role, *rest))
    return pd.DataFrame(rows, columns=list(LEADS))


# --- reasons -------------------------------------------------------------------------------------


def part_changes(old: Row, new: Row, weights: Mapping[str, float]) -> str:
    """Say which parts of a score moved, the one that moves it most first; "" if none did."""
    added = [contributions(side, weights) for side in (old, new)]
    steps = []
    for part in PARTS:
        was, now = old[part.column], new[part.column]
        step = added[1][part.name] - added[0][part.name]
        if not same(was, now):
            shown = " → ".join(figure(v, 4) for v in (was, now))
            steps.append(
                (-abs(step), f"{part.title} {shown}（得分{'+' * (step >= 0)}{figure(step, 4)}）")
            )
    texts = (
        [f"环节由“{old['node_name']}”改为“{new['node_name']}”"]
        if old["node"] != new["node"]
        else []
    )
    return "，".join([*texts, *(text for _, text in sorted(steps))])


def _entered(row: Row | None, before: Side, run: Run) -> str:
    if row is None:
        return "原来未通过准入条件"
    barred = obstacle(row, run.profile.entry)
    if barred:
        return f"原来{barred}"
    if row["firm_id"] in before.waiting:
        return f"原排在清单之后第{before.waiting.index(row['firm_id']) + 1}位，名额空出后递补"
    return f"原来{why_not(row, before.shortlist, run.profile)}"


def _gap_why(was: Row, now: Row) -> str:
    """Say which parts of a gap moved, largest first."""
    steps = []
    for part in GAP_PARTS:
        pair = was[part.column], now[part.column]
        if not same(*pair):
            shown = " → ".join(map(figure, pair))
            size = abs(pair[1] - pair[0]) if all(v == v for v in pair) else 1.0
            steps.append((-size * part.weight, f"{part.title} {shown}"))
    return "，".join(text for _, text in sorted(steps))


def _change(was: Row, now: Row, amounts: list[float]) -> str:
    """What happens to a node: a firm that only mentions it fills nothing."""
    if amounts[1] > amounts[0]:
        return "补上" if was["status"] in ("missing", "no-data") else "变强"
    if was["status"] != now["status"] and now["status"] == "weak":
        return "提到"
    if was["score"] == now["score"]:
        return "缺口不变"
    return "缺口上升" if now["score"] > was["score"] else "缺口下降"


def _side(run: Run, node: str, own: set[str]) -> str:
    """Where a node stands beside the nodes that the firms fill."""
    if node in own:
        return "本环节"
    sides = sides_of(run.graph, node)
    if own & {*sides.up.near, *sides.up.far}:
        return "下游"
    return "上游" if own & {*sides.down.near, *sides.down.far} else "其他"


_GAP_COLUMNS = ("status", "kind", "score", *(part.column for part in GAP_PARTS))


def _same(was: Row, now: Row) -> bool:
    return all(same(was[column], now[column]) for column in _GAP_COLUMNS)
