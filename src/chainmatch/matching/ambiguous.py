"""Words that may mean one of two nodes: 片剂 are made by herbal and by chemical drug makers.

A chain says which objects its nodes share. Two nodes that do the same with several shared objects,
and of which none supplies the other, are **rivals** for them; a single shared object mostly names
both (果蔬). The other words of a firm tell which is meant: those of one node or of what only that
node is supplied by (原料药 feeds chemical drugs, 中药提取物 herbal ones). Where they speak for one
of the rivals only, the shared words say no more of the other.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from chainmatch.matching.arrays import Flags, Floats, Ints
from chainmatch.matching.evidence import EvidenceColumns

_SEVERAL = 2  # shared objects from which two nodes are rivals
_TELLS = 0.15  # strength of evidence that tells which of them is meant
_YIELDS = 0.15  # what is left of a shared word for the other


class Rivals(NamedTuple):
    """Two nodes that share words, and the nodes that speak for each: numbers of nodes."""

    nodes: tuple[int, int]
    allies: tuple[Ints, Ints]


def rival_nodes(graph: "nx.DiGraph[Any]") -> list[tuple[str, str]]:
    """Return the pairs of nodes that are rivals, each and all in the order of ids."""
    counts = Counter(
        pair
        for owners in graph.graph.get("shared", {}).values()
        for pair in combinations(sorted(owners), 2)
    )
    several = (pair for pair, count in sorted(counts.items()) if count >= _SEVERAL)
    return [pair for pair in several if _are_rivals(graph, *pair)]


def read_rivals(graph: "nx.DiGraph[Any]", nodes: Sequence[str]) -> list[Rivals]:
    """Return the rivals among ``nodes``, numbered in their order."""
    number = {node: i for i, node in enumerate(nodes)}
    return [
        Rivals(
            (number[a], number[b]),
            (_allies(graph, a, b, number), _allies(graph, b, a, number)),
        )
        for a, b in rival_nodes(graph)
    ]


def _are_rivals(graph: "nx.DiGraph[Any]", a: str, b: str) -> bool:
    alike = set(graph.nodes[a]["activities"]) & set(graph.nodes[b]["activities"])
    return bool(alike) and not graph.has_edge(a, b) and not graph.has_edge(b, a)


def _allies(graph: "nx.DiGraph[Any]", own: str, other: str, number: dict[str, int]) -> Ints:
    suppliers = set(graph.predecessors(own)) - set(graph.predecessors(other))
    return np.array(sorted(number[node] for node in {own, *suppliers}), np.int64)


def yielding(evidence: EvidenceColumns, rivals: Sequence[Rivals]) -> Floats:
    """Return the strengths of evidence, lowered where a shared word means a rival."""
    strength = evidence.strength.copy()
    word = ((evidence.row * 4 + evidence.field) << 32) + evidence.position
    for pair in rivals:
        own, other = (evidence.node == node for node in pair.nodes)
        shared = (own & np.isin(word, word[other])) | (other & np.isin(word, word[own]))
        if not shared.any():
            continue
        tells = ~shared & (evidence.strength >= _TELLS)
        for mine, for_me, for_it in (
            (own, *(_rows(evidence, allies, tells) for allies in pair.allies)),
            (other, *(_rows(evidence, allies, tells) for allies in reversed(pair.allies))),
        ):
            rows = np.setdiff1d(for_it, for_me)
            yields: Flags = shared & mine & np.isin(evidence.row, rows)
            strength[yields] *= _YIELDS
    return strength


def _rows(evidence: EvidenceColumns, nodes: Ints, tells: Flags) -> Ints:
    return evidence.row[tells & np.isin(evidence.node, nodes)]
