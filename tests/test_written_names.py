"""Names as lists write them: notes, numbers, other names, renamed counties, several slips."""

import pandas as pd
import pytest

import chainmatch
from chainmatch.names import normal_name, other_names
from chainmatch.places.divisions import renamed

TEA = "鸿源茶业有限公司"


def firms(*names: str, **columns: str) -> pd.DataFrame:
    frame = pd.DataFrame({"企业名称": list(names), **{key: [v] for key, v in columns.items()}})
    return chainmatch.read_firms(frame).table


def relations(left: str, right: str) -> list[tuple[str, float]]:
    tables = (pd.DataFrame({"firm_id": ["1"], "name": [name]}) for name in (left, right))
    found = chainmatch.link(*tables)
    return list(zip(found["relation"], found["confidence"], strict=True))


@pytest.mark.parametrize(
    "written",
    [
        "{}（新增）",
        "{}(复审)",
        "{}【2023年新增】",
        "{}（2024年度复核）",
        "{}（第二批）",
        "{}（龙头企业）（新增）",
        "{}（规上企业）",
        "{}（在谈）",
        "{}（已落地）",
        "{}（2）",
        "{}（Hongyuan Tea）",
        "{}（Hongyuan Tea Co., Ltd.）",
        "{} Hongyuan Tea Co., Ltd.",
        "Hongyuan Tea Co., Ltd.（{}）",
        "{}（HY TEA）",
        "1.{}",
        "1、{}",
        "12．{}",
        "（3）{}",
        "4）{}",
        "①{}",
        "⑿{}",
        "⒈ {}",
        "一、{}",
        "（十二）{}",
        "㈢{}",
    ],
)
def test_what_lists_write_around_a_name_is_no_part_of_it(written: str) -> None:
    assert normal_name(written.format(TEA)) == TEA
    assert relations(TEA, written.format(TEA))[0] == ("same", 0.97)


@pytest.mark.parametrize(
    "name",
    [
        "58同城茶业有限公司",
        "3M茶业有限公司",
        "1.5米茶业有限公司",
        "360茶业有限公司",
        "一品茶业有限公司",
        "三一茶业有限公司",
        "鸿源茶业有限公司(北京)",
        "鸿源(IBM)茶业有限公司",
        "鸿源茶业合伙企业(有限合伙)",
        "鸿源(集团)茶业有限公司",
        "(中国)鸿源茶业有限公司",
        "河南中原茶业有限公司",
        "太原市原平茶业有限公司",
        "鸿源茶业有限公司西安分公司",
        "鸿源茶业有限公司A座店",
    ],
)
def test_what_belongs_to_a_name_stays(name: str) -> None:
    assert normal_name(name) == name
    assert other_names(name) == ()


@pytest.mark.parametrize(
    "written",
    [
        "{}（原名：青坪茶业有限公司）",
        "{}（原青坪茶业有限公司）",
        "{}（曾用名：青坪茶业有限公司）",
        "{}(曾用名称:青坪茶业有限公司、白坪茶厂)",
        "{}（原企业名称：青坪茶业有限公司）",
        "{}（前身为青坪茶业有限公司）",
        "{}，曾用名：青坪茶业有限公司",
        "{} 原名青坪茶业有限公司",
        "{}；曾用企业名称：青坪茶业有限公司",
        "{}【曾用名：白坪茶厂；青坪茶业有限公司】",
        "1.{}（原名：青坪茶业有限公司）",
        "{}（更名前：青坪茶业有限公司）",
    ],
)
def test_a_firm_is_found_under_the_name_that_it_bore(written: str) -> None:
    assert normal_name(written.format(TEA)) == TEA
    assert "青坪茶业有限公司" in other_names(written.format(TEA))
    for pair in (
        ("青坪茶业有限公司", written.format(TEA)),
        (written.format(TEA), "青坪茶业有限公司"),
    ):
        assert relations(*pair) == [("same", 0.9)]


def test_a_firm_is_found_under_the_name_that_it_took() -> None:
    for written in (
        "青坪茶业有限公司（现更名为鸿源茶业有限公司）",
        "青坪茶业有限公司（已更名为：鸿源茶业有限公司）",
    ):
        assert relations(written, TEA) == [("same", 0.9)]


