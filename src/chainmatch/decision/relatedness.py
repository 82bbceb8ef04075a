"""Relatedness: which nodes live together in the same places; what a place like ours would hold.

A model learned from a registry of firms (``chainmatch relate``, ``relate.py``) holds
for every node the share of places that have it (popularity) and the nodes that stand in the same
places more often than the sizes of the places explain (kin). For a county it gives each node the
probability, at even odds, that the node is there and not absent:

``1 / (1 + exp(-(w0 + w·x)))`` with the four signals ``x``

popularity
    ``log(share / (1 - share))`` of the places of the registry.
kin
    Share of the node's kin that the county holds, weighted by relatedness.
neighbours
    Share of the nodes one supply away that it holds; two supplies away count 0.4.
segment
    Share of the other nodes of the segment that it holds.

Related activities as a guide to what a place can do next: Hidalgo et al., The product space
conditions the development of nations, Science 317 (2007).
"""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from chainmatch.chains.graph import ids_now
from chainmatch.errors import ProfileError, reason
from chainmatch.util.resources import learned_file, reads_learned

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

SIGNALS = ("popularity", "kin", "neighbours", "segment")
FAR = 0.4  # weight of a node two supplies away


@dataclass(frozen=True)
class Relatedness:
    """What was learned. ``weights`` has ``intercept`` and the four signals.

    ``popularity`` gives node → share of places in 0…1, ``kin`` node → (kin → relatedness 0…1),
    ``about`` what it was learned from.
    """

    popularity: Mapping[str, float]
    kin: Mapping[str, Mapping[str, float]]
    weights: Mapping[str, float]
    about: Mapping[str, object]


@reads_learned
@lru_cache(maxsize=4)
def read_relatedness(path: str | Path | None = None) -> Relatedness | None:
    """Read learned figures; ``None`` are those in use, of which there may be none.

    Raises ProfileError if the file holds something else.
    """
    file = learned_file("relatedness.json") if path is None else Path(path)
    if file is None:
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        found = Relatedness(data["popularity"], data["kin"], data["weights"], data["about"])
        usable = {"intercept", *SIGNALS} <= found.weights.keys()
    except OSError as error:
        raise ProfileError(f"{file}：无法读取（{reason(error)}）。") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        usable = False
    if not usable:
        raise ProfileError(f"{file}：不是环节关联文件，请用 chainmatch relate 重新生成。")
    return found


def write_relatedness(model: Relatedness) -> str:
    """Return the text of a file of learned figures, one node a line."""
    blocks = [
        '"about": ' + json.dumps(model.about, ensure_ascii=False),
        '"weights": ' + json.dumps(model.weights),
        '"popularity": ' + _lines(model.popularity),
        '"kin": ' + _lines(model.kin),
    ]
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _lines(table: Mapping[str, object]) -> str:
    rows = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in table.items())
    return "{\n" + rows + "\n}"


def expected(model: Relatedness, graph: "Graph", held: Collection[str]) -> dict[str, float]:
    """Return how far, 0…1, a county that holds the nodes ``held`` is expected to hold each node.

    Nodes that the model does not know are left out; whether a node itself is held says nothing
    about it. What was learned of a node that has been renamed or split holds for what it is now.
    """
    model = _of_today(model, graph)
    nodes = [node for node in graph if node in model.popularity]
    if not nodes:
        return {}
    row = np.array([node in held for node in nodes], dtype=float)
    signals = signal_matrix(nodes, graph, model.popularity, model.kin)
    value = model.weights["intercept"] + signals.total(row, model.weights)
    return {
        node: 1 / (1 + math.exp(-score)) for node, score in zip(nodes, value.tolist(), strict=True)
    }


def _of_today(model: Relatedness, graph: "Graph") -> Relatedness:
    """Return the model with the ids of the graph; parts of a split node share its kinship."""
    now = {node: ids_now(graph, node) for node in model.popularity if node not in graph}
    if not any(now.values()):
        return model

    def spread(kin: Mapping[str, float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for other, value in kin.items():
            own = now.get(other) or (other,)
            found |= {node: max(found.get(node, 0.0), value / len(own)) for node in own}
        return found

    back = {node: old for old, own in now.items() for node in own if node not in model.popularity}
    known = {node: node for node in model.popularity} | back
    return replace(
        model,
        popularity={node: model.popularity[old] for node, old in known.items()},
        kin={node: spread(model.kin[old]) for node, old in known.items()},
    )


class Signals(NamedTuple):
    """The signals as linear functions of what a place holds (a 0/1 row over the nodes).

    ``popularity`` is one number a node, the others are matrices nodes × nodes with rows that add
    up to 1 (or 0 where there is nothing) and a diagonal of 0.
    """

    popularity: np.ndarray
    kin: np.ndarray
    neighbours: np.ndarray
    segment: np.ndarray

    def total(self, row: np.ndarray, weights: Mapping[str, float]) -> np.ndarray:
        """Return the weighted sum of the signals of every node, without the intercept."""
        found: np.ndarray = weights["popularity"] * self.popularity
        for signal in SIGNALS[1:]:
            found = found + weights[signal] * (getattr(self, signal) @ row)
        return found


def signal_matrix(
    nodes: list[str],
    graph: "Graph",
    popularity: Mapping[str, float],
    kin: Mapping[str, Mapping[str, float]],
) -> Signals:
    """Return the signals over ``nodes``; kin that are not among them are left out."""
    place = {node: number for number, node in enumerate(nodes)}
    related, supply = np.zeros((2, len(nodes), len(nodes)))
    for node, row in place.items():
        for other, value in kin[node].items():
            if other in place:
                related[row, place[other]] = value
        near = {*graph.pred[node], *graph.succ[node]} & place.keys()
        beyond = {k for m in near for k in (*graph.pred[m], *graph.succ[m])} & place.keys()
        for other in beyond - {node}:
            supply[row, place[other]] = FAR
        for other in near:
            supply[row, place[other]] = 1.0
    home = np.array([(graph.nodes[n]["chain"], graph.nodes[n]["segment"]) for n in nodes])
    same = (home[:, None] == home[None]).all(axis=2).astype(float)
    np.fill_diagonal(same, 0)
    share = np.array([popularity[node] for node in nodes])
    return Signals(np.log(share / (1 - share)), *map(rows_to_one, (related, supply, same)))


def rows_to_one(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix with every row divided by its sum, rows of 0 as they are."""
    total = matrix.sum(axis=1, keepdims=True)
    scaled: np.ndarray = matrix / np.where(total > 0, total, 1.0)
    return scaled
