"""What a profile says of the nodes: argued by hand in the county that grows tea."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.decision.county import county_of, feasibility, nodes_of, shortages
from conftest import COSTLY, tea_world
from teacounty import COUNTY, county_world

SHARE = st.floats(0, 1)


def county(world, **changes):
    """The county of a profile whose changes stand in for those of the world."""
    return county_of(world.profile_with(**changes), world.graph)


@pytest.fixture
def tea(world):
    return county_world(world)


def reach_of(world, *resources, **changes):
    found = county(world, resources=list(resources), **changes).reach
    return {node: claim.value for node, claim in found.items()}


def with_nodes(world, **nodes):
    """The world with other data of some nodes."""
    graph = world.graph.copy()
    for node, data in nodes.items():
        graph.nodes[node].update(data)
    return world.but(graph=graph)


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "nodes"),
    [
        ("making", ("making",)),  # id
        ("制茶", ("making",)),  # name
        (" 制茶 ", ("making",)),
        ("红茶", ("making",)),  # object
        ("绿茶饼", ("making",)),  # hint
        ("红茶生产", ("making",)),  # an object with a verb
        ("tea", ("garden", "machines", "making", "packaging", "drinks")),  # chain
        ("all", ("garden", "machines", "making", "packaging", "drinks")),  # segment
        ("水泥", ()),
        ("水泥生产", ()),
        ("", ()),
    ],
)
def test_a_word_finds_its_nodes(tea, word, nodes):
    graph = with_nodes(tea, making={"hints": ("绿茶饼",)}).graph
    assert nodes_of(graph, word) == nodes


def test_a_node_goes_before_a_segment_and_a_segment_before_an_object(tea):
    graph = tea.graph.copy()
    graph.nodes["making"]["objects"] = ("茶园",)  # the name of another node
    assert nodes_of(graph, "茶园") == ("garden",)
    graph.nodes["machines"].update(segment="iron", objects=("机具",))
    graph.nodes["drinks"]["objects"] = ("铁器",)
    graph.graph["segments"][("tea", "iron")] = "铁器"
    assert nodes_of(graph, "铁器") == ("machines",)
    graph.nodes["garden"]["hints"] = ("机具",)
    assert nodes_of(graph, "机具") == ("machines",)  # an object goes before a hint


def test_words_that_name_no_node_change_nothing(tea):
    more = {key: [*COUNTY[key]] for key in ("resources", "priorities")}
    more["resources"].append({"product": "月亮石"})
    more["priorities"].append({"what": "月亮车"})
    plain, odd = county(tea), county(tea, **more)
    assert (plain.reach, plain.wishes) == (odd.reach, odd.wishes)


# --- what the county has -------------------------------------------------------------------------


def test_reach_is_carried_down_and_shared_with_other_suppliers(tea):
    reach = county(tea).reach
    making = round(0.9 * 0.9 / 2**0.15, 4)  # garden and machines flow into it
    drinks = round(making * 0.9 / 2**0.15, 4)  # making and packaging
    assert {n: reach[n].value for n in ("garden", "making", "drinks")} == {
        "garden": 0.9,
        "making": making,
        "drinks": drinks,
    }
    assert reach["making"][1:] == ("茶园", 1, "茶园")
    assert reach["drinks"][1:] == ("茶园", 2, "制茶")  # it comes through making
    # Nothing grown or mined stands before these: what the county has says nothing about them.
    assert all(math.isnan(reach[n].value) and not reach[n].words for n in ("machines", "packaging"))


def test_a_node_of_one_supplier_shares_with_nobody(tea):
    tea.graph.remove_edge("machines", "making")
    assert county(tea).reach["making"].value == round(0.9 * 0.9, 4)


def test_the_nearest_and_richest_resource_counts(tea):
    both = reach_of(tea, {"product": "茶园", "much": 0.3}, {"product": "制茶", "much": 0.2})
    assert both["making"] == round(0.3 * 0.9 / 2**0.15, 4)  # more than 0.2
    near = reach_of(tea, {"product": "茶园", "much": 0.3}, {"product": "制茶", "much": 0.5})
    assert near["making"] == 0.5
    assert near["garden"] == 0.3


def test_where_the_raw_material_is_missing_the_reach_is_0_and_names_it(tea):
    found = county(tea, resources=[{"product": "包装"}]).reach
    assert found["making"][:2] == (0.0, "茶园")  # tied to gardens, which the county has not
    assert math.isnan(found["garden"].value)
    assert found["drinks"].value == round(0.9 / 2**0.15, 4)  # through packaging
    mine = with_nodes(tea, garden={"settles": "site"})
    assert reach_of(mine, {"product": "包装"})["making"] == 0.0
    free = with_nodes(tea, garden={"settles": "anywhere"})
    assert math.isnan(reach_of(free, {"product": "包装"})["making"])


@pytest.mark.parametrize(
    ("nodes", "flows"),
    [
        ({}, True),
        ({"making": {"settles": "base"}}, True),
        ({"making": {"settles": "grower"}}, False),  # households take no goods from works
        ({"making": {"settles": "local"}}, False),
        ({"making": {"activities": ("make", "grow")}}, False),  # feed reaches no cattle farm
        ({"making": {"activities": ("serve",)}}, False),  # a service is not made of goods
        ({"garden": {"activities": ("serve",)}}, False),  # and gives none
        ({"garden": {"activities": ("make",)}}, True),
        ({"garden": {"settles": "operator"}}, False),  # a scenic area reaches operators alone
        ({"making": {"settles": "operator"}}, False),
        ({"making": {"settles": "operator"}, "garden": {"settles": "operator"}}, True),
    ],
)
def test_goods_flow_only_into_what_is_made_of_them(tea, nodes, flows):
    value = reach_of(with_nodes(tea, **nodes), {"product": "茶园"})["making"]
    assert (value > 0) == flows


def test_a_resource_is_carried_along_materials_alone(tea):
    graph = tea.graph.copy()
    graph.edges["garden", "making"]["flow"] = "waste"
    reach = reach_of(tea.but(graph=graph), {"product": "茶园", "much": 1.0})
    assert reach["garden"] == 1.0
    assert math.isnan(reach["making"]) and math.isnan(reach["drinks"])


@pytest.mark.parametrize(
    ("of", "flows"), [(("茶园",), True), (("园", "果"), True), (("果园",), False), ((), True)]
)
def test_a_supply_that_says_which_materials_flow_carries_those_alone(tea, of, flows):
    graph = tea.graph.copy()
    graph.edges["garden", "making"]["of"] = of
    assert (reach_of(tea.but(graph=graph), {"product": "茶园", "much": 1.0})["making"] > 0) == flows


def test_another_thing_at_the_same_node_goes_its_own_way(tea):
    """The richer one does not flow; the poorer one still does."""
    graph = tea.graph.copy()
    graph.nodes["garden"]["objects"] = ("茶园", "桑园")
    graph.edges["garden", "making"]["of"] = ("茶园",)
    rich, poor = {"product": "桑园", "much": 1.0}, {"product": "茶园", "much": 0.5}
    found = county(tea.but(graph=graph), resources=[rich, poor]).reach
    assert found["garden"].words == "桑园" and found["making"].words == "茶园"
    assert found["making"].value == pytest.approx(0.5 * 0.9 / 2**0.15, abs=1e-4)


def test_a_product_of_several_nodes_begins_at_the_first_of_them(tea):
    found = reach_of(tea, {"product": "茶", "much": 0.5})  # the whole chain
    assert [found[n] for n in ("garden", "machines", "packaging")] == [0.5, 0.5, 0.5]
    assert found["making"] == round(0.5 * 0.9 / 2**0.15, 4)


def test_a_resource_called_as_its_chain_stands_where_it_is_an_object(tea):
    named = with_nodes(tea, garden={"objects": ("茶", "茶园")})
    found = reach_of(named, {"product": "茶", "much": 0.5})
    assert found["garden"] == 0.5
    assert math.isnan(found["machines"]) and math.isnan(found["packaging"])


def test_a_raw_material_that_is_here_is_not_said_to_be_missing(tea):
    idle = with_nodes(tea, making={"activities": ("serve",)}, garden={"settles": "grower"})
    found = county(idle, resources=[{"product": "茶园"}]).reach["making"]
    assert found[:2] == (0.0, "")


def test_what_a_project_will_make_counts_for_less_than_what_is_there(tea):
    project = {"name": "茶厂", "makes": ["制茶"], "weight": 0.5}
    found = county(tea, resources=[{"product": "包装", "much": 0.1}], projects=[project]).reach
    assert found["making"][:3] == (0.8 * 0.5, "制茶（茶厂投产后）", 0)
    assert found["drinks"].value == round(0.4 * 0.9 / 2**0.15, 4)


@COSTLY
@given(SHARE, SHARE)
def test_more_of_a_resource_never_lowers_a_reach(a, b):
    world = county_world(tea_world())
    low, high = (reach_of(world, {"product": "茶园", "much": much}) for much in sorted((a, b)))
    for node, value in low.items():
        assert math.isnan(value) == math.isnan(high[node])
        assert math.isnan(value) or 0 <= value <= high[node] <= 1


def test_own_words_stand_longest_first_with_the_most_that_they_speak_of(tea):
    resources = [
        {"product": "茶", "words": ["茶叶", "红茶"]},  # one character says nothing by itself
        {"product": "茶园", "much": 0.5, "words": ["茶叶"]},
        {"product": "高山茶园", "much": 0.2, "words": ["红茶"]},
    ]
    own = county(tea, resources=resources).own
    assert [(o.word, o.product, o.much) for o in own] == [
        ("高山茶园", "高山茶园", 0.2),
        ("红茶", "茶", 1.0),
        ("茶叶", "茶", 1.0),
        ("茶园", "茶园", 0.5),
    ]
    meant = county(tea, resources=[{"product": "钨精矿", "words": ["钨"]}]).own
    assert [o.word for o in meant] == ["钨精矿", "钨"]


# --- what it builds and wants --------------------------------------------------------------------


def test_projects_and_wishes_speak_for_their_nodes(tea):
    found = county(tea)
    assert {n: c[:2] for n, c in found.projects.items()} == {"packaging": (0.6, "茶文化园")}
    assert {n: c[:2] for n, c in found.wishes.items()} == {
        "making": (1.0, "制茶"),
        "drinks": (0.5, "茶饮料"),
    }


def test_the_strongest_of_several_claims_counts(tea):
    wishes = [
        {"what": "茶", "weight": 0.2},
        {"what": "红茶", "weight": 0.9},
        {"what": "制茶", "weight": 0.4},
    ]
    found = county(tea, priorities=wishes).wishes
    assert found["making"][:2] == (0.9, "红茶")
    assert found["garden"][:2] == (0.2, "茶")


# --- what it cannot take -------------------------------------------------------------------------


def test_a_refused_node_or_segment_is_closed_with_the_reason(tea):
    found = county(tea, unwanted=[{"what": "制茶", "why": "水源地"}, {"what": "packaging"}])
    assert set(found.closed) == {"making", "packaging"}
    assert found.closed["making"].endswith("不接收“制茶”（水源地）")
    assert "（" not in found.closed["packaging"]  # no reason was given
    assert found.refusals == ()
    assert set(county(tea, unwanted=[{"what": "all"}]).closed) == set(tea.graph)


def test_a_process_or_a_product_closes_no_node(tea):
    found = county(tea, unwanted=[{"what": "电镀"}, {"what": "红茶"}, {"what": "制茶"}])
    assert set(found.closed) == {"making"}
    assert [refusal.what for refusal in found.refusals] == ["电镀", "红茶"]


def test_what_lacks_a_hard_need_is_closed(tea):
    require = {"require": ["env-capacity", "licence", "plant"]}
    ends = {"env-capacity": 0, "plant": 0.1, "licence": None, "skills": 0}
    closed = county(tea, gates=require, endowments=ends).closed
    # licence is unknown, plant scarce, skills not asked for: none of them closes a node.
    assert set(closed) == {"packaging"}
    assert closed["packaging"] == "“包装”需要环境容量，本地没有"
    both = county(tea, gates=require, endowments=ends, unwanted=[{"what": "包装", "why": "不要"}])
    assert "不要" in both.closed["packaging"]  # what the county says goes first


# --- site conditions -----------------------------------------------------------------------------


def test_unknown_endowments_are_left_out_and_not_zero(world):
    assert feasibility(("water", "licence"), world.profile) == 1.0
    assert math.isnan(feasibility(("licence", "ore"), world.profile))
    assert math.isnan(feasibility((), world.profile))
    assert feasibility(("plant", "water"), world.profile) == pytest.approx((0.6 + 0.8) / 2)


def test_shortages_are_what_there_is_little_of(world):
    profile = world.profile_with(endowments={"water": 0.39, "plant": 0.4, "ore": 0, "gas": None})
    assert shortages(("water", "plant", "ore", "gas", "land"), profile) == "用水、矿产资源"
    assert shortages(("plant",), profile) == ""
