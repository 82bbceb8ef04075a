import pandas as pd
import pytest

from chainmatch.decision.gates import MOSTLY, check
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
        },
        "unwanted": [{"what": "电镀", "why": "水源地"}],
    }
    cases = [
        ({"province": "陕西", "city": "商洛", "county": "镇安"}, "登记地在本地", "更正地区"),
        ({"status": "吊销，未注销"}, "登记状态异常", "恢复"),
        ({"name": "中国银行股份有限公司杭州滨江支行"}, "分支机构", "总部"),
        ({"name": "杭州好茶有限公司宁波分公司"}, "分支机构", "总公司"),
        ({"scope": "电镀加工；茶叶制造"}, "县情不接收", "（水源地）"),
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


@pytest.mark.parametrize(
    "status",
    ["破产", "破产清算", "除名", "歇业", "停业", "已停业", "清算中", "迁出", "已迁往外地",
     "责令关闭", "注销（2021年）", "吊销未注销", "已停产", "解散"],
)  # fmt: skip
def test_a_firm_that_is_gone_or_no_longer_works_is_stopped(world, make, status):
    assert gate_of(world, make, {"status": status})[0] == "登记状态异常"


@pytest.mark.parametrize(
    "status",
    ["存续", "在业", "开业", "", "正常", "未注销", "存续（未注销）", "非停业", "未被吊销",
     "无注销记录", "没有停业", "半停产", "注销：否", "迁入"],
)  # fmt: skip
def test_a_firm_in_being_or_of_unknown_state_passes(world, make, status):
    assert gate_of(world, make, {"status": status}) is None


@pytest.mark.parametrize(
    "firm",
    [
        {"capital": float("nan")},
        {"capital": 100, "currency": "XXX"},
        {"capital": 80, "currency": "USD"},  # 560 万元
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


@pytest.mark.parametrize("home", [{"county": "镇安"}, {}])
@pytest.mark.parametrize("other", [{"city": "西安"}, {"province": "浙江"}])
def test_a_namesake_in_another_prefecture_is_not_at_home(world, make, home, other):
    firm = {"province": "陕西", "city": "商洛", "county": "镇安"} | other
    assert gate_of(world, make, firm, home={"province": "陕西", "city": "商洛"} | home) is None


REFUSED = {"unwanted": [{"what": "电镀", "why": "水源地"}]}


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [
        ("电镀加工", True),
        ("电镀加工；五金制造", True),  # .56 of what it makes
        ("五金制造；电镀加工", False),  # .44: the rest may come
        # 1 of 1 + 2/3 + 1/3, where half is enough: the rest between is only sold.
        ("电镀加工；A销售；五金制造；B销售；C销售；D销售；E销售；F销售；刀具制造", True),
        ("五金制造（电镀除外）", False),
        ("电镀设备制造", False),
        ("电镀产品销售", False),
    ],
)
def test_a_refusal_stops_who_mostly_does_it(world, make, scope, stopped):
    found = gate_of(world, make, {"scope": scope}, **REFUSED)
    assert (found is not None) == stopped
    if found:
        assert found[0] == "县情不接收"
        assert "“电镀加工”" in found[1] and "水源地" in found[1]  # its phrase, and why
    assert MOSTLY == 0.5


def test_main_products_are_held_against_refusals_too(world, make):
    assert gate_of(world, make, {"products": "电镀加工"}, **REFUSED)[0] == "县情不接收"


def test_without_scope_a_firm_passes_only_if_its_name_says_something(world, make):
    bare = {"scope": "", "products": ""}
    assert gate_of(world, make, bare, fits=[("X", "making", 0.1)]) is None
    assert gate_of(world, make, bare, fits=[("X", "", 0.0)])[0] == "无经营范围"
    assert gate_of(world, make, bare | {"scope": "  "}, fits=[("X", "", 0.0)])[0] == "无经营范围"
    assert gate_of(world, make, bare | {"products": "茶"}, fits=[("X", "", 0.0)]) is None
    # With a scope it is scored outside the chains.
    assert gate_of(world, make, {}, fits=[("X", "", 0.0)]) is None


def test_a_closed_node_stops_who_does_that_first_of_all(world, make):
    closed = {"unwanted": [{"what": "制茶", "why": "水源地"}]}
    gate, why = gate_of(world, make, {}, **closed)
    assert gate == "环节不接收"
    assert "制茶" in why and "水源地" in why
    both = [("X", "making", 0.8), ("X", "garden", 0.9)]
    assert gate_of(world, make, {}, fits=both, **closed) is None
    weaker = [("X", "making", 0.9), ("X", "garden", 0.8)]
    assert gate_of(world, make, {}, fits=weaker, **closed)[0] == "环节不接收"
    # A fit that hardly says so stops nobody.
    assert gate_of(world, make, {}, fits=[("X", "making", 0.19)], **closed) is None
    assert gate_of(world, make, {}, fits=[("X", "making", 0.2)], **closed)[0] == "环节不接收"


def test_a_node_that_lacks_a_hard_need_is_closed_too(world, make):
    lacking = {"gates": {"require": ["water"]}, "endowments": {"water": 0}}
    assert "用水" in gate_of(world, make, {}, **lacking)[1]
    assert gate_of(world, make, {}, gates={"require": ["water"]}, endowments={}) is None


def test_of_equals_the_smaller_id_decides(world, make):
    equal = [("X", "making", 0.9), ("X", "garden", 0.9)]
    assert gate_of(world, make, {}, fits=equal, unwanted=[{"what": "茶园"}])[0] == "环节不接收"
    assert gate_of(world, make, {}, fits=equal, unwanted=[{"what": "制茶"}]) is None


@pytest.mark.parametrize(
    ("capital", "currency", "stopped"),
    [
        (499, "CNY", True),
        (500, "CNY", False),
        (499, "", True),
        (71, "USD", True),
        (72, "USD", False),
    ],
)
def test_capital_is_weighed_in_yuan(world, make, capital, currency, stopped):
    firm = {"capital": capital, "currency": currency}
    found = gate_of(world, make, firm, gates={"min_capital": 500})
    assert (found is not None) == stopped
    if stopped:
        assert "500万元" in found[1]
    assert gate_of(world, make, firm) is None


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
    profile = world.profile_with(unwanted=[{"what": "造纸"}, {"what": "水泥熟料生产"}])
    firms = make.firms({"firm_id": "A", "name": name, "scope": "双胶纸制造"})
    found = check(firms, None, make.fits(("A", "making", 0.9)), profile, world.graph)
    assert list(found["gate"]) == (["县情不接收"] if stopped else [])


def test_what_is_excluded_does_not_depend_on_the_other_firms(world, make):
    rows = [
        {"firm_id": "A", "name": "某公司", **GOOD},
        {"firm_id": "B", "name": "某公司", **GOOD, "scope": "电镀加工"},
        {"firm_id": "C", "name": "某公司", **GOOD, "status": "注销"},
    ]
    fits = make.fits(*((firm, "making", 0.9) for firm in "ABC"))
    profile = world.profile_with(**REFUSED)

    def stopped(*firms):
        table = make.firms(*(row for row in rows if row["firm_id"] in firms))
        found = check(table, None, fits, profile, world.graph)
        return dict(zip(found["firm_id"], found["why"], strict=True))

    together = stopped("A", "B", "C")
    assert set(together) == {"B", "C"}
    for firm in "ABC":
        assert stopped(firm) == {f: why for f, why in together.items() if f == firm}
