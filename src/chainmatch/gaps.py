"""Coverage, gaps and anchors: what local firms do at each node, and which nodes are worth filling.

**Coverage.** ``E(n)``, the expected number of local producers at a node, is the sum over local
firms of fit × size. A firm counts from ``levels.fit`` on, and only with an activity that the node
counts; where a node counts anything but ``trade``, selling is no coverage. ``size`` is 1 up to 10
million yuan of registered capital or where the capital is unknown, ``log10(capital / 100)`` above
(capital in 万元), 3 at most. Status is ``strong`` from ``levels.strong`` on, ``present`` from
``levels.present`` on, ``weak`` above 0, else ``missing``; ``no-data`` where the list could not have
shown a firm: it is empty or without scopes, no row of it shows any activity that the node counts,
or the profile lists the node under ``unlisted``. Presence ``p(n) = E / (E + levels.strong)``,
unknown for ``no-data``.

**Parts of a gap**, each 0…1 or unknown:

pull
    Mean over the two sides that exist of ``1 - Π(1 - p(m)) · Π(1 - 0.4 p(k))``, with m the nodes
    one supply away and k those two supplies away. Nodes without data are left out; a side that
    knows nothing is unknown.
structure
    Mean of two shares. One is ``log(1 + closed) / log(1 + most)``. ``closed`` counts the
    source-to-market paths of the chain through the node; a path counts 1 if all its other nodes are
    held, and half as much for each further node that is missing (three quarters for one that is
    weak or without data). ``most`` is the largest number of paths through one node of the chain.
    Both come from one pass down and one up in topological order. It is unknown for a node without
    supplies inside its chain. The other is how far a place that holds the nodes held here would be
    expected to hold this one (:mod:`chainmatch.relatedness`); it is unknown where nothing was
    learned about the node or the list shows nothing. It speaks in ``why`` from 0.7 on, with the two
    held kin that say so most.
feasibility
    Half the weakest, half the mean of the known endowments that the node needs; unknown if none is.
supply
    ``min(1, targets / levels.targets)`` with ``targets`` the target firms from ``levels.fit`` on
    that do, and not only sell, what the node names.

The gap's score is the weighted mean of the known parts (``gap_weights``).

**Anchors.** Anchor strength of a local firm = max over its nodes of fit × size × what hangs on the
node, where a neighbour counts 1 one supply away and 0.4 two supplies away.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import networkx as nx
import pandas as pd

from chainmatch.chains import ACTIVITIES
from chainmatch.columns import NEEDS, TABLES
from chainmatch.profile import Profile, closed_nodes
from chainmatch.relatedness import Expectation, expected, read_relatedness

if TYPE_CHECKING:
    Graph: TypeAlias = nx.DiGraph[str]

FAR = 0.4  # weight of a neighbour two supplies away
_READY = {"strong": 1.0, "present": 1.0, "weak": 0.75, "no-data": 0.75, "missing": 0.5}
_HELD = ("strong", "present", "weak")
_PARTS = ("pull", "structure", "feasibility", "supply")
_SCARCE = 0.4  # an endowment below this is named as a shortage
_USUAL = 0.7  # a node expected from here on is said to be usual in places like ours


@dataclass(frozen=True)
class Survey:
    """What the county has.

    gaps : one row for every node (``TABLES["gaps"]``); where it is no gap, ``kind`` is "" and
        ``score`` NaN.
    anchors : one row for every local firm, strongest first (``TABLES["locals"]``).
    coverage : which local firms stand at which node, heaviest there first:
        ``node, firm_id, name, weight`` (fit × size), ``anchor``.
    """

    gaps: pd.DataFrame
    anchors: pd.DataFrame
    coverage: pd.DataFrame


class _Side(NamedTuple):
    """The neighbours of a node on one side: one and two supplies away, in id order."""

    near: tuple[str, ...]
    far: tuple[str, ...]


class _Sides(NamedTuple):
    up: _Side
    down: _Side


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
    sides = {node: _sides(graph, node) for node in graph}
    sizes = _sizes(locals)
    fits = _known_fits(local_fits, graph)
    anchors = _anchors(fits, locals, sides, sizes)
    coverage = _coverage(fits, profile, sizes, anchors)
    gaps = _gaps(graph, sides, coverage, _blind(graph, fits, locals, profile), profile, target_fits)
    return Survey(gaps, anchors, coverage)


def text_of(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column as text, with "" where it is unknown."""
    return column.astype(object).where(column.notna(), "")


def saturating(amount: float, half: float) -> float:
    """Return ``amount / (amount + half)``: 0 for nothing, one half at ``half``, towards 1."""
    return amount / (amount + half)


