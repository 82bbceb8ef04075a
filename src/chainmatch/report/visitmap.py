"""The cities of the visit plan by distance and direction from home, as SVG.

Rings of distance in place of a map: an office is offline, where no ground map can be had, and a
page that is passed on should draw no border. What is asked (how far, in which direction, what can
be visited in one journey) rings say as well. Dots that would cover each other are moved apart.
"""

import math
from collections.abc import Iterator
from itertools import combinations, product
from typing import TYPE_CHECKING, NamedTuple

from chainmatch.places.locating import Place, offset_km
from chainmatch.report.book import cells
from chainmatch.report.templates import environment
from chainmatch.report.visits import Journey, Stop

if TYPE_CHECKING:
    from chainmatch.run import Run

_SIZE = 600.0  # of what is drawn, in pixels
_EDGE = 56.0  # around it, for words
_DOT, _GAP = 10.0, 23.0  # radius of a dot; least way from one to the next
_HIGH, _LATIN = 15.0, 6.7  # of a label: its height, and the width of a Latin character
_STEPS = (50, 100, 200, 250, 500, 1000, 2000)  # km from ring to ring
_RINGS = 6

Point = tuple[float, float]
Box = tuple[float, float, float, float]


class Dot(NamedTuple):
    """A city on the map: where it stands, its place in the journey, its label and where that is."""

    x: float
    y: float
    number: int
    label: str
    text_x: float
    text_y: float
    told: str


class Route(NamedTuple):
    """A journey on the map: its colour (1, 2, …), the line along its stops, their dots."""

    colour: int
    line: str
    dots: tuple[Dot, ...]


def visit_map(run: "Run", journeys: list[Journey]) -> str:
    """Return the picture as an SVG element; "" where no city of the plan is known."""
    profile = run.profile
    home = Place(profile.home.province, profile.home.city, profile.home.county)
    stops = [stop for journey in journeys for stop in journey.stops if stop.km is not None]
    places = [home, *(stop.at for stop in stops), *(j.start for j in journeys)]
    offsets = [offset_km(home, place) or (0.0, 0.0) for place in places]
    if not stops:
        return ""
    (low_x, high_x), (low_y, high_y) = (
        (min(axis), max(axis)) for axis in zip(*offsets, strict=True)
    )
    scale = _SIZE / max(high_x - low_x, high_y - low_y, 1.0)
    at = [((x - low_x) * scale + _EDGE, (high_y - y) * scale + _EDGE) for x, y in offsets]
    wide, high = (high_x - low_x) * scale + 2 * _EDGE, (high_y - low_y) * scale + 2 * _EDGE
    centre, *dots = _apart(at[: len(stops) + 1])
    words = [profile.name, *map(_label, stops)]
    name, *labels = _placed(words, [centre, *dots], (wide, high))
    drawn, routes = iter(zip(stops, dots, labels, strict=True)), []
    starts = at[len(stops) + 1 :]
    for colour, (journey, start) in enumerate(zip(journeys, starts, strict=True), start=1):
        begin = centre if journey.start == home else start
        own = [next(drawn) for stop in journey.stops if stop.km is not None]
        routes.append(Route(colour, _line([begin, *(dot for _, dot, _ in own), begin]), _dots(own)))
    return environment().get_template("visits.svg").render(
        wide=math.ceil(wide),
        high=math.ceil(high),
        centre=centre,
        rings=list(_rings(centre, scale, (wide, high))),
        routes=routes,
        home=profile.name,
        name=name,
        radius=_DOT,
    )  # fmt: skip


def _label(stop: Stop) -> str:
    return f"{stop.city} {len(stop.firms)}家"


def _line(points: list[Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _dots(own: list[tuple[Stop, Point, Point]]) -> tuple[Dot, ...]:
    return tuple(
        Dot(
            *dot,
            number,
            _label(stop),
            *text,
            f"{stop.city}：" + "、".join(f["name"] for f in stop.firms),
        )
        for number, (stop, dot, text) in enumerate(own, start=1)
    )


def _apart(points: list[Point]) -> list[Point]:
    """Move points that cover each other apart, half of the way each; the first keeps its place."""
    found = [list(point) for point in points]
    for _ in range(60):
        for (i, a), (_, b) in combinations(enumerate(found), 2):
            x, y = b[0] - a[0], b[1] - a[1]
            way = math.hypot(x, y)
            if way >= _GAP:
                continue
            x, y = (x / way, y / way) if way else (1.0, 0.0)
            push = (_GAP - way) / (2 if i else 1)
            if i:
                a[0], a[1] = a[0] - x * push, a[1] - y * push
            b[0], b[1] = b[0] + x * push, b[1] + y * push
    return [(x, y) for x, y in found]


def _placed(labels: list[str], points: list[Point], size: Point) -> list[Point]:
    """Return where the left end of each label stands: beside its point, where it covers least."""
    taken = [_around(point) for point in points]
    found = []
    for label, (x, y) in zip(labels, points, strict=True):
        wide = _LATIN * cells(label)
        tried: list[tuple[bool, float, int, Box]] = []
        for across, down in product((1, -1, 0), (0, -1, 1)):
            if (across, down) == (0, 0):
                continue
            near = _DOT + 4 if not down else _DOT
            left = x + near if across > 0 else x - near - wide if across < 0 else x - wide / 2
            top = y - _HIGH / 2 + down * (_HIGH if across else _DOT + _HIGH / 2 + 2)
            box = (left, top, left + wide, top + _HIGH)
            out = left < 0 or top < 0 or box[2] > size[0] or box[3] > size[1]
            covered = math.fsum(_shared(box, other) for other in taken)
            tried.append((out, covered, len(tried), box))
        box = min(tried)[3]
        taken.append(box)
        found.append((box[0], box[3] - 3))
    return found


def _around(point: Point) -> Box:
    return point[0] - _DOT, point[1] - _DOT, point[0] + _DOT, point[1] + _DOT


def _shared(a: Box, b: Box) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(wide, 0.0) * max(high, 0.0)


def _rings(centre: Point, scale: float, size: Point) -> Iterator[tuple[float, str, float, float]]:
    """Radius, words and where these stand: on the longer way from home to an edge."""
    x, y = centre
    reach = (
        max(math.hypot(a - x, b - y) for a, b in product((0.0, size[0]), (0.0, size[1]))) / scale
    )
    step = next((s for s in _STEPS if reach / s <= _RINGS), _STEPS[-1])
    up, down = y, size[1] - y
    for number in range(1, math.floor(reach / step) + 1):
        radius = number * step * scale
        if radius < max(up, down) - 8:
            yield radius, f"{number * step:,}公里", x, y + (radius if down >= up else -radius)
        elif radius < size[0] - x:
            yield radius, f"{number * step:,}公里", x + radius, y
        else:
            yield radius, "", x, y
