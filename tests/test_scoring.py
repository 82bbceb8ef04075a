"""What target firms are worth, part by part, and the laws that no list may break."""

import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.decision.gaps import survey
from chainmatch.decision.gates import check
from chainmatch.decision.grades import fills
from chainmatch.decision.mean import contributions, interval, weighted_mean, widest
from chainmatch.decision.scoring import SHOWN, score, weak_points
from chainmatch.parts import PARTS
from chainmatch.profile import Entry
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import BUYER, SUPPLIER, named
from conftest import COSTLY, tea_world
from teacounty import COUNTY, county_world

COLUMNS = [part.column for part in PARTS]
NAMES = [part.name for part in PARTS]
OWN_WORLD = county_world(tea_world())  # the laws change nothing of it


def survey_of(world):
    return survey(world.graph, world.local_fits, world.locals, world.profile, world.target_fits)


OWN_SURVEY = survey_of(OWN_WORLD)


def scores_of(world, **changes):
    world = world.but(**changes) if changes else world
    found = survey_of(world)
    return score(world.targets, world.target_fits, found, world.links, world.profile, world.graph)


def by_firm(world, **changes):
    return scores_of(world, **changes).set_index("firm_id")


def texts(points):
    return {point.title: point.text for point in points}


TITLE = {part.name: part.title for part in PARTS}


@pytest.fixture
def tea(world):
    return county_world(world)


# --- by hand -------------------------------------------------------------------------------------


def test_the_ranking_of_the_five_targets(tea):
    scores = scores_of(tea)
    assert list(scores.columns) == list(TABLES["scores"])
    # T1 and T2 make what is wanted first of what the county has, T1 more surely and with partners.
    # T5 is of the county's own trade, but farms are not moved; T4 has no part in tea leaves.
    # T3's capital is unknown, so that only what is known counts.
    assert list(scores["firm_id"])[:2] == ["T1", "T2"]
    assert dict(zip(scores["firm_id"], scores["node"], strict=True)) == {
        "T1": "making", "T2": "making", "T3": "packaging", "T4": "machines", "T5": "garden",
    }  # fmt: skip
    assert scores["score"].is_monotonic_decreasing


def test_the_parts_of_the_best_by_hand(tea):
    row = scores_of(tea).iloc[0]
    gaps = survey_of(tea).gaps.set_index("node")
    assert (row["firm_id"], row["chain"], row["node_name"]) == ("T1", "tea", "制茶")
    assert row["region"] == "浙江杭州" and row["zone"] == "长三角"
    size = 0.55 + 0.45 * math.log10(5)  # of 5,000 万元
    partners = 1.5 + math.log10(5) / 2 + 0.3 + math.log10(80) / 2  # L1, L2, L3 and L4
    wanted = {
        "fit": 0.9,
        "substance": 0.75 * size + 0.25 * 0.2,  # older than ten years
        "transferability": 1.0,
        "resources": 0.9,  # its own text names 茶园
        "gap": gaps.loc["making", "score"],
        "partners": partners / (partners + 2),
        "region_part": (1 + 1 / (1 + 1.0493)) / 2,  # first zone, 1,049 km
        "kinship": 0.0,
    }
    assert {column: row[column] for column in COLUMNS} == pytest.approx(wanted, abs=1e-4)
    weighted = math.fsum(part.weight * row[part.column] for part in PARTS)
    assert row["score"] == pytest.approx(weighted)
    assert row["low"] == row["score"] == row["high"]


def test_the_weights_that_ship_add_up_to_one():
    assert math.isclose(math.fsum(part.weight for part in PARTS), 1)


def test_an_unknown_part_widens_the_interval_and_is_no_zero(tea):
    row = by_firm(tea).loc["T3"]
    assert math.isnan(row["substance"])
    weight = {part.column: part.weight for part in PARTS}
    known = [column for column in COLUMNS if column != "substance"]
    total = math.fsum(weight[column] * row[column] for column in known)
    assert row["score"] == pytest.approx(total / (1 - weight["substance"]))
    assert row["low"] == pytest.approx(total)
    assert row["high"] == pytest.approx(total + weight["substance"])
    assert "不详" in texts(row["weak_points"])[TITLE["substance"]]


# --- what is said --------------------------------------------------------------------------------


def test_a_firm_is_quoted_in_its_own_words(tea):
    rows = by_firm(tea)
    assert "“红茶加工”" in texts(rows.loc["T1", "reasons"])[TITLE["fit"]]
    assert "茶园" in texts(rows.loc["T1", "reasons"])[TITLE["resources"]]
    assert "“茶叶”" in texts(rows.loc["T2", "reasons"])[TITLE["resources"]]
    assert "5,000万元" in texts(rows.loc["T1", "weak_points"])[TITLE["substance"]]  # middling
    rich = by_firm(tea, targets=tea.targets.assign(capital=1e5))
    assert "100,000万元" in texts(rich.loc["T1", "reasons"])[TITLE["substance"]]
    assert "县里优先发展制茶" in texts(rows.loc["T1", "reasons"])[TITLE["gap"]]


def test_partners_are_named_with_their_own_phrase(tea):
    rows = by_firm(tea)
    found = rows.loc["T1", "partner_firms"]
    assert [(p.side, p.firm_id) for p in found] == [
        (SUPPLIER, "L1"), (SUPPLIER, "L2"), (SUPPLIER, "L3"), (BUYER, "L4"),
    ]  # fmt: skip
    evidence = dict(zip(tea.local_fits["firm_id"], tea.local_fits["evidence"], strict=False))
    assert found[0].phrase == evidence["L1"]
    said = texts(rows.loc["T1", "reasons"])[TITLE["partners"]]
    assert named(found[0]) in said and named(found[3]) in said
    # T2 names nothing that a local firm makes: sharing a node introduces nobody.
    assert rows.loc["T2", "partner_firms"] == ()
    assert rows.loc["T2", "partners"] == 0
    assert TITLE["partners"] not in texts(rows.loc["T2", "reasons"])


def test_a_wish_for_a_product_is_for_those_who_make_it(tea):
    product = county_world(tea, priorities=[{"what": "红茶", "weight": 0.8, "words": ["滇红"]}])
    gaps = survey_of(product).gaps.set_index("node")["score"]
    nobody = survey_of(county_world(tea, priorities=[{"what": "茶饮料"}])).gaps.set_index("node")
    firms = by_firm(product)
    assert firms.loc["T1", "gap"] == gaps["making"]  # 红茶加工
    assert firms.loc["T2", "gap"] == nobody.loc["making", "score"] < gaps["making"]  # says nothing
    assert "红茶" in texts(firms.loc["T2", "weak_points"])[TITLE["gap"]]
    assert "红茶" not in texts(firms.loc["T2", "reasons"]).get(TITLE["gap"], "")
    other = by_firm(
        county_world(tea, priorities=[{"what": "制茶", "weight": 0.8, "words": ["鲜叶"]}])
    )
    assert other.loc["T1", "gap"] == gaps["making"]  # 茶园鲜叶加工
    whole = by_firm(county_world(tea, priorities=[{"what": "红茶", "weight": 0.8}]))
    assert whole.loc["T2", "gap"] == gaps["making"]  # without words the node is wanted


def test_a_phrase_that_says_another_node_as_surely_has_to_be_asked_about(tea, make):
    both = make.fits(("T1", "making", 0.9), ("T1", "drinks", 0.75)).assign(evidence="红茶加工")
    found = by_firm(tea, target_fits=both).loc["T1", "weak_points"]
    assert found[0].title == TITLE["fit"] and "还是“茶饮料”" in found[0].text  # said first
    faint = both.assign(fit=[0.9, 0.71])  # less than 0.8 of it
    other = both.assign(activity=["make", "grow"])  # 茶叶生产: growing is another business
    own = both.assign(evidence=["红茶加工", "红茶饮料"])
    for fits in (faint, other, own):
        assert "两样都做" not in str(by_firm(tea, target_fits=fits).loc["T1", "weak_points"])


