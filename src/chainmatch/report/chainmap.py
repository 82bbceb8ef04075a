"""A chain as a picture: one SVG, nodes by stage and segment, coloured by what the county has.

Colours differ in lightness and border, and every node says its status in words, so that a grey
print and a colour-blind reader lose nothing. The picture asks nothing from outside.
"""

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from chainmatch.chains.views import chain_id
from chainmatch.errors import OutputError
from chainmatch.report.edge_routing import PITCH, Route
from chainmatch.report.layout import Band, Layout, lay_out
from chainmatch.report.picture import chinese_font, png_of
from chainmatch.report.templates import environment, source
from chainmatch.schema.words import (
    GAP_KINDS,
    STATUS,
    STATUS_MEANING,
    activities,
    number,
    unknown,
    word,
)
from chainmatch.util.atomic import check_folder, whole_file

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = nx.DiGraph[str]

_GUTTER, _TRACK = 24, 5  # a gutter with one track, each further one
WIDE, HIGH = 122, 50  # of the box of a node
_TITLE = 60  # height of the title above a picture
_CELLS = 9  # Chinese characters in one line of it; up to one more is squeezed in
_ROUND = 5  # radius of the corners of a line
_LEFT, _TOP, _BAND = 80, 56, 12  # segment names, stage names, space between bands


class Picture(str):
    """An SVG as text; a notebook shows it as a picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


def chain_svg(
    graph: "Graph",
    chain: str,
    status: Mapping[str, str] | None = None,
    scores: Mapping[str, float] | None = None,
    kinds: Mapping[str, str] | None = None,
    *,
    link: str = "",
    style: bool = True,
) -> Picture:
    """Return the picture of a chain (by id) as an SVG element.

    ``status``, ``scores`` and ``kinds`` give each node's status, gap score and kind of gap. With
    ``link`` every node leads to ``#<link><node id>``. ``style`` False leaves the style sheet out,
    for a page that holds it already (:func:`map_style`).
    """
    plan = lay_out(graph, chain)
    gaps = {node: gap_text(node, scores, kinds) for node in plan.spots}
    drawn = (
        environment()
        .get_template("chainmap.svg")
        .render(
            chain=chain,
            label=f"{graph.graph['chains'][chain]['name']}产业链图谱：{len(plan.spots)}个环节",
            wide=_x(plan, plan.columns - 1) + WIDE + _gutter(plan, plan.columns) + 6,
            high=_y(plan, plan.rows - 1) + HIGH // 2 + 30,
            style=map_style() if style else "",
            bands=[_band(plan, band) for band in plan.bands],
            stages=[
                (name, _x(plan, span.start) - 8, _x(plan, span.stop - 1) + WIDE + 8)
                for name, span in plan.stages.items()
            ],
            lines=[_line(route, plan, graph) for route in plan.routes],
            boxes=[
                _box(graph, node, (_x(plan, spot.column), _y(plan, spot.row)), status, gaps[node])
                for node, spot in sorted(plan.spots.items(), key=lambda item: (item[1], item[0]))
            ],
            box_wide=WIDE,
            box_high=HIGH,
            link=link,
        )
    )
    return Picture(drawn.rstrip("\n"))


def draw_chain(graph: "Graph", chain_wording: str, path: str | Path) -> None:
    """Write the picture of a chain, named by id or Chinese name, to an .svg, .html or .png file.

    Raises OutputError for another suffix or an unwritable place, OptionError for an unknown chain.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".svg", ".html", ".png"):
        raise OutputError(f"{path}：图谱文件应以 .svg、.html 或 .png 结尾。")
    check_folder(path.parent)
    chain = chain_id(graph, chain_wording)
    picture = chain_svg(graph, chain)
    if kind == ".png":
        drawn = png_of(_titled(picture, graph.graph["chains"][chain]["name"]), chinese_font())
        with whole_file(path) as temporary:
            temporary.write_bytes(drawn)
        return
    if kind == ".svg":
        titled = _titled(picture, graph.graph["chains"][chain]["name"])
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n{titled}\n'
    else:
        template = environment().get_template("chain.html")
        text = template.render(chain=graph.graph["chains"][chain], picture=picture)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _titled(picture: str, name: str) -> str:
    """Put the name of the chain above a picture that hangs on a wall by itself."""
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', picture)
    wide, high = (int(number) for number in size.groups()) if size else (0, 0)
    said = {"picture": picture, "name": name, "wide": wide, "high": high, "top": _TITLE}
    return environment().get_template("titled.svg").render(said).rstrip("\n")


def map_style() -> str:
    """Return the style sheet of the picture."""
    return source("chainmap.css")


def legend(status: Mapping[str, str]) -> list[tuple[str, str, str, int]]:
    """Return id, word, meaning and number of nodes for each status."""
    found = list(status.values())
    return [(key, STATUS[key], STATUS_MEANING[key], found.count(key)) for key in STATUS]


# --- parts of the picture ----------------------------------------------------------------------


def _x(plan: Layout, column: int) -> int:
    """Return the left edge of a column."""
    first = _gutter(plan, 0) if 0 in plan.gutters else 0
    return _LEFT + first + sum(WIDE + _gutter(plan, g) for g in range(1, column + 1))


def _gutter(plan: Layout, gutter: int) -> int:
    return _GUTTER + _TRACK * max(0, plan.gutters.get(gutter, 0) - 1)


