"""Leads: what their prose offers and seeks, whom they are matched with, who is asked once.

All leads and firms are invented; the nodes are those of the bundled chains.
"""

import math
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmatch.chains.graph import read_chains
from chainmatch.decision.gaps import survey
from chainmatch.leads import NEED, PROJECT, WILL, LeadReader, assign, match_leads
from chainmatch.leads.figures import read_figures, read_zones
from chainmatch.leads.matching import CONFIDENCE, confidence
from chainmatch.leads.wording import likeness
from chainmatch.matching.tables import match
from chainmatch.profile import read_profile
from chainmatch.schema.columns import LEAD_INPUT, TABLES
from chainmatch.tables import Reading, read_leads
from chainmatch.util.text import normalise

SHARED = Path(__file__).parents[2] / "shared" / "data" / "leads_43.xlsx"


@pytest.fixture(scope="module")
def graph():
    return read_chains()


@pytest.fixture(scope="module")
def read(graph):
    reader = LeadReader(graph)

    def reads(kind, text, title="", **rest):
        return reader.read("X1", kind, title, text, **rest)

    return reads


def nodes(mentions):
    return {mention.node for mention in mentions if mention.node and mention.way != "about"}


# --- what is sought and what is offered ----------------------------------------------------------

READINGS = [
    # The trap: what the party makes is not what it seeks.
    (
        NEED,
        "仲钨酸铵年产5000吨，寻钨粉、硬质合金客户",
        {"tungsten-powder", "cemented-carbide"},
        {"tungsten-smelting"},
    ),
    (
        NEED,
        "年产硬质合金棒材800吨，急需仲钨酸铵供应商",
        {"tungsten-smelting"},
        {"cemented-carbide"},
    ),
    (
        NEED,
        "小水电站3座，需水轮机大修单位",
        {"grid-works", "hydro-turbines"},
        {"hydropower-plants"},
    ),
    # A thing that only modifies: no buyer of tea, no edible oil.
    (NEED, "需要茶叶杀青、揉捻、色选设备", {"agri-food-machinery"}, set()),
    (NEED, "需要中药材烘干、切片设备供应商", {"agri-food-machinery", "pharma-equipment"}, set()),
    (NEED, "需食用油瓶、礼盒供应商", {"plastic-packaging", "paper-packaging"}, set()),
    # Two industries in one text.
    (
        NEED,
        "需LED芯片、PCB供应商及冷库租赁",
        {"led-optoelectronics", "printed-circuit-boards", "agri-cold-chain"},
        set(),
    ),
    # Raw material is there, processing is sought.
    (
        PROJECT,
        "依托年产香菇2000万袋的原料基础，拟建菌汤包生产线",
        {"mushroom-products"},
        {"mushroom-growing"},
    ),
    (
        PROJECT,
        "利用钨矿尾矿生产机制砂、蒸压砖",
        {"limestone-aggregates", "wall-materials"},
        {"tailings-solid-waste"},
    ),
    (
        PROJECT,
        "一期已形成仲钨酸铵产能，二期拟建碳化钨粉生产线，供地60亩",
        {"tungsten-powder"},
        {"tungsten-smelting"},
    ),
    # A site is no trade.
    (PROJECT, "标准化厂房已建成，适合包装印刷企业", {"packaging-printing"}, set()),
    # An investor does one thing and needs another.
    (
        WILL,
        "主营数控刀片，需要靠近仲钨酸铵产地、厂房5000平方米以上",
        {"tungsten-smelting"},
        {"cutting-tools"},
    ),
    (
        WILL,
        "意向投资分散式风电、光伏、储能电站",
        set(),
        {"wind-farms", "solar-plants", "storage-plants"},
    ),
    (
        WILL,
        "冷水鱼、鲈鱼深加工，意向与循环水养殖企业合作",
        {"freshwater-aquaculture"},
        {"fish-processing"},
    ),
    (WILL, "医用口罩生产，需洁净厂房，意向产能转移", set(), {"medical-consumables"}),
]


def told(value) -> str:
    """The same words in every process for one value: a set has no order of its own."""
    return (value if isinstance(value, str) else " ".join(sorted(value)))[:24]