def test_at_most_three_weak_points_worst_first(tea):
    scores = scores_of(tea)
    assert scores["weak_points"].map(len).le(SHOWN).all()
    for row in scores.to_dict("records"):
        value = {part.title: row[part.column] for part in PARTS}
        lack = {
            part.title: part.weight
            * (1 if math.isnan(value[part.title]) else 1 - value[part.title])
            for part in PARTS
        }
        titles = [point.title for point in row["weak_points"]]
        assert titles == sorted(titles, key=lambda title: -lack[title])


def test_nothing_is_weak_that_is_good_enough_and_nothing_a_reason_that_is_weak(tea):
    for row in scores_of(tea).to_dict("records"):
        value = {part.title: row[part.column] for part in PARTS}
        weak = {part.title: part.weak for part in PARTS}
        assert all(not value[p.title] >= weak[p.title] for p in row["weak_points"])
        assert all(value[p.title] >= weak[p.title] for p in row["reasons"])
        assert all(point.text for point in (*row["weak_points"], *row["reasons"]))


def test_a_part_without_weight_is_no_weak_point(tea):
    weights = {part.name: part.weight for part in PARTS} | {"substance": 0}
    row = by_firm(tea, profile=tea.profile_with(weights=weights)).loc["T3"]
    assert TITLE["substance"] not in texts(row["weak_points"])
    facts = dict.fromkeys(("node_name", "money"), "")
    values = [math.nan] * len(PARTS)
    found = weak_points(facts, values, dict.fromkeys(NAMES, 0.0) | {"substance": 1.0})
    assert [point.title for point in found] == [TITLE["substance"]]


# --- where a firm is scored ----------------------------------------------------------------------


def test_a_firm_is_scored_where_it_could_enter_even_if_it_is_worth_more_elsewhere(tea, make):
    fits = make.fits(("T4", "garden", 0.9), ("T4", "machines", 0.9))
    # At the garden it is worth more (resources), but farms do not settle: it could not enter there.
    shut = by_firm(tea, target_fits=fits)
    assert shut.loc["T4", "node"] == "garden"  # it can enter nowhere: machines fill no great gap
    entry = tea.profile.entry.model_dump() | {"gap": 0.16}
    opened = by_firm(tea, target_fits=fits, profile=tea.profile_with(entry=entry))
    assert opened.loc["T4", "node"] == "machines"
    assert opened.loc["T4", "score"] < shut.loc["T4", "score"]


def test_of_equal_nodes_the_better_fit_then_the_smaller_id(tea, make):
    graph = tea.graph.copy()
    for name in ("blend", "brew"):
        graph.add_node(name, **graph.nodes["packaging"] | {"name": "调茶", "objects": ("调茶",)})
    weights = dict.fromkeys(NAMES, 0.0) | {"kinship": 1.0}
    profile = tea.profile_with(weights=weights, endowments={}, projects=[])
    for first, second, wanted in [(0.9, 0.9, "blend"), (0.8, 0.9, "brew")]:
        fits = pd.DataFrame(
            [
                {"firm_id": "T4", "node": node, "fit": fit, "main": fit, "chain": "tea"}
                | {"grade": "likely", "activity": "make", "evidence": "调茶", "node_name": "调茶"}
                for node, fit in (("brew", second), ("blend", first))
            ]
        ).reindex(columns=list(TABLES["match"]))
        rows = by_firm(tea, graph=graph, target_fits=fits, profile=profile)
        assert rows.loc["T4", "node"] == wanted


def test_a_firm_outside_the_chains_is_scored_without_a_node(tea, make):
    fits = make.fits(("T1", "", 0.0), ("T2", "making", 0.9))
    row = by_firm(tea, target_fits=fits).loc["T1"]
    assert (row["node"], row["chain"], row["node_name"], row["fit"]) == ("", "", "", 0)
    assert row["gap"] == 0  # it fills none
    assert "对不上" in texts(row["weak_points"])[TITLE["fit"]]
    assert row["score"] > 0 and row["partner_firms"] == ()


