import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainmatch.decision.gaps import survey
from chainmatch.decision.gates import check
from chainmatch.decision.scoring import (
    COLUMN,
    PARTS,
    contributions,
    scale,
    score,
    settled,
    weighted_mean,
)
from chainmatch.profile import Settle, Weights
from chainmatch.schema.columns import TABLES


def scores_of(world, **changes):
    world = world.but(**changes) if changes else world
    found = survey(world.graph, world.local_fits, world.locals, world.profile, world.target_fits)
    return score(world.targets, world.target_fits, found, world.links, world.profile, world.graph)


def test_the_ranking_of_the_five_targets(world):
    scores = scores_of(world)
    assert list(scores.columns) == list(TABLES["scores"])
    # T1 and T2 fill the hole between garden and drinks, T1 with the better fit; T3 has a local
    # buyer; T4 has nobody next to it; T5 does what the county already has plenty of.
    assert list(scores["firm_id"]) == ["T1", "T2", "T3", "T4", "T5"]
    assert list(scores["node"]) == ["making", "making", "packaging", "machines", "garden"]
    assert scores["score"].is_monotonic_decreasing


def test_the_parts_of_the_best_by_hand(world):
    row = scores_of(world).iloc[0]
    assert row["sector"] == 0.9
    assert row["gap"] == pytest.approx(0.5134, abs=1e-4)  # the score of the gap at making
    # Upstream 1.8 + 0.9 + 0.8 = 3.5, downstream 0.9; half at 3.
    assert row["partners"] == pytest.approx((3.5 / 6.5 + 0.9 / 3.9) / 2, abs=1e-4)
    # 杭州 is some 1,050 km away and in a zone of priority 1.
    assert 0.70 < row["region_part"] < 0.80
    # log10(5000 / 50) / 3 = 2/3, and older than ten years.
    assert row["scale"] == pytest.approx((2 * 2 / 3 + 1) / 3, abs=1e-4)
    assert row["name_part"] == 0
    weights = [0.30, 0.25, 0.20, 0.10, 0.10, 0.05]
    parts = [row[COLUMN[part]] for part in PARTS]
    assert row["score"] == pytest.approx(sum(w * p for w, p in zip(weights, parts, strict=True)))
    assert row["low"] == row["score"] == row["high"]
    assert row["partner_firms"] == "上游：云岭茶园公司、双河茶场、青坪茶业公司；下游：月溪饮品公司"


def test_partners_are_named_by_what_they_do_at_the_node_not_by_their_size_elsewhere(world, make):
    fits = make.fits(
        ("L1", "drinks", 0.9),  # the strongest firm of the county,
        ("L1", "garden", 0.36),  # which hardly grows tea: 0.36 · 2
        ("L2", "garden", 0.8),
        ("L3", "garden", 0.9),
    ).assign(grade="likely")
    row = scores_of(world, local_fits=fits).set_index("firm_id").loc["T1"]
    assert row["partner_firms"].startswith("上游：双河茶场、青坪茶业公司、云岭茶园公司；")


def test_who_is_uncertain_counts_as_a_partner_but_is_not_named(world, make):
    fits = make.fits(("L1", "garden", 0.45), ("L2", "garden", 0.8), ("L4", "drinks", 0.4))
    row = scores_of(world, local_fits=fits).set_index("firm_id").loc["T1"]
    assert row["partner_firms"] == "上游：青坪茶业公司"
    # Upstream 0.45 · 2 + 0.8 = 1.7, downstream 0.4; half at 3.
    assert row["partners"] == pytest.approx((1.7 / 4.7 + 0.4 / 3.4) / 2, abs=1e-4)


def test_partners_that_are_all_uncertain_are_few_and_not_none(world, make):
    fits = make.fits(("L4", "drinks", 0.4))
    row = scores_of(world, local_fits=fits).set_index("firm_id").loc["T1"]
    assert row["partner_firms"] == "" and 0 < row["partners"] < 0.4
    assert "本地上下游企业少" in row["weak_points"]


def test_of_a_firm_and_its_branches_one_is_named(world, make):
    names = {
        "L1": "青坪茶业有限公司月溪分公司",  # the heaviest of the house
        "L2": "青坪茶业有限公司",
        "L3": "双河茶业有限公司北街分公司",  # the firm itself is not in the list
    }
    fits = make.fits(("L1", "garden", 0.9), ("L2", "garden", 0.7), ("L3", "garden", 0.8))
    fits["name"] = fits["firm_id"].map(names)
    row = scores_of(world, local_fits=fits).set_index("firm_id").loc["T1"]
    assert row["partner_firms"] == "上游：青坪茶业有限公司、双河茶业有限公司北街分公司"