@pytest.mark.parametrize(("kind", "text", "seeks", "offers"), READINGS, ids=told)
def test_what_a_lead_seeks_and_offers(read, kind, text, seeks, offers):
    found = read(kind, text)
    assert nodes(found.seeks) == seeks
    assert offers <= nodes(found.offers)
    if not seeks & offers:
        assert not nodes(found.offers) & seeks


def test_customers_without_a_name_are_those_just_downstream(read, graph):
    found = read(NEED, "年产钨粉300吨，求下游客户")
    assert set(graph.successors("tungsten-powder")) <= nodes(found.seeks) | {"carbide-recycling"}
    assert {mention.way for mention in found.seeks} == {"buy"}
    assert "tungsten-smelting" not in nodes(found.seeks)


def test_suppliers_without_a_name_are_those_just_upstream(read):
    found = read(NEED, "年产硬质合金100吨，缺原料供应商")
    assert {"tungsten-powder", "cobalt-nickel-powder"} <= nodes(found.seeks)
    assert "cutting-tools" not in nodes(found.seeks)


def test_what_is_not_understood_is_said(read):
    found = read(NEED, "需要茶叶色选设备及有机认证服务")
    assert nodes(found.seeks) == {"agri-food-machinery"}
    assert found.unread == ("有机认证服务",)
    assert read(NEED, "需配合饲料，长期合作").unread == ()


def test_a_title_says_who_speaks_and_what_it_wants(read):
    found = read(NEED, "规模较大。", title="某食用菌合作社菌棒")
    assert nodes(found.seeks) == {"mushroom-substrate"}
    assert nodes(found.offers) & {"mushroom-growing", "mushroom-products"}


def test_every_mention_quotes_the_lead(read):
    for kind, text, *_ in READINGS:
        found = read(kind, text)
        for mention in (*found.seeks, *found.offers):
            assert mention.phrase in normalise(text)
            assert 0 < mention.weight <= 1


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="需寻缺拟建钨粉茶叶设备、，。；(某公司123亩万元)和的 \n", max_size=40))
def test_no_prose_fails(read, text):
    for kind in (PROJECT, WILL, NEED, "其他"):
        found = read(kind, text, title=text[:10])
        known = [mention.node for mention in found.seeks if mention.node]
        assert len(set(known)) == len(known)


# --- figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what", "low", "high"),
    [
        ("计划投资3000万元", "amount", 3000, 3000),
        ("投资1.2亿元", "amount", 12000, 12000),
        ("投资5000-8000万元", "amount", 5000, 8000),
        ("投资3000万至1.5亿元", "amount", 3000, 15000),
        ("投资不低于2亿元", "amount", 20000, math.inf),
        ("预算50万元以内", "amount", 0, 50),
        ("年产值1.8亿元", "turnover", 18000, 18000),
        ("占地30亩", "land", 30, 30),
        ("现有茶园4.2万亩", "farmland", 42000, 42000),
        ("厂房1万平方米以上", "plant", 10000, math.inf),
        ("单体规模50MW以上", "power", 50000, math.inf),
        ("用工300人", "people", 300, 300),
    ],
)
def test_figures(text, what, low, high):
    [figure] = [figure for figure in read_figures(normalise(text)) if figure.what == what]
    assert (figure.low, figure.high) == (low, high)


def test_turnover_is_no_investment_and_the_column_goes_first(read):
    assert read(WILL, "主营刀片，年产值1.8亿元").amount is None
    assert read(WILL, "主营刀片，拟投资5000至8000万元").amount == (5000, 8000)
    assert read(WILL, "主营刀片，拟投资5000万元", amount=6000.0).amount == (6000, 6000)
    assert read(WILL, "主营刀片", amount=math.nan).amount is None


def test_zones_from_which_partners_are_wanted(read):
    assert read(NEED, "需对接长三角、成渝地区组团社").zones == ("长三角", "成渝")
    assert read(NEED, "需组团社").zones == ()
    assert read_zones("浙江企业") == ("浙江",)


# --- matching ------------------------------------------------------------------------------------