def test_what_else_a_firm_makes_that_the_county_refuses_is_said(tea, make):
    profile = tea.profile_with(unwanted=[{"what": "包装"}])
    fits = make.fits(("T1", "making", 0.9), ("T1", "packaging", 0.6))
    fits = fits.assign(evidence=["红茶加工", "茶叶包装生产"], main=[0.8, 0.3])
    row = by_firm(tea, target_fits=fits, profile=profile).loc["T1"]
    assert "还有“茶叶包装生产”，本县不能接收" in texts(row["weak_points"])["可落户性"]
    assert row["transferability"] == pytest.approx(1 - 0.3)
    faint = fits.assign(fit=[0.9, 0.4])  # it may not do it at all
    assert by_firm(tea, target_fits=faint, profile=profile).loc["T1", "transferability"] == 1
    sold = fits.assign(activity=["make", "trade"])
    assert by_firm(tea, target_fits=sold, profile=profile).loc["T1", "transferability"] == 1


def test_nobody_is_scored_at_a_closed_node(tea, make):
    profile = tea.profile_with(unwanted=[{"what": "制茶"}])
    fits = make.fits(("T1", "making", 0.9), ("T1", "garden", 0.8))
    assert by_firm(tea, target_fits=fits, profile=profile).loc["T1", "node"] == "garden"


@pytest.mark.parametrize(
    ("scope", "grade"),
    [
        ("红茶加工（限分支机构经营）", "uncertain"),
        ("红茶加工、销售（限分支机构经营）", "uncertain"),
        ("餐饮；红茶加工 (仅限分公司经营)", "uncertain"),
        ("红茶加工（食品生产许可证）；餐饮服务（限分支机构经营）", "likely"),
        ("红茶加工；餐饮服务（限分支机构经营）", "likely"),  # that is said of the next clause
        ("红茶加工；茶具销售（限分支机构经营）", "likely"),
        ("茶叶加工（限分支机构经营）", "likely"),  # the quoted words do not stand there
        ("红茶加工", "likely"),
    ],
)
def test_what_only_branches_may_do_is_uncertain(tea, scope, grade):
    targets = tea.targets.assign(scope=[scope, *tea.targets["scope"][1:]])
    rows = by_firm(tea, targets=targets)
    assert rows.loc["T1", "grade"] == grade
    assert rows.loc["T2", "grade"] == "likely"
    assert (TITLE["fit"] in texts(rows.loc["T1", "reasons"])) == (grade == "likely")


def test_a_quote_that_says_so_itself_is_uncertain(tea):
    quote = "红茶加工（限分支机构经营）"
    fits = tea.target_fits.assign(evidence=[quote, *tea.target_fits["evidence"][1:]])
    targets = tea.targets.assign(scope=["限分支", *tea.targets["scope"][1:]])
    assert by_firm(tea, target_fits=fits, targets=targets).loc["T1", "grade"] == "uncertain"


def test_what_fills_the_entry():
    entry = Entry()
    good = {"fit": entry.fit, "gap": entry.gap, "substance": entry.substance}
    good |= {"transferability": entry.transferability, "grade": entry.grade}

    def enters(**changes):
        return bool(fills(pd.DataFrame([good | changes]), entry)[0])

    assert enters() and enters(grade="confirmed")
    assert not enters(grade="uncertain") and not enters(grade="")
    for part in ("fit", "gap", "substance", "transferability"):
        assert not enters(**{part: good[part] - 0.01})
        assert not enters(**{part: math.nan})  # the unknown is not enough


# --- tables --------------------------------------------------------------------------------------


def test_ties_stand_in_the_order_of_ids(tea, make):
    twins = [{"firm_id": i, "name": i, "scope": "茶"} for i in ("Z", "A", "M")]
    fits = make.fits(*((i, "making", 0.9) for i in ("Z", "A", "M")))
    found = scores_of(tea, targets=make.firms(*twins), target_fits=fits)
    assert list(found["firm_id"]) == ["A", "M", "Z"]


def test_no_targets_no_scores(tea, make):
    empty = scores_of(tea, targets=make.firms(), target_fits=make.fits())
    assert empty.empty
    assert list(empty.columns) == list(TABLES["scores"])


def test_what_passes_the_gates_is_exactly_what_is_scored(tea, make):
    """The counts of a run add up: every firm is excluded or scored, none both."""
    nodes = ["garden", "making", "packaging", ""]
    fits = [
        (f"F{i}", node, 0.05 + 0.15 * level if node else 0.0)
        for i, (node, level) in enumerate((n, k) for n in nodes for k in range(4))
    ]
    firms = make.firms(*({"firm_id": f"F{i}", "name": f"F{i}", "scope": "茶"} for i in range(16)))
    profile = tea.profile_with(unwanted=[{"what": "包装"}])
    table = make.fits(*fits)
    excluded = check(firms, tea.links, table, profile, tea.graph)
    scored = scores_of(tea, targets=firms, target_fits=table, profile=profile)
    assert set(scored["firm_id"]) | set(excluded["firm_id"]) == set(firms["firm_id"])
    passed = firms[~firms["firm_id"].isin(excluded["firm_id"])]
    after = scores_of(tea, targets=passed, target_fits=table, profile=profile)
    assert set(after["firm_id"]) == set(passed["firm_id"])
    assert 0 < len(passed) < len(firms)


def test_tables_that_went_through_csv_score_the_same(tea):
    def again(table):
        return pd.read_csv(io.StringIO(table.to_csv(index=False)))

    through = tea.but(
        targets=again(tea.targets),
        target_fits=again(tea.target_fits),
        locals=again(tea.locals),
        local_fits=again(tea.local_fits),
        links=again(tea.links),
    )
    pd.testing.assert_frame_equal(scores_of(through), scores_of(tea), check_dtype=False)


def test_the_order_of_rows_does_not_matter(tea):
    def turned(table):
        return table.iloc[::-1].reset_index(drop=True)

    again = scores_of(
        tea, targets=turned(tea.targets), target_fits=turned(tea.target_fits),
        locals=turned(tea.locals), local_fits=turned(tea.local_fits),
    )  # fmt: skip
    pd.testing.assert_frame_equal(again, scores_of(tea))


def test_another_county_changes_gaps_and_leaves_what_a_firm_is(tea):
    """Fit, substance and place are the firm's; resources, gap and partners are the county's."""
    before = by_firm(tea)
    other = {
        "resources": [{"product": "包装", "words": ["包装盒"]}],
        "priorities": [{"what": "包装"}],
    }
    after = by_firm(tea, profile=tea.profile_with(**COUNTY | other)).loc[before.index]
    assert list(after["node"]) == list(before["node"])
    for column in ("fit", "substance", "transferability", "region_part", "kinship", "evidence"):
        pd.testing.assert_series_equal(after[column], before[column])
    assert after.loc["T3", "gap"] > before.loc["T3", "gap"]
    assert after.loc["T1", "gap"] < before.loc["T1", "gap"]
    assert after.loc["T3", "resources"] > before.loc["T3", "resources"]
    assert after.loc["T1", "resources"] < before.loc["T1", "resources"]


# --- the mean ------------------------------------------------------------------------------------

SIZE = len(PARTS)
PART = st.one_of(st.just(math.nan), st.floats(0, 1).map(lambda value: round(value, 4)))
ROW = st.lists(PART, min_size=SIZE, max_size=SIZE)
WEIGHT = st.floats(0.01, 10)
WEIGHTS = st.lists(WEIGHT, min_size=SIZE, max_size=SIZE)
INDEX = st.integers(0, SIZE - 1)


def mean(parts, weights):
    return float(weighted_mean(np.array([parts]), np.array(weights))[0])


def as_row(parts):
    return dict(zip(COLUMNS, parts, strict=True))


def named_weights(weights):
    return dict(zip(NAMES, weights, strict=True))


@given(ROW, WEIGHTS)
def test_the_mean_lies_between_the_parts_and_in_the_interval(parts, weights):
    value, low, high = interval(parts, named_weights(weights))
    known = [part for part in parts if not math.isnan(part)]
    if not known:
        assert math.isnan(value) and (low, high) == pytest.approx((0, 1))
        return
    assert value == pytest.approx(mean(parts, weights))
    assert min(known) - 1e-9 <= value <= max(known) + 1e-9
    assert 0 <= low <= value <= high <= 1


@given(ROW, WEIGHTS, st.lists(st.floats(0, 1), min_size=SIZE, max_size=SIZE))
def test_low_and_high_bracket_whatever_the_unknown_turns_out_to_be(parts, weights, truth):
    _, low, high = interval(parts, named_weights(weights))
    told = [t if math.isnan(part) else part for part, t in zip(parts, truth, strict=True)]
    assert low - 1e-9 <= mean(told, weights) <= high + 1e-9


