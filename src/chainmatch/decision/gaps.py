"""Gaps: which nodes the county should recruit for, and what stands there today.

The score of a gap is

``settle · Σ w·part / Σ w`` over the known parts of :data:`chainmatch.parts.GAP_PARTS`,

with ``settle`` the profile's value for how such a business settles (an inn, a shop or a farm
household is grown at home, not recruited) and 0 where the county takes nobody. ``way`` says which
list a gap stands in: ``recruit`` (可招), ``grow`` (需本地培育), ``closed`` (不接收).

``kind`` is ``strengthen`` where somebody does it already, however strongly; ``fill`` where both
sides are held within two supplies and one of them next to it; ``extend`` where one side is held;
else ``start``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.decision.anchors import anchors_of, follows
from chainmatch.decision.county import NOTHING, County, county_of, feasibility, shortages
from chainmatch.decision.coverage import amounts_of, blind_nodes, coverage_of, status_of, supplies
from chainmatch.decision.firm_facts import is_agent
from chainmatch.decision.mean import weighted_mean
from chainmatch.decision.neighbours import FAR, Side, Sides, sides_of
from chainmatch.decision.paths import HELD, count_paths
from chainmatch.decision.relatedness import expected, read_relatedness
from chainmatch.parts import GAP_FACTS, GAP_PARTS, Facts
from chainmatch.profile import Profile
from chainmatch.schema.columns import TABLES, titles
from chainmatch.schema.words import GAP_KINDS, STATUS, WAYS
from chainmatch.util.missing import mean_known, saturating
from chainmatch.util.notebook import block, frame_html

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

RECRUITED = ("anywhere", "operator", "base")  # how the firms of a node settle that is recruited for
_SUPPLY = next(part for part in GAP_PARTS if part.name == "supply")
_HALF = 2.0  # coverage that pulls half as much as any can


@dataclass(frozen=True, repr=False)
class Survey:
    """What the county has.

    gaps : one row for every node (``TABLES["gaps"]``); a closed one has ``kind`` "", ``score`` 0.
    anchors : one row for every local firm, strongest first (``TABLES["locals"]``).
    coverage : which local firms stand at which node (:data:`.coverage.COVERAGE`).
    county : the profile on the nodes.
    reasons : node → what speaks for it, in a few words; "" if nothing does.
    unwished : node that is wanted for a product → score and reason for who does not make it.
    locals : the local firms.
    """

    gaps: pd.DataFrame
    anchors: pd.DataFrame
    coverage: pd.DataFrame
    county: County
    reasons: Mapping[str, str]
    unwished: Mapping[str, tuple[float, str]]
    locals: pd.DataFrame

    def __repr__(self) -> str:
        """Say in one line how many nodes stand how, and how many are gaps."""
        status, gaps = self.gaps["status"].value_counts(), self.gaps[self.gaps["kind"].ne("")]
        stands = "、".join(f"{title} {status.get(key, 0)}" for key, title in STATUS.items())
        ways = gaps["way"].value_counts()
        sought = "、".join(f"{title} {ways[key]}" for key, title in WAYS.items() if key in ways)
        return f"<Survey {len(self.gaps)} 个环节（{stands}）；缺口 {len(gaps)} 个（{sought}）>"

    def _repr_html_(self) -> str:
        """Show the survey in a notebook: how nodes stand, and the gaps that are worth most."""
        gaps = self.gaps[self.gaps["kind"].ne("")].sort_values("score", ascending=False)
        told = gaps.assign(
            status=gaps["status"].map(STATUS), kind=gaps["kind"].map(GAP_KINDS),
            way=gaps["way"].map(WAYS),
        )  # fmt: skip
        named = titles("gaps")
        shown = ("node_name", "status", "kind", "way", "score", "targets", "why")
        return block(repr(self), frame_html(told, {name: named[name] for name in shown}))


def survey(
    graph: "Graph",
    local_fits: pd.DataFrame,
    locals: pd.DataFrame,
    profile: Profile,
    target_fits: "pd.DataFrame | Mapping[str, int] | None" = None,
) -> Survey:
    """Survey the county: gaps of every node, anchors, and who stands where.

    ``local_fits`` and ``target_fits`` are tables of fits (``TABLES["match"]``), ``locals`` the
    firms that ``local_fits`` speaks of. Without ``target_fits`` the part ``supply`` is unknown; in
    their place the number of targets of each node will do (of :func:`supplies`).
    """
    sides = {node: sides_of(graph, node) for node in graph}
    county = county_of(profile, graph)
    coverage = coverage_of(local_fits, locals, graph, profile)
    blind = blind_nodes(graph, local_fits, locals, profile)
    status = status_of(graph, coverage, blind, profile)
    targets = (
        dict(supplies(target_fits, graph, profile)["node"].value_counts())
        if isinstance(target_fits, pd.DataFrame)
        else target_fits
    )
    view = _View(graph, sides, county, coverage, blind, status, targets)
    anchors = anchors_of(local_fits, locals, sides, graph, profile)
    facts = _facts(view)
    reasons = dict(zip(graph, map(reason_of, facts.to_dict("records")), strict=True))
    unwished = _unwished(view, facts)
    return Survey(_table(view, facts), anchors, coverage, county, reasons, unwished, locals)


@dataclass(frozen=True)
class _View:
    graph: "Graph"
    sides: Mapping[str, Sides]
    county: County
    coverage: pd.DataFrame
    blind: Mapping[str, str]
    status: Mapping[str, str]
    targets: Mapping[str, int] | None


def _table(view: _View, facts: pd.DataFrame) -> pd.DataFrame:
    graph, county = view.graph, view.county
    parts, score = _scores(view, facts)
    rows = []
    firms = _firms_at(view.coverage)
    for row, (values, worth) in enumerate(zip(parts.tolist(), score.tolist(), strict=True)):
        node = list(graph)[row]
        data = graph.nodes[node]
        shut = county.closed.get(node, "")
        kind = "" if shut else _kind(view.status[node], view.sides[node], view.status)
        record = facts.iloc[row].to_dict()
        near = {side: _near(getattr(view.sides[node], side), firms) for side in ("up", "down")}
        rows.append(
            {
                **{column: data[column] for column in ("chain", "segment", "stage")},
                "node": node,
                "node_name": data["name"],
                "status": view.status[node],
                "kind": kind,
                "way": "closed" if shut else _way(data["settles"]),
                "score": worth,
                **{part.column: value for part, value in zip(GAP_PARTS, values, strict=True)},
                "local_firms": listing(firms.get(node, []), 8),
                "upstream_local": listing(near["up"], 6),
                "downstream_local": listing(near["down"], 6),
                "targets": view.targets.get(node, 0) if view.targets is not None else None,
                "why": _why(node, record, values, firms.get(node, []), view),
            }
        )
    table = pd.DataFrame(rows, columns=list(TABLES["gaps"]))
    return table.astype({"targets": "Int64", "score": float})


def _scores(view: _View, facts: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts (a row a node, in the order of the graph) and the scores of all nodes."""
    profile = view.county.profile
    parts = np.stack([part.value(facts) for part in GAP_PARTS], axis=1).round(4)
    weights = np.array([getattr(profile.gap_weights, part.name) for part in GAP_PARTS])
    settle = profile.settle.model_dump()
    factor = [
        0.0
        if node in view.county.closed
        else settle[data["settles"]] * profile.chain_weight(data["chain"])
        for node, data in view.graph.nodes(data=True)
    ]
    return parts, (weighted_mean(parts, weights) * factor).round(4)


