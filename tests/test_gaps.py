"""What is worth filling, and why: argued by hand in the county that grows tea."""

import math

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.chains.graph import read_chains
from chainmatch.decision.gaps import listing, survey, weaknesses
from chainmatch.decision.paths import count_paths
from chainmatch.parts import GAP_PARTS
from chainmatch.schema.columns import TABLES
from chainmatch.util.missing import saturating
from teacounty import COUNTY, county_world


def survey_of(world, **changes):
    world = world.but(**changes) if changes else world
    return survey(world.graph, world.local_fits, world.locals, world.profile, world.target_fits)


def by_node(found):
    return found.gaps.set_index("node")


@pytest.fixture
def tea(world):
    return county_world(world)


# --- the table -----------------------------------------------------------------------------------


def test_status_kind_and_way_of_the_five_nodes(tea):
    found = survey_of(tea)
    assert list(found.gaps.columns) == list(TABLES["gaps"])
    gaps = by_node(found)
    assert gaps[["status", "kind", "way"]].to_dict("index") == {
        "garden": {"status": "present", "kind": "strengthen", "way": "grow"},  # farm households
        "machines": {"status": "missing", "kind": "start", "way": "recruit"},
        "making": {"status": "missing", "kind": "fill", "way": "recruit"},  # L5 only sells
        "packaging": {"status": "weak", "kind": "strengthen", "way": "recruit"},  # L4 mentions it
        "drinks": {"status": "weak", "kind": "strengthen", "way": "recruit"},  # one small firm
    }


def test_the_parts_of_the_fill_by_hand(tea):
    row = by_node(survey_of(tea)).loc["making"]
    reach = round(0.9 * 0.9 / 2**0.15, 4)
    garden, drinks = 1.35 + 0.8 * math.log10(5) / 2 + 0.27, 0.9 * math.log10(80) / 2
    pull = (saturating(garden, 2) + saturating(drinks, 2)) / 2
    # machines stands upstream too, and holds nothing; packaging is not beside making.
    parts = {
        "resources": reach,
        "demand": 0.5 * pull,
        "priority": 1.0,
        "feasibility": (0.6 + 0.8) / 2,  # plant 0.6, water 1: min and mean
        # Paths through making: from garden, from machines (missing: half); drinks is weak: ¾.
        "structure": math.log1p(0.75 + 0.375) / math.log1p(3),
        "supply": 2 / 5,
    }
    assert {name: row[name] for name in parts} == pytest.approx(parts, abs=1e-4)
    weighted = math.fsum(part.weight * row[part.name] for part in GAP_PARTS)
    assert row["score"] == pytest.approx(weighted, abs=1e-4)
    assert row["targets"] == 2
    assert row["upstream_local"] == "云岭茶园公司、青坪茶业公司、双河茶场"
    assert row["downstream_local"] == "月溪饮品公司"


def test_what_stands_two_supplies_away_pulls_less(tea):
    gaps = by_node(survey_of(tea))
    drinks = saturating(0.9 * math.log10(80) / 2, 2)
    # machines: making next to it is missing, drinks two away is held; nothing stands upstream.
    assert gaps.loc["machines", "demand"] == pytest.approx(0.5 * 0.4 * drinks, abs=1e-4)


def test_unknown_parts_are_left_out_of_the_mean(tea):
    row = by_node(survey_of(tea)).loc["machines"]
    assert math.isnan(row["resources"])  # nothing grown or mined ties it
    known = [part for part in GAP_PARTS if part.name != "resources"]
    wanted = math.fsum(p.weight * row[p.name] for p in known) / math.fsum(p.weight for p in known)
    assert row["score"] == pytest.approx(wanted, abs=1e-4)