def test_an_unknown_part_widens_the_interval_and_is_no_zero(world):
    row = scores_of(world).set_index("firm_id").loc["T3"]
    assert math.isnan(row["scale"])
    known = {"sector": 0.30, "gap": 0.25, "partners": 0.20, "region": 0.10, "name": 0.05}
    total = sum(weight * row[COLUMN[part]] for part, weight in known.items())
    assert row["score"] == pytest.approx(total / 0.9)
    assert row["low"] == pytest.approx(total)
    assert row["high"] == pytest.approx(total + 0.1)
    assert "注册资本不详" in row["weak_points"]


def test_a_held_node_is_no_gap_and_a_weak_one_is_worth_what_is_left(world):
    assert scores_of(world).set_index("firm_id").loc["T5", "gap"] == 0

    def with_gardens(fit):
        fits = world.local_fits
        garden = fits["node"] == "garden"
        return fits[~garden | (fits["firm_id"] == "L2")].assign(fit=fits["fit"].where(~garden, fit))

    # One garden of 0.6 of the 3 that are strong: 0.8 of the gap is left.
    weak = with_gardens(0.6)
    found = survey(world.graph, weak, world.locals, world.profile, world.target_fits)
    row = found.gaps.set_index("node").loc["garden"]
    assert row["kind"] == "strengthen"
    scores = scores_of(world, local_fits=weak).set_index("firm_id")
    assert scores.loc["T5", "gap"] == pytest.approx(row["score"] * 0.8, abs=1e-4)
    # One of 1.0 makes the node present: gaps.csv lists no gap there, so there is none to fill.
    assert scores_of(world, local_fits=with_gardens(1.0)).set_index("firm_id").loc["T5", "gap"] == 0


SETTLE = Settle().model_dump()


@pytest.mark.parametrize(
    ("activity", "activities", "needs", "expected"),
    [
        ("make", ("make",), (), 1.0),
        ("", ("make",), (), 1.0),  # a bare item: what the node names
        ("trade", ("make",), (), 0.2),  # whoever only sells brings no works
        ("", ("operate", "serve"), ("transport", "licence"), 0.2),  # a travel agency
        ("operate", ("operate", "serve"), ("land", "cold-chain"), 0.5),  # a cold store
        ("serve", ("operate", "serve"), ("wind", "grid"), 0.8),  # goes where the wind is
        ("trade", ("trade", "make"), ("forest",), 0.2),
        ("build", ("build",), ("labour",), 0.2),
        ("build", ("operate", "build"), ("forest",), 0.2),  # who plants by contract leaves again
    ],
)
def test_how_far_a_business_can_come_here(activity, activities, needs, expected):
    assert settled(activity, activities, needs, SETTLE) == expected


def test_what_cannot_come_here_is_worth_less_and_says_so(world, make):
    graph = world.graph.copy()
    graph.nodes["making"].update(activities=("make", "serve"), needs=("licence",))
    served = scores_of(world, graph=graph, target_fits=make.fits(("T1", "making", 0.9, "serve")))
    row = served.iloc[0]
    gaps = survey(graph, world.local_fits, world.locals, world.profile, None).gaps
    whole = gaps.set_index("node").loc["making", "score"]
    assert 0 < row["gap"] < 0.3 * whole
    assert "难以到外县落户" in row["weak_points"]


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("杭州龙舌制茶有限公司", 1.0),
        ("杭州龙舌医院有限公司", 0.2),  # one hospital is one place
        ("杭州龙舌水电站有限责任公司", 0.2),
        ("杭州龙舌茶叶实验基地有限公司", 0.2),
        ("杭州龙舌商贸有限公司", 0.5),
        ("杭州龙舌工贸有限公司", 1.0),
        ("杭州龙舌医院管理有限公司", 1.0),
    ],
)
def test_what_a_name_says_of_the_firm(world, make, name, most):
    firms = make.firms({"firm_id": "A", "name": name, "scope": "制茶"})
    own = scores_of(world, targets=firms, target_fits=make.fits(("A", "making", 0.9)))
    plain = scores_of(world, target_fits=make.fits(("T1", "making", 0.9)))
    assert own["gap"].item() == pytest.approx(most * plain["gap"].item(), abs=1e-4)


