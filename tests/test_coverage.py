"""What local firms do at the nodes, how much of it, and what a list could not show."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.decision.coverage import (
    COVERAGE,
    UNKNOWN_SIZE,
    amounts_of,
    blind_nodes,
    counts,
    coverage_of,
    size_of,
    status_of,
    supplies,
)
from chainmatch.schema.currencies import YUAN


def cover(world, fits=None, profile=None):
    fits = world.local_fits if fits is None else fits
    return coverage_of(fits, world.locals, world.graph, profile or world.profile)


def status(world, fits=None, profile=None, blind=()):
    table = cover(world, fits, profile)
    return status_of(world.graph, table, dict.fromkeys(blind, "x"), profile or world.profile)


# --- size ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capital", "currency", "size"),
    [
        (1000, "CNY", 1.0),  # ten million yuan
        (100, "CNY", 0.5),
        (100, "", 0.5),  # no currency: yuan
        (10, "CNY", 0.1),  # log10(1) is 0: the least
        (0, "CNY", 0.1),
        (10_000_000, "CNY", 2.5),  # the most
        (100, "USD", math.log10(70) / 2),
        (math.nan, "CNY", UNKNOWN_SIZE),
        (100, "XXX", UNKNOWN_SIZE),  # nobody knows what it is worth
    ],
)
def test_size_grows_with_capital_in_yuan(capital, currency, size):
    assert size_of(capital, currency) == pytest.approx(size)


@given(st.floats(0, 1e12), st.floats(0, 1e12), st.sampled_from(sorted(YUAN)))
def test_more_capital_is_never_smaller(a, b, currency):
    low, high = sorted((a, b))
    assert 0.1 <= size_of(low, currency) <= size_of(high, currency) <= 2.5


# --- coverage ------------------------------------------------------------------------------------


def test_trade_covers_a_node_only_where_it_is_named_first():
    assert not counts("trade", ("make", "trade"))
    assert counts("trade", ("trade", "make"))
    assert counts("make", ("make", "trade")) and counts("make", ("trade", "make"))
    assert counts("", ("make",))  # a bare item; the fit holds the doubt
    assert not counts("research", ("make",))
    assert not counts("trade", ())


def test_coverage_is_fit_times_size_heaviest_first(world):
    table = cover(world)
    assert list(table.columns) == list(COVERAGE)
    assert list(table["node"].unique()) == ["drinks", "garden", "packaging"]  # by id
    garden = table[table["node"] == "garden"]
    assert list(garden["firm_id"]) == ["L1", "L2", "L3"]
    assert garden["weight"].tolist() == pytest.approx(
        [0.9 * 1.5, 0.8 * math.log10(5) / 2, 0.9 * 0.3]  # 10,000 万, 50 万, unknown
    )
    assert not (table["node"] == "making").any()  # L5 only sells
    amounts = amounts_of(table)
    assert amounts["garden"] == pytest.approx(1.35 + 0.8 * math.log10(5) / 2 + 0.27)
    assert "packaging" not in amounts  # it is only mentioned


def test_who_states_the_activity_below_the_level_only_mentions_the_node(world, make):
    row = cover(world).set_index("node").loc["packaging"]
    assert not row["covers"] and row["name"] == "月溪饮品公司"
    assert status(world)["packaging"] == "weak"  # and not missing: a local scope names it
    bare = make.fits(("L4", "packaging", 0.2, ""))
    assert cover(world, bare).empty  # without a verb below the level it says nothing
    assert status(world, bare)["packaging"] == "missing"
    assert len(cover(world, make.fits(("L4", "packaging", 0.35, "")))) == 1  # at the level


def test_firms_at_a_node_stand_by_what_they_do_there(world, make):
    fits = make.fits(("L1", "drinks", 0.36), ("L4", "drinks", 0.9), ("L2", "drinks", 0.3))
    assert list(cover(world, fits)["firm_id"]) == ["L4", "L1", "L2"]
    twins = world.locals.assign(capital=100.0)
    table = coverage_of(
        make.fits(("L4", "drinks", 0.9), ("L1", "drinks", 0.9)), twins, world.graph, world.profile
    )
    assert list(table["firm_id"]) == ["L1", "L4"]  # ties by id


def test_a_firm_that_is_not_in_the_list_has_an_unknown_size(world, make):
    table = coverage_of(make.fits(("L9", "drinks", 0.9)), world.locals, world.graph, world.profile)
    assert table["size"].tolist() == [UNKNOWN_SIZE]


# --- status --------------------------------------------------------------------------------------


def test_status_by_the_levels_of_the_profile(world):
    exact = amounts_of(cover(world))["garden"]
    levels = world.profile.levels.model_dump()
    for present, strong, wanted in [
        (exact, 3, "present"),
        (exact + 1e-9, 3, "weak"),
        (1, exact, "strong"),
        (1, exact + 1e-9, "present"),
    ]:
        profile = world.profile_with(levels=levels | {"present": present, "strong": strong})
        assert status(world, profile=profile)["garden"] == wanted


def test_a_phrase_that_says_another_node_far_more_surely_does_not_name_this(world, make):
    phrase = "有色金属冶炼"
    faint = make.fits(("L4", "drinks", 0.8), ("L4", "packaging", 0.19)).assign(evidence=phrase)
    assert status(world, faint)["packaging"] == "missing"
    near = make.fits(("L4", "drinks", 0.8), ("L4", "packaging", 0.2)).assign(evidence=phrase)
    assert status(world, near)["packaging"] == "weak"  # a quarter
    assert (
        status(world, faint.assign(evidence=["甲", "乙"]))["packaging"] == "weak"
    )  # its own words


def test_many_small_firms_are_a_trade(world, make):
    def named_by(firms, fit):
        return make.fits(*((f"S{n}", "packaging", fit) for n in range(firms)))

    # of unknown capital: size 0.3 each; half of `present` is 0.5
    assert status(world, named_by(8, 0.25))["packaging"] == "present"  # 8 · 0.25 · 0.3 = 0.6
    assert status(world, named_by(7, 0.3))["packaging"] == "weak"  # 0.63, but only seven firms
    assert status(world, named_by(8, 0.2))["packaging"] == "weak"  # 0.48


def test_no_data_only_where_missing_would_be_said(world):
    found = status(world, blind=("garden", "machines", "packaging"))
    assert found == {
        "garden": "present",
        "machines": "no-data",
        "making": "missing",
        "packaging": "weak",
        "drinks": "weak",
    }


# --- what the list could not show ----------------------------------------------------------------


def blind(world, **changes):
    world = world.but(**changes) if changes else world
    return blind_nodes(world.graph, world.local_fits, world.locals, world.profile)


def test_nothing_is_blind_where_firms_show_the_activities(world):
    assert blind(world) == {}


def test_an_empty_list_or_one_without_scopes_shows_nothing(world, make):
    empty = blind(world, locals=make.firms(), local_fits=make.fits())
    assert set(empty) == set(world.graph) and set(empty.values()) == {"没有本地企业名单"}
    bare = blind(world, locals=world.locals.assign(scope=""))
    assert set(bare) == set(world.graph) and "0%" in bare["making"]
    assert blind(world, locals=world.locals.assign(scope="", products="茶")) == {}
    one = world.locals.assign(scope=["茶", "", "", "", ""])  # a fifth, and no less
    assert blind(world, locals=one) == {}


def test_where_no_firm_shows_the_activity_it_is_named(world):
    growers = world.local_fits[world.local_fits["node"] == "garden"]
    found = blind(world, local_fits=growers)
    assert set(found) == {"machines", "making", "packaging", "drinks"}
    assert "生产" in found["making"] and "生产、销售" in found["drinks"]
    assert "garden" in blind(world, local_fits=growers.assign(activity=""))  # no verb shows nothing


def test_unlisted_of_the_node_and_of_the_profile(world):
    graph = world.graph.copy()
    graph.nodes["making"]["unlisted"] = "多为农户"
    assert blind(world, graph=graph) == {"making": "多为农户"}
    profile = world.profile_with(unlisted={"making": "归供销社", "machines": "在外县"})
    assert blind(world, graph=graph, profile=profile) == {
        "making": "归供销社",
        "machines": "在外县",
    }


# --- targets -------------------------------------------------------------------------------------


def test_a_target_is_supply_where_it_does_the_thing_surely_enough(world, make):
    fits = make.fits(
        ("T1", "making", 0.35),
        ("T1", "making", 0.9),  # once, however often it stands there
        ("T2", "making", 0.34),
        ("T3", "making", 0.9, "trade"),
        ("T4", "", 0.0),
    )
    found = supplies(fits, world.graph, world.profile)
    assert found.to_dict("list") == {"firm_id": ["T1"], "node": ["making"]}


def test_the_order_of_rows_does_not_matter(world):
    again = cover(world, world.local_fits.iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(cover(world), again)
