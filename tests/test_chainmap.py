"""The picture of a chain: every node once, suppliers left of buyers, no line across a node."""

import re
from fractions import Fraction
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.chains.graph import chain_files, read_chains
from chainmatch.errors import OptionError, OutputError
from chainmatch.report import chainmap, edge_routing
from chainmatch.report.chainmap import chain_svg, draw_chain
from chainmatch.report.layout import FLOW, crossings, lay_out, nearest_rows
from conftest import tea_graph

SVG = "{http://www.w3.org/2000/svg}"
STATUS = {"garden": "strong", "making": "missing", "drinks": "weak", "machines": "no-data"}


@pytest.fixture(scope="module")
def graph():
    return read_chains()


CHAINS = [path.stem for path in chain_files()]


def drawn(svg: str) -> dict[str, ElementTree.Element]:
    tree = ElementTree.fromstring(svg)
    return {
        element.get("data-node"): element for element in tree.iter() if element.get("data-node")
    }


def test_every_node_is_drawn_once_with_its_status_in_words():
    nodes = drawn(chain_svg(tea_graph(), "tea", STATUS, {"making": 0.734}, {"making": "fill"}))
    assert sorted(nodes) == sorted(tea_graph())
    assert "补链 0.73" in "".join(nodes["making"].itertext())
    assert [nodes[n].get("class") for n in ("garden", "packaging")] == [
        "node strong",
        "node no-data",
    ]
    for node, word in (
        ("garden", "强"),
        ("making", "缺"),
        ("drinks", "弱"),
        ("machines", "无数据"),
    ):
        assert word in "".join(nodes[node].itertext())


def test_without_status_nodes_tell_their_activities():
    nodes = drawn(chain_svg(tea_graph(), "tea"))
    assert {element.get("class") for element in nodes.values()} == {"node plain"}
    assert "种养" in "".join(nodes["garden"].itertext())


def test_names_are_escaped():
    graph = tea_graph()
    graph.nodes["making"]["name"] = '<script>"&'
    graph.graph["chains"]["tea"]["name"] = "<b>茶"
    svg = chain_svg(graph, "tea", STATUS, link='"><i>')
    assert "<script>" not in svg and "<b>" not in svg and "<i>" not in svg
    assert '<script>"&' in "".join(drawn(svg)["making"].itertext())


def test_nothing_is_loaded_from_outside():
    svg = chain_svg(tea_graph(), "tea", STATUS)
    assert re.findall(r"https?://[^\"' ]+", svg) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize("chain", CHAINS)
def test_stages_run_from_left_to_right(graph, chain):
    plan = lay_out(graph, chain)
    for node, spot in plan.spots.items():
        stage = graph.nodes[node]["stage"]
        if stage in FLOW:
            assert spot.column in plan.stages[stage]
    spans = [plan.stages[stage] for stage in FLOW if stage in plan.stages]
    assert all(a.stop == b.start for a, b in pairwise(spans))


@pytest.mark.parametrize("chain", CHAINS)
def test_suppliers_stand_left_of_buyers_and_nodes_apart(graph, chain):
    plan = lay_out(graph, chain)
    nodes = {node for node, owner in graph.nodes(data="chain") if owner == chain}
    assert set(plan.spots) == nodes
    assert len(set(plan.spots.values())) == len(nodes)
    forward = {(r.start, r.end) for r in plan.routes if not r.back}
    for u, v in graph.subgraph(nodes).edges:
        if {graph.nodes[u]["stage"], graph.nodes[v]["stage"]} <= set(FLOW):
            assert plan.spots[u].column < plan.spots[v].column and (u, v) in forward


@pytest.mark.parametrize("chain", CHAINS)
def test_no_lane_crosses_a_node(graph, chain):
    plan = lay_out(graph, chain)
    taken = set(plan.spots.values())
    for route in plan.routes:
        if route.lane is None or route.lane % 1:
            continue  # between neighbouring columns, or between two rows
        ends = sorted((plan.spots[route.start].column, plan.spots[route.end].column))
        columns = range(ends[0] + (not route.back), ends[1] + route.back)
        assert not [c for c in columns if (c, int(route.lane)) in taken]


