"""How the supplies of a picture run between its nodes: lanes across, tracks up and down.

Between two columns lies a gutter. A supply leaves its node to the right, changes its row in the
gutter on a track, and enters the next node from the left; over more than one column it runs in a
lane between two rows, or through empty places of one, so that no line crosses a node. Supplies of
one node share lanes and tracks, like a wire with branches; those of different nodes never do where
they could be taken for each other. Tracks stand in the order with the fewest crossings.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

PITCH = 61  # from row to row, in points
_OFFSETS = (0, -3, 3, -6, 6)  # of parallel lines in one lane, in points
_APART = 12  # points between the ends of two wires on one track
_WRONG = 50  # crossings that are better than two wires that run into one another

Edge = tuple[str, str]
Net = tuple[str, str]  # which wire: ("out", node), ("in", node) or ("back", node)


class Spot(NamedTuple):
    """Column and row of a node, both from 0."""

    column: int
    row: int


class Route(NamedTuple):
    """A supply: from start to end along ``lane``, a row number (a half lies between two rows).

    ``lane`` is None where the ends are in neighbouring columns; ``shift`` is in points. ``tracks``
    are the gutters in which it changes its row, with the track from the left; gutter g lies left
    of column g. Where it goes straight on there is none.
    """

    start: str
    end: str
    lane: float | None
    shift: int
    back: bool
    tracks: tuple[tuple[int, int], ...] = ()


class _Rise(NamedTuple):
    """A route in one gutter: heights in points where it comes in or leaves on either side."""

    gutter: int
    net: Net
    left: tuple[float, ...]
    right: tuple[float, ...]

    @property
    def flat(self) -> bool:
        return len({*self.left, *self.right}) == 1


def wire(
    edges: Sequence[Edge], loops: Sequence[Edge], spots: Mapping[str, Spot]
) -> tuple[tuple[Route, ...], dict[int, int]]:
    """Return the route of every supply and loop, and the number of tracks of each gutter."""
    routes = _in_lanes(edges, loops, spots)
    rises = [_rises(route, net, spots) for route, net in routes]
    places: dict[tuple[int, Net], int] = {}
    for gutter in sorted({rise.gutter for pair in rises for rise in pair}):
        own = [rise for pair in rises for rise in pair if rise.gutter == gutter and not rise.flat]
        places |= {(gutter, net): track for net, track in tracks(own).items()}
    widths: dict[int, int] = defaultdict(int)
    for (gutter, _), track in places.items():
        widths[gutter] = max(widths[gutter], track + 1)
    found = [
        route._replace(
            tracks=tuple(
                (rise.gutter, places[rise.gutter, rise.net]) for rise in pair if not rise.flat
            )
        )
        for (route, _), pair in zip(routes, rises, strict=True)
    ]
    return tuple(found), dict(widths)


# --- lanes ---------------------------------------------------------------------------------------


def _in_lanes(
    edges: Sequence[Edge], loops: Sequence[Edge], spots: Mapping[str, Spot]
) -> list[tuple[Route, Net]]:
    taken = {(spot.column, spot.row) for spot in spots.values()}
    out: dict[str, int] = defaultdict(int)
    into: dict[str, int] = defaultdict(int)
    for u, v in edges:
        out[u] += 1
        into[v] += 1
    lines: dict[float, list[tuple[Net, int, int, int]]] = defaultdict(list)
    routes = []
    for u, v, loop in [*((u, v, False) for u, v in edges), *((u, v, True) for u, v in loops)]:
        start, end = spots[u], spots[v]
        back = loop or start.column >= end.column
        net = ("back", u) if back else ("out", u) if out[u] >= into[v] else ("in", v)
        between = range(
            min(start.column, end.column) + (not back), max(start.column, end.column) + back
        )
        if not between:
            routes.append((Route(u, v, None, 0, back), net))
            continue
        near = end.row if net[0] == "in" else start.row
        lane = _lane(start.row, end.row, between, taken, near)
        shift = _shift(lines[lane], net, between)
        routes.append((Route(u, v, lane, shift, back), net))
    return routes


def _lane(a: int, b: int, between: range, taken: set[tuple[int, int]], near: int) -> float:
    top, bottom = min(a, b) - 1, max(a, b) + 1
    gaps = [row + 0.5 for row in range(top, bottom)]
    empty = [
        float(row)
        for row in range(min(a, b), max(a, b) + 1)
        if not any((column, row) in taken for column in between)
    ]
    return min([*empty, *gaps], key=lambda y: (abs(y - a) + abs(y - b), abs(y - near), y))


def _shift(lines: list[tuple[Net, int, int, int]], net: Net, between: range) -> int:
    """Keep lines of different wires in one lane apart; those of one wire run together."""
    first, last = between.start, between.stop
    same = [s for name, *_, s in lines if name == net]
    if same:
        shift = same[0]
    else:
        busy = [s for _, a, b, s in lines if a < last and first < b]
        shift = min(_OFFSETS, key=lambda s: (busy.count(s), _OFFSETS.index(s)))
    lines.append((net, first, last, shift))
    return shift


# --- tracks --------------------------------------------------------------------------------------


def _rises(route: Route, net: Net, spots: Mapping[str, Spot]) -> tuple[_Rise, ...]:
    start, end = spots[route.start], spots[route.end]
    y1, y2 = float(PITCH * start.row), float(PITCH * end.row)
    if route.lane is None:
        return (_Rise(end.column, net, (y1,), (y2,)),)
    lane = PITCH * route.lane + route.shift
    if route.back:  # out to the right and back over the column, in from the left
        return (
            _Rise(start.column + 1, net, (y1, lane), ()),
            _Rise(end.column, net, (), (lane, y2)),
        )
    return _Rise(start.column + 1, net, (y1,), (lane,)), _Rise(end.column, net, (lane,), (y2,))


def tracks(rises: Iterable[_Rise]) -> dict[Net, int]:
    """Return the track of every wire in one gutter, from 0 at the left.

    Wires that pass one another stand on different tracks, in an order of few crossings; the rest
    share.
    """
    left: dict[Net, set[float]] = defaultdict(set)
    right: dict[Net, set[float]] = defaultdict(set)
    for rise in rises:
        left[rise.net].update(rise.left)
        right[rise.net].update(rise.right)
    span = {net: (min(left[net] | right[net]), max(left[net] | right[net])) for net in left}

    def inside(ys: set[float], net: Net) -> int:
        return sum(span[net][0] < y < span[net][1] for y in ys)

    def cost(a: Net, b: Net) -> int:
        """Return what it costs that ``a`` stands left of ``b``."""
        merged = any(abs(y - z) < 3 for y in right[a] for z in left[b])
        return inside(right[a], b) + inside(left[b], a) + _WRONG * merged

    def passing(a: Net, b: Net) -> bool:
        return span[a][0] - _APART < span[b][1] and span[b][0] - _APART < span[a][1]

    order = _cheapest(sorted(span, key=lambda net: (span[net], net)), cost)
    places: dict[Net, int] = {}
    for net in order:
        before = [places[other] for other in places if passing(other, net)]
        places[net] = max(before, default=-1) + 1
    return places


def _cheapest(nets: list[Net], cost: Callable[[Net, Net], int]) -> list[Net]:
    """Order wires so that the sum of ``cost(a, b)`` over all a left of b is small.

    Each is moved to its best place in turn until none moves: a local optimum, always the same.
    """
    costs = {(a, b): cost(a, b) for a in nets for b in nets if a != b}
    for _ in range(len(nets)):
        before = list(nets)
        for net in before:
            rest = [other for other in nets if other != net]
            place = sum(costs[net, other] for other in rest)  # left of all
            best, at = place, 0
            for index, other in enumerate(rest, start=1):
                place += costs[other, net] - costs[net, other]
                if place < best:
                    best, at = place, index
            now = nets.index(net)
            stays = sum(costs[o, net] for o in nets[:now]) + sum(
                costs[net, o] for o in nets[now + 1 :]
            )
            if best < stays:
                nets = [*rest[:at], net, *rest[at:]]
        if nets == before:
            break
    return nets