def _unwished(view: _View, facts: pd.DataFrame) -> dict[str, tuple[float, str]]:
    """Return what the nodes that are wanted for one product are worth without that wish."""
    for_product = [node in view.county.wanted for node in view.graph]
    without = facts.assign(
        wish=facts["wish"].mask(for_product, 0.0), wished=facts["wished"].mask(for_product, "")
    )
    _, score = _scores(view, without)
    reasons = map(reason_of, without.to_dict("records"))
    rows = zip(view.graph, score.tolist(), reasons, strict=True)
    return {node: (worth, why) for node, worth, why in rows if node in view.county.wanted}


def _way(settles: str) -> str:
    return "recruit" if settles in RECRUITED else "grow"


def _kind(own: str, sides: Sides, status: Mapping[str, str]) -> str:
    if own in HELD:
        return "strengthen"
    near = [any(status[m] in HELD for m in side.near) for side in sides]
    within = [
        close or any(status[k] in HELD for k in side.far)
        for close, side in zip(near, sides, strict=True)
    ]
    if any(near):
        return "fill" if all(within) else "extend"
    return "start"


# --- facts ---------------------------------------------------------------------------------------


def _facts(view: _View) -> pd.DataFrame:
    """Return the facts of every node (``GAP_FACTS``), in the order of the graph."""
    graph, county = view.graph, view.county
    profile = county.profile
    amounts = amounts_of(view.coverage)
    presence = {
        node: math.nan
        if view.status[node] == "no-data"
        else saturating(amounts.get(node, 0.0), _HALF)
        for node in graph
    }
    paths = count_paths(graph, view.status)
    usual = _usual(graph, view.status, profile)
    pulling = _pulling(view.coverage, graph)
    rows = []
    for node, data in graph.nodes(data=True):
        reach, project = county.reach[node], county.projects.get(node, NOTHING)
        wish = county.wishes.get(node, NOTHING)
        sides = view.sides[node]
        rows.append(
            {
                "node_name": data["name"],
                "reach": reach.value,
                "reached": reach.words,
                "reach_steps": reach.steps,
                "through": reach.through,
                "project": project.value,
                "project_name": project.words,
                "anchored": mean_known(*(_side_pull(side, presence) for side in sides)),
                "anchor_names": "、".join(_pullers(sides, pulling)),
                "wish": wish.value if profile.priorities else math.nan,
                "wished": wish.words,
                "endowment": feasibility(data["needs"], profile),
                "shortages": shortages(data["needs"], profile),
                "paths": paths[node].structure,
                "usual": usual.get(node, math.nan),
                "targets": math.nan if view.targets is None else view.targets.get(node, 0),
                "enough": profile.levels.targets,
            }
        )
    return pd.DataFrame(rows, columns=list(GAP_FACTS))