def boxes(tree):
    """The frames of the nodes: id → (left, top, right, bottom)."""
    found = {}
    for node, element in drawn(ElementTree.tostring(tree, "unicode")).items():
        x, y, wide, high = (int(element.find(f"{SVG}rect").get(k)) for k in _BOX)
        found[node] = (x, y, x + wide, y + high)
    return found


_BOX = ("x", "y", "width", "height")
_STEP = re.compile(r"([MLQ])([-\d.]+),([-\d.]+)(?: ([-\d.]+),([-\d.]+))?")


def corners(path):
    """The points of a rounded path; a rounded corner counts as the corner it rounds."""
    steps = _STEP.findall(path)
    assert "".join(k + f"{a},{b}" + (f" {c},{d}" if c else "") for k, a, b, c, d in steps) == path
    first, last = steps[0], steps[-1]
    turns = [(float(a), float(b)) for kind, a, b, *_ in steps if kind == "Q"]
    return [(float(first[1]), float(first[2])), *turns, (float(last[1]), float(last[2]))]


@pytest.mark.parametrize("chain", CHAINS)
def test_lines_run_from_node_to_node_and_past_all_others(graph, chain):
    tree = ElementTree.fromstring(chain_svg(graph, chain))
    frames = boxes(tree)
    lines = [line for line in tree.iter(f"{SVG}path") if line.get("data-from")]
    assert len(lines) == len(lay_out(graph, chain).routes)
    for line in lines:
        start, end = frames[line.get("data-from")], frames[line.get("data-to")]
        points = corners(line.get("d"))
        assert points[0] == (start[2], (start[1] + start[3]) / 2)
        assert points[-1] == (end[0], (end[1] + end[3]) / 2)
        for (ax, ay), (bx, by) in pairwise(points):
            assert ax == bx or ay == by  # across, or up and down
            for left, top, right, bottom in frames.values():
                crossed = max(ax, bx) > left and min(ax, bx) < right
                assert not (crossed and max(ay, by) > top and min(ay, by) < bottom)


@pytest.mark.parametrize("chain", CHAINS)
def test_lines_run_together_only_where_they_share_an_end(graph, chain):
    """On one track only supplies of one supplier or one buyer: no line can be taken for another."""
    tree = ElementTree.fromstring(chain_svg(graph, chain))
    upright = []
    for line in tree.iter(f"{SVG}path"):
        if line.get("data-from"):
            ends = line.get("data-from"), line.get("data-to")
            points = corners(line.get("d"))
            upright += [
                (ends, a[0], *sorted((a[1], b[1]))) for a, b in pairwise(points) if a[0] == b[0]
            ]
    assert len(upright) > 20
    for (one, x, top, bottom), (two, x2, top2, bottom2) in combinations(upright, 2):
        if x == x2 and top < bottom2 and top2 < bottom:
            assert one[0] == two[0] or one[1] == two[1]


def rise(net, left, right):
    return edge_routing._Rise(0, ("out", net), left, right)


def test_wires_that_go_the_same_way_do_not_cross():
    """From rows 0 and 1 to rows 2 and 3: the lower one turns first, or they cross twice."""
    found = edge_routing.tracks([rise("a", (0,), (122,)), rise("b", (61,), (183,))])
    assert found == {("out", "b"): 0, ("out", "a"): 1}


def test_a_wire_that_leaves_a_row_turns_before_one_that_enters_it():
    """Else the one would seem to run on into the other."""
    found = edge_routing.tracks([rise("in", (122,), (0,)), rise("out", (0,), (61,))])
    assert found == {("out", "out"): 0, ("out", "in"): 1}