@given(ROW, WEIGHTS, INDEX, st.floats(0, 1))
def test_a_better_part_never_lowers_the_score(parts, weights, index, better):
    if math.isnan(parts[index]):
        return
    raised = [*parts]
    raised[index] = max(parts[index], better)
    assert mean(raised, weights) >= mean(parts, weights) - 1e-12


@given(ROW, WEIGHTS, INDEX)
def test_an_unknown_part_counts_as_the_mean_of_the_others_never_as_zero(parts, weights, index):
    hidden = [*parts]
    hidden[index] = math.nan
    value = mean(hidden, weights)
    if not math.isnan(value):
        filled = [*hidden]
        filled[index] = value
        assert mean(filled, weights) == pytest.approx(value)
        filled[index] = 0.0
        assert mean(filled, weights) <= value


@given(ROW, WEIGHTS)
def test_contributions_add_up_to_the_score_to_the_last_bit(parts, weights):
    added = contributions(as_row(parts), named_weights(weights))
    assert list(added) == NAMES
    value = interval(parts, named_weights(weights))[0]
    assert math.fsum(added.values()) == (0 if math.isnan(value) else value)
    assert all(added[p] == 0 for p, v in zip(NAMES, parts, strict=True) if math.isnan(v))


@given(ROW, WEIGHTS, INDEX)
def test_a_weight_of_0_takes_a_part_out_of_the_mean(parts, weights, index):
    without = [0.0 if i == index else weight for i, weight in enumerate(weights)]
    unknown = [math.nan if i == index else part for i, part in enumerate(parts)]
    assert mean(parts, without) == pytest.approx(mean(unknown, weights), nan_ok=True)
    value, low, high = interval(parts, named_weights(without))
    assert interval(unknown, named_weights(without)) == pytest.approx(
        (value, low, high), nan_ok=True
    )
    assert contributions(as_row(parts), named_weights(without))[NAMES[index]] == 0


@given(ROW, st.lists(WEIGHTS, min_size=2, max_size=3))
def test_many_draws_of_weights_at_once_are_each_draw_alone(parts, draws):
    together = weighted_mean(np.array([parts]), np.array(draws).T)[0]
    apart = [mean(parts, weights) for weights in draws]
    assert together.tolist() == pytest.approx(apart, nan_ok=True)


def test_the_unknown_part_that_widens_most():
    row = dict.fromkeys(COLUMNS, 0.5) | {"substance": math.nan, "region_part": math.nan}
    weights = {part.name: part.weight for part in PARTS}
    assert widest(row, weights).name == "substance"
    assert widest(row, weights | {"substance": 0.0}).name == "region"
    assert widest(row, weights | {"substance": 0.0, "region": 0.0}) is None
    assert widest(dict.fromkeys(COLUMNS, 0.5), weights) is None


def test_contributions_of_a_table_add_up_to_its_scores(tea):
    weights = {part.name: part.weight for part in PARTS}
    for row in scores_of(tea).to_dict("records"):
        assert math.fsum(contributions(row, weights).values()) == row["score"]


# --- laws of whole tables ------------------------------------------------------------------------

TARGET = st.fixed_dictionaries(
    {
        "capital": st.one_of(st.just(math.nan), st.floats(1, 1e6)),
        "established": st.sampled_from(["", "1999-01-01", "2020-05-05"]),
        "honours": st.sampled_from(["", "高新技术企业", "上市公司"]),
        "address": st.sampled_from(["", "某村1号", "某大厦3层"]),
        "scope": st.sampled_from(
            ["茶园鲜叶加工；红茶加工", "茶叶销售", "包装盒制造；电镀加工", ""]
        ),
        "name": st.sampled_from(["龙舌有限公司", "龙舌集团有限公司", "龙舌商贸有限公司"]),
    }
)
TARGETS = st.lists(TARGET, min_size=5, max_size=5)
FIT = st.floats(0.05, 1).map(lambda fit: round(fit, 4))


