"""Duplicates, links to local firms and the look-up, on invented firms argued by hand."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmatch.identity.linking import link
from chainmatch.identity.resolution import resolve
from chainmatch.identity.search import Finder, find
from chainmatch.places.locating import locate
from chainmatch.schema.columns import TABLES
from chainmatch.tables import read_firms

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"
# Invented codes with right check digits.
ONE, TWO = "91611025123456789X", "913100009876543217"


def firms(*rows: dict[str, str]) -> pd.DataFrame:
    """Return a firms table; places come from the region, ids from the code or the position."""
    full = []
    for number, row in enumerate(rows, 2):
        place = locate(row.get("region", ""), "", row.get("address", ""))
        filled = {**dict.fromkeys(TABLES["firms"], ""), **row, "row": number}
        filled |= {"province": place.province, "city": place.city, "county": place.county}
        filled["firm_id"] = row.get("code") or f"h{number}"
        full.append(filled)
    return pd.DataFrame(full, columns=list(TABLES["firms"]))


def relations(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(table["left_name"], table["right_name"], table["relation"], strict=True))


def test_duplicates_keep_the_fullest_row_and_say_what_was_merged() -> None:
    table = firms(
        {"name": "商洛秦玉工贸有限责任公司", "region": "商洛", "scope": "工贸"},
        {"name": " 商洛市秦玉工贸有限公司 ", "region": "商洛市", "code": ONE},
        {"name": "西安蓝鲸软件有限公司", "region": "西安"},
    )
    result = resolve(table, None)
    assert result.firms["name"].tolist() == [" 商洛市秦玉工贸有限公司 ", "西安蓝鲸软件有限公司"]
    (gone,) = result.duplicates.to_dict("records")
    assert (gone["name"], gone["row"], gone["kept_id"]) == ("商洛秦玉工贸有限责任公司", 2, ONE)
    assert "有限责任公司" in gone["why"]
    assert len(result.firms) + len(result.duplicates) == len(table)
    assert result.links.empty
    assert list(result.links.columns) == list(TABLES["links"])


def test_conflicting_codes_never_merge() -> None:
    table = firms(
        {"name": "秦玉集团有限公司", "code": ONE},
        {"name": "秦玉集团有限公司", "code": TWO},
        {"name": "秦玉集团有限公司"},  # could be either of them
    )
    result = resolve(table, None)
    assert len(result.firms) == 3
    assert result.duplicates.empty
    assert ("秦玉集团有限公司", "秦玉集团有限公司", "same") not in relations(link(table.iloc[:2]))


def test_an_empty_cell_is_unknown_however_it_is_empty() -> None:
    rows = [
        {"name": "商洛秦玉工贸有限公司", "region": "商洛", "code": ONE},
        {"name": "商洛市秦玉工贸有限责任公司"},
        {"name": "秦玉工贸有限公司西安分公司", "region": "西安"},
        {"name": "秦玉实业集团有限公司", "code": TWO},
    ]
    table = firms(*rows)
    for empty in (None, float("nan")):
        bare = table.astype(object).where(table != "", empty)
        assert resolve(bare, None).duplicates["why"].tolist() == (
            resolve(table, None).duplicates["why"].tolist()
        )
        assert link(bare).equals(link(table))
    assert len(resolve(table, None).duplicates) == 1
    assert len(link(table)) > 1


def test_wrong_codes_are_no_evidence() -> None:
    wrong = ONE[:-1] + "1"
    table = firms(
        {"name": "商洛秦玉工贸有限公司", "code": wrong},
        {"name": "西安蓝鲸软件有限公司", "code": wrong},
        {"name": "西安蓝鲸软件有限公司", "code": ONE},
    )
    result = resolve(table, None)
    assert result.duplicates["name"].tolist() == ["西安蓝鲸软件有限公司"]
    assert len(link(table.iloc[:2])) == 0


def test_equal_code_under_strange_names_is_a_link_to_check() -> None:
    table = firms(
        {"name": "商洛秦玉工贸有限公司", "code": ONE}, {"name": "西安蓝鲸软件有限公司", "code": ONE}
    )
    assert resolve(table, None).duplicates.empty
    (found,) = link(table).to_dict("records")
    assert found["relation"] == "same"
    assert found["confidence"] < 0.9
    assert "请核对" in found["why"]


def test_places_keep_namesakes_apart() -> None:
    table = firms(
        {"name": "秦玉混凝土有限公司", "region": "江苏苏州"},
        {"name": "秦玉混凝土有限公司", "region": "广东广州"},
        {"name": "县医药药材公司", "region": "陕西"},
    )
    assert resolve(table, None).duplicates.empty
    (found,) = link(table).to_dict("records")
    assert found["confidence"] < 0.5


def test_relations_to_local_firms() -> None:
    local = firms(
        {"name": "商洛市秦玉工贸有限责任公司", "region": "商洛", "code": ONE},
        {"name": "金钟法尔电气有限公司柞水县分公司", "region": "商洛"},
        {"name": "上海蓝鲸湾酒业销售有限公司", "region": "商洛"},
        {"name": "山阳县外轮供应有限公司", "region": "商洛"},
    )
    targets = firms(
        {"name": "商洛秦玉工贸有限公司", "region": "陕西"},
        {"name": "金钟法尔电气有限公司", "region": "上海"},
        {"name": "蓝鲸湾集团股份有限公司", "region": "陕西商洛"},
        {"name": "湖州市外轮供应有限公司", "region": "湖州"},
        {"name": "深圳天外来客软件有限公司", "region": "深圳"},
    )
    found = link(targets, local)
    assert relations(found) == [
        ("商洛秦玉工贸有限公司", "商洛市秦玉工贸有限责任公司", "same"),
        ("金钟法尔电气有限公司", "金钟法尔电气有限公司柞水县分公司", "branch"),
        ("蓝鲸湾集团股份有限公司", "上海蓝鲸湾酒业销售有限公司", "group"),
    ]
    assert found["confidence"].is_monotonic_decreasing
    assert found["confidence"].between(0, 1).all()
    assert found["why"].str.len().min() > 4


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("商洛秦玉工贸有限公司", "商洛秦王工贸有限公司"),
        ("商洛秦玉工贸有限公司", "商洛玉秦工贸有限公司"),
        ("商洛秦玉湾工贸有限公司", "商洛秦玉工贸有限公司"),
        ("商洛秦玉机械有限公司", "商洛秦玉机戒有限公司"),
    ],
)
def test_a_slip_is_a_hint_and_never_a_merge(a: str, b: str) -> None:
    table = firms({"name": a, "region": "商洛"}, {"name": b, "region": "商洛"})
    assert resolve(table, None).duplicates.empty
    (found,) = link(table).to_dict("records")
    assert found["relation"] == "same"
    assert 0.5 < found["confidence"] < 0.9  # never enough to take a firm out
    street = {"region": "商洛", "address": "陕西省商洛市商州区工农路12号"}
    near = link(firms({"name": a, **street}, {"name": b, **street}))
    assert 0.5 < near["confidence"][0] < 0.9
    coded = firms({"name": a, "code": ONE}, {"name": b, "code": TWO})
    assert "same" not in link(coded)["relation"].tolist()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("商洛第二建筑公司", "商洛第四建筑公司"),
        ("商洛秦玉第一百零三报亭有限公司", "商洛秦玉第一百零五报亭有限公司"),
        ("商洛秦玉一分厂", "商洛秦玉二分厂"),
        ("秦玉控股集团有限公司", "秦玉控股股份有限公司"),
        ("易县医药药材有限公司", "山阳县医药药材有限公司"),
        ("商洛秦玉有限公司", "深圳蓝鲸软件有限公司"),
    ],
)
def test_different_firms_are_not_the_same(a: str, b: str) -> None:
    table = firms({"name": a}, {"name": b})
    assert "same" not in link(table)["relation"].tolist()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("陕西秦玉工贸有限公司商洛分公司", "陕西秦玉工贸有限公司商洛分"),
        ("商洛天府阳光酒店有限责任公司", "商洛天府阳光酒店"),
        ("商洛秦玉百货有限公司", "商洛秦玉联货有限公司"),  # the hundred of 百货 counts nothing
    ],
)
def test_a_cut_form_and_a_slip_in_a_word_with_a_numeral_are_found(a: str, b: str) -> None:
    table = firms({"name": a, "region": "商洛"}, {"name": b, "region": "商洛"})
    (found,) = link(table).to_dict("records")
    assert found["relation"] == "same"
    assert found["confidence"] > 0.5


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("商洛亨通电器有限公司", "亨通电器有限公司"),  # a brand that many firms bear
        ("商洛医药药材有限公司", "医药药材有限公司"),  # no brand at all
    ],
)
def test_a_place_left_out_before_a_common_brand_takes_no_firm_off(
    longer: str, shorter: str
) -> None:
    found = link(firms({"name": longer, "region": "商洛"}, {"name": shorter, "region": "商洛"}))
    assert (found["confidence"] < 0.9).all()


def test_links_do_not_depend_on_the_order_of_rows() -> None:
    local = firms({"name": "商洛市秦玉工贸有限公司"}, {"name": "西安蓝鲸湾软件有限公司"})
    targets = firms({"name": "蓝鲸湾软件有限公司"}, {"name": "商洛秦玉工贸有限公司"})
    forth = link(targets, local)
    back = link(targets.iloc[::-1].reset_index(drop=True), local.iloc[::-1].reset_index(drop=True))
    columns = ["left_name", "right_name", "relation", "confidence"]
    assert sorted(map(tuple, forth[columns].to_numpy())) == sorted(
        map(tuple, back[columns].to_numpy())
    )


def test_empty_tables() -> None:
    empty, one = firms(), firms({"name": "商洛秦玉工贸有限公司"})
    assert link(empty, one).empty
    assert link(one, empty).empty
    assert resolve(empty, one).firms.empty
    assert find("秦玉", empty).empty


LIST = firms(
    {"name": "陕西金房暖通节能技术股份有限公司", "code": ONE},
    {"name": "商洛市秦玉工贸有限责任公司"},
    {"name": "西安蓝鲸湾软件有限公司"},
    {"name": "秦岭天外来客旅游有限公司"},
)


@pytest.mark.parametrize(
    ("text", "position", "why"),
    [
        ("商洛秦玉工贸有限公司", 1, "组织形式"),
        ("金房节能", 0, "简称"),
        ("蓝鲸湾", 2, "含有"),
        ("兰鲸湾软件", 2, "相近"),  # a slip
        ("qygm", 1, "拼音"),
        ("qinyu", 1, "拼音"),
        ("Qin Yu Gong", 1, "拼音"),
        ("jinfang", 0, "拼音"),
        (ONE, 0, "代码"),
        (ONE.lower(), 0, "代码"),
    ],
)
def test_find_by_any_form_of_the_name(text: str, position: int, why: str) -> None:
    found = find(text, LIST)
    assert list(found.columns) == ["firm_id", "name", "score", "why"]
    assert found["name"][0] == LIST["name"][position]
    assert why in found["why"][0]
    assert found["score"].is_monotonic_decreasing


def test_find_says_nothing_rather_than_anything() -> None:
    assert find("㐀㐁㐂", LIST).empty
    assert len(Finder(LIST).find("公司", 2)) <= 2


def test_a_note_on_the_state_of_a_firm_is_no_branch() -> None:
    table = firms({"name": "商洛青岭茶业有限公司（存续）"}, {"name": "商洛青岭茶业有限公司"})
    assert len(resolve(table, None).firms) == 1


def test_two_firms_that_claim_one_code_keep_distinct_ids() -> None:
    table = firms(
        {"name": "商洛青岭茶业有限公司", "code": ONE}, {"name": "西安蓝鲸软件有限公司", "code": ONE}
    )
    assert resolve(table, None).firms["firm_id"].tolist() == [ONE, f"{ONE}-2"]


STREET = "浙江省杭州市西湖区文三路12号"
SLIP = "字号“秦玉”与“秦王”不同"


# How rare a brand is, and what else speaks for one house, adds up: 0.8 for brands of four
# characters and more, 0.45 for three, 0.15 for two, less by 0.1 and 0.02 for each of up to ten
# firms of a registry that bear it; 0.3 (0.1) for one prefecture, 0.1 for 集团 or 股份, 0.2 (0.05)
# for one trade, less 0.1 for another province. Below 0.5 nothing is said; above 0.9 it is cut.
@pytest.mark.parametrize(
    ("a", "b", "places", "confidence", "why"),
    [
        ("蓝鲸湾食品", "蓝鲸湾食品", "杭州 重庆", 0.55, "，行业相同"),
        ("蓝鲸湾食品", "蓝鲸湾食品", "杭州 宁波", 0.65, "，行业相同"),
        ("蓝鲸湾食品", "蓝鲸湾机械", "杭州 重庆", None, ""),
        ("蓝鲸湾食品", "蓝鲸湾机械", "杭州 宁波", None, ""),
        ("蓝鲸湾食品", "蓝鲸湾机械", "杭州 杭州", 0.75, "，同在杭州"),
        ("蓝鲸湾食品集团", "蓝鲸湾机械", "杭州 宁波", 0.55, "，一方为集团或股份公司"),
        ("蓝鲸湾食品", "蓝鲸湾机械股份", "杭州 宁波", 0.55, "，一方为集团或股份公司"),
        ("蓝鲸湾食品集团", "蓝鲸湾机械", "杭州 重庆", None, ""),
        ("秦玉食品", "秦玉机械", "杭州 杭州", None, ""),
        ("秦玉食品集团", "秦玉机械", "杭州 杭州", 0.55, "，同在杭州，一方为集团或股份公司"),
        (
            "秦玉食品集团",
            "秦玉食品",
            "杭州 杭州",
            0.75,
            "，同在杭州，一方为集团或股份公司，行业相同",
        ),
        ("秦玉食品", "秦玉食品", "杭州 宁波", None, ""),
        ("青岚云栖食品", "青岚云栖机械", "杭州 重庆", 0.8, ""),
        ("青岚云栖食品", "青岚云栖食品", "杭州 重庆", 0.85, "，行业相同"),
        ("青岚云栖食品", "青岚云栖机械", "杭州 杭州", 0.9, "，同在杭州"),
        ("青岚云栖食品集团", "青岚云栖食品", "杭州 重庆", 0.9, "，一方为集团或股份公司，行业相同"),
        ("青岚云栖", "青岚云栖", "杭州 重庆", None, ""),  # words of a trade, perhaps
        ("启明星食品", "启明星机械", "杭州 杭州", 0.51, "，同在杭州"),  # 7 firms
        ("新时代食品", "新时代机械", "杭州 杭州", None, ""),  # 30 firms
        ("新时代食品集团", "新时代机械", "杭州 杭州", 0.55, "，同在杭州，一方为集团或股份公司"),
        ("商业网点食品", "商业网点机械", "杭州 杭州", None, ""),  # 6 firms bear four characters
        ("甲食品", "甲机械", "杭州 杭州", None, ""),
    ],
)
def test_what_speaks_for_one_house_adds_up(a, b, places, confidence, why) -> None:
    here, there = places.split()
    one = {"name": f"{here}{a}有限公司", "region": here}
    two = {"name": f"{there}{b}有限公司", "region": there}
    for left, right in ((one, two), (two, one)):
        found = link(firms(left, right))
        said = list(zip(found["relation"], found["confidence"], found["why"], strict=True))
        brand = next((word for word in BRANDS if word in a), "")
        assert said == ([("group", confidence, f"字号“{brand}”相同{why}")] if confidence else [])


BRANDS = ("蓝鲸湾", "秦玉", "青岚云栖", "启明星", "新时代")


@pytest.mark.parametrize(
    ("a", "b", "confidence"),
    [
        ("杭州秦玉食品有限公司", "杭州秦玉机械有限公司", 0.85),
        ("杭州蓝鲸湾食品有限公司", "杭州蓝鲸湾机械有限公司", 0.9),
    ],
)
def test_one_street_number_speaks_for_one_house(a, b, confidence) -> None:
    def found(first, second, city="杭州"):
        rows = ({"name": a, "address": first}, {"name": b, "address": second})
        table = link(firms(*rows).assign(city=city))
        return [
            (c, "同一门牌" in why)
            for c, why in zip(table["confidence"], table["why"], strict=False)
        ]

    assert found(STREET, f"{STREET}3楼") == [(confidence, True)]
    assert (confidence, True) not in found(STREET, STREET.replace("12", "13"))
    assert (confidence, True) not in found(STREET, "")
    assert (confidence, True) not in found("", STREET)
    assert (confidence, True) not in found(STREET, STREET, city="")
    assert (confidence, True) not in found(STREET, STREET, city=["杭州", "宁波"])


@pytest.mark.parametrize(
    ("a", "b", "places", "relation", "confidence"),
    [
        ("杭州蓝鲸湾食品有限公司商洛分公司", "杭州蓝鲸湾食品有限公司", "商洛 杭州", "branch", 0.97),
        (
            "杭州蓝鲸湾食品有限公司商洛分公司",
            "杭州蓝鲸湾食品有限责任公司",
            "商洛 杭州",
            "branch",
            0.93,
        ),
        (
            "杭州市蓝鲸湾食品有限公司商洛分公司",
            "杭州蓝鲸湾食品有限公司",
            "商洛 杭州",
            "branch",
            0.93,
        ),
        # Neither says where it is from, and they lie in two provinces.
        ("蓝鲸湾食品有限公司商洛分公司", "蓝鲸湾食品有限公司", "商洛 杭州", "branch", 0.9),
        ("蓝鲸湾食品有限公司商洛分公司", "蓝鲸湾食品有限公司", "商洛 西安", "branch", 0.97),
        # One says so: perhaps two firms.
        ("蓝鲸湾食品有限公司商洛分公司", "杭州蓝鲸湾食品有限公司", "商洛 杭州", "branch", 0.5),
        ("杭州秦玉食品公司商洛分公司", "宁波秦玉食品公司", "商洛 宁波", "", 0),
        ("秦玉食品公司商洛分公司", "秦玉食品厂", "商洛 西安", "", 0),
        # A slip in a long name; a short one could be anybody.
        ("杭州蓝鲸湾食晶有限公司商洛分公司", "杭州蓝鲸湾食品有限公司", "商洛 杭州", "branch", 0.4),
        ("杭州兰鲸湾食晶有限公司商洛分公司", "杭州蓝鲸湾食品有限公司", "商洛 杭州", "", 0),
        ("秦玉食晶有限公司商洛分公司", "秦玉食品有限公司", "商洛 杭州", "branch", 0.4),
        ("秦玉湾食晶公司商洛分公司", "秦玉湾食品公司", "商洛 杭州", "", 0),
        (
            "杭州蓝鲸湾食品有限公司商洛分公司",
            "杭州蓝鲸湾食品有限公司西安分公司",
            "商洛 西安",
            "group",
            0.95,
        ),
    ],
)
def test_a_name_that_goes_on_after_the_firm_is_its_branch(
    a, b, places, relation, confidence
) -> None:
    here, there = places.split()
    one, two = {"name": a, "region": here}, {"name": b, "region": there}
    for left, right in ((one, two), (two, one)):
        found = link(firms(left, right))
        assert list(zip(found["relation"], found["confidence"], strict=True)) == (
            [(relation, confidence)] if relation else []
        )
        if relation == "branch":
            assert found["why"][0] == f"“{a}”是“{b}”的分支机构"
        elif relation:
            assert found["why"][0] == "同一企业“杭州蓝鲸湾食品有限公司”的两个分支机构"


QINYU = "商洛秦玉工贸有限公司"


@pytest.mark.parametrize(
    ("name", "codes", "relation", "confidence", "why"),
    [
        (QINYU, (ONE, ONE), "same", 0.99, "统一社会信用代码相同"),
        (
            "商洛秦玉科技有限公司", (ONE, ONE), "same", 0.99,
            "统一社会信用代码相同（字号相同，行业“工贸”与“科技”不同）",
        ),
        (
            "商洛秦王工贸有限公司", (ONE, ONE), "same", 0.99,
            f"统一社会信用代码相同（{SLIP}）",
        ),
        (
            "西安蓝鲸软件有限公司", (ONE, ONE), "same", 0.7,
            "统一社会信用代码相同但名称不同，可能更名或代码填错，请核对",
        ),
        (
            f"{QINYU}西安分公司", (ONE, ONE), "branch", 0.95,
            "统一社会信用代码相同，一方名称带分支机构",
        ),
        (QINYU, (ONE, TWO), "group", 0.65, "字号“秦玉”相同，同在商洛，行业相同"),
        (QINYU, ("", ""), "same", 0.97, "名称规范后相同"),
        (QINYU, (ONE, ""), "same", 0.97, "名称规范后相同，其中一方无有效信用代码"),
        ("商洛秦王工贸有限公司", ("", ""), "same", 0.89, f"{SLIP}，请核对"),
        ("商洛秦王工贸有限公司", (ONE, ""), "same", 0.89, f"{SLIP}，请核对"),
    ],
)  # fmt: skip
def test_codes_and_names_together_say_who_is_who(name, codes, relation, confidence, why) -> None:
    one = {"name": QINYU, "code": codes[0], "region": "商洛"}
    two = {"name": name, "code": codes[1], "region": "商洛"}
    (found,) = link(firms(one, two)).to_dict("records")
    assert (found["relation"], found["confidence"], found["why"]) == (relation, confidence, why)


@pytest.mark.parametrize(
    ("name", "places", "confidence", "why"),
    [
        ("蓝鲸湾食品有限公司", "杭州 宁波", 0.8, "名称规范后相同，但城市不同，请核对"),
        ("蓝鲸湾食品有限公司", "杭州 重庆", 0.3, "名称规范后相同，但省份不同，请核对"),
        ("蓝鲸湾食品有限公司", "浙江 杭州", 0.97, "名称规范后相同"),
        ("蓝鲸湾食品有限公司", "浙江 陕西", 0.3, "名称规范后相同，但省份不同，请核对"),
        ("蓝鲸湾食品有限公司", "  杭州", 0.97, "名称规范后相同"),
    ],
)
def test_one_name_in_two_places_is_likelier_one_firm_within_a_province(
    name, places, confidence, why
) -> None:
    here, there = places.split(" ")[-2:]
    (found,) = link(firms({"name": name, "region": here}, {"name": name, "region": there})).to_dict(
        "records"
    )
    assert (found["relation"], found["confidence"], found["why"]) == ("same", confidence, why)


def test_a_slip_counts_for_more_at_one_address_and_for_nothing_in_another_city() -> None:
    def found(**other):
        one = {"name": "商洛秦玉工贸有限公司", "region": "商洛", "address": "工农路5号"}
        two = {"name": "商洛秦王工贸有限公司", "region": "商洛", "address": "工农路5号"} | other
        table = link(firms(one, two))
        return table["why"].tolist()

    assert found() == [f"{SLIP}，注册地址相同"]
    assert found(address="工农路6号") == [f"{SLIP}，请核对"]
    assert found(region="西安", address="") == []
    assert found(region="浙江", address="") == []  # where in it is not known


def test_a_slip_between_the_first_rows_of_two_lists_is_found() -> None:
    target = firms({"name": "商洛秦玉工贸有限公司", "region": "商洛"})
    local = firms({"name": "商洛秦王工贸有限公司", "region": "商洛"})
    assert link(target, local)["why"].tolist() == [f"{SLIP}，请核对"]


def test_two_firms_of_one_name_in_one_city_may_be_one_house() -> None:
    """Elsewhere a name that is all brand may be the words of a trade."""
    name = "商洛青岚云栖有限公司"
    here = firms({"name": name, "code": ONE, "region": "商洛"}, {"name": name, "code": TWO})
    found = link(here.assign(province="陕西", city="商洛"))
    assert list(zip(found["relation"], found["confidence"], strict=True)) == [("group", 0.9)]
    assert link(here.assign(province="陕西", city=["商洛", "西安"])).empty


def test_villages_share_the_words_of_their_names() -> None:
    for form in ("供销社", "合作社", "合作联社", "信用社"):
        rows = ({"name": f"商洛青岚云栖{form}"}, {"name": "商洛青岚云栖食品有限公司"})
        assert link(firms(*rows)).empty
        assert link(firms(*rows[::-1])).empty


def test_a_brand_that_many_local_firms_bear_says_nothing() -> None:
    target = firms({"name": "重庆青岚云栖食品有限公司", "region": "重庆"})
    trades = (
        "机械",
        "家具",
        "建材",
        "服饰",
        "旅游",
        "电子",
        "物流",
        "化工",
        "医药",
        "印务",
        "广告",
    )
    trades += ("贸易", "包装")
    local = [{"name": f"杭州青岚云栖{trade}有限公司", "region": "杭州"} for trade in trades]
    assert len(link(target, firms(*local[:12]))) == 12
    assert len(link(target, firms(*local))) < 13


def test_of_each_firm_the_closest_and_surest_relation_comes_first() -> None:
    local = firms(
        {"name": "重庆青岚云栖机械有限公司", "region": "重庆"},
        {"name": "青岚云栖食品集团有限公司", "region": "杭州"},
        {"name": "青岚云栖食品有限公司商洛分公司", "region": "杭州"},  # as sure as the firm
        {"name": "青岚云栖食品有限公司", "region": "杭州"},
        {"name": "杭州青岚云栖食品有限公司西安分公司", "region": "西安"},  # unsure, yet no group
    )
    target = firms({"name": "青岚云栖食品有限公司", "region": "杭州", "code": ONE})
    found = link(pd.concat([target, target], ignore_index=True), local)
    order = [
        ("same", "青岚云栖食品有限公司"),
        ("branch", "青岚云栖食品有限公司商洛分公司"),
        ("branch", "杭州青岚云栖食品有限公司西安分公司"),
        ("group", "青岚云栖食品集团有限公司"),
        ("group", "重庆青岚云栖机械有限公司"),
    ]
    assert list(zip(found["relation"], found["right_name"], strict=True)) == order * 2
    inside = link(local)
    assert not (inside["left_id"] == inside["right_id"]).any()
    assert len(inside) == len(inside[["left_id", "right_id"]].drop_duplicates())


def test_ids_that_stand_often_are_numbered() -> None:
    names = ("商洛青岭茶业有限公司", "西安蓝鲸软件有限公司", "杭州秦玉机械有限公司")
    table = firms(*({"name": name, "code": ONE} for name in names))
    assert resolve(table, None).firms["firm_id"].tolist() == [ONE, f"{ONE}-2", f"{ONE}-3"]
    found = resolve(pd.concat([table, table], ignore_index=True), None).firms
    assert found.index.tolist() == [0, 1, 2]
    assert list(found.columns) == list(table.columns)


def test_merges_are_told_without_row_numbers_too() -> None:
    table = firms({"name": "秦玉食品厂"}, {"name": "秦玉机械厂"}, {"name": "秦玉食品厂"})
    table.loc[2, "firm_id"] = None  # unknown is ""
    (gone,) = resolve(table.drop(columns="row"), None).duplicates.to_dict("records")
    assert gone == {
        "firm_id": "", "name": "秦玉食品厂", "row": 2, "kept_id": "h2",
        "kept_name": "秦玉食品厂", "why": "名称规范后相同",
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="商洛秦玉工贸有限公司分(集团)第二", max_size=14), max_size=6))
def test_rows_are_kept_or_merged_never_lost(names: list[str]) -> None:
    table = firms(*({"name": name} for name in names))
    result = resolve(table, table)
    assert len(result.firms) + len(result.duplicates) == len(table)
    assert set(result.duplicates["kept_name"]) <= set(result.firms["name"])


def test_no_heavy_library_is_needed() -> None:
    import subprocess

    code = (
        "import sys, chainmatch.identity.linking as i, pandas as pd\n"
        "i.link(pd.DataFrame({'firm_id': ['1'], 'name': ['秦玉']}))\n"
        "print([m for m in ('sklearn', 'scipy', 'jieba', 'networkx') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared lists")
def test_real_lists() -> None:
    targets = read_firms(SHARED / "targets_4413_messy.xlsx").table
    result = resolve(targets, read_firms(SHARED / "local_575.gb18030.csv").table)
    assert len(result.firms) + len(result.duplicates) == 4413
    assert len(result.duplicates) == 130  # read one by one: all are one firm
    same = result.links[(result.links["relation"] == "same") & (result.links["confidence"] > 0.9)]
    assert len(same) == 40  # every target in 商洛 is in the local list