def counts(activity: str, node_activities: Iterable[str]) -> bool:
    """Return whether an activity covers a node: trade does so only where nothing else counts.

    A bare item (activity "") counts; its doubt is in the fit already.
    """
    if activity == "trade":
        return set(node_activities) == {"trade"}
    return activity == "" or activity in node_activities


# --- coverage and anchors ----------------------------------------------------------------------


def _sides(graph: "Graph", node: str) -> _Sides:
    return _Sides(_side(graph.pred, node), _side(graph.succ, node))


def _side(step: Mapping[str, Iterable[str]], node: str) -> _Side:
    near = set(step[node])
    far = {k for m in near for k in step[m]} - near - {node}
    return _Side(tuple(sorted(near)), tuple(sorted(far)))


def _sizes(firms: pd.DataFrame) -> dict[str, float]:
    capital = pd.to_numeric(firms["capital"], errors="coerce")
    yuan = text_of(firms["currency"]).isin(["", "CNY"])
    known = capital.where(yuan).fillna(0.0)
    return {
        firm: min(3.0, max(1.0, math.log10(value / 100))) if value > 1000 else 1.0
        for firm, value in zip(firms["firm_id"].tolist(), known.tolist(), strict=True)
    }


def _known_fits(fits: pd.DataFrame, graph: "Graph") -> pd.DataFrame:
    """The rows that name a node of the graph; ``counts`` says whether their activity covers it."""
    found = fits[fits["node"].isin(list(graph))]
    pairs = list(zip(found["node"].tolist(), text_of(found["activity"]).tolist(), strict=True))
    answer = {
        (node, activity): counts(activity, graph.nodes[node]["activities"])
        for node, activity in set(pairs)
    }
    return found.assign(
        activity=[activity for _, activity in pairs], counts=[answer[pair] for pair in pairs]
    )


def _coverage(
    fits: pd.DataFrame,
    profile: Profile,
    sizes: Mapping[str, float],
    anchors: pd.DataFrame,
) -> pd.DataFrame:
    strength = dict(zip(anchors["firm_id"], anchors["anchor"], strict=True))
    rows = [
        (node, firm, name, fit * sizes.get(firm, 1.0), strength.get(firm, 0.0))
        for node, firm, name, fit, counting in zip(
            *(fits[c].tolist() for c in ("node", "firm_id", "name", "fit", "counts")), strict=True
        )
        if counting and fit >= profile.levels.fit
    ]
    rows.sort(key=lambda row: (row[0], -row[3], -row[4], row[1]))
    return pd.DataFrame(rows, columns=["node", "firm_id", "name", "weight", "anchor"])


def _anchors(
    fits: pd.DataFrame,
    firms: pd.DataFrame,
    sides: Mapping[str, _Sides],
    sizes: Mapping[str, float],
) -> pd.DataFrame:
    hanging = {
        node: sum(len(side.near) + FAR * len(side.far) for side in both)
        for node, both in sides.items()
    }
    columns = ["firm_id", "chain", "node", "node_name", "fit", "grade", "evidence"]
    best: dict[str, tuple[float, list[object]]] = {}
    for counting, firm, *rest in zip(
        fits["counts"].tolist(), *(fits[c].tolist() for c in columns), strict=True
    ):
        anchor = round(counting * rest[3] * sizes.get(firm, 1.0) * hanging[rest[1]], 4)
        if firm not in best or anchor > best[firm][0]:
            best[firm] = (anchor, rest)
    rows = []
    for firm, name, category in zip(
        firms["firm_id"].tolist(),
        firms["name"].tolist(),
        text_of(firms["category"]).tolist(),
        strict=True,
    ):
        anchor, rest = best.get(firm, (0.0, ["", "", "", math.nan, "", ""]))
        rows.append((firm, name, category, *rest, anchor))
    table = pd.DataFrame(rows, columns=list(TABLES["locals"]))
    return table.sort_values(["anchor", "firm_id"], ascending=[False, True], ignore_index=True)


def _blind(
    graph: "Graph", fits: pd.DataFrame, locals: pd.DataFrame, profile: Profile
) -> dict[str, str]:
    """Nodes at which the list could not have shown a firm, each with the reason."""
    if not len(locals):
        return dict.fromkeys(graph, "没有本地企业名单")
    text = text_of(locals["scope"]).ne("") | text_of(locals["products"]).ne("")
    if text.mean() < profile.levels.text:
        return dict.fromkeys(graph, f"本地名单只有{text.mean():.0%}的企业有经营范围")
    shown = set(fits["activity"])
    blind = {}
    for node, data in graph.nodes(data=True):
        if node in profile.unlisted:
            blind[node] = profile.unlisted[node]
        elif not any(counts(activity, data["activities"]) for activity in shown - {""}):
            kinds = "、".join(ACTIVITIES[a] for a in data["activities"])
            blind[node] = f"本地名单中没有一家登记这类{kinds}活动"
    return blind