@pytest.mark.parametrize(
    ("scope", "quote", "grade"),
    [
        ("茶园管理；制茶（限分支机构经营）", "制茶", "uncertain"),
        ("制茶、包装的生产与销售（限分支机构经营）；茶具", "包装的生产", "uncertain"),
        ("制茶，茶叶收购，零售（限分支机构经营）", "制茶", "likely"),
        ("开采石英（仅限于属下青石矿）", "开采石英", "uncertain"),
        ("制茶（凭许可证经营）", "制茶", "likely"),
        ("", "制茶", "likely"),  # the quote stands in the name
    ],
)
def test_what_only_branches_may_do_is_uncertain(world, make, scope, quote, grade):
    firms = make.firms({"firm_id": "A", "name": "杭州龙舌公司", "scope": scope})
    fits = make.fits(("A", "making", 0.9)).assign(evidence=quote)
    assert scores_of(world, targets=firms, target_fits=fits)["grade"].item() == grade


def test_a_firm_is_scored_first_where_it_may_enter_the_shortlist(world, make):
    profile = world.profile_with(weights={"sector": 0.8})
    # At the full garden T5 scores more, but fills nothing there.
    fits = make.fits(("T5", "garden", 1.0), ("T5", "packaging", 0.7))
    row = scores_of(world, target_fits=fits, profile=profile).iloc[0]
    alone = scores_of(world, target_fits=fits.iloc[:1], profile=profile).iloc[0]
    assert row["node"] == "packaging"
    assert alone["score"] > row["score"]
    poor = make.fits(("T5", "garden", 1.0), ("T5", "packaging", 0.4))  # uncertain
    assert scores_of(world, target_fits=poor, profile=profile).iloc[0]["node"] == "garden"


def test_a_node_without_data_has_an_unknown_gap(world):
    profile = world.profile_with(unlisted={"making": "多为农户"})
    row = scores_of(world, profile=profile).set_index("firm_id").loc["T1"]
    assert math.isnan(row["gap"])
    assert row["low"] < row["score"] < row["high"]
    assert "缺口价值不详" in row["weak_points"]


def test_a_firm_is_scored_at_the_node_where_it_is_worth_most(world, make):
    fits = make.fits(("T1", "garden", 0.9), ("T1", "making", 0.7), ("T1", "drinks", 0.1))
    scores = scores_of(world, target_fits=fits)
    assert list(scores["node"]) == ["making"]  # garden is full; drinks is below the floor


def test_closed_nodes_are_not_scored(world, make):
    fits = make.fits(("T1", "garden", 0.3), ("T1", "making", 0.9))
    closed = world.profile_with(gates={"negative": {"nodes": ["making"]}})
    assert list(scores_of(world, target_fits=fits, profile=closed)["node"]) == ["garden"]


def test_the_priority_of_a_chain_weighs_its_gaps(world):
    plain = scores_of(world).set_index("firm_id")
    half = scores_of(world, profile=world.profile_with(chain_weights={"tea": 0.5}))
    half = half.set_index("firm_id")
    assert half.loc["T1", "gap"] == pytest.approx(plain.loc["T1", "gap"] / 2, abs=1e-4)
    assert half.loc["T1", "partners"] == plain.loc["T1", "partners"]


def test_kin_at_home_counts_by_its_confidence(world, make):
    links = make.links(("T4", "L1", "group", 0.6), ("T4", "L2", "group", 0.8))
    scores = scores_of(world, links=links).set_index("firm_id")
    assert scores.loc["T4", "name_part"] == 0.8
    assert scores.loc["T1", "name_part"] == 0
    unknown = scores_of(world, links=None)
    assert unknown["name_part"].isna().all()
    assert (unknown["high"] - unknown["low"]).min() == pytest.approx(0.05)


