import math

import networkx as nx
import pandas as pd
import pytest
from chainmatch.decision.gaps.introducing import introduced
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.decision.gaps import count_paths, counts, feasibility, survey
from chainmatch.schema.columns import TABLES
from chainmatch.util.missing import saturating


def survey_of(world, **changes):
    world = world.but(**changes) if changes else world
    return survey(world.graph, world.local_fits, world.locals, world.profile, world.target_fits)


def by_node(found):
    return found.gaps.set_index("node")


def test_status_and_kind_of_the_five_nodes(world):
    gaps = by_node(survey_of(world))
    assert list(survey_of(world).gaps.columns) == list(TABLES["gaps"])
    assert gaps["status"].to_dict() == {
        "garden": "strong",  # 0.9 × size 2 + 0.8 + 0.9 = 3.5
        "machines": "missing",
        "making": "missing",  # L5 only sells
        "packaging": "missing",  # 0.2 is below the level
        "drinks": "weak",  # one small firm
    }
    assert gaps["kind"].to_dict() == {
        "garden": "",
        "machines": "start",
        "making": "fill",
        "packaging": "extend",
        "drinks": "strengthen",
    }
    assert gaps["score"].isna().to_dict() == {n: n == "garden" for n in gaps.index}


def test_the_parts_of_the_fill_by_hand(world):
    row = by_node(survey_of(world)).loc["making"]
    assert row["pull"] == pytest.approx((3.5 / 6.5 + 0.9 / 3.9) / 2, abs=1e-4)
    # Paths through making: from garden (drinks is weak: 3/4), from machines (missing: half of it).
    assert row["structure"] == pytest.approx(math.log1p(0.75 + 0.375) / math.log1p(3), abs=1e-4)
    assert row["feasibility"] == pytest.approx((0.6 + 0.8) / 2)  # plant 0.6, water 1: min and mean
    assert row["supply"] == pytest.approx(2 / 5)
    parts = [row["pull"], row["structure"], row["feasibility"], row["supply"]]
    weights = [0.35, 0.20, 0.30, 0.15]
    assert row["score"] == pytest.approx(
        sum(w * p for w, p in zip(weights, parts, strict=True)), abs=1e-4
    )
    assert row["targets"] == 2
    assert row["upstream_local"] == "云岭茶园公司、双河茶场、青坪茶业公司"
    assert row["downstream_local"] == "月溪饮品公司"


def test_the_reason_names_the_firms_and_the_paths(world):
    why = by_node(survey_of(world))["why"]
    assert "云岭茶园公司" in why["making"]
    assert "月溪饮品公司（茶饮料）" in why["making"]
    assert "打通1条" in why["making"]  # garden-making-drinks; the path from machines lacks machines
    assert "可向上游延伸到“包装”" in why["packaging"]
    assert why["drinks"].startswith("本地仅月溪饮品公司做")
    assert "需整体引进" in why["machines"]
    assert why.str.endswith("。").all()
    assert not why.str.contains("南街茶庄").any()  # it only sells


def test_a_hole_of_two_nodes_is_a_fill_on_both_sides(world, make):
    graph = world.graph.copy()
    graph.remove_edge("making", "drinks")
    graph.add_node("blend", **graph.nodes["making"])
    graph.add_edges_from([("making", "blend"), ("blend", "drinks")], source="")
    gaps = by_node(survey_of(world, graph=graph))
    assert gaps.loc["making", "kind"] == gaps.loc["blend", "kind"] == "fill"
    assert "再隔一环的下游有月溪饮品公司" in gaps.loc["making", "why"]


def test_trade_covers_a_node_only_where_nothing_else_counts():
    assert not counts("trade", ("make", "trade"))
    assert counts("trade", ("trade",))
    assert counts("make", ("make", "trade"))
    assert counts("", ("make",))  # a bare item; the fit holds the doubt
    assert not counts("research", ("make",))


def test_no_data_where_the_list_could_not_have_shown_a_firm(world, make):
    empty = survey_of(world, locals=make.firms(), local_fits=make.fits())
    assert set(empty.gaps["status"]) == {"no-data"}
    assert empty.gaps["why"].str.contains("没有本地企业名单").all()
    blind = survey_of(world, locals=world.locals.assign(scope=""))
    assert blind.gaps.set_index("node")["status"]["making"] == "no-data"
    assert blind.gaps.set_index("node")["status"]["garden"] == "strong"  # by name: still known
    unlisted = by_node(
        survey_of(world, profile=world.profile_with(unlisted={"making": "多为农户"}))
    )
    assert unlisted.loc["making", "status"] == "no-data"
    assert unlisted.loc["making", "kind"] == ""
    assert math.isnan(unlisted.loc["making", "score"])
    assert "多为农户" in unlisted.loc["making", "why"]