def test_who_settles_badly_is_worth_less_and_grown_at_home(tea):
    graph = tea.graph.copy()
    free = by_node(survey_of(tea))
    for settles, share, way in [("base", 0.55, "recruit"), ("local", 0.15, "grow")]:
        graph.nodes["packaging"]["settles"] = settles
        row = by_node(survey_of(tea, graph=graph)).loc["packaging"]
        assert row["score"] == pytest.approx(share * free.loc["packaging", "score"], abs=1e-4)
        assert row["way"] == way
    settle = tea.profile.settle.model_dump() | {"grower": 1.0}
    all_ = by_node(survey_of(tea, profile=tea.profile_with(settle=settle)))
    assert free.loc["garden", "score"] == pytest.approx(
        0.35 * all_.loc["garden", "score"], abs=1e-4
    )


def test_a_chain_of_less_priority_is_worth_less(tea):
    whole = by_node(survey_of(tea))["score"]
    half = by_node(survey_of(tea, profile=tea.profile_with(chain_weights={"tea": 0.5})))["score"]
    assert half.tolist() == pytest.approx((whole / 2).tolist(), abs=1e-4)


def test_a_closed_node_is_no_gap(tea):
    unwanted = [{"what": "制茶", "why": "水源地"}]
    found = survey_of(tea, profile=tea.profile_with(unwanted=unwanted))
    row = by_node(found).loc["making"]
    assert (row["status"], row["kind"], row["way"], row["score"]) == ("missing", "", "closed", 0)
    assert "水源地" in row["why"]
    assert (by_node(found)["score"].drop("making") > 0).all()


# --- kinds ---------------------------------------------------------------------------------------


def test_a_hole_of_two_nodes_is_a_fill_on_both_sides(tea):
    graph = tea.graph.copy()
    graph.remove_edge("making", "drinks")
    graph.add_node("blend", **graph.nodes["making"])
    graph.add_edges_from(
        [("making", "blend"), ("blend", "drinks")], source="", flow="material", of=()
    )
    gaps = by_node(survey_of(tea, graph=graph))
    assert gaps.loc["making", "kind"] == gaps.loc["blend", "kind"] == "fill"
    graph.remove_edge("blend", "drinks")
    gaps = by_node(survey_of(tea, graph=graph))
    assert gaps.loc["making", "kind"] == "extend"  # held on one side only
    assert gaps.loc["blend", "kind"] == "start"  # gardens are two supplies away


def test_whoever_is_here_already_is_strengthened_however_strong(tea):
    strong = survey_of(tea, locals=tea.locals.assign(capital=1e6, currency="CNY"))
    row = by_node(strong).loc["garden"]
    assert (row["status"], row["kind"]) == ("strong", "strengthen")


# --- what the list cannot show -------------------------------------------------------------------


def test_no_data_is_still_a_gap_by_what_is_known(tea, make):
    empty = survey_of(tea, locals=make.firms(), local_fits=make.fits())
    gaps = by_node(empty)
    assert set(gaps["status"]) == {"no-data"}
    assert gaps["why"].str.contains("没有本地企业名单").all()
    assert gaps.loc["making", "score"] > 0.5  # resources and priority do not come from the list
    assert math.isnan(gaps.loc["making", "demand"])  # who would pull is not known, and not nobody
    assert gaps.loc["packaging", "demand"] == 0.6  # the project is known


def test_a_neighbour_without_data_is_unknown_and_not_absent(tea):
    unlisted = {"making": "x", "machines": "y"}
    graph = tea.graph.copy()
    graph.remove_edge("making", "drinks")
    gaps = by_node(survey_of(tea, graph=graph, profile=tea.profile_with(unlisted=unlisted)))
    assert math.isnan(gaps.loc["machines", "demand"])  # making is all that stands beside it
    assert gaps.loc["machines", "kind"] == "start"
    assert "y" in gaps.loc["machines", "why"]


def test_without_targets_the_supply_is_unknown(tea):
    found = survey(tea.graph, tea.local_fits, tea.locals, tea.profile)
    assert found.gaps["supply"].isna().all() and found.gaps["targets"].isna().all()
    assert by_node(found).loc["making", "score"] > 0


def test_the_number_of_targets_of_each_node_will_do(tea):
    counted = survey(tea.graph, tea.local_fits, tea.locals, tea.profile, {"making": 2})
    row = by_node(counted).loc["making"]
    assert (row["targets"], row["supply"]) == (2, 0.4)
    assert by_node(counted).loc["drinks", "targets"] == 0


# --- words ---------------------------------------------------------------------------------------


def test_the_sentence_says_what_stands_there_and_what_speaks_for_it(tea):
    why = by_node(survey_of(tea))["why"]
    assert "未见“制茶”" in why["making"] and "茶园" in why["making"]
    assert "县里优先" in why["making"]
    assert "茶文化园" in why["packaging"]
    assert "只有月溪饮品公司涉及“茶饮料”" in why["drinks"]
    assert "云岭茶园公司" in why["garden"]
    assert "没有做这一环节的企业" in why["drinks"]
    assert "要用的原料" not in why.to_string()  # none is missing
    assert why.str.endswith("。").all() and not why.str.contains("；；|nan|。。").any()
    assert not why.str.contains("南街茶庄").any()  # it only sells


def test_that_nobody_in_the_list_does_it_is_said_first_and_once(tea):
    why = by_node(survey_of(tea))["why"]
    assert why["drinks"].index("没有做这一环节的企业") < why["drinks"].index("没有写明要用它的项目")
    assert why["garden"].index("没有写明要用它的项目") < why["garden"].index("只有1家")
    needed = tea.profile_with(projects=[{"name": "茶文化园", "needs": ["茶饮料"]}])
    alone = by_node(survey_of(tea, profile=needed)).loc["drinks", "why"]
    assert alone.count("没有做这一环节的企业") == 1


def test_how_many_firms_a_cell_names(tea, make):
    growers = make.fits(*((f"G{i}", "garden", 0.9) for i in range(9)))
    gaps = by_node(survey_of(tea, local_fits=growers))
    assert gaps.loc["garden", "local_firms"] == "、".join(f"G{i}" for i in range(8)) + "等9家"
    assert gaps.loc["making", "upstream_local"] == "G0、G1、G2、G3、G4、G5等9家"
    assert "G0、G1、G2等9家" in gaps.loc["garden", "why"]


def test_how_usual_a_node_is_counts_unless_the_profile_says_none(tea, make):
    graph = read_chains()
    held = list(graph)[:3]
    fits = pd.DataFrame(
        [
            {"firm_id": "L1", "name": "甲", "node": node, "fit": 0.9, "main": 0.9}
            | {"grade": "likely", "activity": "", "evidence": "甲"}
            for node in held
        ]
    ).reindex(columns=list(TABLES["match"]))
    learned, none = (
        survey(graph, fits, tea.locals, tea.profile_with(relatedness=key)).gaps
        for key in ("", "none")
    )
    paths = count_paths(graph, dict(zip(none["node"], none["status"], strict=True)))
    alone = [paths[node].structure for node in none["node"]]
    assert none["structure"].tolist() == pytest.approx(alone, abs=1e-4, nan_ok=True)
    assert not learned["structure"].equals(none["structure"])


def test_a_missing_raw_material_is_said(tea):
    profile = tea.profile_with(resources=[{"product": "包装"}])
    row = by_node(survey_of(tea, profile=profile)).loc["making"]
    assert row["resources"] == 0 and "要用的原料（茶园）" in row["why"]


def test_strong_neighbours_are_named_without_branches_and_shops(tea):
    big = tea.locals.assign(capital=1e6, currency="CNY")
    farms = survey_of(tea, locals=big)
    assert (
        "有本地月溪饮品公司（茶饮料）；" in by_node(farms).loc["making", "why"]
    )  # households pull nobody
    graph = tea.graph.copy()
    graph.nodes["garden"]["settles"] = "anywhere"

    def said(**cells):
        fits = tea.local_fits.assign(**cells)
        found = survey_of(tea, graph=graph, locals=big, local_fits=fits)
        return by_node(found).loc["making", "why"].split("上下游有本地")[1]

    assert said().startswith("云岭茶园公司（茶园）、双河茶场（茶园）；")
    for other in ("云岭茶叶店", "云岭商贸有限公司"):
        names = tea.local_fits["name"].replace("云岭茶园公司", other)
        assert said(name=names).startswith("双河茶场（茶园）、月溪饮品公司（茶饮料）；")
    unsure = tea.local_fits["grade"].where(tea.local_fits["firm_id"] != "L1", "uncertain")
    assert said(grade=unsure).startswith("双河茶场（茶园）、")