FIRMS = {
    "T1": ("华东某硬质合金", "硬质合金、数控刀片的生产、销售", "长三角", 3000),
    "T2": ("甲刀具", "数控刀片制造", "长三角", 100),
    "T3": ("乙刀具", "数控刀片制造", "长三角", 20000),
    "T4": ("丙菌业", "食用菌加工；菌汤包生产", "粤港澳", 500),
    "T5": ("丁旅行社", "国内旅游业务、入境旅游业务", "京津冀", 300),
    "T6": ("戊旅行社", "国内旅游业务、入境旅游业务", "长三角", 300),
}
LOCALS = {
    "L1": ("本县饲料厂", "配合饲料生产、销售"),
    "L2": ("本县菌业", "香菇种植"),
}


@pytest.fixture(scope="module")
def run(graph):
    from conftest import firm_table

    profile = read_profile(graph=graph)
    zones = {"长三角": ("江苏", "苏州"), "粤港澳": ("广东", "广州"), "京津冀": ("北京", "北京")}
    targets = firm_table(
        *(
            {"firm_id": firm, "name": name, "scope": scope, "zone": zone, "capital": capital,
             "currency": "CNY", "province": zones[zone][0], "city": zones[zone][1]}
            for firm, (name, scope, zone, capital) in FIRMS.items()
        )
    )  # fmt: skip
    local = firm_table(
        *(
            {"firm_id": firm, "name": name, "scope": scope, "province": "陕西", "city": "商洛"}
            for firm, (name, scope) in LOCALS.items()
        )
    )
    fits, local_fits = (match(firms, graph, top=None) for firms in (targets, local))
    found = survey(graph, local_fits, local, profile, fits)

    def matches(*leads, **rest):
        rows = [dict.fromkeys(LEAD_INPUT, "") | {"amount": math.nan} | lead for lead in leads]
        for number, row in enumerate(rows, start=1):
            row["lead_id"] = row["lead_id"] or f"X{number}"
            row["title"] = row["title"] or f"线索{number}"
        reading = Reading(pd.DataFrame(rows), pd.DataFrame(), (), {}, len(rows))
        firms = rest.pop("targets", targets)
        own = fits if firms is targets else match(firms, graph, top=None)
        return match_leads(reading, graph, firms, own, local, local_fits, found, profile, **rest)

    matches.targets = targets
    return matches


def partners(table, lead="X1", kind=None):
    own = table[table["lead_id"] == lead]
    return own[own["partner_kind"] == kind]["partner_id"].tolist() if kind else own


def test_a_project_finds_those_who_do_it_and_scale_counts(run):
    table = run({"kind": PROJECT, "text": "拟建数控刀片生产线", "amount": 10000.0})
    found = partners(table, kind="target")
    assert {"T1", "T2", "T3"} == set(found)
    assert found.index("T3") < found.index("T2")  # the same words, 200 times the capital
    small = table[table["partner_id"] == "T2"]["why"].item()
    assert "注册资本100万元" in small
    assert "项目需1亿元" in small


def test_a_project_and_a_will_find_each_other(run):
    table = run(
        {"kind": PROJECT, "text": "拟建数控刀片生产线，标准厂房2万平方米已建成"},
        {"kind": WILL, "text": "主营数控刀片，需厂房1万平方米以上"},
        {"kind": WILL, "text": "运营度假酒店，有意布局森林康养"},
    )
    assert partners(table, "X1", "lead") == ["X2"]
    assert partners(table, "X2", "lead") == ["X1"]
    assert partners(table, "X3", "lead") == []
    assert "cutting-tools" in partners(table, "X2", "gap")


def test_a_need_asks_at_home_first(run):
    table = run({"kind": NEED, "text": "需冷水鱼配合饲料供应"})
    first = table.iloc[0]
    assert (first["partner_kind"], first["partner_id"]) == ("local", "L1")


def test_a_need_without_a_local_firm_says_so(run):
    table = run({"kind": NEED, "text": "年产仲钨酸铵500吨，寻硬质合金客户"})
    assert partners(table, kind="local") == []
    assert partners(table, kind="target")[0] == "T1"
    assert table.iloc[0]["why"].startswith("本地未见能对接的企业")
    assert "采购" in table.iloc[0]["why"]