def test_wires_that_do_not_meet_share_a_track():
    found = edge_routing.tracks([rise("a", (0,), (61,)), rise("b", (183,), (122,))])
    assert set(found.values()) == {0}


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=9))
def test_wires_that_pass_one_another_have_tracks_of_their_own(pairs):
    spans = {f"n{i}": (61.0 * a, 61.0 * b) for i, (a, b) in enumerate(pairs) if a != b}
    found = edge_routing.tracks([rise(net, (a,), (b,)) for net, (a, b) in spans.items()])
    assert {net for _, net in found} == spans.keys()
    for one, two in combinations(spans, 2):
        (a, b), (c, d) = sorted(spans[one]), sorted(spans[two])
        if a <= d and c <= b:
            assert found["out", one] != found["out", two]
    used = set(found.values())
    assert used == set(range(len(used)))  # none is empty


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=6), st.booleans())
def test_rounded_corners_keep_the_ends_and_stay_on_the_line(steps, across):
    points = [(0, 0)]
    for step in steps:
        x, y = points[-1]
        points.append((x + 10 * step, y) if across else (x, y + 10 * step))
        across = not across
    path = chainmap.rounded(points)
    assert path.startswith("M0,0") and path.endswith(f"L{points[-1][0]},{points[-1][1]}")
    assert corners(path)[1:-1] == [tuple(map(float, point)) for point in points[1:-1]]


def test_bands_follow_the_segments_and_support_comes_last(graph):
    plan = lay_out(graph, "green-industry")
    names = [band.name for band in plan.bands]
    segments = [name for (chain, _), name in graph.graph["segments"].items()
                if chain == "green-industry"]  # fmt: skip
    assert names[-1] == "配套"
    assert [name for name in segments if name in names] == names[:-1]
    assert all(a.first + a.rows == b.first for a, b in pairwise(plan.bands))


@given(
    st.lists(st.floats(-2, 9), max_size=4).map(sorted),
    st.sets(st.integers(0, 7), min_size=4).map(sorted),
)
def test_nodes_take_the_rows_nearest_to_their_neighbours(wishes, rows):
    def far(choice):
        return sum(abs(row - wish) for row, wish in zip(choice, wishes, strict=True))

    found = nearest_rows(wishes, rows)
    assert list(found) == sorted(set(found)) and set(found) <= set(rows)
    assert far(found) == pytest.approx(min(map(far, combinations(rows, len(wishes)))))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(-4, 4), st.sampled_from((1, 2, 4)), st.integers(-4, 4)
        ),
        max_size=7,
    )
)
def test_crossings_are_counted_pair_by_pair(supplies):
    """Held against the definition: between both ends the lines change sides."""
    columns, row, edges = {}, {}, []
    for number, (column, start, wide, end) in enumerate(supplies):
        columns |= {f"u{number}": column, f"v{number}": column + wide}
        row |= {f"u{number}": start, f"v{number}": end}
        edges.append((f"u{number}", f"v{number}"))

    def height(supply, x):
        column, start, wide, end = supply
        return start + Fraction(end - start, wide) * (x - column)

    def cross(one, two):
        left, right = max(one[0], two[0]), min(one[0] + one[2], two[0] + two[2])
        sides = [height(one, x) - height(two, x) for x in (left, right)]
        return left < right and sides[0] * sides[1] < 0

    climbed = sum(abs(end - start) for _, start, _, end in supplies)
    pairs = sum(cross(one, two) for one, two in combinations(supplies, 2))
    assert crossings(edges, columns, row) == (pairs, climbed)


def test_file_is_svg_or_html_and_the_same_again(graph, tmp_path):
    for name in ("a.svg", "b.svg", "c.html"):
        draw_chain(graph, "绿色工业", tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    nodes = drawn((tmp_path / "a.svg").read_text(encoding="utf-8"))
    assert len(nodes) == sum(c == "green-industry" for _, c in graph.nodes(data="chain"))
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "绿色工业" in page and "钨矿采选" in page


def test_other_suffix_and_unknown_chain_are_refused(graph, tmp_path):
    with pytest.raises(OutputError, match=r"\.svg、\.html"):
        draw_chain(graph, "绿色工业", tmp_path / "a.bmp")
    with pytest.raises(OptionError, match="没有这条产业链"):
        draw_chain(graph, "绿色农业", tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == []
