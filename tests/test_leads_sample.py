"""Thirty invented leads against the sample lists: what an officer would look for in the scopes.

Each lead stands with an expression for the scopes and names of right partners. What is measured is
the share of right ones among the first five firms, and how often the first firm is right.
"""

import re

import pandas as pd
import pytest

from chainmatch.chains.graph import read_chains
from chainmatch.decision import gates
from chainmatch.decision.gaps import survey
from chainmatch.identity.resolution import resolve
from chainmatch.leads import NEED, PROJECT, match_leads
from chainmatch.matching.tables import match
from chainmatch.profile import read_profile
from chainmatch.schema.columns import LEAD_INPUT
from chainmatch.tables import Reading, read_firms
from chainmatch.util.resources import data_folder

LEADS = [
    (NEED, "需冷水鱼膨化饲料供应", "水产|鱼"),
    (NEED, "需医用敷料供应商", "敷料|卫生材料"),
    (NEED, "需礼盒供应商", "礼盒|纸盒|彩盒|包装"),
    (NEED, "需玻璃瓶供应商", "瓶"),
    (NEED, "需印刷电路板供应商", "电路板|线路板|PCB"),
    (NEED, "需水轮机大修单位", "水轮"),
    (NEED, "需茶叶色选机", "色选|茶叶机械"),
    (NEED, "需脱硝改造单位", "脱硝|环保|烟气"),
    (NEED, "仲钨酸铵年产900吨，寻钨粉生产企业", "钨"),
    (NEED, "年产硬质合金300吨，急需碳化钨粉供应商", "碳化钨|钨粉"),
    (NEED, "需尾矿干排技术单位", "尾矿|固体废物|固废|建筑垃圾|污泥"),
    (NEED, "需对接长三角地区组团社", "旅行社|旅游"),
    (NEED, "生猪养殖场扩建，缺资金，希望引入龙头企业", "猪|屠宰|肉|养殖"),
    (NEED, "需食用菌菌种供应", "菌种|食用菌"),
    (NEED, "需冷库租赁", "冷库|冷藏|冷链"),
    (PROJECT, "拟建核桃油生产线", "核桃"),
    (PROJECT, "拟建菌汤包、香菇酱生产线", "菇|菌"),
    (PROJECT, "拟建抹茶生产线", "茶"),
    (PROJECT, "拟建中药饮片车间", "饮片"),
    (PROJECT, "拟建硬质合金棒材生产线", "硬质合金"),
    (PROJECT, "拟建数控刀具生产线", "刀"),
    (PROJECT, "利用尾矿生产透水砖、加气混凝土砌块", "砖|砌块|墙"),
    (PROJECT, "拟引进养老服务机构", "养老|护理"),
    (PROJECT, "拟建水产饲料厂", "饲料"),
    (PROJECT, "拟建光伏组件厂", "光伏|太阳能"),
    (PROJECT, "拟建康养酒店，寻运营商", "酒店|度假|宾馆"),
    (PROJECT, "厂房已建成，适合医用敷料企业", "敷料|卫生材料|医用"),
    (PROJECT, "拟建LED封装生产线", "LED|光电"),
    (PROJECT, "拟建缫丝厂", "丝"),
    (PROJECT, "拟建万吨冷库", "冷库|冷藏|冷链|仓储"),
]


@pytest.fixture(scope="module")
def judged():
    folder, graph, profile = data_folder("sample"), read_chains(), read_profile()
    home = resolve(read_firms(folder / "local.csv").table, None).firms
    wanted = resolve(read_firms(folder / "targets.xlsx").table, home)
    local_fits, fits = (match(firms, graph, top=None) for firms in (home, wanted.firms))
    found = survey(graph, local_fits, home, profile, fits)
    excluded = gates.check(wanted.firms, wanted.links, fits, profile, graph)
    rows = [
        dict.fromkeys(LEAD_INPUT, "")
        | {"lead_id": f"T{number}", "kind": kind, "title": "", "text": text, "amount": 2000.0}
        for number, (kind, text, _) in enumerate(LEADS)
    ]
    leads = Reading(pd.DataFrame(rows), pd.DataFrame(), (), {}, len(rows))
    table = match_leads(
        leads, graph, wanted.firms, fits, home, local_fits, found, profile, excluded=excluded
    )
    said = {
        row.firm_id: f"{row.name}{row.scope}{row.products}"
        for row in pd.concat([home, wanted.firms])[
            ["firm_id", "name", "scope", "products"]
        ].itertuples(index=False)
    }
    firms = table[table["partner_kind"].isin(["target", "local"])]
    return {
        number: [
            bool(re.search(right, said[firm]))
            for firm in firms.loc[firms["lead_id"] == f"T{number}", "partner_id"].head(5)
        ]
        for number, (_, _, right) in enumerate(LEADS)
    }


def test_every_lead_finds_firms_and_the_first_is_right(judged):
    first = [found[0] for found in judged.values() if found]
    assert len(first) >= 27
    assert sum(first) / len(first) >= 0.95


def test_nearly_all_of_the_first_five_are_right(judged):
    every = [right for found in judged.values() for right in found]
    assert len(every) >= 110
    assert sum(every) / len(every) >= 0.95
