"""The picture of a chain: every node once, suppliers left of buyers, no line across a node."""

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.chains import chain_files, read_chains
from chainmatch.errors import OptionError, OutputError
from chainmatch.report.chainmap import chain_svg, draw_chain
from chainmatch.report.layout import FLOW, lay_out, nearest_rows
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
