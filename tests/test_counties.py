"""Another county, another list: what it says moves gaps and shortlist, and no fact of a firm."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainmatch
from chainmatch.decision.county import County, county_of, feasibility
from chainmatch.decision.scoring import pair_facts
from chainmatch.matching.tables import match
from chainmatch.profile import Profile, example, read_profile
from chainmatch.schema.columns import NEEDS
from chainmatch.util.resources import data_folder

COUNTIES = ("qinling", "huanghai")
# Facts that are the firm's own, or of the node; all others hold it against the county.
OWN = [
    *("firm_id", "node", "name", "node_name", "fit", "main", "grade", "evidence", "capital"),
    *("money", "age", "plant", "group", "honour", "staff", "making", "single", "agent", "settles"),
]
GRAPH = chainmatch.read_chains()
BARE = Profile.model_validate({"name": "某县", "home": {"province": "陕西", "city": "商洛"}})


@pytest.fixture(scope="module")
def runs():
    sample = data_folder("sample")
    return {
        name: chainmatch.rank(sample / "targets.xlsx", sample / "local.csv", profile=example(name))
        for name in COUNTIES
    }


def test_the_same_lists_give_two_counties_quite_other_shortlists_and_gaps(runs):
    firms = [set(runs[name].shortlist["firm_id"]) for name in COUNTIES]
    assert min(map(len, firms)) >= 20
    assert len(firms[0] & firms[1]) <= 8
    nodes = [set(runs[name].shortlist["node"]) for name in COUNTIES]
    assert len(nodes[0] & nodes[1]) <= 8
    best = [
        set(runs[name].survey.gaps.nlargest(20, "score", keep="first")["node"]) for name in COUNTIES
    ]
    assert len(best[0] & best[1]) <= 5


def test_each_county_gets_what_it_asked_for(runs):
    gaps = {name: runs[name].survey.gaps.set_index("node")["score"] for name in COUNTIES}
    assert gaps["qinling"]["cemented-carbide"] > gaps["huanghai"]["cemented-carbide"]
    assert gaps["qinling"]["hot-spring-spa"] > gaps["huanghai"]["hot-spring-spa"]
    assert gaps["huanghai"]["grain-milling"] > gaps["qinling"]["grain-milling"]
    assert gaps["huanghai"]["active-ingredients"] > gaps["qinling"]["active-ingredients"] == 0
    assert gaps["huanghai"]["pumped-storage"] == 0
    assert gaps["huanghai"]["scenic-area-operation"] == 0


def test_what_stands_here_is_seen_the_same_whoever_asks(runs):
    one, two = (runs[name].survey.gaps.set_index("node") for name in COUNTIES)
    pd.testing.assert_series_equal(one["status"], two["status"])
    pd.testing.assert_series_equal(one["local_firms"], two["local_firms"])


def test_facts_of_firms_do_not_depend_on_the_county(runs):
    one, two = (runs[name] for name in COUNTIES)
    both = set(one.scores["firm_id"]) & set(two.scores["firm_id"])
    assert len(both) > 500
    tables = []
    for run in (one, two):
        firms = run.candidates.firms[run.candidates.firms["firm_id"].isin(both)]
        facts, _ = pair_facts(firms, run.fits, run.survey, run.candidates.links, run.graph)
        tables.append(facts[OWN].set_index(["firm_id", "node"], drop=False))
    common = tables[0].index.intersection(tables[1].index)
    assert len(common) > 500
    pd.testing.assert_frame_equal(tables[0].loc[common], tables[1].loc[common])


# --- properties ----------------------------------------------------------------------------------

PRODUCTS = [
    "香菇",
    "钨精矿",
    "小麦",
    "生猪",
    "温泉",
    "旅游景区",
    "茶叶",
    "石英",
    "水产品",
    "某种奇石",
]
WISHES = ["光伏", "光伏组件", "硬质合金", "clean-energy", "肉制品加工", "香菇", "储能系统"]
REFUSED = ["水泥", "绿色建材", "电镀", "铅冶炼", "农药生产", "光伏"]

shares = st.sampled_from([0.3, 0.5, 0.5, 1.0])
resources = st.lists(
    st.builds(lambda p, m, w: {"product": p, "much": m, "words": w},
              st.sampled_from(PRODUCTS), shares,
              st.lists(st.sampled_from(["菌", "钨", "茶饮"]), max_size=2)),
    min_size=1, max_size=5,
)  # fmt: skip
projects = st.lists(
    st.builds(lambda n, a, b, w: {"name": n, "needs": a, "makes": b, "weight": w},
              st.sampled_from(["甲园", "乙站"]), st.lists(st.sampled_from(WISHES), max_size=2),
              st.lists(st.sampled_from(PRODUCTS), max_size=2), shares),
    max_size=3,
)  # fmt: skip
wishes = st.lists(
    st.builds(lambda w, s: {"what": w, "weight": s}, st.sampled_from(WISHES), shares), max_size=5
)
refusals = st.lists(
    st.builds(
        lambda w, y: {"what": w, "why": y}, st.sampled_from(REFUSED), st.sampled_from("甲乙")
    ),
    max_size=4,
)
endowments = st.dictionaries(
    st.sampled_from(list(NEEDS)), st.one_of(st.none(), st.sampled_from([0.0, 0.4, 1.0]))
)
said = st.fixed_dictionaries(
    {"resources": resources, "projects": projects, "priorities": wishes, "unwanted": refusals}
)


def profile_of(**changes) -> Profile:
    return Profile.model_validate(BARE.model_dump() | changes)


def shown(county: County) -> str:
    """What a county says of the nodes, NaN and all."""
    parts = (county.reach, county.projects, county.wishes, county.closed)
    return repr([sorted(part.items()) for part in parts] + [county.refusals, county.own])


@given(said, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_entries_makes_no_difference(words, random):
    turned = {key: random.sample(entries, len(entries)) for key, entries in words.items()}
    one, two = county_of(profile_of(**words), GRAPH), county_of(profile_of(**turned), GRAPH)
    assert shown(one) == shown(two)


@given(endowments)
def test_an_unknown_endowment_is_as_if_nothing_were_said(held):
    known = {need: value for need, value in held.items() if value is not None}
    one, two = profile_of(endowments=held), profile_of(endowments=known)
    for node, data in GRAPH.nodes(data=True):
        value = feasibility(data["needs"], one)
        assert repr(value) == repr(feasibility(data["needs"], two)), node
        assert math.isnan(value) == (not set(data["needs"]) & known.keys())


@given(endowments)
@settings(max_examples=20)
def test_an_unknown_endowment_closes_no_node(held):
    gates = {"require": list(NEEDS)}
    closed = county_of(profile_of(endowments=held, gates=gates), GRAPH).closed
    none = {need for need, value in held.items() if value == 0}
    assert set(closed) == {n for n, data in GRAPH.nodes(data=True) if none & set(data["needs"])}


FIRMS = pd.DataFrame(
    {
        "企业名称": ["甲香菇酱有限公司", "乙硬质合金有限公司", "丙面粉有限公司", "丁光伏有限公司"],
        "经营范围": ["香菇酱制造", "硬质合金制造", "面粉加工", "光伏组件制造"],
        "所在地区": ["浙江杭州"] * 4,
    }
)


@given(resources, resources)
@settings(max_examples=12)
def test_other_resources_move_gaps_and_leave_facts_alone(first, second):
    targets = chainmatch.read_firms(FIRMS).table
    fits = match(targets, GRAPH, top=None)
    tables, gaps, reach = [], [], []
    for held in (first, second):
        found = chainmatch.survey(GRAPH, fits.head(0), targets.head(0), profile_of(resources=held))
        facts, _ = pair_facts(targets, fits, found, None, GRAPH)
        tables.append(facts[OWN])
        gaps.append(found.gaps.set_index("node"))
        reach.append({node: claim.value for node, claim in found.county.reach.items()})
    pd.testing.assert_frame_equal(*tables)
    for node in GRAPH:
        same = repr(reach[0][node]) == repr(reach[1][node])
        scores = [table.loc[node, "score"] for table in gaps]
        assert same == (
            repr(gaps[0].loc[node, "resources"]) == repr(gaps[1].loc[node, "resources"])
        )
        assert not same or scores[0] == scores[1] or any(map(math.isnan, scores))


def test_more_of_a_resource_never_makes_a_gap_downstream_worth_less():
    little, much = (
        county_of(profile_of(resources=[{"product": "钨精矿", "much": share}, "香菇"]), GRAPH).reach
        for share in (0.3, 0.9)
    )
    assert all(not much[n].value < little[n].value for n in GRAPH)
    assert much["cemented-carbide"].value > little["cemented-carbide"].value


def test_a_county_that_names_no_resource_is_not_said_to_lack_any():
    assert all(math.isnan(claim.value) for claim in county_of(BARE, GRAPH).reach.values())
    named = county_of(profile_of(resources=["香菇"]), GRAPH).reach
    assert named["grain-milling"].value == 0  # tied to grain, of which the county has none


def test_both_examples_say_much_and_say_it_differently():
    one, two = (read_profile(example(name), GRAPH) for name in COUNTIES)
    products = [{entry.product for entry in profile.resources} for profile in (one, two)]
    wanted = [{entry.what for entry in profile.priorities} for profile in (one, two)]
    assert min(len(products[0]), len(products[1]), len(wanted[0]), len(wanted[1])) >= 15
    assert len(products[0] & products[1]) <= 2
    assert len(wanted[0] & wanted[1]) <= 2
