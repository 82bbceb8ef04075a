"""What a node brings to every firm of it: the worth of its gap, and partners by name."""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.decision.gaps import Survey, shortages
from chainmatch.decision.scoring.mean import weighted_mean
from chainmatch.names import parsed_name
from chainmatch.profile import Profile
from chainmatch.util.missing import mean_known, saturating

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

_SHOWN = 3  # partners named on each side, weak points named for each firm


class NodeFacts(NamedTuple):
    """What all firms of one node share: parts, partners by name, and the weak sides in words."""

    gap: float
    partners: float
    named: str
    doubt: str  # about the gap
    short: str  # what the county lacks


def node_facts(
    survey: Survey, profile: Profile, graph: "Graph", wanted: Iterable[str]
) -> dict[str, NodeFacts]:
    """Return the facts of the wanted nodes."""
    status = dict(zip(survey.gaps["node"], survey.gaps["status"], strict=True))
    worth = _worth(survey, profile)
    doubts = _doubts(survey.gaps)
    local = _standing(survey.coverage)
    known = _standing(survey.coverage[survey.coverage["introduced"]])
    found = {}
    for node in wanted:
        data = graph.nodes[node]
        sides = (graph.pred[node], graph.succ[node])
        shares = [_share(_partners(side, local), side, status, profile) for side in sides]
        found[node] = NodeFacts(
            gap=worth[node] * profile.chain_weight(data["chain"]),
            partners=mean_known(*shares),
            named=_named([_partners(side, known) for side in sides]),
            doubt=doubts[node],
            short=shortages(data["needs"], profile),
        )
    return found


_Standing: TypeAlias = Mapping[str, list[tuple[str, str, float, float]]]


def _standing(coverage: pd.DataFrame) -> _Standing:
    """Node → the local firms there: id, name, weight, anchor."""
    local: dict[str, list[tuple[str, str, float, float]]] = {}
    columns = (coverage[c].tolist() for c in ("node", "firm_id", "name", "weight", "anchor"))
    for node, *firm in zip(*columns, strict=True):
        local.setdefault(node, []).append((firm[0], firm[1], firm[2], firm[3]))
    return local


def _worth(survey: Survey, profile: Profile) -> dict[str, float]:
    """What filling each node is worth: mean of its known gap parts × what is left to fill."""
    weights = profile.gap_weights.model_dump()
    mean = weighted_mean(
        survey.gaps[list(weights)].to_numpy(dtype=float), np.array(list(weights.values()))
    )
    expected = survey.coverage.groupby("node")["weight"].sum()
    share = survey.gaps["node"].map(expected).fillna(0.0) / profile.levels.strong
    left = (1 - share).clip(lower=0.0).where(survey.gaps["kind"] != "", 0.0)
    worth = (mean * left).where(survey.gaps["status"] != "no-data")
    return dict(zip(survey.gaps["node"], worth, strict=True))


DOUBTS = {
    "pull": "本地对该环节的牵引弱",
    "structure": "只补该环节，链条仍难贯通",
    "feasibility": "要素条件一般",
    "supply": "可招的同类企业少，比选余地小",
}


def _doubts(gaps: pd.DataFrame) -> dict[str, str]:
    """The weakest side of each node's gap in words."""
    found = {}
    columns = ["node", "status", "local_firms", *DOUBTS]
    for node, status, local, *values in zip(*(gaps[c].tolist() for c in columns), strict=True):
        known = {part: v for part, v in zip(DOUBTS, values, strict=True) if not math.isnan(v)}
        if status in ("strong", "present"):
            found[node] = f"本地已有同类企业（{local.split('、')[0]}等）"
        else:
            found[node] = DOUBTS[min(known, key=lambda part: known[part])] if known else ""
    return found


def _partners(neighbours: Iterable[str], local: _Standing) -> list[tuple[str, float]]:
    """Local firms at the neighbour nodes, each once: name and weight there, heaviest first."""
    best: dict[str, tuple[float, float, str]] = {}
    for node in neighbours:
        for firm, name, weight, anchor in local.get(node, ()):
            if firm not in best or weight > best[firm][1]:
                best[firm] = (anchor, weight, name)
    order = sorted(best.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
    return [(name, weight) for _, (_, weight, name) in order]


def _share(
    firms: list[tuple[str, float]],
    neighbours: Iterable[str],
    status: Mapping[str, str],
    profile: Profile,
) -> float:
    if all(status[node] == "no-data" for node in neighbours):  # also where there are none
        return math.nan
    return saturating(math.fsum(weight for _, weight in firms), profile.levels.partners)


def _named(sides: list[list[tuple[str, float]]]) -> str:
    texts = [
        f"{direction}：{'、'.join(_houses(name for name, _ in firms)[:_SHOWN])}"
        for direction, firms in zip(("上游", "下游"), sides, strict=True)
        if firms
    ]
    return "；".join(texts)


def _houses(names: Iterable[str]) -> list[str]:
    """Keep one name of a firm and its branches: the firm's own where it is there."""
    houses: dict[str, str] = {}
    for name in names:
        parsed = parsed_name(name)
        held = houses.setdefault(parsed.firm_key, name)
        if parsed_name(held).branch and not parsed.branch:
            houses[parsed.firm_key] = name
    return list(houses.values())
