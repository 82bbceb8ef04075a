"""Company names: normal form, codes, parts, similarity and blocking."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from chainmatch.names import (
    NameIndex,
    brand_count,
    clean_code,
    describes,
    name_similarity,
    normal_name,
    parse_name,
    parsed_name,
    same_firm,
    valid_code,
)

REGISTRY = Path(__file__).parents[1] / ".." / "shared" / "data" / "registry_200k.parquet"
VALID = "91611025123456789X"  # made up; its check digit is worked out below


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("某某（北京）科技 有限公司。", "某某(北京)科技有限公司"),
        ("某某【集团】有限公司", "某某(集团)有限公司"),
        ("ＡＢＣ科技\u200b有限公司", "ABC科技有限公司"),
        ("abc科技有限公司", "ABC科技有限公司"),
        ("⻄安⼤业有限公司", "西安大业有限公司"),  # stray radicals
        ("陝西盤龍藥業有限公司", "陕西盘龙药业有限公司"),
        ("乾县乾佑厂", "乾县乾佑厂"),  # 乾 is no traditional 干 here
        ("某某有限公司（简称：某某）", "某某有限公司"),
        ("某某有限公司(原某某总公司)", "某某有限公司"),
        (" \u3000某某\n公司 .", "某某公司"),
        ("《某某报》社", "某某报社"),
        ("", ""),
    ],
)
def test_normal_form(written: str, normal: str) -> None:
    assert normal_name(written) == normal


@given(st.text(max_size=40))
def test_normal_form_is_a_fixed_point(name: str) -> None:
    once = normal_name(name)
    # Removing a note may bring edges to light that a second look would trim; never more.
    assert normal_name(once) == normal_name(normal_name(once))
    assert not any(character.isspace() for character in once)


def test_check_digit_worked_by_hand() -> None:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(VALID[:17]))
    assert letters[(31 - total % 31) % 31] == VALID[17]
    assert valid_code(VALID)
    assert not valid_code(VALID[:17] + "T")
    assert not valid_code(VALID[:17])
    assert not valid_code("I" + VALID[1:])


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXYIOZ", min_size=17, max_size=19))
def test_codes_agree_with_stdnum(code: str) -> None:
    assert valid_code(code) == uscc.is_valid(code)


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8))
def test_made_codes_agree_with_stdnum(tail: str) -> None:
    stem = "91611025" + tail + "7"
    made = stem + uscc.calc_check_digit(stem)
    assert valid_code(made)
    assert clean_code(made) == clean_code(f" {made[:9]} {made[9:].lower()}") == made


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (f" {VALID.lower()} ", VALID),
        ("9161 1025-1234 56789X", VALID),
        ("'" + VALID, VALID),
        ("9161IO25123456789X", VALID),  # I and O are in no code
        (610125100001234.0, "610125100001234"),
        ("610125100001234.0", "610125100001234"),
        (9.16110251234567e17, ""),  # eaten by a spreadsheet
        ("9.13E+17", ""),
        (float("nan"), ""),
        (None, ""),
        ("无", ""),
    ],
)
def test_clean_code(cell: object, code: str) -> None:
    assert clean_code(cell) == code


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("镇安县秦玉茶叶有限责任公司", ("镇安县", "秦玉", "茶叶", "有限责任公司", "")),
        ("旬邑县茶叶公司", ("旬邑县", "", "茶叶", "公司", "")),
        ("秦玉(北京)科技有限公司", ("北京", "秦玉", "科技", "有限公司", "")),
        ("秦玉联合网络通信有限公司柞水县分公司", None),
        ("秦玉控股集团有限公司", ("", "秦玉", "", "控股集团有限公司", "")),
        (
            "佛山市顺德区乐从镇秦玉贸易有限公司",
            ("佛山市顺德区乐从镇", "秦玉", "贸易", "有限公司", ""),
        ),
    ],
)
def test_parts(name: str, parts: tuple[str, ...] | None) -> None:
    found = parse_name(name)
    if parts is None:
        assert found.branch == "柞水县分公司"
        assert found.form == "有限公司"
    else:
        assert tuple(found) == parts


@given(st.text(max_size=30))
def test_any_text_can_be_parsed(name: str) -> None:
    parts = parse_name(name)
    assert all(isinstance(part, str) for part in parts)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("商洛秦玉工贸有限责任公司", "商洛市秦玉工贸有限公司", True),
        ("秦玉(苏州)管业有限公司", "秦玉（苏州）管业有限责任公司", True),
        ("宁波秦玉旅店股份有限公司", "宁波秦玉旅店股份公司", True),
        ("秦玉控股集团有限公司", "秦玉控股股份有限公司", False),
        ("贵州秦玉酒业销售有限公司", "贵州秦玉酒业有限公司", False),
        ("苏州秦玉混凝土有限公司", "广州秦玉混凝土有限公司", False),
        ("秦玉科技有限公司", "秦玉科技有限公司西安分公司", False),
        ("易县医药药材有限公司", "山阳县医药药材有限公司", False),
        ("秦玉(苏州)管业有限公司", "秦玉苏州管业有限公司", True),
    ],
)
def test_same_firm_but_for_spelling(a: str, b: str, same: bool) -> None:
    assert same_firm(parsed_name(a), parsed_name(b)) is same


def test_similarity_orders_and_explains() -> None:
    firm = "商洛市秦玉工贸有限责任公司"
    spelling = name_similarity(firm, "商洛秦玉工贸有限公司")
    other_brand = name_similarity(firm, "商洛市天乐工贸有限责任公司")
    stranger = name_similarity(firm, "深圳市蓝鲸软件股份有限公司")
    assert spelling.value > 0.9 > other_brand.value > stranger.value
    assert stranger.value < 0.01
    assert other_brand.parts["trade"] == 1.0 > other_brand.parts["brand"]
    assert "字号“秦玉”与“天乐”" in other_brand.why
    assert name_similarity(firm, firm).why == "名称规范后相同"


@given(st.text(max_size=20), st.text(max_size=20))
def test_similarity_is_symmetrical(a: str, b: str) -> None:
    forth, back = name_similarity(a, b), name_similarity(b, a)
    assert forth.value == pytest.approx(back.value, abs=0.02)
    assert 0 <= forth.value <= 1


def test_index_finds_the_nearest_and_does_not_depend_on_the_batch() -> None:
    names = ["商洛市秦玉工贸有限公司", "深圳市蓝鲸软件有限公司", "西安市秦岭茶业有限公司"]
    index = NameIndex(names)
    assert index.candidates("秦玉工贸")[0][0] == 0
    assert index.candidates(names[1], 1) == [(1, pytest.approx(1.0))]
    alone = index.candidates("蓝鲸软件")
    assert index.candidates_of(["秦玉工贸", "蓝鲸软件", ""])[1] == alone
    assert index.candidates("㐀㐁㐂") == []
    assert index.candidates("蓝鲸软件", floor=0.999) == []
    assert NameIndex([]).candidates("秦玉") == []
    assert NameIndex([""]).candidates("秦玉") == []


def test_index_is_the_same_for_few_and_many_names() -> None:
    """Common characters are left out of large indexes; the best answer must not change."""
    many = [
        f"{a}{b}{c}有限公司" for a in "东西南北中" for b in "天地玄黄宇宙洪荒" for c in "日月盈昃"
    ]
    index = NameIndex(many)
    for position in range(0, len(many), 7):
        assert index.candidates(many[position], 1)[0][0] == position


def test_what_brands_and_descriptions_are() -> None:
    assert brand_count("东方") > 100
    assert brand_count("秦玉蓝鲸") == 0
    assert describes("人力资源开发")
    assert describes("再生资源回收利用")
    assert not describes("屈臣氏")


@pytest.mark.skipif(not REGISTRY.is_file(), reason="needs the shared registrations")
def test_registered_codes_and_names() -> None:
    import pandas as pd

    frame = pd.read_parquet(REGISTRY, columns=["name", "uscc"]).iloc[::50]
    codes = [clean_code(code) for code in frame["uscc"]]
    assert sum(valid_code(code) == uscc.is_valid(code) for code in codes) == len(codes)
    parts = [parse_name(name) for name in frame["name"]]
    assert sum(bool(part.place) for part in parts) / len(parts) > 0.85
    assert sum(bool(part.brand or part.trade) for part in parts) / len(parts) > 0.99


def test_the_best_of_many_are_the_head_of_all_that_are_near():
    """However many share a common word, and however many of them are equally near."""
    kinds = "茶药酒菌钨电水木"
    names = [
        f"{a}{b}{'科技' * (n % 3 > 0)}有限公司" for a in kinds for b in kinds for n in range(9)
    ]
    index = NameIndex(names)
    questions = ["科技", "茶药科技", "公司", "无此"]
    every = index.candidates_of(questions, len(names))
    assert len(every[0]) > 300
    for limit in (1, 2, 7, 80):
        assert index.candidates_of(questions, limit) == [found[:limit] for found in every]
        assert [index.candidates(one, limit) for one in questions] == [
            found[:limit] for found in every
        ]
