"""Where the nodes of a chain stand in its picture, and how its supplies run between them.

Columns follow the stages from left to right; inside a stage a buyer stands to the right of its
supplier. Rows are grouped in bands, one a segment in the order of the chain file; supporting nodes
have a band of their own at the bottom. Within a band the rows are ordered by barycentre passes, of
which the one with the fewest crossings is kept. How the supplies run stands in ``edge_routing``.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import networkx as nx
import numpy as np

from chainmatch.report.edge_routing import Route, Spot, wire

if TYPE_CHECKING:
    Graph: TypeAlias = nx.DiGraph[str]

FLOW = ("upstream", "midstream", "downstream")
SUPPORT = "supporting"
_SWEEPS = 8


class Band(NamedTuple):
    """Rows ``first … first + rows - 1`` under one name."""

    name: str
    first: int
    rows: int


@dataclass(frozen=True)
class Layout:
    """The picture of one chain; ``stages`` maps each stage of the flow to its columns.

    ``gutters`` maps a gutter (g lies left of column g) to the number of tracks in it.
    """

    spots: Mapping[str, Spot]
    bands: tuple[Band, ...]
    stages: Mapping[str, range]
    routes: tuple[Route, ...]
    gutters: Mapping[int, int]
    columns: int
    rows: int


def lay_out(graph: "Graph", chain: str) -> Layout:
    """Lay out one chain. The same graph always gives the same layout."""
    nodes = [node for node, owner in graph.nodes(data="chain") if owner == chain]
    part = nx.DiGraph(graph.subgraph(nodes))
    stages = _stage_columns(part, nodes)
    names = _band_names(graph, chain, nodes)
    columns = _columns(part, nodes, stages, names)
    spots, bands = _rows(part, nodes, columns, names)
    order = {node: index for index, node in enumerate(nodes)}
    edges = sorted(part.edges, key=lambda edge: (order[edge[0]], order[edge[1]]))
    loops = sorted(
        {(u, v) for u, v, *_ in graph.graph.get("recycling", []) if {u, v} <= set(nodes)}
    )
    width = max(columns.values(), default=0) + 1
    height = sum(band.rows for band in bands)
    routes, gutters = wire(edges, loops, spots)
    return Layout(spots, bands, stages, routes, gutters, width, height)


# --- columns -----------------------------------------------------------------------------------


def _stage_columns(part: "Graph", nodes: list[str]) -> dict[str, range]:
    stages, start = {}, 0
    for stage in FLOW:
        own = [node for node in nodes if part.nodes[node]["stage"] == stage]
        if own:
            inside = part.subgraph(own)
            length = int(nx.dag_longest_path_length(inside, weight=None, default_weight=1)) + 1
            stages[stage] = range(start, start + length)
            start += length
    return stages


def _band_names(graph: "Graph", chain: str, nodes: list[str]) -> dict[str, str]:
    segments = graph.graph["segments"]
    return {
        node: "配套"
        if graph.nodes[node]["stage"] == SUPPORT
        else segments.get((chain, graph.nodes[node]["segment"]), "")
        for node in nodes
    }


def _columns(
    part: "Graph", nodes: list[str], stages: Mapping[str, range], bands: Mapping[str, str]
) -> dict[str, int]:
    """Put every node into a column: behind its suppliers, where its band is emptiest."""
    columns: dict[str, int] = {}
    crowd: dict[tuple[str, int], int] = defaultdict(int)

    def put(node: str, column: int) -> None:
        columns[node] = column
        crowd[bands[node], column] += 1

    for stage, span in stages.items():
        inside = part.subgraph([n for n in nodes if part.nodes[n]["stage"] == stage])
        rest = _longest_behind(inside)
        for node in nx.lexicographical_topological_sort(inside, key=nodes.index):
            first = max((columns[m] + 1 for m in inside.pred[node]), default=span.start)
            free = range(first, span.stop - rest[node])
            late = stage == "upstream"  # close to what it supplies
            put(node, min(free, key=lambda c: (crowd[bands[node], c], -c if late else c)))
    width = max((span.stop for span in stages.values()), default=1)
    for node in nodes:
        if node not in columns:
            put(node, _support_column(part, node, columns, crowd, width))
    return columns


def _longest_behind(inside: "Graph") -> dict[str, int]:
    rest: dict[str, int] = {}
    for node in reversed(list(nx.topological_sort(inside))):
        rest[node] = max((rest[m] + 1 for m in inside.succ[node]), default=0)
    return rest


def _support_column(
    part: "Graph",
    node: str,
    columns: Mapping[str, int],
    crowd: Mapping[tuple[str, int], int],
    width: int,
) -> int:
    before = [columns[m] for m in part.pred[node] if m in columns]
    behind = [columns[m] for m in part.succ[node] if m in columns]
    wish = sum(before + behind) / max(1, len(before + behind))

    def cost(column: int) -> tuple[int, int, float, int]:
        backward = sum(c >= column for c in before) + sum(c <= column for c in behind)
        return backward, crowd.get(("配套", column), 0), abs(column - wish), column

    return min(range(width), key=cost)


# --- rows --------------------------------------------------------------------------------------


def _rows(
    part: "Graph", nodes: list[str], columns: Mapping[str, int], names: Mapping[str, str]
) -> tuple[dict[str, Spot], tuple[Band, ...]]:
    cells: dict[tuple[str, int], list[str]] = defaultdict(list)
    for node in nodes:
        cells[names[node], columns[node]].append(node)
    bands, first = [], 0
    for name in sorted(dict.fromkeys(names.values()), key=lambda name: name == "配套"):
        rows = max(len(found) for (band, _), found in cells.items() if band == name)
        bands.append(Band(name, first, rows))
        first += rows
    place = {band.name: band for band in bands}
    row = {
        node: place[name].first + index
        for (name, _), found in cells.items()
        for index, node in enumerate(found)
    }
    around = {node: [*part.pred[node], *part.succ[node]] for node in nodes}
    best, least = dict(row), crossings(part.edges, columns, row)
    for sweep in range(_SWEEPS):
        for cell in sorted(cells, key=lambda cell: cell[1], reverse=bool(sweep % 2)):
            _settle(cells[cell], place[cell[0]], row, around)
        found = crossings(part.edges, columns, row)
        if found < least:
            best, least = dict(row), found
    return {node: Spot(columns[node], best[node]) for node in nodes}, tuple(bands)


def _settle(
    cell: list[str], band: Band, row: dict[str, int], around: Mapping[str, list[str]]
) -> None:
    """Move the nodes of one cell to the rows nearest to the mean of their neighbours' rows."""
    wish = {
        node: sum(row[m] for m in around[node]) / len(around[node]) if around[node] else row[node]
        for node in cell
    }
    cell.sort(key=lambda node: (wish[node], row[node]))
    choice = nearest_rows([wish[node] for node in cell], range(band.first, band.first + band.rows))
    row.update(zip(cell, choice, strict=True))