def test_no_weak_point_is_said_of_a_part_that_is_good_enough(tea):
    facts = {
        "reach": 0.9,
        "reached": "茶园",
        "reach_steps": 1,
        "shortages": "",
        "targets": 9,
        "paths": 0,
    }
    assert weaknesses(facts, [part.weak for part in GAP_PARTS]) == []
    assert weaknesses(facts, [math.nan] * len(GAP_PARTS)) == []  # nor of what is not known
    low = weaknesses(
        facts | {"targets": 1}, [part.weak - 0.01 if part.weak else 0 for part in GAP_PARTS]
    )
    assert len(low) == 5
    assert weaknesses(facts, [0, 0.19, 0, 0.49, 1, 1])[0] == GAP_PARTS[0].weakness(facts)  # worst


def test_a_long_list_of_names_is_counted():
    assert listing(["甲", "乙"], 2) == "甲、乙"
    assert listing(["甲", "乙", "丙"], 2) == "甲、乙等3家"
    assert listing([], 2) == ""


# --- what changes what ---------------------------------------------------------------------------


def test_the_order_of_the_rows_does_not_matter(tea):
    once = survey_of(tea)
    again = survey_of(
        tea,
        local_fits=tea.local_fits.iloc[::-1].reset_index(drop=True),
        locals=tea.locals.iloc[::-1].reset_index(drop=True),
        target_fits=tea.target_fits.iloc[::-1].reset_index(drop=True),
    )
    pd.testing.assert_frame_equal(once.gaps, again.gaps)
    pd.testing.assert_frame_equal(once.coverage, again.coverage)
    pd.testing.assert_frame_equal(once.anchors, again.anchors)


def test_more_evidence_at_home_never_lowers_the_demand(tea, make):
    before = by_node(survey_of(tea))["demand"]
    stronger = pd.concat([tea.local_fits, make.fits(("L1", "packaging", 0.9))])
    after = by_node(survey_of(tea, local_fits=stronger))["demand"]
    assert (after >= before - 1e-9).all()
    assert after["drinks"] > before["drinks"]


@pytest.mark.parametrize("part", [part.name for part in GAP_PARTS])
def test_a_weight_of_0_takes_a_part_out(tea, part):
    weights = {p.name: p.weight for p in GAP_PARTS} | {part: 0}
    row = by_node(survey_of(tea, profile=tea.profile_with(gap_weights=weights))).loc["making"]
    total = math.fsum(weights.values())
    wanted = math.fsum(weights[p.name] * row[p.name] for p in GAP_PARTS) / total
    assert row["score"] == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(
    ("key", "entry", "node", "rises"),
    [
        ("resources", {"product": "茶机"}, "machines", "resources"),
        ("projects", {"name": "茶厂", "needs": ["茶机"]}, "machines", "demand"),
        ("priorities", {"what": "茶机"}, "machines", "priority"),
    ],
)
def test_what_the_county_says_changes_its_own_part(tea, key, entry, node, rises):
    before = by_node(survey_of(tea)).loc[node]
    changes = {key: [*COUNTY[key], entry]}
    after = by_node(survey_of(tea, profile=tea.profile_with(**changes))).loc[node]
    assert not before[rises] >= after[rises]  # it may have been unknown
    others = [part.name for part in GAP_PARTS if part.name != rises]
    assert after[others].tolist() == pytest.approx(before[others].tolist(), nan_ok=True)


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
def test_paths_counted_in_passes_equal_paths_listed_one_by_one(case):
    graph, status = case
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