def test_regions_by_zone_and_distance(world, make):
    places = {
        "A": {"province": "浙江", "city": "杭州", "zone": "长三角"},
        "B": {"province": "陕西", "city": "西安"},
        "C": {"province": "甘肃", "city": "兰州"},
        "D": {"province": "浙江", "zone": "长三角"},
        "E": {},
    }
    firms = [{"firm_id": k, "name": k, "scope": "茶", **v} for k, v in places.items()]
    fits = make.fits(*((k, "making", 0.9) for k in places))
    scores = scores_of(world, targets=make.firms(*firms), target_fits=fits).set_index("firm_id")
    part = scores["region_part"]
    assert part["D"] == 1.0  # the zone alone is known
    assert part["B"] > part["C"]  # the home province, and near
    assert part["A"] > part["C"]
    assert math.isnan(part["E"])
    assert "所在地不详" in scores.loc["E", "weak_points"]


@pytest.mark.parametrize(
    ("capital", "age", "honours", "expected"),
    [
        (50, math.nan, "", 0.0),
        (500, math.nan, "", 1 / 3),
        (50_000, math.nan, "", 1.0),
        (1e9, math.nan, "", 1.0),
        (0, math.nan, "", 0.0),
        (5_000, 5, "", (2 * 2 / 3 + 1 / 2) / 3),
        (50, 30, "", 1 / 3),
        (math.nan, 30, "", math.nan),  # age alone says nothing about strength
        (math.nan, math.nan, "上市公司", 1.0),
        (50, 0, "高新技术企业", 0.7),
        (50_000, 30, "高新技术企业", 1.0),  # a title never lowers
        (50, 0, "县级先进单位", 0.5),
        (math.nan, math.nan, "专精特新、单项冠军", 1.0),
    ],
)
def test_scale(capital, age, honours, expected):
    assert scale(capital, age, honours) == pytest.approx(expected, nan_ok=True)


def test_age_needs_a_day_to_count_to(world):
    with_day = scores_of(world).set_index("firm_id")["scale"]
    without = scores_of(world, profile=world.profile_with(as_of=None)).set_index("firm_id")["scale"]
    assert without["T1"] == pytest.approx(2 / 3, abs=1e-4)
    assert with_day["T1"] > without["T1"]


def test_ties_stand_in_the_order_of_ids(world, make):
    twins = [{"firm_id": i, "name": i, "scope": "茶"} for i in ("Z", "A", "M")]
    fits = make.fits(*((i, "making", 0.9) for i in ("Z", "A", "M")))
    assert list(scores_of(world, targets=make.firms(*twins), target_fits=fits)["firm_id"]) == [
        "A", "M", "Z",
    ]  # fmt: skip


def test_no_targets_no_scores(world, make):
    empty = scores_of(world, targets=make.firms(), target_fits=make.fits())
    assert empty.empty
    assert list(empty.columns) == list(TABLES["scores"])


def test_what_passes_the_gates_is_exactly_what_is_scored(world, make):
    """The counts of a run add up: every firm is excluded or scored, none both."""
    nodes = ["garden", "making", "packaging", ""]
    fits = [
        (f"F{i}", node, 0.05 + 0.15 * level if node else 0.0)
        for i, (node, level) in enumerate((n, k) for n in nodes for k in range(4))
    ]
    firms = make.firms(*({"firm_id": f"F{i}", "name": f"F{i}", "scope": "茶"} for i in range(16)))
    profile = world.profile_with(gates={"negative": {"nodes": ["packaging"]}})
    table = make.fits(*fits)
    excluded = check(firms, world.links, table, profile, world.graph)
    scored = scores_of(world, targets=firms, target_fits=table, profile=profile)
    assert set(scored["firm_id"]) | set(excluded["firm_id"]) == set(firms["firm_id"])
    passed = firms[~firms["firm_id"].isin(excluded["firm_id"])]
    assert len(scores_of(world, targets=passed, target_fits=table, profile=profile)) == len(passed)
    assert 0 < len(passed) < len(firms)


def test_at_most_three_weak_points_worst_first(world):
    scores = scores_of(world).set_index("firm_id")
    points = scores["weak_points"].str.split("；")
    assert points.map(len).between(1, 3).all()
    assert points["T4"][0] == "本地没有上下游企业"
    assert any("本地已有同类企业" in point for point in points["T5"])


def test_tables_that_went_through_csv_score_the_same(world):
    def again(table):
        return pd.read_csv(io.StringIO(table.to_csv(index=False)))

    through = world.but(
        targets=again(world.targets),
        target_fits=again(world.target_fits),
        locals=again(world.locals),
        local_fits=again(world.local_fits),
        links=again(world.links),
    )
    pd.testing.assert_frame_equal(scores_of(through), scores_of(world), check_dtype=False)