def nearest_rows(wishes: Sequence[float], rows: Sequence[int]) -> tuple[int, ...]:
    """Return a different row for each wish, in their order, with the least distance in all.

    ``wishes`` and ``rows`` ascend, and there are at least as many rows as wishes.
    """
    least: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * (len(rows) + 1)  # by rows used
    for wish in wishes:
        found: list[tuple[float, tuple[int, ...]]] = [(math.inf, ())]
        for (cost, before), row in zip(least, rows, strict=False):
            found.append(min(found[-1], (cost + abs(row - wish), (*before, row))))
        least = found
    return least[-1][1]


def crossings(
    edges: Iterable[tuple[str, str]], columns: Mapping[str, int], row: Mapping[str, int]
) -> tuple[int, int]:
    """Return how many pairs of straight supplies cross, and how far they climb in all."""
    ends = [(columns[u], row[u], columns[v], row[v]) for u, v in edges if columns[u] < columns[v]]
    lines = np.array(ends, dtype=float).reshape(-1, 4)
    start, low, stop, high = lines.T
    slope = (high - low) / (stop - start)
    one, two = np.triu_indices(len(lines), 1)
    left = np.maximum(start[one], start[two])
    right = np.minimum(stop[one], stop[two])

    def apart(x: np.ndarray) -> np.ndarray:
        """Return how far line ``one`` lies below line ``two`` at ``x``."""
        below = low[one] + slope[one] * (x - start[one])
        difference: np.ndarray = below - low[two] - slope[two] * (x - start[two])
        return difference

    crossed = (left < right) & (apart(left) * apart(right) < 0)
    return int(crossed.sum()), int(np.abs(high - low).sum())
