"""A chain as a picture: one SVG, nodes by stage and segment, coloured by what the county has.

Colours differ in lightness and border, and every node says its status in words, so that a grey
print and a colour-blind reader lose nothing. The picture asks nothing from outside.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from chainmatch.chains.model import GENERAL_KNOWLEDGE
from chainmatch.chains.views import chain_id
from chainmatch.errors import OutputError
from chainmatch.report.edge_routing import PITCH, Route
from chainmatch.report.layout import Band, Layout, lay_out
from chainmatch.report.nodebox import HIGH, WIDE, gap_text, node_box
from chainmatch.report.picture import chinese_font, png_of
from chainmatch.schema.words import STATUS, STATUS_MEANING, stage
from chainmatch.util.atomic import whole_file

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = nx.DiGraph[str]

_GUTTER, _TRACK = 24, 5  # a gutter with one track, each further one
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
    data = graph.graph["chains"][chain]
    wide = _x(plan, plan.columns - 1) + WIDE + _gutter(plan, plan.columns) + 6
    high = _y(plan, plan.rows - 1) + HIGH // 2 + 30
    label = f"{data['name']}产业链图谱：{len(plan.spots)}个环节"
    body = [
        f'<svg class="chainmap" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        f'width="{wide}" height="{high}" style="--wide:{wide}px" role="group" '
        f'aria-label="{escape(label)}">',
        f"<style>{map_style()}</style>" if style else "",
        f"<title>{escape(label)}</title>",
        _arrows(chain),
        *_frame(plan, wide),
        "<g class='lines'>",
        *(_line(route, plan, chain, graph) for route in plan.routes),
        "</g>",
    ]
    for node, spot in sorted(plan.spots.items(), key=lambda item: (item[1], item[0])):
        body.append(
            node_box(
                node,
                graph.nodes[node],
                (_x(plan, spot.column), _y(plan, spot.row)),
                None if status is None else status.get(node, "no-data"),
                gap_text(node, scores, kinds),
                link,
            )
        )
    return Picture("\n".join([*filter(None, body), "</svg>"]))


def draw_chain(graph: "Graph", chain_wording: str, path: str | Path) -> None:
    """Write the picture of a chain, named by id or Chinese name, to an .svg, .html or .png file.

    Raises OutputError for another suffix or an unwritable place, OptionError for an unknown chain.
    """
    path = Path(path)
    chain = chain_id(graph, chain_wording)
    kind = path.suffix.lower()
    if kind not in (".svg", ".html", ".png"):
        raise OutputError(f"{path}：图谱文件应以 .svg、.html 或 .png 结尾。")
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
        from chainmatch.report.templates import environment

        template = environment().get_template("chain.html")
        text = template.render(chain=graph.graph["chains"][chain], picture=picture)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _titled(picture: str, name: str) -> str:
    """Put the name of the chain above a picture that hangs on a wall by itself."""
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', picture)
    wide, high = (int(number) for number in size.groups()) if size else (0, 0)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high + _TITLE}" '
        f'width="{wide}" height="{high + _TITLE}">'
        f'<rect width="{wide}" height="{high + _TITLE}" fill="#ffffff"/>'
        f'<text x="12" y="42" font-size="28" font-weight="700" fill="#0d4f54" '
        f'font-family="{_FONTS}">{escape(name)}产业链图谱</text>'
    )
    return f'{head}<g transform="translate(0,{_TITLE})">{picture}</g></svg>'


_TITLE = 60  # height of the title above a picture
_FONTS = "Noto Sans CJK SC,Source Han Sans SC,PingFang SC,Microsoft YaHei,sans-serif"


def map_style() -> str:
    """Return the style sheet of the picture."""
    from chainmatch.report.templates import source

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


def _arrows(chain: str) -> str:
    return (
        "<defs>"
        + "".join(
            f'<marker id="arrow-{escape(chain)}{name}" viewBox="0 0 6 6" refX="5.5" refY="3" '
            f'markerWidth="6" markerHeight="6" orient="auto"><path class="tip{name}" '
            f'd="M0,0L6,3L0,6z"/></marker>'
            for name in ("", "-back")
        )
        + "</defs>"
    )


def _frame(plan: Layout, wide: int) -> Iterator[str]:
    for band in plan.bands:
        yield _band(plan, band, wide)
    for name, span in plan.stages.items():
        left, right = _x(plan, span.start) - 8, _x(plan, span.stop - 1) + WIDE + 8
        yield (
            f'<g class="stage"><path d="M{left},36H{right}"/>'
            f'<text x="{(left + right) // 2}" y="24">{escape(stage(name))}</text></g>'
        )


def _band(plan: Layout, band: Band, wide: int) -> str:
    top = _y(plan, band.first) - PITCH // 2 + 1
    high = band.rows * PITCH + 2
    middle = top + high // 2
    lines = [band.name] if len(band.name) <= 5 else [band.name[:4], band.name[4:]]
    text = "".join(
        f'<tspan x="10" y="{middle + 5 + 17 * index - 17 * (len(lines) - 1) // 2}">'
        f"{escape(line)}</tspan>"
        for index, line in enumerate(lines)
    )
    return (
        f'<g class="band"><rect x="0" y="{top}" width="{wide}" height="{high}" rx="4"/>'
        f"<text>{text}</text></g>"
    )


def _line(route: Route, plan: Layout, chain: str, graph: "Graph") -> str:
    kind = "-back" if route.back else ""
    data = graph.get_edge_data(route.start, route.end) or {}
    sourced = data.get("source", GENERAL_KNOWLEDGE) != GENERAL_KNOWLEDGE
    return (
        f'<path class="line{kind}{" sourced" if sourced else ""}" data-from="{route.start}" '
        f'data-to="{route.end}" d="{_path(route, plan)}" '
        f'marker-end="url(#arrow-{escape(chain)}{kind})"/>'
    )


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


__all__ = ["Picture", "chain_svg", "draw_chain", "legend", "map_style"]
