"""Names spelled, abbreviated and found by what is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.identity.pinyin import PinyinIndex, initials, spellings

NAMES = ["商洛秦玉工贸", "西安蓝鲸软件", "重庆长安重工", "先锋仙桃商行"]


def rows(letters: str) -> list[int]:
    return [heard.row for heard in PinyinIndex(NAMES).find(letters)]


def test_spelling() -> None:
    assert spellings("商洛") == ("ShangLuo",)
    assert spellings("商洛3Ab") == ("ShangLuo3AB",)
    assert initials("商洛ABC") == "slabc"
    assert "ChangAn" in spellings("长安") and "ZhangAn" in spellings("长安")
    assert len(spellings("重行长乐")) == 4  # of sixteen
    assert spellings("") == ("",)


@pytest.mark.parametrize(
    ("letters", "found"),
    [
        ("qinyu", [0]),
        ("shangluoqinyu", [0]),
        ("qinyug", [0]),
        ("qygm", [0]),
        ("xian", [1, 3]),  # 西安, and 先锋
        ("xiantao", [3]),
        ("lanjing", [1]),
        ("anlanj", [1]),
        ("chongqing", [2]),
        ("zhonggong", [2]),
        ("zhgong", []),
        ("anjing", []),  # 蓝鲸 ends so, but not where a syllable begins
        ("q", []),
        ("", []),
    ],
)
def test_what_is_found(letters: str, found: list[int]) -> None:
    assert sorted(rows(letters)) == found


def test_the_name_that_is_covered_most_comes_first() -> None:
    index = PinyinIndex(["秦玉工贸商行", "秦玉", "大秦玉"])
    assert [heard.row for heard in index.find("qinyu")] == [1, 2, 0]
    assert index.find("qinyu")[0].share == 1.0
    assert len(index.find("qinyu", limit=2)) == 2


def test_no_names() -> None:
    assert PinyinIndex([]).find("qinyu") == []
    assert PinyinIndex(["", ""]).find("qinyu") == []


@given(st.lists(st.text(alphabet="商洛秦玉工贸长安重AB3", min_size=1, max_size=6), min_size=1))
def test_every_name_is_found_by_its_pinyin_and_its_initials(names: list[str]) -> None:
    index = PinyinIndex(names)
    for row, name in enumerate(names):
        typed = spellings(name)[0].lower()
        if len(typed) < 2 or not typed.isalpha():
            continue
        assert row in {heard.row for heard in index.find(typed, limit=1000)}
        if len(initials(name)) > 1:
            assert row in {heard.row for heard in index.find(initials(name), limit=1000)}