def _track(plan: Layout, gutter: int, track: int) -> int:
    """Return where a track stands; the last one leaves room for the arrow."""
    return _x(plan, gutter) - _gutter(plan, gutter) + 9 + _TRACK * track


def _y(plan: Layout, row: float) -> int:
    """Return the middle of a row; between two bands the lane takes the space between them."""
    above = sum(band.first + band.rows <= row for band in plan.bands)
    edge = any(row == band.first - 0.5 for band in plan.bands[1:])
    return round(_TOP + row * PITCH + above * _BAND + HIGH / 2 + edge * _BAND / 2)


def _band(plan: Layout, band: Band) -> dict[str, Any]:
    top = _y(plan, band.first) - PITCH // 2 + 1
    high = band.rows * PITCH + 2
    lines = [band.name] if len(band.name) <= 5 else [band.name[:4], band.name[4:]]
    first = top + high // 2 + 5
    heights = [first + 17 * index - 17 * (len(lines) - 1) // 2 for index in range(len(lines))]
    return {"top": top, "high": high, "lines": list(zip(heights, lines, strict=True))}


def _line(route: Route, plan: Layout, graph: "Graph") -> dict[str, Any]:
    data = graph.get_edge_data(route.start, route.end) or {}
    return {
        "start": route.start,
        "end": route.end,
        "back": "-back" if route.back else "",
        "sourced": data.get("kind", "expert") != "expert",
        "path": _path(route, plan),
    }


def _path(route: Route, plan: Layout) -> str:
    """Return the line of a supply: across in its rows and lane, up and down on its tracks."""
    start, end = plan.spots[route.start], plan.spots[route.end]
    heights = [_y(plan, start.row), _y(plan, end.row)]
    if route.lane is not None:
        heights.insert(1, _y(plan, route.lane) + route.shift)
    points = [(_x(plan, start.column) + WIDE, heights[0])]
    turns = iter(_track(plan, *track) for track in route.tracks)
    for before, behind in pairwise(heights):
        if before != behind:
            x = next(turns)
            points += [(x, before), (x, behind)]
    return rounded([*points, (_x(plan, end.column), heights[-1])])


def rounded(points: Sequence[tuple[int, int]], radius: int = _ROUND) -> str:
    """Return an SVG path along points that are joined at right angles, its corners rounded."""
    path = [f"M{points[0][0]},{points[0][1]}"]
    for (ax, ay), (x, y), (bx, by) in zip(points, points[1:], points[2:], strict=False):
        r = min(radius, (abs(x - ax) + abs(y - ay)) / 2, (abs(bx - x) + abs(by - y)) / 2)
        into = (x - r * _sign(x - ax), y - r * _sign(y - ay))
        out = (x + r * _sign(bx - x), y + r * _sign(by - y))
        path.append(f"L{into[0]:g},{into[1]:g}Q{x},{y} {out[0]:g},{out[1]:g}")
    return "".join(path) + f"L{points[-1][0]},{points[-1][1]}"


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


# --- the box of a node: name, status in words, kind and score of its gap -------------------------


def _box(
    graph: "Graph",
    node: str,
    place: tuple[int, int],
    status: Mapping[str, str] | None,
    gap: tuple[str, float],
) -> dict[str, Any]:
    """Return what a box shows; ``place`` is the left edge and the middle of it, in points."""
    data, own = graph.nodes[node], None if status is None else status.get(node, "no-data")
    x, y = place[0], place[1] - HIGH // 2
    below = activities(data["activities"], most=3) if own is None else word(STATUS, own)
    lines = _wrap(str(data["name"]))
    first = y + (20 if len(lines) == 1 else 16)
    return {
        "node": node,
        "status": own,
        "x": x,
        "y": y,
        "name": [(first + 13 * i, line, _cells(line) > _CELLS) for i, line in enumerate(lines)],
        "below": below,
        "gap": gap[0],
        "bar": round((WIDE - 4) * min(1.0, gap[1])) if gap[1] > 0 else None,
        "told": "，".join(filter(None, (str(data["name"]), below, gap[0]))),
    }


def _wrap(name: str) -> list[str]:
    """Cut a long name into two lines, at a bracket or joint if one is near the middle."""
    if _cells(name) <= _CELLS + 1:
        return [name]

    def cost(cut: int) -> tuple[float, int]:
        longest = max(_cells(name[:cut]), _cells(name[cut:]))
        joint = name[cut] in "（与和及" or name[cut - 1] in "、/）"
        return max(longest, _CELLS) - 2.5 * joint + 0.1 * longest, cut

    cut = min(range(1, len(name)), key=cost)
    return [name[:cut], name[cut:]]


def _cells(text: str) -> float:
    """Return the width of a text in Chinese characters."""
    return math.fsum(1.0 if ord(char) > 0x2E7F else 0.58 for char in text)


def gap_text(
    node: str, scores: Mapping[str, float] | None, kinds: Mapping[str, str] | None
) -> tuple[str, float]:
    """Return what a box says of its gap, and the score; "" and 0 where there is none."""
    score = None if scores is None else scores.get(node)
    if score is None or unknown(score):
        return "", 0.0
    kind = word(GAP_KINDS, kinds.get(node, "")) if kinds else ""
    return f"{kind or '缺口'} {number(score)}", float(score)
