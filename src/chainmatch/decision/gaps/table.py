"""The table of gaps: status, kind, parts and score of every node."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from chainmatch.decision.gaps.coverage import supplies
from chainmatch.decision.gaps.endowments import feasibility, shortages
from chainmatch.decision.gaps.paths import HELD, count_paths
from chainmatch.decision.gaps.sides import FAR, Side, Sides
from chainmatch.decision.gaps.words import Case, beside, listing, why
from chainmatch.decision.relatedness import Expectation, expected, read_relatedness
from chainmatch.profile import Profile, closed_nodes
from chainmatch.schema.columns import TABLES
from chainmatch.util.missing import mean_known, saturating

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

_PARTS = ("pull", "structure", "feasibility", "supply")


def gap_table(
    graph: "Graph",
    sides: Mapping[str, Sides],
    coverage: pd.DataFrame,
    blind: Mapping[str, str],
    profile: Profile,
    target_fits: "pd.DataFrame | Mapping[str, int] | None",
) -> pd.DataFrame:
    """Return the table of gaps (``TABLES["gaps"]``), one row a node, in the order of the graph."""
    expected = coverage.groupby("node")["weight"].sum().to_dict()
    names = {node: list(group) for node, group in coverage.groupby("node")["name"]}
    status = {node: _status(expected.get(node, 0.0), node in blind, profile) for node in graph}
    presence = {
        node: math.nan
        if status[node] == "no-data"
        else saturating(expected.get(node, 0.0), profile.levels.strong)
        for node in graph
    }
    paths = count_paths(graph, status)
    usual = _expected(graph, status, profile)
    targets = _targets(graph, target_fits, profile)
    closed = closed_nodes(profile, graph)
    rows = []
    for node, data in graph.nodes(data=True):
        parts = {
            "pull": _pull(sides[node], presence),
            "structure": mean_known(
                paths[node].structure, usual[node].probability if node in usual else math.nan
            ),
            "feasibility": feasibility(data["needs"], profile),
            "supply": _supply(targets, node, profile),
        }
        kind = "" if node in closed else _kind(status[node], sides[node], status)
        case = Case(
            node, data["name"], kind, status[node], sides[node], paths[node].whole, usual.get(node)
        )
        rows.append(
            {
                **{column: data[column] for column in ("chain", "segment", "stage")},
                "node": node,
                "node_name": data["name"],
                "status": status[node],
                "kind": kind,
                "score": _weighted(parts, profile) if kind else math.nan,
                **{part: round(value, 4) for part, value in parts.items()},
                "local_firms": listing(names.get(node, []), 8),
                "upstream_local": beside(sides[node].up, names),
                "downstream_local": beside(sides[node].down, names),
                "targets": targets.get(node, 0) if targets is not None else None,
                "why": why(
                    case,
                    names,
                    graph,
                    closed.get(node) or blind.get(node, ""),
                    shortages(data["needs"], profile),
                ),
            }
        )
    table = pd.DataFrame(rows, columns=list(TABLES["gaps"]))
    return table.astype({"targets": "Int64", "score": float})


def _status(expected: float, blind: bool, profile: Profile) -> str:
    if expected >= profile.levels.strong:
        return "strong"
    if expected >= profile.levels.present:
        return "present"
    if expected > 0:
        return "weak"
    return "no-data" if blind else "missing"


def _expected(
    graph: "Graph", status: Mapping[str, str], profile: Profile
) -> dict[str, Expectation]:
    held = {node for node in graph if status[node] in HELD}
    if not held or profile.relatedness == "none":
        return {}
    model = read_relatedness(profile.relatedness or None)
    return expected(model, graph, held) if model else {}


def _pull(sides: Sides, presence: Mapping[str, float]) -> float:
    return mean_known(*(_side_pull(side, presence) for side in sides))


def _side_pull(side: Side, presence: Mapping[str, float]) -> float:
    weights = [(presence[m], 1.0) for m in side.near] + [(presence[k], FAR) for k in side.far]
    absent = [1 - weight * p for p, weight in weights if not math.isnan(p)]
    return 1 - math.prod(absent) if absent else math.nan


def _targets(
    graph: "Graph", fits: "pd.DataFrame | Mapping[str, int] | None", profile: Profile
) -> Mapping[str, int] | None:
    if isinstance(fits, pd.DataFrame):
        return dict(supplies(fits, graph, profile)["node"].value_counts())
    return fits


def _supply(targets: Mapping[str, int] | None, node: str, profile: Profile) -> float:
    if targets is None:
        return math.nan
    return min(1.0, targets.get(node, 0) / profile.levels.targets)


def _weighted(parts: Mapping[str, float], profile: Profile) -> float:
    weights: dict[str, float] = profile.gap_weights.model_dump()
    known = [part for part in _PARTS if not math.isnan(parts[part])]
    total = math.fsum(weights[part] for part in known)
    if not total:
        return math.nan
    return round(math.fsum(weights[part] * parts[part] for part in known) / total, 4)


def _kind(own: str, sides: Sides, status: Mapping[str, str]) -> str:
    """Kind of a gap; both sides held within two supplies, one of them next to it, is a fill."""
    if own == "weak":
        return "strengthen"
    if own != "missing":
        return ""
    near = [any(status[m] in HELD for m in side.near) for side in sides]
    within = [
        close or any(status[k] in HELD for k in side.far)
        for close, side in zip(near, sides, strict=True)
    ]
    if any(near):
        return "fill" if all(within) else "extend"
    return "start"
