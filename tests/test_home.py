"""Home against the local list: a county that ranks another county's firms must be told so."""

import pandas as pd
import pytest

import chainmatch
from chainmatch.pipeline.home import home_notes
from chainmatch.profile import Profile
from chainmatch.util.resources import data_folder

TARGET = {"企业名称": "杭州甲乙刀具有限公司", "所在地区": "浙江杭州", "经营范围": "数控刀具制造"}


def at(*places: tuple[str, int]) -> pd.DataFrame:
    """A local list: so many firms at each place."""
    rows = [
        {"企业名称": f"甲{n}{k}茶业有限公司", "所在地区": place, "经营范围": "茶叶种植"}
        for n, (place, number) in enumerate(places)
        for k in range(number)
    ]
    return pd.DataFrame(rows)


def notes(local: pd.DataFrame, **home: str) -> list[str]:
    home = {"province": "陕西", "city": "商洛", **home}
    profile = Profile.model_validate({"name": "某县", "home": home})
    run = chainmatch.rank(pd.DataFrame([TARGET]), local, profile=profile)
    return run.manifest["notes"].get("profile", [])


def test_a_list_of_another_county_is_said_first():
    local = at(("江苏盐城", 8), ("陕西商洛", 2))
    (note,) = notes(local)
    assert "10 家企业有 8 家在江苏盐城，县情配置的本县是陕西商洛；请核对配置" in note
    run = chainmatch.rank(pd.DataFrame([TARGET]), local)
    assert next(iter(run.manifest["notes"])) == "profile"


def test_firms_from_all_over_are_counted_together():
    (note,) = notes(at(("江苏盐城", 3), ("浙江杭州", 2), ("陕西商洛", 4), ("", 1)))
    assert "看得出所在地的 9 家企业有 5 家在别处（最多的是江苏盐城，3 家）" in note


@pytest.mark.parametrize(
    ("local", "home"),
    [
        (at(("陕西商洛", 5), ("江苏盐城", 5)), {}),
        (at(("陕西商洛镇安", 6), ("江苏盐城", 5)), {"county": "镇安"}),
        (at(("陕西商洛", 3)), {"county": "镇安"}),  # the county is not said
        (at(("", 3)), {}),
    ],
)
def test_nothing_is_said_where_most_lie_at_home_or_nobody_knows(local, home):
    assert notes(local, **home) == []


def test_another_county_of_the_same_prefecture_is_another_county():
    (note,) = notes(at(("陕西商洛洛南", 3), ("陕西商洛镇安", 1)), county="镇安")
    assert "4 家企业有 3 家在陕西商洛洛南，县情配置的本县是陕西商洛镇安" in note


def test_the_sample_is_at_home_in_the_bundled_county_and_away_in_the_other():
    firms = chainmatch.read_firms(data_folder("sample") / "local.csv").table
    assert home_notes(firms, chainmatch.read_profile()) == []
    other = chainmatch.read_profile(data_folder("profiles") / "huanghai.yaml")
    assert "陕西商洛" in home_notes(firms, other)[0]


def test_page_workbook_and_console_say_it_before_anything_else(tmp_path):
    from python_calamine import CalamineWorkbook

    from chainmatch.report.console import summary

    run = chainmatch.rank(pd.DataFrame([TARGET]), at(("江苏盐城", 3)))
    chainmatch.write_report(run, tmp_path / "out")
    said = "请先核对：本地名单里 3 家企业有 3 家在江苏盐城"
    assert summary(run, tmp_path).startswith(said)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert said in page.split('<section id="summary"')[0]
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "精准招商清单.xlsx"))
    for sheet, line in (("说明", 3), ("数据问题", 3)):
        row = "".join(map(str, book.get_sheet_by_name(sheet).to_python()[line]))
        assert "请先核对" in row
        assert "3 家在江苏盐城" in row