# --- gaps --------------------------------------------------------------------------------------


def _gaps(
    graph: "Graph",
    sides: Mapping[str, _Sides],
    coverage: pd.DataFrame,
    blind: Mapping[str, str],
    profile: Profile,
    target_fits: "pd.DataFrame | Mapping[str, int] | None",
) -> pd.DataFrame:
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
            "structure": _mean(
                paths[node].structure, usual[node].probability if node in usual else math.nan
            ),
            "feasibility": feasibility(data["needs"], profile),
            "supply": _supply(targets, node, profile),
        }
        kind = "" if node in closed else _kind(status[node], sides[node], status)
        case = _Case(
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
                "upstream_local": _beside(sides[node].up, names),
                "downstream_local": _beside(sides[node].down, names),
                "targets": targets.get(node, 0) if targets is not None else None,
                "why": _why(case, names, graph, closed.get(node) or blind.get(node, ""))
                + _company(case, graph)
                + _shortage(data["needs"], profile, kind),
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
    held = {node for node in graph if status[node] in _HELD}
    if not held or profile.relatedness == "none":
        return {}
    return expected(read_relatedness(profile.relatedness or None), graph, held)


def _mean(*values: float) -> float:
    """Mean of the known values; NaN if none is."""
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _pull(sides: _Sides, presence: Mapping[str, float]) -> float:
    return _mean(*(_side_pull(side, presence) for side in sides))


def _side_pull(side: _Side, presence: Mapping[str, float]) -> float:
    weights = [(presence[m], 1.0) for m in side.near] + [(presence[k], FAR) for k in side.far]
    absent = [1 - weight * p for p, weight in weights if not math.isnan(p)]
    return 1 - math.prod(absent) if absent else math.nan


class Paths(NamedTuple):
    """Source-to-market paths through one node of its chain.

    ``total`` all of them; ``whole`` those whose other nodes are all held by local firms;
    ``closed`` the weighted count of the module's docstring; ``structure`` 0…1 or NaN.
    """

    total: float
    whole: float
    closed: float
    structure: float


def count_paths(graph: "Graph", status: Mapping[str, str]) -> dict[str, Paths]:
    """Count the paths through every node, each chain by itself, in time linear in its supplies."""
    ready = {node: _READY[status[node]] for node in graph}
    held = {node: float(status[node] in _HELD) for node in graph}
    one = dict.fromkeys(graph, 1.0)
    found: dict[str, Paths] = {}
    for chain in dict.fromkeys(nx.get_node_attributes(graph, "chain").values()):
        nodes = [n for n, data in graph.nodes(data=True) if data["chain"] == chain]
        part = nx.DiGraph(graph.subgraph(nodes))  # a copy: views are slow to walk
        order = list(nx.topological_sort(part))
        total, whole, closed = (_through(part, order, weight) for weight in (one, held, ready))
        most = max(total.values())
        for node in part:
            share = math.log1p(closed[node]) / math.log1p(most)
            alone = not part.degree(node)
            found[node] = Paths(
                total[node], whole[node], closed[node], math.nan if alone else share
            )
    return found


def _through(part: "Graph", order: list[str], weight: Mapping[str, float]) -> dict[str, float]:
    """Weighted number of source-to-market paths through each node, its own weight left out."""
    into: dict[str, float] = {}
    out: dict[str, float] = {}
    for node in order:
        into[node] = sum(into[m] * weight[m] for m in part.pred[node]) if part.pred[node] else 1.0
    for node in reversed(order):
        out[node] = sum(out[m] * weight[m] for m in part.succ[node]) if part.succ[node] else 1.0
    return {node: into[node] * out[node] for node in order}


def feasibility(needs: Iterable[str], profile: Profile) -> float:
    """Half the weakest, half the mean of the known endowments among ``needs``; NaN if none is."""
    known = [e for need in needs if (e := profile.endowments.get(need)) is not None]
    return (min(known) + sum(known) / len(known)) / 2 if known else math.nan


def supplies(fits: pd.DataFrame, graph: "Graph", profile: Profile) -> pd.DataFrame:
    """Return which target firms count for the part ``supply`` of which nodes: firm_id, node."""
    known = _known_fits(fits, graph)
    good = known[known["counts"] & (known["fit"] >= profile.levels.fit)]
    return good[["firm_id", "node"]].drop_duplicates()


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
    total = sum(weights[part] for part in known)
    if not total:
        return math.nan
    return round(sum(weights[part] * parts[part] for part in known) / total, 4)


def _kind(own: str, sides: _Sides, status: Mapping[str, str]) -> str:
    """Kind of a gap; both sides held within two supplies, one of them next to it, is a fill."""
    if own == "weak":
        return "strengthen"
    if own != "missing":
        return ""
    near = [any(status[m] in _HELD for m in side.near) for side in sides]
    within = [
        close or any(status[k] in _HELD for k in side.far)
        for close, side in zip(near, sides, strict=True)
    ]
    if any(near):
        return "fill" if all(within) else "extend"
    return "start"


# --- words -------------------------------------------------------------------------------------


class _Case(NamedTuple):
    node: str
    name: str
    kind: str
    status: str
    sides: _Sides
    whole: float  # source-to-market paths that the node would complete
    usual: Expectation | None  # how usual the node is in places like ours


def listing(names: list[str], most: int) -> str:
    """Join names with 、; beyond ``most`` say how many there are."""
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等{len(names)}家"


def _near_names(side: _Side, names: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(name for m in side.near for name in names.get(m, [])))


def _beside(side: _Side, names: Mapping[str, list[str]]) -> str:
    return listing(_near_names(side, names), 6)


def _named(nodes: Iterable[str], names: Mapping[str, list[str]], graph: "Graph") -> str:
    """``甲、乙（钨冶炼）``: two firms of the first held nodes, at most two nodes."""
    held = [m for m in nodes if names.get(m)]
    shown = [f"{listing(names[m], 2)}（{graph.nodes[m]['name']}）" for m in held[:2]]
    return "、".join(shown)


def _neighbours(
    sides: _Sides, names: Mapping[str, list[str]], graph: "Graph", *, far: bool
) -> tuple[str, str]:
    """What stands up- and downstream by name; with ``far``, two supplies away if not next to it."""
    words = []
    for side, direction in zip(sides, ("上游", "下游"), strict=True):
        near, beyond = (_named(nodes, names, graph) for nodes in side)
        text = f"{direction}有{near}" if near else ""
        words.append(f"再隔一环的{direction}有{beyond}" if far and beyond and not near else text)
    return words[0], words[1]


def _why(case: _Case, names: Mapping[str, list[str]], graph: "Graph", obstacle: str) -> str:
    here = names.get(case.node, [])
    if obstacle and not case.kind:
        lead = {"no-data": "无法判断", "missing": "不列为缺口"}.get(case.status)
        return f"{lead}：{obstacle}" if lead else f"本地已有{listing(here, 3)}；{obstacle}"
    up, down = _neighbours(case.sides, names, graph, far=case.kind == "fill")
    neighbours = "，".join(text for text in (up, down) if text)
    if case.kind == "fill":
        return f"本地{neighbours}，缺“{case.name}”{_completes(case)}"
    if case.kind == "extend":
        direction = "下游" if up else "上游"
        return f"本地{neighbours}，可向{direction}延伸到“{case.name}”{_completes(case)}"
    if case.kind == "strengthen":
        beside = f"；{neighbours}" if neighbours else ""
        return f"本地仅{listing(here, 3)}做“{case.name}”，有待做强{beside}"
    if case.kind == "start":
        return f"“{case.name}”及其直接上下游均未见本地企业，需整体引进"
    return f"本地已有{listing(here, 3)}做“{case.name}”"


def _completes(case: _Case) -> str:
    return f"，补上即打通{case.whole:.0f}条从源头到市场的路径" if case.whole >= 1 else ""


def _company(case: _Case, graph: "Graph") -> str:
    """What relatedness says of a gap, where it speaks clearly."""
    if not case.kind or case.usual is None or case.usual.probability < _USUAL:
        return ""
    names = [graph.nodes[node]["name"] for node in case.usual.kin if node in graph][:2]
    beside = f"，常与{'、'.join(f'“{name}”' for name in names)}并存" if names else ""
    return f"；产业构成与本县相近的地方多有这一环节{beside}"


def _shortage(needs: Iterable[str], profile: Profile, kind: str) -> str:
    if not kind:
        return "。"
    short = [
        NEEDS.get(need, need)
        for need in needs
        if (known := profile.endowments.get(need)) is not None and known < _SCARCE
    ]
    return f"；要素短板：{'、'.join(short)}。" if short else "。"
