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


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="商洛秦玉工贸有限公司分(集团)第二", max_size=14), max_size=6))
def test_rows_are_kept_or_merged_never_lost(names: list[str]) -> None:
    table = firms(*({"name": name} for name in names))
    result = resolve(table, table)
    assert len(result.firms) + len(result.duplicates) == len(table)
    assert set(result.duplicates["kept_name"]) <= set(result.firms["name"])


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


def test_no_heavy_library_is_needed() -> None:
    import subprocess

    code = (
        "import sys, chainmatch.identity.linking as i, pandas as pd\n"
        "i.link(pd.DataFrame({'firm_id': ['1'], 'name': ['秦玉']}))\n"
        "print([m for m in ('sklearn', 'scipy', 'jieba', 'networkx') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_a_note_on_the_state_of_a_firm_is_no_branch() -> None:
    table = firms({"name": "商洛青岭茶业有限公司（存续）"}, {"name": "商洛青岭茶业有限公司"})
    assert len(resolve(table, None).firms) == 1


def test_two_firms_that_claim_one_code_keep_distinct_ids() -> None:
    table = firms(
        {"name": "商洛青岭茶业有限公司", "code": ONE}, {"name": "西安蓝鲸软件有限公司", "code": ONE}
    )
    assert resolve(table, None).firms["firm_id"].tolist() == [ONE, f"{ONE}-2"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared lists")
def test_real_lists() -> None:
    targets = read_firms(SHARED / "targets_4413_messy.xlsx").table
    result = resolve(targets, read_firms(SHARED / "local_575.gb18030.csv").table)
    assert len(result.firms) + len(result.duplicates) == 4413
    assert len(result.duplicates) == 130  # read one by one: all are one firm
    same = result.links[(result.links["relation"] == "same") & (result.links["confidence"] > 0.9)]
    assert len(same) == 40  # every target in 商洛 is in the local list
