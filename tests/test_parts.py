"""Every part by itself: its value by hand, what it says, and the laws that hold for all."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.decision.scoring import reasons, weak_points
from chainmatch.parts import FACTS, GAP_FACTS, GAP_PARTS, PARTS, gap_parts_of, parts_of
from chainmatch.parts.base import ramp

NAN = math.nan

# A firm of which much is known, and a node that stands one step below what the county has.
FIRM = {
    "name": "杭州龙舌制茶有限公司", "node_name": "制茶", "fit": 0.9, "main": 0.9, "grade": "likely",
    "evidence": "红茶加工", "rival": "", "rival_phrase": "",
    "capital": 5000.0, "money": "5,000万元", "age": 12.0, "plant": 1.0,
    "group": False, "honour": NAN, "staff": NAN, "making": 1.0, "single": False, "agent": False,
    "refused": 0.0, "refused_phrase": "", "settles": "anywhere", "settle": 1.0, "reach": 0.73,
    "reached": "茶园", "reach_steps": 1, "through": "茶园", "own": 0.0, "own_word": "",
    "own_product": "", "gap": 0.7, "gap_reason": "县里优先发展制茶", "unwished": "",
    "supplier": "云岭茶园公司（“茶园生产”）", "buyer": "", "partner_size": 2.0, "priority": 1.0,
    "zoned": True, "closeness": 0.5, "km": 1000.0, "kin": 0.0, "kin_name": "",
}  # fmt: skip
NODE = {
    "node_name": "制茶", "reach": 0.73, "reached": "茶园", "reach_steps": 1, "through": "茶园",
    "project": 0.0, "project_name": "", "anchored": 0.4, "anchor_names": "云岭茶园公司",
    "wish": 1.0, "wished": "制茶", "endowment": 0.7, "shortages": "", "paths": 0.5, "usual": NAN,
    "targets": 2.0, "enough": 5.0,
}  # fmt: skip
BY_NAME = {part.name: part for part in PARTS}
GAP_BY_NAME = {part.name: part for part in GAP_PARTS}


def value(name, of=BY_NAME, base=FIRM, **facts):
    return float(of[name].value(pd.DataFrame([base | facts]))[0])


def gap_value(name, **facts):
    return value(name, GAP_BY_NAME, NODE, **facts)


def test_the_facts_are_those_of_the_registry():
    assert FIRM.keys() == FACTS.keys()
    assert NODE.keys() == GAP_FACTS.keys()


# --- values by hand ------------------------------------------------------------------------------

VALUES = [
    ("fit", {}, 0.9),
    ("fit", {"fit": 0.9, "main": 0.4}, 0.6),
    ("fit", {"fit": 0.0, "main": 0.0}, 0.0),
    # 0.55 + 0.45 · (log 5000 − 3) = .8645 of the size, ¾ of it; plant .35 and age .2, a quarter.
    ("substance", {}, 0.75 * (0.55 + 0.45 * math.log10(5)) + 0.25 * 0.55),
    ("substance", {"capital": 100.0, "plant": NAN, "age": NAN}, 0.0),
    ("substance", {"capital": 99.0, "plant": 0.0, "age": NAN}, 0.0),
    ("substance", {"capital": 1000.0, "plant": NAN, "age": NAN}, 0.75 * 0.55),
    ("substance", {"capital": 1e6, "plant": NAN, "age": NAN}, 0.75),  # capital saturates
    ("substance", {"capital": 100.0, "plant": NAN, "age": 5.0}, 0.25 * 0.1),
    ("substance", {"capital": 100.0, "plant": NAN, "age": 90.0}, 0.25 * 0.2),
    ("substance", {"capital": 100.0, "plant": NAN, "age": NAN, "group": True}, 0.25 * 0.35),
    ("substance", {"capital": 100.0, "plant": NAN, "age": NAN, "staff": 300.0}, 0.25 * 0.4),
    ("substance", {"capital": 100.0, "plant": NAN, "age": NAN, "staff": 10.0}, 0.0),
    ("substance", {"capital": 1e6, "age": 10.0, "group": True, "staff": 300.0}, 1.0),  # signs ≤ 1
    ("substance", {"honour": 1.0}, 1.0),
    ("substance", {"honour": 0.5}, 0.75 * (0.55 + 0.45 * math.log10(5)) + 0.25 * 0.55),
    ("substance", {"capital": NAN, "honour": 0.8}, 0.8),
    ("substance", {"capital": NAN}, NAN),  # a plant alone does not tell
    ("transferability", {}, 1.0),
    ("transferability", {"making": 0.5}, 0.65),
    ("transferability", {"making": 0.0}, 0.3),
    ("transferability", {"making": NAN}, NAN),
    ("transferability", {"single": True}, 0.2),
    ("transferability", {"agent": True}, 0.5),
    ("transferability", {"single": True, "agent": True}, 0.1),
    ("transferability", {"settle": 0.35}, 0.35),
    ("transferability", {"refused": 0.25}, 0.75),
    ("resources", {}, 0.73 * 0.9),
    ("resources", {"fit": 0.0}, 0.0),
    ("resources", {"own": 0.9}, 0.9),  # the firm's own word counts more
    ("resources", {"own": 0.1}, 0.73 * 0.9),
    ("resources", {"reach": NAN}, 0.0),
    ("gap", {}, 0.7),
    ("gap", {"gap": NAN}, NAN),
    ("partners", {}, 0.5),
    ("partners", {"partner_size": 0.0}, 0.0),
    ("partners", {"partner_size": 6.0}, 0.75),
    ("region", {}, 0.75),
    ("region", {"closeness": NAN}, 1.0),
    ("region", {"priority": NAN}, 0.5),
    ("region", {"priority": NAN, "closeness": NAN}, NAN),
    ("kinship", {}, 0.0),
    ("kinship", {"kin": 0.8}, 0.8),
    ("kinship", {"kin": NAN}, NAN),
]
GAP_VALUES = [
    ("resources", {}, 0.73),
    ("resources", {"reach": NAN}, NAN),
    ("demand", {}, 0.2),  # half of what local firms pull
    ("demand", {"project": 0.6}, 1 - 0.4 * 0.8),
    ("demand", {"project": 0.6, "anchored": NAN}, 0.6),
    ("demand", {"anchored": NAN}, NAN),
    ("priority", {}, 1.0),
    ("priority", {"wish": 0.0}, 0.0),
    ("feasibility", {}, 0.7),
    ("feasibility", {"endowment": NAN}, NAN),
    ("structure", {}, 0.5),
    ("structure", {"usual": 0.9}, 0.7),
    ("structure", {"paths": NAN, "usual": 0.9}, 0.9),
    ("structure", {"paths": NAN}, NAN),
    ("supply", {}, 0.4),
    ("supply", {"targets": 9.0}, 1.0),
    ("supply", {"targets": NAN}, NAN),
]


@pytest.mark.parametrize(("name", "facts", "wanted"), VALUES)
def test_values_of_a_firm_by_hand(name, facts, wanted):
    assert value(name, **facts) == pytest.approx(wanted, nan_ok=True)


@pytest.mark.parametrize(("name", "facts", "wanted"), GAP_VALUES)
def test_values_of_a_node_by_hand(name, facts, wanted):
    assert gap_value(name, **facts) == pytest.approx(wanted, nan_ok=True)


def test_every_part_has_a_value_in_the_tables_above():
    assert {name for name, *_ in VALUES} == set(BY_NAME)
    assert {name for name, *_ in GAP_VALUES} == set(GAP_BY_NAME)


def test_a_ramp_goes_by_the_logarithm():
    found = ramp(np.array([0, 10, 100, 1000, 10_000, NAN]), 10, 1000)
    assert found.tolist() == pytest.approx([0, 0, 0.5, 1, 1, NAN], nan_ok=True)


# --- what a part says ----------------------------------------------------------------------------

# (part, facts, what the weak point holds)
WEAK = [
    ("fit", {"node_name": ""}, "对不上"),
    ("fit", {"main": 0.3}, "外，经营范围还写有别的内容"),
    ("fit", {"main": 0.39}, "别的内容"),
    ("fit", {"main": 0.4, "fit": 0.31}, None),
    ("fit", {"rival": "茶饮料"}, "是“制茶”还是“茶饮料”，或两样都做"),
    (
        "fit",
        {"rival": "茶饮料", "rival_phrase": "茶饮料灌装"},
        "还写有“茶饮料灌装”（茶饮料），以哪样为主须先核实",
    ),
    ("fit", {"main": 0.3, "grade": "uncertain"}, "存疑"),
    ("fit", {"grade": "uncertain"}, "存疑"),
    ("gap", {"gap": 0.3}, "补“制茶”对本县的价值不算高"),
    ("gap", {"gap": 0.3, "unwished": "红茶"}, "优先的是“红茶”，经营范围没有写到"),
    ("substance", {"money": ""}, "注册资本不详"),
    ("substance", {"capital": 300.0, "money": "300万元"}, "300万元，规模偏小"),
    ("substance", {"capital": 999.0, "money": "999万元"}, "偏小"),
    ("substance", {"capital": 1000.0, "money": "1,000万元"}, "1,000万元，实力中等"),
    ("substance", {"plant": 0.0}, "写字楼"),
    ("transferability", {"refused": 0.3, "refused_phrase": "电镀加工"}, "“电镀加工”"),
    ("transferability", {"single": True}, "一处"),
    ("transferability", {"agent": True}, "名称自称"),
    ("transferability", {"making": 0.19}, "以销售、服务一类的内容为主"),
    ("transferability", {"making": 0.2}, "除了生产，还有不少销售、服务"),
    ("transferability", {"making": 0.5, "settles": "grower"}, "农户"),
    ("transferability", {"settles": "public"}, "公共事业"),
    ("transferability", {}, None),
    ("resources", {}, "没有写到本县的资源"),
    ("resources", {"own_word": "红茶", "own_product": "茶园"}, None),
    ("gap", {"gap": NAN}, None),
    ("gap", {"node_name": ""}, None),
    ("partners", {"partner_size": 0.0}, None),  # a list of some hundred firms shows few
    ("region", {"priority": 0.3, "zoned": False, "km": 605.4}, "不在优先片区，直线距离约610公里"),
    ("region", {"priority": 0.7, "km": 2605.5}, "约2,610公里"),
    ("region", {"priority": 0.8, "km": 99.4}, "约99公里"),
    ("region", {"priority": 0.8, "km": 1.0}, "约1公里"),
    ("region", {"priority": 0.8, "km": 0.4}, None),
    ("region", {"priority": 0.3, "zoned": False, "km": NAN}, "不在优先片区"),
    ("region", {"priority": 0.8, "km": NAN}, None),
    ("kinship", {}, None),
]
REASONS = [
    ("fit", {}, "经营范围写有“红茶加工”"),
    ("fit", {"main": 0.49}, "经营范围写有“红茶加工”"),
    ("fit", {"main": 0.5}, "经营范围写有"),
    ("fit", {"grade": "uncertain"}, None),
    ("fit", {"evidence": ""}, None),
    ("substance", {}, "注册资本5,000万元、登记12年"),
    ("substance", {"staff": 1234.0, "age": 0.5}, "注册资本5,000万元、参保1,234人"),
    ("substance", {"money": "", "age": NAN}, None),
    ("substance", {"money": "", "age": NAN, "staff": 1.0}, "参保1人"),
    ("substance", {"money": "", "age": NAN, "staff": 0.0}, None),
    ("substance", {"age": 1.0, "money": ""}, "登记1年"),
    ("transferability", {}, "以生产为主"),
    ("transferability", {"making": 0.79}, None),
    ("transferability", {"settles": "base"}, None),
    ("transferability", {"single": True}, None),
    ("transferability", {"agent": True}, None),
    ("resources", {}, "“制茶”可以用到本县的茶园，用不用须问清"),
    ("resources", {"reach_steps": 0}, None),
    ("resources", {"reach_steps": 2, "through": "制茶"}, "茶园的下游（经“制茶”）"),
    ("resources", {"reach": 0.39}, None),
    ("resources", {"reach_steps": 5}, None),  # nobody would still say so
    ("resources", {"reach_steps": 4}, "茶园的下游"),
    ("resources", {"own_word": "红茶", "own_product": "茶园"}, "写有“红茶”，本县有茶园"),
    ("resources", {"own_word": "茶园", "own_product": "茶园"}, "写有“茶园”，本县有茶园"),
    ("gap", {}, "县里优先发展制茶"),
    ("gap", {"gap_reason": ""}, None),
    ("partners", {}, "云岭茶园公司（“茶园生产”）可洽谈供货"),
    ("partners", {"buyer": "乙（“茶饮料”）"}, "可洽谈供货，本地乙（“茶饮料”）可洽谈采购"),
    ("partners", {"supplier": ""}, None),
    ("region", {}, None),
    ("kinship", {"kin_name": "云岭茶园公司"}, "云岭茶园公司"),
    ("kinship", {}, None),
]
GAP_WEAK = [
    ("resources", {}, "本县的茶园不多"),
    ("resources", {"reach_steps": 2}, None),
    ("resources", {"reach": 0.0, "reached": "茶园"}, "没有它要用的原料（茶园）"),
    ("resources", {"reach": 0.0, "reached": ""}, "不加工本县的资源"),
    ("demand", {}, "没有写明要用它的项目"),
    ("feasibility", {}, "要素条件一般"),
    ("feasibility", {"shortages": "用水"}, "用水"),
    ("structure", {"paths": 0.0}, "单补它还接不通"),
    ("structure", {}, None),
    ("supply", {"targets": 0.0}, "没有做这一环节的企业"),
    ("supply", {}, "只有2家"),
]
GAP_REASONS = [
    ("resources", {}, "本县有茶园"),
    ("resources", {"reach": NAN}, None),
    ("demand", {"project": 0.3, "project_name": "茶文化园"}, "茶文化园要用“制茶”"),
    ("demand", {"project": 0.29, "project_name": "茶文化园"}, None),
    ("demand", {"anchored": 0.5}, "上下游有本地云岭茶园公司"),
    ("demand", {"anchored": 0.49}, None),
    ("demand", {"anchored": 0.5, "anchor_names": ""}, None),
    ("priority", {}, "县里优先发展制茶"),
    ("priority", {"wished": ""}, None),
]


def said(text, wanted):
    assert (wanted in text) if wanted else text == ""
    assert not re.search("nan|None|，$|^，|；", text)


@pytest.mark.parametrize(("name", "facts", "wanted"), WEAK)
def test_weak_points_of_a_firm(name, facts, wanted):
    said(BY_NAME[name].weakness(FIRM | facts), wanted)


@pytest.mark.parametrize(("name", "facts", "wanted"), REASONS)
def test_reasons_for_a_firm(name, facts, wanted):
    said(BY_NAME[name].reason(FIRM | facts), wanted)


@pytest.mark.parametrize(("name", "facts", "wanted"), GAP_WEAK)
def test_weak_points_of_a_node(name, facts, wanted):
    said(GAP_BY_NAME[name].weakness(NODE | facts), wanted)


@pytest.mark.parametrize(("name", "facts", "wanted"), GAP_REASONS)
def test_reasons_for_a_node(name, facts, wanted):
    said(GAP_BY_NAME[name].reason(NODE | facts), wanted)


def test_an_office_is_said_only_of_an_office():
    weakness = BY_NAME["substance"].weakness
    assert "写字楼" not in weakness(FIRM | {"plant": NAN})
    assert "写字楼" not in weakness(FIRM | {"plant": 1.0})


# --- the registry --------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [PARTS, GAP_PARTS])
def test_what_every_part_has(parts):
    names = [part.name for part in parts]
    assert len(names) == len(set(names)) == len({part.title for part in parts})
    assert math.isclose(math.fsum(part.weight for part in parts), 1)
    for part in parts:
        assert part.weight > 0 and 0 <= part.weak < 1
        assert part.title and part.english and part.meaning and part.formula


def test_what_is_said_where_a_part_is_unknown():
    assert {part.name: part.unknown for part in (*PARTS, *GAP_PARTS) if part.unknown} == {
        "substance": "注册资本不详，企业实力无从判断",
        "transferability": "没有经营范围，或没写明做什么，看不出是不是自己生产",
        "gap": "本地现状无数据，缺口价值不详",
        "region": "所在地不详",
        "kinship": "与本地企业的关系未核对",
    }


def test_of_a_part_that_is_no_more_only_the_name_is_known():
    old = [*parts_of(["sector", "scale", "name"]), *gap_parts_of(["pull"])]
    assert [part.title for part in old] == ["行业契合", "企业实力", "亲缘关系", "本地牵引"]
    assert {(part.meaning, part.formula, part.weight) for part in old} == {("", "", 0.0)}


def test_a_part_that_can_be_unknown_says_so_and_what_to_ask():
    blank = {
        key: NAN if isinstance(cell, float) else "" if isinstance(cell, str) else cell
        for key, cell in FIRM.items()
    }
    for part in PARTS:
        if math.isnan(part.value(pd.DataFrame([FIRM | blank | {"fit": 0.0, "main": 0.0}]))[0]):
            assert part.unknown and part.question, part.name


def test_parts_of_the_weights_of_a_run():
    assert [part.name for part in parts_of(["gap", "fit"])] == ["fit", "gap"]
    assert [part.column for part in parts_of(["region", "name"])] == ["region_part", "name_part"]
    assert parts_of(["no such part"]) == ()
    assert [part.name for part in gap_parts_of(["supply", "pull"])] == ["pull", "supply"]
    assert gap_parts_of(["pull"])[0].question == ""  # nobody is asked for what is no part now


# --- laws ----------------------------------------------------------------------------------------

SHARE = st.floats(0, 1)
MAYBE = st.one_of(st.just(NAN), SHARE)
MONEY = st.one_of(st.just(NAN), st.floats(0, 1e9))
FACT = {
    "fit": SHARE, "main": SHARE, "capital": MONEY, "age": st.one_of(st.just(NAN), st.floats(0, 99)),
    "plant": st.sampled_from([NAN, 0.0, 1.0]), "group": st.booleans(), "honour": MAYBE,
    "staff": st.one_of(st.just(NAN), st.floats(0, 1e5)), "making": MAYBE, "single": st.booleans(),
    "agent": st.booleans(), "refused": SHARE, "settle": SHARE, "reach": MAYBE, "own": SHARE,
    "gap": MAYBE, "partner_size": st.floats(0, 99), "priority": MAYBE, "closeness": MAYBE,
    "kin": MAYBE,
}  # fmt: skip
FIRMS = st.fixed_dictionaries(FACT)
NODES = st.fixed_dictionaries(
    {
        "reach": MAYBE, "project": SHARE, "anchored": MAYBE, "wish": MAYBE, "endowment": MAYBE,
        "paths": MAYBE, "usual": MAYBE, "targets": st.one_of(st.just(NAN), st.floats(0, 99)),
    }
)  # fmt: skip


@given(FIRMS, NODES)
def test_every_value_is_0_to_1_or_unknown(firm, node):
    for parts, facts in ((PARTS, FIRM | firm), (GAP_PARTS, NODE | node)):
        table = pd.DataFrame([facts])
        for part in parts:
            found = part.value(table)[0]
            assert math.isnan(found) or -1e-12 <= found <= 1 + 1e-12, part.name


@given(FIRMS, st.sampled_from(["capital", "age", "honour", "staff", "plant", "group"]), st.data())
def test_more_substance_never_lowers_it(firm, fact, data):
    """Nor does a sign that becomes known, where substance was known before."""
    more = data.draw(FACT[fact])
    if not math.isnan(firm[fact]) and not more >= firm[fact]:
        return
    before, after = value("substance", **firm), value("substance", **firm | {fact: more})
    if fact == "capital" and math.isnan(firm["capital"]) and math.isnan(firm["honour"]):
        return  # it was unknown
    assert math.isnan(before) or after >= before - 1e-12


RISING = (
    "fit", "main", "reach", "own", "gap", "making", "settle", "partner_size", "priority",
    "closeness", "kin",
)  # fmt: skip


@given(FIRMS, st.sampled_from(RISING), st.data())
def test_no_part_falls_where_a_fact_rises(firm, fact, data):
    more = data.draw(FACT[fact])
    if not more >= firm[fact]:
        return
    both = pd.DataFrame([FIRM | firm, FIRM | firm | {fact: more}])
    for part in PARTS:
        before, after = part.value(both)
        assert math.isnan(before) or after >= before - 1e-12, part.name


@given(st.lists(FIRMS, min_size=1, max_size=5))
def test_no_row_depends_on_its_neighbours(firms):
    table = pd.DataFrame([FIRM | firm for firm in firms])
    for part in PARTS:
        apart = [part.value(table.iloc[[n]])[0] for n in range(len(table))]
        np.testing.assert_array_equal(part.value(table), apart)


@given(FIRMS)
def test_sentences_never_fail(firm):
    facts = FIRM | firm
    for part in PARTS:
        for text in (part.reason(facts), part.weakness(facts)):
            assert isinstance(text, str) and "nan" not in text


def test_what_the_county_cannot_take_is_said_first_however_small_it_is():
    facts = FIRM | {"refused": 0.05, "refused_phrase": "电镀加工"}
    good, weights = [1.0] * len(PARTS), {part.name: 0.1 for part in PARTS}
    assert weak_points(FIRM, good, weights) == ()
    (point,) = weak_points(facts, good, weights)
    assert point.title == "可落户性" and "“电镀加工”，本县不能接收" in point.text
    poor = [0.0 if part.name == "substance" else 1.0 for part in PARTS]
    assert [p.title for p in weak_points(facts, poor, weights)] == ["可落户性", "企业实力"]
    assert "可落户性" in {p.title for p in reasons(FIRM, good)}
    assert "可落户性" not in {p.title for p in reasons(facts, good)}
