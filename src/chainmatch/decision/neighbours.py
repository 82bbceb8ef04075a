"""The neighbours of a node: what stands one and two supplies up- and downstream."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

FAR = 0.4  # weight of a neighbour two supplies away


class Side(NamedTuple):
    """The neighbours of a node on one side: one and two supplies away, in id order."""

    near: tuple[str, ...]
    far: tuple[str, ...]


class Sides(NamedTuple):
    """What stands up- and downstream of a node."""

    up: Side
    down: Side


def sides_of(graph: "Graph", node: str) -> Sides:
    """Return the neighbours of a node."""
    return Sides(_side(graph.pred, node), _side(graph.succ, node))


def _side(step: Mapping[str, Iterable[str]], node: str) -> Side:
    near = set(step[node])
    far = {k for m in near for k in step[m]} - near - {node}
    return Side(tuple(sorted(near)), tuple(sorted(far)))