def test_no_data_where_no_firm_shows_the_activity(world):
    growers = world.local_fits[world.local_fits["node"] == "garden"]
    gaps = by_node(survey_of(world, local_fits=growers))
    assert gaps.loc["making", "status"] == "no-data"  # nobody in the list makes anything
    assert "生产" in gaps.loc["making", "why"]
    assert gaps.loc["garden", "status"] == "strong"


def test_a_neighbour_without_data_is_unknown_and_not_absent(world):
    profile = world.profile_with(unlisted={"packaging": "x", "making": "y"})
    gaps = by_node(survey_of(world, profile=profile))
    # machines: making next to it has no data, drinks two away is held.
    assert gaps.loc["machines", "pull"] == pytest.approx(0.4 * 0.9 / 3.9, abs=1e-4)
    graph = world.graph.copy()
    graph.remove_edge("making", "drinks")
    alone = by_node(survey_of(world, graph=graph, profile=profile))
    assert math.isnan(alone.loc["machines", "pull"])


def test_without_targets_the_supply_is_unknown(world):
    gaps = by_node(survey(world.graph, world.local_fits, world.locals, world.profile))
    assert gaps["supply"].isna().all()
    assert gaps["targets"].isna().all()
    assert gaps.loc["making", "score"] > 0


def test_a_seller_is_no_supply(world, make):
    sellers = make.fits(("T1", "making", 0.9, "trade"))
    assert by_node(survey_of(world, target_fits=sellers)).loc["making", "targets"] == 0


def test_unknown_endowments_are_left_out_and_not_zero(world):
    assert feasibility(("water", "licence"), world.profile) == 1.0
    assert math.isnan(feasibility(("licence", "ore"), world.profile))
    assert feasibility(("plant", "water"), world.profile) == pytest.approx((0.6 + 0.8) / 2)


def test_a_closed_node_is_no_gap(world):
    profile = world.profile_with(gates={"negative": {"nodes": ["making"]}})
    row = by_node(survey_of(world, profile=profile)).loc["making"]
    assert (row["status"], row["kind"]) == ("missing", "")
    assert "负面清单" in row["why"]


def test_anchors_are_fit_times_size_times_what_hangs_on_the_node(world):
    anchors = survey_of(world).anchors
    assert list(anchors.columns) == list(TABLES["locals"])
    # garden: making next to it, drinks two away = 1.4; 10,000 万 has size 2, unknown size 1.
    # drinks: making and packaging next to it, garden and machines two away = 2.8.
    assert anchors.set_index("firm_id")["anchor"].to_dict() == {
        "L1": pytest.approx(0.9 * 2 * 1.4),
        "L4": pytest.approx(0.9 * 2.8),
        "L3": pytest.approx(0.9 * 1.4),
        "L2": pytest.approx(0.8 * 1.4),
        "L5": 0.0,  # only sells
    }
    assert anchors["anchor"].is_monotonic_decreasing


def test_every_local_firm_has_a_row_even_without_a_fit(world):
    found = survey_of(world, local_fits=world.local_fits[world.local_fits["firm_id"] != "L2"])
    row = found.anchors.set_index("firm_id").loc["L2"]
    assert (row["chain"], row["node"], row["anchor"]) == ("", "", 0.0)
    assert len(found.anchors) == 5


