"""Source-to-market paths through the nodes of a chain."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import networkx as nx

if TYPE_CHECKING:
    Graph: TypeAlias = "nx.DiGraph[str]"

_READY = {"strong": 1.0, "present": 1.0, "weak": 0.75, "no-data": 0.75, "missing": 0.5}
HELD = ("strong", "present", "weak")


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
    held = {node: float(status[node] in HELD) for node in graph}
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
        before = [into[m] * weight[m] for m in part.pred[node]]
        into[node] = math.fsum(before) if before else 1.0
    for node in reversed(order):
        behind = [out[m] * weight[m] for m in part.succ[node]]
        out[node] = math.fsum(behind) if behind else 1.0
    return {node: into[node] * out[node] for node in order}