def with_firms(world, firms):
    changes = {key: [firm[key] for firm in firms] for key in firms[0]}
    return world.targets.assign(**changes, currency="CNY")


@COSTLY
@given(TARGETS, st.lists(FIT, min_size=6, max_size=6), WEIGHTS)
def test_every_score_lies_in_its_interval_and_no_firm_sees_the_others(firms, fits, weights):
    world = OWN_WORLD
    profile = world.profile_with(weights=named_weights(weights), unwanted=[{"what": "电镀"}])
    targets = with_firms(world, firms)
    table = world.target_fits.assign(fit=fits, main=fits[::-1])
    found = survey(world.graph, world.local_fits, world.locals, profile, world.target_fits)

    def scored(rows):
        return score(rows, table, found, world.links, profile, world.graph)

    scores = scored(targets)
    assert set(scores["firm_id"]) == set(targets["firm_id"])
    assert ((scores["low"] <= scores["score"]) & (scores["score"] <= scores["high"])).all()
    assert scores[["low", "high"]].stack().between(0, 1).all()
    for gone in ("T3", "T1"):  # a third firm turns no two others round, nor moves them
        left = scored(targets[targets["firm_id"] != gone])
        rest = scores[scores["firm_id"] != gone].reset_index(drop=True)
        pd.testing.assert_frame_equal(left, rest)


@COSTLY
@given(TARGET, st.sampled_from(["capital", "established", "honours", "address", "name"]), st.data())
def test_more_substance_never_lowers_a_score(firm, fact, data):
    better = {
        "capital": lambda: data.draw(st.floats(1, 1e6)),
        "established": lambda: "1990-01-01",
        "honours": lambda: "上市公司",
        "address": lambda: "某村1号",
        "name": lambda: "龙舌集团有限公司",
    }[fact]()
    if fact == "capital" and not better >= firm["capital"]:
        return  # less, or it was unknown
    if fact == "name" and firm["name"] != "龙舌有限公司":
        return
    if math.isnan(firm["capital"]) and not firm["honours"]:
        return  # substance was unknown: it may turn out to be less than the other parts
    world, found = OWN_WORLD, OWN_SURVEY

    def scored(row):
        targets = with_firms(world, [row] * 5)
        table = score(targets, world.target_fits, found, world.links, world.profile, world.graph)
        return table.set_index("firm_id")["score"]

    assert (scored(firm | {fact: better}) >= scored(firm) - 1e-12).all()


@COSTLY
@given(st.lists(FIT, min_size=6, max_size=6), st.integers(0, 5), FIT)
def test_a_better_fit_at_its_node_never_lowers_a_firm(fits, index, better):
    """Neither its score nor its rank."""
    world, found = OWN_WORLD, OWN_SURVEY
    raised = [max(fit, better) if i == index else fit for i, fit in enumerate(fits)]
    firm = world.target_fits["firm_id"][index]
    if firm == "T1":
        return  # it stands at two nodes: more of one makes the other less of its main business
    before, after = (
        score(
            world.targets, world.target_fits.assign(fit=values, main=values), found, world.links,
            world.profile, world.graph,
        ).set_index("firm_id")
        for values in (fits, raised)
    )  # fmt: skip
    assert after.loc[firm, "score"] >= before.loc[firm, "score"]
    assert after.index.get_loc(firm) <= before.index.get_loc(firm)


@COSTLY
@given(TARGETS, st.sampled_from(NAMES))
def test_a_part_without_weight_does_not_touch_the_score(firms, name):
    """Whatever it is: a score without it is the mean of the others."""
    world, found = OWN_WORLD, OWN_SURVEY
    weights = {part.name: part.weight for part in PARTS} | {name: 0.0}
    profile = world.profile_with(weights=weights)
    targets = with_firms(world, firms)
    scores = score(targets, world.target_fits, found, world.links, profile, world.graph)
    rest = [part for part in PARTS if part.name != name]
    parts = scores[[part.column for part in rest]].to_numpy(dtype=float)
    wanted = weighted_mean(parts, np.array([part.weight for part in rest]))
    np.testing.assert_allclose(scores["score"].to_numpy(dtype=float), wanted)