def test_partners_come_from_the_zone_that_is_wanted(run):
    assert partners(run({"kind": NEED, "text": "需对接长三角地区组团社"}), kind="target") == ["T6"]
    assert set(partners(run({"kind": NEED, "text": "需对接组团社"}), kind="target")) == {"T5", "T6"}


def test_no_match_says_what_was_missing(run):
    table = run(
        {"kind": NEED, "text": "希望解决子女就学。"},
        {"kind": NEED, "text": "需对接成渝地区组团社"},
        {"kind": "咨询", "text": "需配合饲料"},
    )
    assert table["partner_kind"].eq("").all()
    assert table["score"].eq(0).all()
    no_node, no_firm, no_kind = table["why"]
    assert "没有能做“解决子女就学”" in no_node
    assert "产业链中没有对应环节" in no_node
    assert "旅行社" in no_firm
    assert "成渝" in no_firm
    assert "咨询" in no_kind


def test_excluded_firms_are_not_proposed(run):
    left = run.targets[run.targets["firm_id"] != "T1"]
    table = run({"kind": PROJECT, "text": "拟建硬质合金、数控刀片生产线"}, targets=left)
    assert "T1" not in set(table["partner_id"])


def test_why_is_one_sentence_and_the_quote_is_word_for_word(run):
    table = run({"kind": PROJECT, "text": "拟建数控刀片生产线、菌汤包生产线"})
    for row in table[table["partner_kind"] == "target"].itertuples():
        assert row.why.endswith("。")
        assert row.why.count("。") == 1
        assert row.why.startswith("弱匹配：") == (row.score < 0.5)
        quote = row.why.split("写明“")[1].split("”")[0]
        assert quote in "".join(FIRMS[row.partner_id][:2])


def test_the_same_firm_in_two_leads_is_told_to_both(run):
    table = run(
        {"kind": PROJECT, "text": "拟建数控刀片生产线", "registered": "2024-03-01"},
        {"kind": PROJECT, "text": "拟建硬质合金、数控刀片生产基地", "registered": "2024-01-01"},
    )
    later = table[(table["lead_id"] == "X1") & (table["partner_id"] == "T3")]["why"].item()
    assert "首报首谈：X2也推荐此对象，由X2（2024-01-01登记）先谈" in later


def test_of_leads_filed_on_one_day_the_first_on_the_list_is_the_first_for_both(run):
    lead = {
        "kind": PROJECT,
        "title": "刀片项目",
        "text": "拟建数控刀片生产线",
        "registered": "2024-02-01",
    }
    table = run(lead, lead)
    told = table[table["partner_kind"] == "lead"]["why"]
    assert len(told) == 2 and told.str.contains("以X1（2024-02-01登记）为首报").all()


def test_leads_that_say_the_same_are_shown_together(run):
    text = "拟建年产200吨数控刀片生产线，供地40亩，寻切削工具企业投资"
    table = run(
        {"kind": PROJECT, "title": "刀片项目", "text": text, "registered": "2024-02-01"},
        {"kind": PROJECT, "title": "刀片项目", "text": text + "。"},
        {"kind": PROJECT, "title": "菌汤项目", "text": "拟建菌汤包生产线"},
    )
    assert table.iloc[0][["partner_kind", "partner_id"]].tolist() == ["lead", "X2"]
    assert "以X1（2024-02-01登记）为首报" in table.iloc[0]["why"]
    assert "lead" not in set(partners(table, "X3")["partner_kind"])


def feeds(run, *firms):
    """Targets that make feed: (id, scope, capital)."""
    row = run.targets.iloc[0]
    return pd.DataFrame(
        [
            row.to_dict() | {"firm_id": firm, "name": f"某地{firm}", "scope": scope} | rest
            for firm, scope, rest in firms
        ]
    )


def test_a_literal_hit_outranks_a_firm_of_the_same_node(run):
    firms = feeds(
        run,
        ("F1", "牛羊精料补充料、配合饲料生产、销售", {}),
        ("F2", "鱼饲料生产、销售", {}),
        ("F3", "猪饲料生产、销售", {}),
    )
    table = run({"kind": NEED, "text": "需冷水鱼饲料供应"}, targets=firms)
    assert partners(table, kind="target")[0] == "F2"
    assert "写明“鱼饲料" in table[table["partner_id"] == "F2"]["why"].item()


