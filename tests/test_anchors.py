"""Which local firms pull others, and how strongly."""

import math

import pytest

from chainmatch.decision.anchors import anchors_of, follows
from chainmatch.decision.coverage import size_of
from chainmatch.decision.neighbours import sides_of
from chainmatch.schema.columns import TABLES


def anchors(world, **changes):
    world = world.but(**changes) if changes else world
    sides = {node: sides_of(world.graph, node) for node in world.graph}
    table = anchors_of(world.local_fits, world.locals, sides, world.graph, world.profile)
    assert list(table.columns) == list(TABLES["locals"])
    return table


def strength(world, **changes):
    table = anchors(world, **changes)
    return dict(zip(table["firm_id"], table["anchor"], strict=True))


def test_strength_by_hand(world):
    # Beside the garden: making, and drinks two supplies away. Beside drinks: making and packaging,
    # and garden and machines two away.
    garden, drinks = math.sqrt(1 + 1 + 0.4), math.sqrt(1 + 2 + 2 * 0.4)
    assert strength(world) == {
        "L1": pytest.approx(0.9 * 1.5**2 * garden, abs=1e-4),
        "L4": pytest.approx(0.9 * size_of(800, "CNY") ** 2 * drinks, abs=1e-4),
        "L2": pytest.approx(0.8 * size_of(50, "CNY") ** 2 * garden, abs=1e-4),
        "L3": pytest.approx(0.9 * 0.3**2 * garden, abs=1e-4),
        "L5": 0.0,  # only sells
    }


def test_the_strongest_stand_first_and_ties_by_id(world):
    assert list(anchors(world)["firm_id"]) == ["L1", "L4", "L2", "L3", "L5"]
    twins = anchors(world, locals=world.locals.iloc[::-1].assign(name="云岭分公司"))
    assert list(twins["firm_id"]) == ["L1", "L2", "L3", "L4", "L5"]
    assert (twins["anchor"] == 0).all()


def test_who_settles_as_a_service_pulls_less(world):
    graph = world.graph.copy()
    graph.nodes["garden"]["settles"] = "local"
    free, bound = strength(world), strength(world, graph=graph)
    assert bound["L1"] == pytest.approx(0.15 * free["L1"], abs=1e-4)
    assert bound["L4"] == free["L4"]


def test_more_capital_pulls_more(world):
    more = strength(world, locals=world.locals.assign(capital=world.locals["capital"] * 2))
    less = strength(world)
    assert all(more[firm] >= less[firm] for firm in less)
    assert more["L1"] > less["L1"] and more["L3"] == less["L3"]  # unknown stays so


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("青坪茶业有限公司北街分公司", True),
        ("青坪大药房", True),
        ("青坪茶叶店", True),
        ("云岭宾馆", True),
        ("云岭大酒店", True),
        ("青坪茶叶经营部（北街）", True),  # a note behind it hides nothing
        ("青坪茶业有限公司", False),
        ("酒店用品制造有限公司", False),
        ("云岭茶园公司", False),
    ],
)
def test_branches_shops_and_inns_pull_nobody(world, name, found):
    assert follows(name) == found
    named = world.locals.assign(name=[name, *world.locals["name"][1:]])
    assert (strength(world, locals=named)["L1"] == 0) == found


def test_a_firm_stands_at_its_strongest_node(world, make):
    fits = make.fits(("L1", "garden", 0.5), ("L1", "drinks", 0.4), ("L1", "machines", 0.4))
    row = anchors(world, local_fits=fits).set_index("firm_id").loc["L1"]
    # 0.4 · √3.8 at drinks is more than 0.5 · √2.4.
    assert (row["node"], row["node_name"], row["fit"]) == ("drinks", "茶饮料", 0.4)


def test_of_equal_nodes_the_first_fit_stands(world, make):
    graph = world.graph.copy()
    graph.remove_edges_from(list(graph.edges))
    fits = make.fits(("L1", "machines", 0.5), ("L1", "garden", 0.5))
    row = anchors(world, graph=graph, local_fits=fits).set_index("firm_id").loc["L1"]
    assert row["node"] == "machines"


def test_every_local_firm_has_a_row_even_without_a_fit(world):
    found = anchors(world, local_fits=world.local_fits[world.local_fits["firm_id"] != "L2"])
    row = found.set_index("firm_id").loc["L2"]
    assert (row["chain"], row["node"], row["anchor"], row["why"]) == ("", "", 0.0, "")
    assert math.isnan(row["fit"]) and row["category"] == "私企"
    assert len(found) == 5


def test_the_sentence_names_size_phrase_and_neighbours(world):
    why = anchors(world).set_index("firm_id")["why"]
    assert "10,000万元" in why["L1"] and "“茶园生产”" in why["L1"] and "制茶" in why["L1"]
    assert "注册资本不详" in why["L3"]
    assert "制茶、包装" in why["L4"]
    assert why["L5"] == ""  # no anchor
    dollars = anchors(world, locals=world.locals.assign(currency="USD")).set_index("firm_id")["why"]
    assert "800万美元" in dollars["L4"]


def test_four_neighbours_are_counted_and_three_named(world):
    graph = world.graph.copy()
    for name in ("a", "b"):
        graph.add_node(name, **graph.nodes["packaging"] | {"name": f"辅料{name}"})
        graph.add_edge(name, "drinks", source="", flow="material", of=())
    why = anchors(world, graph=graph).set_index("firm_id")["why"]["L4"]
    assert "辅料a、辅料b、制茶等4个环节" in why
    graph.remove_edges_from(list(graph.edges))
    alone = anchors(world, graph=graph).set_index("firm_id").loc["L4"]
    assert "上下游" not in alone["why"]
    assert alone["anchor"] == pytest.approx(0.9 * size_of(800, "CNY") ** 2, abs=1e-4)
