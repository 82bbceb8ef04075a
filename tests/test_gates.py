import pandas as pd
import pytest

from chainmatch.decision.gates import check, offered
from chainmatch.schema.columns import TABLES

GOOD = {"scope": "茶叶制造", "province": "浙江", "city": "杭州"}


def gate_of(world, make, firm: dict, fits=(("X", "making", 0.9),), links=(), **profile):
    """The gate and the reason that stop one firm, or None."""
    targets = make.firms({"firm_id": "X", "name": "杭州好茶公司", **GOOD, **firm})
    county = world.profile_with(**profile)
    found = check(targets, make.links(*links), make.fits(*fits), county, world.graph)
    assert list(found.columns) == list(TABLES["excluded"])
    return None if found.empty else tuple(found.loc[0, ["gate", "why"]])


def test_an_ordinary_firm_passes(world, make):
    assert gate_of(world, make, {}) is None


def test_what_stops_a_firm_says_what_would_lift_it(world, make):
    strict = {
        "gates": {
            "min_capital": 500,
            "excluded_zones": ["成渝"],
            "negative": {"words": ["电镀"]},
        }
    }
    cases = [
        ({"province": "陕西", "city": "商洛", "county": "镇安"}, "登记地在本地", "更正地区"),
        ({"status": "吊销，未注销"}, "登记状态异常", "恢复"),
        ({"name": "中国银行股份有限公司杭州滨江支行"}, "分支机构", "总部"),
        ({"name": "杭州好茶有限公司宁波分公司"}, "分支机构", "总公司"),
        ({"scope": "茶叶制造；电镀加工"}, "负面清单", "去掉该项"),
        ({"capital": 100, "currency": "CNY"}, "注册资本不足", "增资"),
        ({"zone": "成渝", "province": "四川"}, "片区不在范围", "excluded_zones"),
    ]
    for firm, gate, remedy in cases:
        found = gate_of(world, make, firm, **strict)
        assert found is not None, firm
        assert found[0] == gate
        assert remedy in found[1]


@pytest.mark.parametrize(
    ("relation", "confidence", "stopped"),
    [("same", 0.95, True), ("branch", 1.0, True), ("same", 0.6, False), ("group", 1.0, False)],
)
def test_already_here_is_the_same_firm_or_a_branch_and_not_the_group(
    world, make, relation, confidence, stopped
):
    found = gate_of(world, make, {}, links=[("X", "L1", relation, confidence)])
    assert (found is not None) == stopped
    if found:
        assert found[0] == "已在本地"
        assert "L1" in found[1]


def test_the_surest_of_several_links_is_named(world, make):
    links = [("X", "L2", "same", 0.92), ("X", "L1", "same", 0.99)]
    assert "“L1”" in gate_of(world, make, {}, links=links)[1]


@pytest.mark.parametrize(
    ("name", "stopped"),
    [
        ("中国工商银行股份有限公司宁波分行", True),
        ("中国人民财产保险股份有限公司杭州支公司", True),
        ("中国邮政集团有限公司某县支局", True),
        ("中国石化销售有限公司浙江杭州石油分公司第三加油站", True),
        ("龙翔加油站有限公司", True),
        ("中国移动通信集团浙江有限公司杭州分公司", True),
        ("浙江茶叶集团股份有限公司第一门市部", True),
        ("杭州联合茶叶有限公司（滨江分公司）", False),  # a note in the middle of a name is no tail
        ("宁波银行股份有限公司", False),
        ("浙江分水茶厂", False),
        ("杭州分析仪器厂", False),
        ("加油站设备制造有限公司", False),
    ],
)
def test_outlets_and_branches_are_known_by_the_end_of_their_names(world, make, name, stopped):
    found = gate_of(world, make, {"name": name})
    assert (found is not None and found[0] == "分支机构") == stopped


@pytest.mark.parametrize("status", ["存续", "在业", "开业", "", "正常"])
def test_a_firm_in_being_or_of_unknown_state_passes(world, make, status):
    assert gate_of(world, make, {"status": status}) is None


@pytest.mark.parametrize(
    "firm",
    [
        {"capital": float("nan")},
        {"capital": 100, "currency": "USD"},
        {"zone": "", "province": ""},
        {"province": "陕西", "city": "商洛", "county": ""},
    ],
)
def test_the_unknown_stops_nobody(world, make, firm):
    assert (
        gate_of(world, make, firm, gates={"min_capital": 500, "excluded_zones": ["成渝"]}) is None
    )