def test_what_is_only_sold_or_excluded_is_no_reason_to_invest(run):
    firms = feeds(
        run,
        ("F1", "数控刀片制造", {}),
        ("F2", "五金交电、数控刀片的批发", {}),
        ("F3", "机械配件加工（不含数控刀片）", {}),
    )
    table = run({"kind": PROJECT, "text": "拟建数控刀片生产线"}, targets=firms)
    assert partners(table, kind="target")[0] == "F1"
    assert "F3" not in partners(table, kind="target")


def test_a_gate_of_the_shortlist_is_told_and_stops_only_who_is_here_or_gone(run):
    firms = feeds(run, *((f, "数控刀片制造", {}) for f in ("F1", "F2", "F3")))
    gates = {"F1": "环节不接收", "F2": "已在本地", "F3": "登记状态异常"}
    excluded = pd.DataFrame({"firm_id": list(gates), "gate": list(gates.values())})
    for kind, text in ((PROJECT, "拟建数控刀片生产线"), (NEED, "需数控刀片供应")):
        table = run({"kind": kind, "text": text}, targets=firms, excluded=excluded)
        assert partners(table, kind="target") == ["F1"]
        assert "清单准入条件“环节不接收”未通过" in table.iloc[0]["why"]


def test_foreign_capital_counts(run):
    usd = {"capital": 2000.0, "currency": "USD"}
    yuan = {"capital": 2000.0, "currency": "CNY"}
    firms = feeds(run, ("F1", "数控刀片制造", yuan), ("F2", "数控刀片制造", usd))
    lead = {"kind": PROJECT, "text": "拟建数控刀片生产线", "amount": 50000.0}
    table = run(lead, targets=firms)
    assert partners(table, kind="target") == ["F2", "F1"]
    assert "注册资本1.4亿元" in table[table["partner_id"] == "F2"]["why"].item()


PAIRS = [
    # An investor seeks what a party sells; what it makes is what a party seeks.
    ((WILL, "速冻食品加工企业，希望在香菇主产区建厂"), (NEED, "年产干香菇90吨，缺商超渠道")),
    ((WILL, "尾矿干排设备制造，寻合作矿山"), (NEED, "尾矿干排、充填技术")),
    # A project will use what a party sells, or make what it seeks.
    ((PROJECT, "二期拟建硬质合金生产线"), (NEED, "仲钨酸铵年产900吨，希望对接硬质合金企业")),
    ((PROJECT, "拟建配合饲料生产线"), (NEED, "需配合饲料供应")),
    # One party sells what another buys.
    ((NEED, "年产硬质合金棒材800吨，急需仲钨酸铵供应商"), (NEED, "仲钨酸铵年产900吨，求下游客户")),
]  # fmt: skip


@pytest.mark.parametrize("leads", PAIRS, ids=lambda leads: leads[0][1][:8] + leads[1][1][:8])
def test_leads_of_any_kinds_find_each_other(run, leads):
    table = run(*({"kind": kind, "text": text} for kind, text in leads))
    assert partners(table, "X1", "lead") == ["X2"]
    assert partners(table, "X2", "lead") == ["X1"]


def test_two_projects_or_two_wills_are_no_partners(run):
    for kind, text in ((PROJECT, "拟建数控刀片生产线"), (WILL, "主营数控刀片，需要硬质合金")):
        other = text.replace("数控刀片", "整体铣刀")
        table = run({"kind": kind, "text": text}, {"kind": kind, "text": f"另有{other}"})
        assert "lead" not in set(table["partner_kind"])


def test_a_plant_that_stands_empty_is_a_reason(run):
    table = run(
        {"kind": PROJECT, "text": "丝厂厂房2万平方米已建成，适合缫丝企业"},
        {"kind": WILL, "text": "连接器组装，意向租用标准化厂房8000平方米"},
        {"kind": WILL, "text": "线束组装，意向租用标准化厂房9万平方米"},
    )
    assert partners(table, "X1", "lead") == ["X2"]
    assert "现有厂房2万平方米" in table[table["partner_id"] == "X1"]["why"].item()