def _usual(graph: "Graph", status: Mapping[str, str], profile: Profile) -> dict[str, float]:
    held = {node for node in graph if status[node] in HELD}
    if not held or profile.relatedness == "none":
        return {}
    model = read_relatedness(profile.relatedness or None)
    return expected(model, graph, held) if model else {}


def _side_pull(side: Side, presence: Mapping[str, float]) -> float:
    weights = [(presence[m], 1.0) for m in side.near] + [(presence[k], FAR) for k in side.far]
    absent = [1 - weight * p for p, weight in weights if not math.isnan(p)]
    return 1 - math.prod(absent) if absent else math.nan


def _pulling(coverage: pd.DataFrame, graph: "Graph") -> dict[str, list[tuple[float, str]]]:
    """Node → its local firms that could pull, by weight: makers of clear evidence, no branch."""
    found: dict[str, list[tuple[float, str]]] = {}
    own = coverage[coverage["covers"] & coverage["grade"].ne("uncertain")]
    for node, name, weight in own[["node", "name", "weight"]].itertuples(index=False):
        data = graph.nodes[node]
        if data["settles"] in RECRUITED and not follows(name) and not is_agent(name):
            found.setdefault(node, []).append((weight, f"{name}（{data['name']}）"))
    return found


def _pullers(sides: Sides, pulling: Mapping[str, list[tuple[float, str]]]) -> list[str]:
    near = [pair for side in sides for m in side.near for pair in pulling.get(m, [])]
    return list(dict.fromkeys(name for _, name in sorted(near, key=lambda p: (-p[0], p[1]))))[:2]


# --- words ---------------------------------------------------------------------------------------


def listing(names: list[str], max_: int) -> str:
    """Join names with 、; beyond ``max_`` say how many there are."""
    shown = "、".join(names[:max_])
    return shown if len(names) <= max_ else f"{shown}等{len(names)}家"


def _firms_at(coverage: pd.DataFrame) -> dict[str, list[str]]:
    return {node: list(group) for node, group in coverage.groupby("node")["name"]}


def _near(side: Side, firms: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(name for m in side.near for name in firms.get(m, [])))


def _why(
    node: str, facts: dict[str, Any], values: list[float], here: list[str], view: _View
) -> str:
    """Return what stands at a node, what speaks for filling it, and what against."""
    if node in view.county.closed:
        return f"{view.county.closed[node]}；{_state(node, here, view)}。"
    reasons = [text for part in GAP_PARTS if (text := part.reason(facts))]
    against = weaknesses(facts, values)
    if facts["targets"] == 0:  # whoever reads the list looks for firms first
        nobody = _SUPPLY.weakness(facts)
        against = [nobody, *(text for text in against if text != nobody)]
    return "；".join([_state(node, here, view), *reasons, *against[:2]]) + "。"


def reason_of(facts: Facts) -> str:
    """Return what speaks for a node beside what the county has: that, a firm's own part says."""
    reasons = [part.reason(facts) for part in GAP_PARTS if part.name != "resources"]
    return "，".join(filter(None, reasons))


def weaknesses(facts: Facts, values: list[float]) -> list[str]:
    """Return what speaks against a gap, worst first by what its part lacks."""
    pairs = zip(GAP_PARTS, values, strict=True)
    weak = [(part.weight * (part.weak - v), part) for part, v in pairs if v < part.weak]
    return [text for _, part in sorted(weak, key=lambda p: -p[0]) if (text := part.weakness(facts))]


def _state(node: str, here: list[str], view: _View) -> str:
    name = view.graph.nodes[node]["name"]
    match view.status[node]:
        case "no-data":
            return f"名单看不出有无“{name}”（{view.blind[node]}）"
        case "missing":
            return f"本地名单未见“{name}”企业"
        case "weak":
            return f"本地只有{listing(here, 3)}涉及“{name}”，规模小"
        case _:
            return f"本地已有{listing(here, 3)}做“{name}”，可以做强"