def test_the_column_of_former_names_is_read() -> None:
    renamed_firm = firms(TEA, 曾用名="白坪茶厂；青坪茶业有限公司")
    found = chainmatch.link(firms("青坪茶业有限公司"), renamed_firm)
    assert found["relation"].tolist() == ["same"]
    assert found["why"][0] == f"已更名：“{TEA}”一行写明又名“青坪茶业有限公司”"
    assert chainmatch.link(firms("黑坪茶业有限公司"), firms(TEA, 曾用名="-")).empty


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("西安市户县", "西安市鄠邑区"),
        ("成都市郫县", "成都市郫都区"),
        ("襄樊市", "襄阳市"),
        ("商洛地区商县", "商洛市商州区"),
        ("河南省陕县", "三门峡市陕州区"),
        ("天津市蓟县", "天津市蓟州区"),
        ("唐山市滦县", "滦州市"),
        ("九江市星子县", "庐山市"),
        ("宜昌县", "宜昌市夷陵区"),
        ("绍兴县", "绍兴市柯桥区"),
        ("九江县", "九江市柴桑区"),
        ("杭州市余杭县", "杭州市余杭区"),
    ],
)
def test_a_county_that_changed_its_name_is_one_place(before: str, after: str) -> None:
    assert relations(f"{before}天工机械厂", f"{after}天工机械厂") == [("same", 0.97)]


def test_counties_that_were_merged_are_not_one_place() -> None:
    for name in ("南汇区", "江北区", "米泉市", "城区", "巢湖市"):
        assert name not in renamed()


@pytest.mark.parametrize(
    ("listed", "written"),
    [  # place and form; form and slip; place, form and slip
        ("商洛市青岳机械制造有限公司", "青岳机械制造有限责任公司"),
        ("商洛市青岳机械制造有限公司", "商洛青岳机械制造有限责任公司"),
        ("商洛市青岳机械制造有限公司", "商洛青岳机诫制造有限责任公司"),
        ("商洛市青岳机械制造有限公司", "青岳机诫制造有限公司"),
        ("商洛市青岳机械制造有限公司", "青岳机械造制有限责任公司"),
        ("商洛市青岳机械制造有限公司", "商洛市青岳械制造有限责任公司"),
        ("商洛市青岳机械制造有限公司", "商洛青岳机械制造有公限司"),
        ("商洛市青岳机械制造有限公司", "青岳机械制造"),
        ("商洛市青岳机械制造有限公司", "青岳机械制造（商洛）有限责任公司"),
        ("商洛市青岳机械制造有限公司", "青岳机械制造商洛有限公司"),
        ("商洛市青岳机械制造有限公司", "1.青岳机誡制造有限責任公司（新增）"),
    ],
)
def test_several_changes_of_one_name(listed: str, written: str) -> None:
    (found,) = relations(written, listed)
    assert found[0] == "same" and found[1] >= 0.5


def test_a_slip_where_the_branch_begins_is_a_slip() -> None:
    whole = "商洛青岳保险股份有限公司镇安县支公司"
    for written in ("有限司公", "有限公", "有限公信"):
        assert relations(whole.replace("有限公司", written), whole)[0][0] == "same"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("商洛市青岳食品有限公司", "商洛市白岭机械有限公司"),
        ("商洛市青岳第一机械厂", "商洛青岳第二机械厂"),
        ("商洛市青岳控股集团有限公司", "商洛青岳控股股份有限公司"),
        ("商洛市青岳机械有限公司", "西安市青峰机诫有限责任公司"),
    ],
)
def test_two_firms_stay_two(a: str, b: str) -> None:
    assert not [found for found in relations(a, b) if found[0] == "same" and found[1] >= 0.5]


LISTED = (
    "内蒙古青岳实业集团股份有限公司",
    "镇川县民岳股份经济合作社",
    "商洛白岭新材料股份有限公司",
    "白岭生态旅游开发有限公司",
    "陕西黑河电力设备制造有限公司",
    "黑河市粮油购销有限公司",
    "秦云暖通节能技术股份有限公司",
    "西安秦云节能玻璃有限公司",
    "中国云岭国际海运控股（集团）股份有限公司",
    "云岭海产品有限公司",
    "上海渭川国际港务（集团）股份有限公司",
    "渭川港湾饭店有限公司",
    "苏丹青服饰股份有限公司",
    "江苏丹青股份有限公司",
)


@pytest.mark.parametrize(
    ("short", "meant"),
    [
        ("青岳股份", 0),
        ("青岳集团", 0),
        ("青岳实业", 0),
        ("白岭股份", 2),
        ("白岭新材", 2),
        ("白岭旅游", 3),
        ("黑河电力", 4),
        ("秦云股份", 6),
        ("秦云暖通", 6),
        ("云岭控股", 8),
        ("云岭海控", 8),
        ("渭川港务", 10),
        ("渭川集团", 10),
        ("丹青股份", 13),
    ],
)
def test_a_short_name_finds_its_firm_first(short: str, meant: int) -> None:
    assert chainmatch.find(short, firms(*LISTED))["name"].iloc[0] == LISTED[meant]