# --- laws ----------------------------------------------------------------------------------------

PART = st.one_of(st.just(math.nan), st.floats(0, 1).map(lambda value: round(value, 4)))
ROW = st.lists(PART, min_size=6, max_size=6)
WEIGHT = st.floats(0.01, 10)
WEIGHTS = st.lists(WEIGHT, min_size=6, max_size=6)


def mean(parts, weights):
    return float(weighted_mean(np.array([parts]), np.array(weights))[0])


def as_row(parts):
    return {COLUMN[part]: value for part, value in zip(PARTS, parts, strict=True)}


@given(ROW, WEIGHTS)
def test_the_mean_lies_between_the_parts_and_in_the_interval(parts, weights):
    value = mean(parts, weights)
    known = [part for part in parts if not math.isnan(part)]
    if not known:
        assert math.isnan(value)
        return
    assert min(known) - 1e-9 <= value <= max(known) + 1e-9
    low, high = (mean([f if math.isnan(p) else p for p in parts], weights) for f in (0, 1))
    assert low - 1e-9 <= value <= high + 1e-9


@given(ROW, WEIGHTS, st.integers(0, 5), st.floats(0, 1))
def test_a_better_part_never_lowers_the_score(parts, weights, index, better):
    if math.isnan(parts[index]):
        return
    raised = [*parts]
    raised[index] = max(parts[index], better)
    assert mean(raised, weights) >= mean(parts, weights) - 1e-12


@given(ROW, WEIGHTS, st.integers(0, 5))
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
def test_contributions_add_up_to_the_score(parts, weights):
    added = contributions(as_row(parts), dict(zip(PARTS, weights, strict=True)))
    assert list(added) == list(PARTS)
    value = mean(parts, weights)
    if not math.isnan(value):
        assert math.fsum(added.values()) == pytest.approx(value)
    assert all(added[p] == 0 for p, v in zip(PARTS, parts, strict=True) if math.isnan(v))


def test_contributions_add_up_to_the_last_bit_in_a_table(world):
    for row in scores_of(world).to_dict("records"):
        added = contributions(row, world.profile.weights)
        assert math.fsum(added.values()) == row["score"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(
    fits=st.lists(st.floats(0.2, 1), min_size=5, max_size=5),
    capital=st.lists(st.one_of(st.none(), st.floats(1, 1e6)), min_size=5, max_size=5),
    weights=WEIGHTS,
)
def test_every_score_lies_in_its_interval_and_no_firm_sees_the_others(
    world, fits, capital, weights
):
    weights = Weights(**dict(zip(PARTS, weights, strict=True)))
    profile = world.profile_with(weights=weights.model_dump())
    targets = world.targets.assign(
        capital=pd.Series([math.nan if c is None else c for c in capital]), currency="CNY"
    )
    table = world.target_fits[
        world.target_fits["firm_id"] + world.target_fits["node"] != "T1garden"
    ]
    table = table.assign(fit=[round(fit, 4) for fit in fits])
    found = survey(world.graph, world.local_fits, world.locals, profile, None)
    scores = score(targets, table, found, world.links, profile, world.graph)
    assert ((scores["low"] <= scores["score"]) & (scores["score"] <= scores["high"])).all()
    assert scores[["low", "high"]].stack().between(0, 1).all()
    alone = score(targets.iloc[:2], table, found, world.links, profile, world.graph)
    both = scores[scores["firm_id"].isin(["T1", "T2"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, both)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(st.lists(st.floats(0.2, 1), min_size=6, max_size=6), st.integers(0, 5), st.floats(0.2, 1))
def test_a_better_fit_never_lowers_a_firm(world, fits, index, better):
    """Neither its score nor its rank, whichever node it is scored at."""
    found = survey(world.graph, world.local_fits, world.locals, world.profile, None)
    raised = [max(fit, better) if i == index else fit for i, fit in enumerate(fits)]
    firm = world.target_fits["firm_id"][index]
    before, after = (
        score(
            world.targets,
            world.target_fits.assign(fit=values),
            found,
            world.links,
            world.profile,
            world.graph,
        ).set_index("firm_id")
        for values in (fits, raised)
    )
    assert after.loc[firm, "score"] >= before.loc[firm, "score"]
    assert after.index.get_loc(firm) <= before.index.get_loc(firm)