def test_home_is_the_whole_prefecture_if_no_county_is_named(world, make):
    firm = {"province": "陕西", "city": "商洛", "county": ""}
    home = {"home": {"province": "陕西", "city": "商洛"}}
    assert gate_of(world, make, firm, **home)[0] == "登记地在本地"


@pytest.mark.parametrize(
    ("scope", "word", "stopped"),
    [
        ("五金制造、电镀", "电镀", True),
        ("电镀加工", "电镀", True),
        ("金属表面处理（含电镀）", "电镀", True),
        ("五金制造（电镀除外）", "电镀", False),
        ("五金制造（不含电镀）；电镀设备制造；电镀设备销售", "电镀", False),
        ("纺织品加工，印染除外", "印染", False),
        ("纺织布印染", "印染", True),
        ("电镀技术研发", "电镀", False),
        ("水泥熟料销售", "水泥熟料生产", False),
        ("生产、销售：石灰、水泥熟料", "水泥熟料生产", True),
        ("烟花爆竹零售", "烟花爆竹生产", False),
        ("铅锌冶炼；铅冶炼", "铅冶炼", True),
        ("加工铅；铅制品销售", "铅冶炼", False),
    ],
)
def test_the_negative_list_hits_what_is_offered_and_nothing_else(scope, word, stopped):
    assert (offered(scope, [word]) is not None) == stopped


def test_main_products_are_read_for_the_negative_list_too(world, make):
    gates = {"negative": {"words": ["电镀"]}}
    assert gate_of(world, make, {"products": "电镀加工"}, gates=gates)[0] == "负面清单"


def test_without_scope_a_firm_passes_only_if_its_name_says_enough(world, make):
    bare = {"scope": "", "products": ""}
    assert gate_of(world, make, bare, fits=[("X", "making", 0.5)]) is None
    for fits in ([("X", "", 0.0)], [("X", "making", 0.1)]):
        assert gate_of(world, make, bare, fits=fits)[0] == "无经营范围"
    assert gate_of(world, make, {}, fits=[("X", "", 0.0)])[0] == "与产业链无关"


def test_below_the_floor_says_how_far_below(world, make):
    gate, why = gate_of(world, make, {}, fits=[("X", "making", 0.15)])
    assert gate == "与产业链无关"
    assert "0.15" in why
    assert "0.2" in why


def test_a_closed_node_stops_only_firms_that_fit_no_other(world, make):
    closed = {"gates": {"negative": {"nodes": ["making"]}}}
    assert gate_of(world, make, {}, **closed)[0] == "环节不接收"
    both = [("X", "making", 0.9), ("X", "garden", 0.4)]
    assert gate_of(world, make, {}, fits=both, **closed) is None
    weak = [("X", "making", 0.9), ("X", "garden", 0.1)]
    assert gate_of(world, make, {}, fits=weak, **closed)[0] == "环节不接收"


def test_a_firm_stands_once_with_its_other_failures_named(world, make):
    firm = {"status": "注销", "province": "陕西", "city": "商洛", "county": "镇安"}
    gate, why = gate_of(world, make, firm)
    assert gate == "登记地在本地"
    assert why.endswith("另外还未通过：登记状态异常。")


def test_order_and_ids_are_those_of_the_targets(world, make):
    targets = make.firms(
        *({"firm_id": f"X{i}", "name": "某公司", "status": "注销", **GOOD} for i in (3, 1, 2))
    )
    found = check(targets, None, make.fits(), world.profile, world.graph)
    assert list(found["firm_id"]) == ["X3", "X1", "X2"]


def test_an_empty_list_excludes_nobody(world, make):
    assert check(make.firms(), None, make.fits(), world.profile, world.graph).empty
    assert isinstance(
        check(make.firms(), None, make.fits(), world.profile, world.graph), pd.DataFrame
    )


@pytest.mark.parametrize(
    ("name", "stopped"),
    [
        ("保定东山造纸有限公司", True),
        ("保定东山造纸设备有限公司", False),  # makes machines for it
        ("保定东山纸业有限公司", False),  # the scope has to say so
        ("造纸村茶业有限公司", False),
    ],
)
def test_a_name_that_is_an_unwanted_process(world, make, name, stopped):
    profile = world.profile_with(gates={"negative": {"words": ["造纸", "水泥熟料生产"]}})
    firms = make.firms({"firm_id": "A", "name": name, "scope": "双胶纸制造"})
    found = check(firms, None, make.fits(("A", "making", 0.9)), profile, world.graph)
    assert list(found["gate"]) == (["负面清单"] if stopped else [])