def test_capital_in_another_currency_does_not_count_as_size(world):
    dollars = world.locals.assign(currency="USD")
    coverage = survey_of(world, locals=dollars).coverage.set_index("firm_id")
    assert coverage.loc["L1", "weight"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("name", "node", "grade", "quote", "expected"),
    [
        ("云岭茶业公司", "茶叶批发", "likely", "茶叶批发", True),
        ("云岭茶业公司", "茶叶批发", "likely", "茶叶批发零售", True),
        ("云岭茶业公司", "茶叶批发", "likely", "茶叶销售", True),
        ("云岭茶业公司", "茶叶批发", "likely", "茶叶零售", False),
        ("云岭茶庄南街店", "茶叶批发", "likely", "茶叶销售", False),
        ("云岭大药房（北街）", "药品批发", "likely", "药品销售", False),
        ("云岭饭店管理公司", "茶叶批发", "likely", "茶叶销售", True),  # a company, no shop
        ("云岭茶庄南街店", "茶叶批发零售", "likely", "茶叶零售", True),
        ("云岭茶庄南街店", "茶叶零售", "likely", "茶叶零售", True),
        ("云岭茶庄南街店", "制茶", "likely", "茶叶加工、零售", True),
        ("云岭茶业公司", "制茶", "confirmed", "茶叶加工", True),
        ("云岭茶业公司", "制茶", "uncertain", "茶叶加工", False),
    ],
)
def test_who_can_be_introduced(name, node, grade, quote, expected):
    assert introduced(name, node, grade, quote) is expected


def test_who_cannot_be_introduced_still_covers_the_node(world, make):
    fits = make.fits(("L1", "garden", 0.9), ("L2", "garden", 0.45))
    found = survey_of(world, local_fits=fits)
    firms = found.coverage.set_index("firm_id")
    assert firms["introduced"].to_dict() == {"L1": True, "L2": False}
    gap = found.gaps.set_index("node").loc["garden"]
    assert gap["local_firms"] == "云岭茶园公司、青坪茶业公司"


def test_the_order_of_the_rows_does_not_matter(world):
    once = survey_of(world)
    again = survey_of(
        world,
        local_fits=world.local_fits.iloc[::-1].reset_index(drop=True),
        locals=world.locals.iloc[::-1].reset_index(drop=True),
    )
    pd.testing.assert_frame_equal(once.gaps, again.gaps)
    pd.testing.assert_frame_equal(once.coverage, again.coverage)


# --- laws ----------------------------------------------------------------------------------------

STATUS = st.sampled_from(["strong", "present", "weak", "missing", "no-data"])
READY = {"strong": 1.0, "present": 1.0, "weak": 0.75, "no-data": 0.75, "missing": 0.5}


@st.composite
def small_dags(draw):
    size = draw(st.integers(1, 7))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(size), chain="c")
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [])
    return graph, {node: draw(STATUS) for node in graph}


@given(small_dags())
def test_paths_counted_in_passes_equal_paths_listed_one_by_one(world):
    graph, status = world
    starts = [n for n in graph if not graph.in_degree(n)]
    ends = [n for n in graph if not graph.out_degree(n)]
    paths = [p for a in starts for b in ends for p in nx.all_simple_paths(graph, a, b)]
    paths += [[n] for n in starts if n in ends and not graph.degree(n)]
    paths = [list(p) for p in {tuple(p) for p in paths}]
    found = count_paths(graph, status)
    for node in graph:
        own = [[m for m in path if m != node] for path in paths if node in path]
        assert found[node].total == len(own)
        assert found[node].whole == sum(
            all(status[m] in ("strong", "present", "weak") for m in others) for others in own
        )
        closed = sum(math.prod(READY[status[m]] for m in others) for others in own)
        assert found[node].closed == pytest.approx(closed)
        assert math.isnan(found[node].structure) == (graph.degree(node) == 0)
        if graph.degree(node):
            assert 0 <= found[node].structure <= 1 + 1e-12


def test_counting_paths_does_not_list_them():
    """A ladder of 60 rungs has 2**60 paths: no enumeration would end."""
    graph = nx.DiGraph()
    for rung in range(60):
        for a in (0, 1):
            for b in (0, 1):
                graph.add_edge((rung, a), (rung + 1, b))
    nx.set_node_attributes(graph, "c", "chain")
    found = count_paths(graph, dict.fromkeys(graph, "strong"))
    assert found[(30, 0)].total == 2.0**60
    assert found[(30, 0)].structure == 1.0


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.1, 100))
def test_saturating_rises_from_0_towards_1(a, b, half):
    low, high = sorted((a, b))
    assert 0 <= saturating(low, half) <= saturating(high, half) < 1


@pytest.mark.parametrize("firm", ["L4", "L5"])
def test_more_evidence_at_home_never_lowers_the_pull(world, make, firm):
    before = by_node(survey_of(world))["pull"]
    stronger = pd.concat([world.local_fits, make.fits((firm, "packaging", 0.9))])
    after = by_node(survey_of(world, local_fits=stronger))["pull"]
    assert (after >= before - 1e-9).all()
    assert after["drinks"] > before["drinks"]