def test_what_nobody_answers_has_a_row_of_its_own(run):
    table = run({"kind": NEED, "text": "需冷水鱼配合饲料、有机认证服务"})
    last = table.iloc[-1]
    assert partners(table, kind="local") == ["L1"]
    assert (last["partner_kind"], last["score"]) == ("", 0)
    assert last["why"] == "名单中没有能做“有机认证服务”的企业；产业链中没有对应环节，须另行对接。"
    empty = run({"kind": NEED, "text": "需印制电路板供应商"})["why"].item()
    assert empty.startswith("名单中没有能做“印制电路板”的企业")
    assert "可另找“印制电路板（PCB）”类企业" in empty


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_better_score_is_never_less_sure(one, other):
    low, high = sorted((one, other))
    for pair in CONFIDENCE:
        assert 0 < confidence(*pair, low) <= confidence(*pair, high) < 1


@settings(max_examples=80, deadline=None)
@given(
    st.text(alphabet="冷水鱼配合饲料油瓶", min_size=1), st.text(alphabet="冷水鱼饲料瓶", min_size=1)
)
def test_likeness_is_the_same_from_both_sides(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == 1


def test_an_outcome_of_a_visit_is_told(run):
    talked = run.targets.assign(outcome=["在谈", *[""] * 5])
    table = run({"kind": PROJECT, "text": "拟建硬质合金生产线"}, targets=talked)
    assert "此前走访结果为“在谈”" in table[table["partner_id"] == "T1"]["why"].item()


def test_order_of_leads_and_columns(run):
    leads = [{"kind": NEED, "text": "需配合饲料"}, {"kind": WILL, "text": "主营数控刀片"}]
    table = run(*leads)
    assert list(table.columns) == list(TABLES["leads"])
    assert list(dict.fromkeys(table["lead_id"])) == ["X1", "X2"]
    for _, own in table.groupby("lead_id"):
        assert own["rank"].tolist() == list(range(1, len(own) + 1))


# --- one-to-one ----------------------------------------------------------------------------------


def offered(*rows):
    """A table of matches from (lead, kind of partner, firm, score)."""
    lines = [
        (lead, PROJECT, lead, "", number, kind, firm, firm, score, "")
        for number, (lead, kind, firm, score) in enumerate(rows, start=1)
    ]
    return pd.DataFrame(lines, columns=list(TABLES["leads"]))


def test_each_firm_is_asked_once_and_what_is_given_up_is_said():
    table = assign(
        offered(
            ("A", "target", "T1", 0.9), ("A", "target", "T2", 0.8),
            ("B", "target", "T1", 0.85), ("C", "target", "T1", 0.1), ("D", "gap", "g", 0.9),
        )
    )  # fmt: skip
    assert table["partner_id"].tolist() == ["T2", "T1", "", ""]  # 0.8 + 0.85 beats 0.9
    given, _, left, none = table["given_up"]
    assert "放弃“T1”，该企业分给B" in given
    assert "T1" in left
    assert none == ""
    assert table["why"].iloc[2]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_no_other_plan_is_worth_more(scores):
    rows = [
        (f"A{lead}", "target", f"T{firm}", score / 10)
        for lead, line in enumerate(scores)
        for firm, score in enumerate(line)
        if score
    ]
    if not rows:
        return
    best = max(
        sum(scores[i][firm] for i, firm in enumerate(plan)) for plan in permutations(range(3))
    )
    table = assign(offered(*rows))
    taken = [firm for firm in table["partner_id"] if firm]
    assert len(taken) == len(set(taken))
    assert table["score"].sum() * 10 == pytest.approx(best)


# --- the office's own list, where it is at hand --------------------------------------------------


@pytest.mark.skipif(not SHARED.is_file(), reason="no list of leads here")
def test_all_43_are_understood(graph):
    reader = LeadReader(graph)
    rows = read_leads(SHARED).table
    assert len(rows) == 43
    for row in rows.itertuples():
        found = reader.read(row.lead_id, row.kind, row.title, row.text, row.industry)
        assert nodes(found.seeks) | nodes(found.offers), row.lead_id
        if row.kind != WILL:
            assert found.seeks, row.lead_id
