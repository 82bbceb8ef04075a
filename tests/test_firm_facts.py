"""What a firm's own row says, whatever node it stands at."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.decision.county import Own
from chainmatch.decision.firm_facts import (
    honour_of,
    is_agent,
    is_single,
    making_of,
    own_of,
    plant_of,
    region_of,
)
from chainmatch.decision.gaps import survey
from chainmatch.decision.scoring import pair_facts
from chainmatch.matching.grammar import read_scope
from chainmatch.places.locating import Place
from teacounty import county_world


def facts_of(world, make, links=None, **firm):
    """The facts of T1 with other columns."""
    targets = world.targets.assign(**{k: [v] * len(world.targets) for k, v in firm.items()})
    found = survey(world.graph, world.local_fits, world.locals, world.profile)
    links = make.links() if links is None else links
    facts, _ = pair_facts(targets, world.target_fits, found, links, world.graph)
    return facts.set_index("firm_id").loc["T2"]


# --- making --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "making"),
    [
        ("茶叶制造", 1.0),
        ("茶叶种植", 1.0),
        ("茶叶销售", 0.0),
        ("茶叶", 0.5),  # no verb
        ("公园经营", 0.35),
        ("茶叶研发", 0.2),
        ("茶叶制造；茶具销售", 1 / 1.8),
        ("茶叶销售；茶具制造", 0.8 / 1.8),
        ("茶叶销售；茶具制造；茶盒制造", (0.8 + 1 / 1.5) / (1.8 + 1 / 1.5)),
        ("茶叶制造、销售", 1.0),  # it does both
        ("生产、加工、销售", math.nan),  # of nothing
        ("", math.nan),
    ],
)
def test_making_is_what_the_scope_makes_by_place(scope, making):
    assert making_of(read_scope(scope)) == pytest.approx(making, nan_ok=True)


# --- what the county has, in the firm's words ----------------------------------------------------

OWN = (Own("核桃油", "核桃", 0.5), Own("核桃", "核桃", 1.0), Own("茶叶", "茶园", 0.8))


@pytest.mark.parametrize(
    ("name", "scope", "products", "word", "much"),
    [
        ("某公司", "茶叶加工", "", "茶叶", 0.8),
        ("某公司", "茶叶", "", "茶叶", 0.8),  # a bare item counts; making is one half
        ("某公司", "茶叶销售；茶具制造；茶盒制造", "", "", 0),  # it only sells it
        ("某公司", "茶具研发；茶叶研发", "", "", 0),
        ("核桃有限公司", "饼干制造", "", "核桃", 1.0),  # by name
        ("某公司", "饼干制造", "核桃酥", "核桃", 1.0),  # by product
        ("某公司", "核桃油制造", "", "核桃", 1.0),  # of two words that of which there is more
        ("某公司", "甲制造；乙制造；丙制造；茶叶制造", "", "茶叶", 0.48),  # far back
        ("某公司", "甲制造；乙制造；茶叶制造", "", "茶叶", 0.8),
        (
            "核桃有限公司",
            "饼干销售；饼干制造",
            "",
            "核桃",
            0.8 / 1.8 / 0.5,
        ),  # sells more than it makes
        ("核桃有限公司", "", "", "核桃", 1.0),  # whether it sells is not known
        ("核桃有限公司", "饼干销售", "", "", 0),
    ],
)
def test_own_words_count_in_what_is_made(name, scope, products, word, much):
    found = own_of(name, scope, products, read_scope(scope), OWN)
    assert (found.word, found.much) == (word, round(much, 4))


def test_a_county_that_has_nothing_is_named_by_nobody():
    assert own_of("核桃", "核桃加工", "", read_scope("核桃加工"), ()).much == 0


@pytest.mark.parametrize(
    ("scope", "much"),
    [("核桃脱壳机械制造", 0), ("核桃包装盒生产", 0), ("核桃加工和机械制造", 1), ("核桃仁生产", 1)],
)
def test_a_machine_for_a_product_is_not_made_of_it(scope, much):
    assert (own_of("甲", scope, "", read_scope(scope), OWN).much > 0) == bool(much)


# --- addresses, titles, names --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "plant"),
    [
        ("某某县某某镇东村8号", 1.0),
        ("某某市经济开发区三路8号", 1.0),
        ("某某工业园B幢厂房", 1.0),
        ("某某市中心路8号1203室", 0.0),
        ("某某开发区某某大厦", 0.0),  # an office, wherever it stands
        ("某某开发区三街8号二层", math.nan),  # a floor there may be either
        ("某某工业区厂房五楼", 1.0),
        ("某某镇商业街三楼", 0.0),
        ("某某路8号8层", 0.0),
        ("某某路8号", math.nan),
        ("", math.nan),
    ],
)
def test_an_address_of_a_works_or_of_an_office(address, plant):
    assert plant_of(address) == pytest.approx(plant, nan_ok=True)


@pytest.mark.parametrize(
    ("titles", "strength"),
    [
        ("A股上市公司", 1.0),
        ("制造业单项冠军", 1.0),
        ("世界500强", 1.0),
        ("中国500强", 1.0),
        ("专精特新小巨人", 0.9),
        ("农业产业化国家重点龙头企业", 0.9),
        ("市级龙头企业", 0.8),
        ("专精特新中小企业", 0.8),
        ("高新技术企业", 0.7),
        ("瞪羚企业", 0.7),
        ("规模以上工业企业", 0.6),
        ("高新技术企业、专精特新小巨人", 0.9),  # the strongest counts
        ("规上企业", 0.6),
        ("县级先进单位", 0.5),
        ("", math.nan),
        ("  ", math.nan),
    ],
)
def test_the_strongest_title_counts(titles, strength):
    assert honour_of(titles) == pytest.approx(strength, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "single", "agent"),
    [
        ("杭州西湖国宾馆有限公司", True, False),
        ("云岭水电站有限公司", True, False),
        ("云岭铁矿有限公司", True, False),
        ("青坪自来水有限公司", True, False),
        ("青坪高新区开发建设有限公司", True, False),
        ("杭州龙舌制茶有限公司", False, False),
        ("杭州酒店用品制造有限公司", False, False),
        ("杭州龙舌商贸有限公司", False, True),
        ("杭州龙舌进出口有限公司", False, True),
        ("杭州龙舌投资管理有限公司", False, True),
        ("杭州龙舌工贸有限公司", False, False),  # trades and makes
        ("杭州龙舌建筑工程有限公司", False, True),
        ("杭州龙舌生物工程有限公司", False, False),
        ("杭州龙舌建筑材料有限公司", False, False),
        ("杭州龙舌装饰材料有限公司", False, False),
    ],
)
def test_what_a_name_says_of_itself(name, single, agent):
    assert (is_single(name), is_agent(name)) == (single, agent)


# --- places --------------------------------------------------------------------------------------


def test_priority_and_closeness_of_a_place(world):
    profile = world.profile_with(in_province=0.6, elsewhere=0.2)
    far, close, km = region_of(Place("浙江", "杭州", "", "长三角"), profile)
    assert (far, km) == (1.0, pytest.approx(1049, abs=1))
    assert close == pytest.approx(1 / (1 + km / 1000))
    assert region_of(Place("甘肃", "兰州", "", ""), profile)[0] == 0.2
    assert region_of(Place("陕西", "西安", "", ""), profile)[0] == 0.6
    assert region_of(Place("陕西", "西安", "", "关中"), profile)[0] == 0.6  # no zone of the profile
    assert all(math.isnan(value) for value in region_of(Place("", "", "", ""), profile))
    levels = profile.levels.model_dump() | {"near_km": km}
    assert region_of(Place("浙江", "杭州", "", ""), world.profile_with(levels=levels))[1] == 0.5


# --- together ------------------------------------------------------------------------------------


def test_capital_is_counted_in_yuan_and_quoted_as_stated(world, make):
    tea = county_world(world)
    row = facts_of(tea, make, capital=310.0, currency="USD")
    assert (row["capital"], row["money"]) == (pytest.approx(2170), "310万美元")
    odd = facts_of(tea, make, capital=310.0, currency="XXX")
    assert math.isnan(odd["capital"]) and odd["money"] == "310万XXX"


def test_age_needs_a_day_to_count_to(world, make):
    tea = county_world(world)
    assert facts_of(tea, make)["age"] == pytest.approx(15.67, abs=0.01)
    assert math.isnan(facts_of(county_world(world, as_of=None), make)["age"])
    assert math.isnan(facts_of(tea, make, established="2027-01-01")["age"])
    assert math.isnan(facts_of(tea, make, established="昨天")["age"])
    assert facts_of(tea, make, established="2026-01-01")["age"] == 0


def test_staff_may_have_no_column(world, make):
    tea = county_world(world)
    assert facts_of(tea, make, staff="120")["staff"] == 120
    assert math.isnan(facts_of(tea, make, staff="不详")["staff"])
    bare = tea.but(targets=tea.targets.drop(columns="staff", errors="ignore"))
    assert math.isnan(facts_of(bare, make)["staff"])


def test_what_is_refused_is_a_share_with_its_phrase(world, make):
    tea = county_world(world, unwanted=[{"what": "电镀"}])
    row = facts_of(tea, make, scope="茶叶制造；电镀加工")
    assert (row["refused"], row["refused_phrase"]) == (pytest.approx(0.4444), "电镀加工")
    assert facts_of(tea, make, scope="茶叶制造")["refused"] == 0


@pytest.mark.parametrize(
    ("name", "group"),
    [("龙舌集团有限公司", True), ("龙舌股份有限公司", True), ("龙舌有限公司", False)],
)
def test_a_group_says_so(world, make, name, group):
    assert facts_of(county_world(world), make, name=name)["group"] == group


def test_kin_is_the_surest_link(world, make):
    tea = county_world(world)
    links = make.links(
        ("T2", "L1", "group", 0.6), ("T2", "L2", "group", 0.8), ("T1", "L3", "same", 1)
    )
    row = facts_of(tea, make, links)
    assert (row["kin"], row["kin_name"]) == (0.8, "L2")
    equal = make.links(("T2", "L1", "group", 0.6), ("T2", "L2", "group", 0.6))
    assert facts_of(tea, make, equal)["kin_name"] == "L1"  # the first of equals
    assert facts_of(tea, make)["kin"] == 0  # looked for and not found
    found = survey(tea.graph, tea.local_fits, tea.locals, tea.profile)
    facts, _ = pair_facts(tea.targets, tea.target_fits, found, None, tea.graph)
    assert facts["kin"].isna().all()  # not looked for


SCOPES = st.lists(
    st.sampled_from(["茶叶制造", "茶叶销售", "茶具", "公园经营", "茶叶研发", "茶园种植"]),
    max_size=6,
)


@given(SCOPES)
def test_making_is_a_share_or_unknown(parts):
    value = making_of(read_scope("；".join(parts)))
    assert 0 <= value <= 1 if parts else math.isnan(value)


@given(SCOPES, st.sampled_from(["茶叶制造", "茶园种植"]))
def test_one_more_thing_that_is_made_never_lowers_making(parts, more):
    before = making_of(read_scope("；".join(parts)))
    after = making_of(read_scope("；".join([*parts, more])))
    assert not parts or after >= before - 1e-12


def test_a_table_of_no_firms_has_no_facts(world, make):
    found = survey(world.graph, world.local_fits, world.locals, world.profile)
    facts, partners = pair_facts(make.firms(), make.fits(), found, make.links(), world.graph)
    assert isinstance(facts, pd.DataFrame) and facts.empty and partners == []
