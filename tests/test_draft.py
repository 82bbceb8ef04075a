"""A drafted profile reads back, runs, says what the list shows, and claims nothing else."""

import pandas as pd
import pytest

import chainmatch
from chainmatch.chains.graph import read_chains
from chainmatch.cli import main
from chainmatch.errors import ProfileError
from chainmatch.schema.columns import NEEDS
from chainmatch.util.resources import data_folder

LOCAL = [
    # name, place, scope, capital
    ("洛南甲木耳种植有限公司", "陕西商洛洛南", "香菇、黑木耳种植", 500),
    ("洛南乙木耳专业合作社", "陕西商洛洛南", "木耳种植；木耳销售", 100),
    ("洛南丙木耳农业有限公司", "陕西商洛洛南", "木耳种植", 300),
    ("洛南丁钼业有限公司", "陕西商洛洛南", "钼矿开采、钼精矿加工", 20000),
    ("洛南戊制药有限公司", "陕西商洛洛南", "中成药生产", 8000),
    ("商州己超市有限公司", "陕西商洛商州", "日用百货销售；香菇销售", 50),
    ("西安庚茶业有限公司", "陕西西安", "茶叶种植", 500),
]


def local(rows=LOCAL) -> pd.DataFrame:
    titles = ["企业名称", "所在地区", "经营范围", "注册资本(万元)"]
    return pd.DataFrame(rows, columns=titles).astype({titles[-1]: str})


def read_back(text: str, folder):
    path = folder / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return chainmatch.read_profile(path, read_chains())


@pytest.fixture(scope="module")
def text() -> str:
    return chainmatch.draft_profile(local())


def test_home_is_where_most_firms_lie(text, tmp_path):
    home = read_back(text, tmp_path).home
    assert (home.province, home.city, home.county) == ("陕西", "商洛", "洛南")
    assert "7 家中 5 家在陕西商洛洛南" in text


def test_a_list_of_a_whole_prefecture_makes_the_prefecture_home(tmp_path):
    rows = [
        (f"{c}{n}茶业有限公司", f"陕西商洛{c}", "茶叶种植", 10)
        for c in ("洛南", "镇安")
        for n in "甲乙"
    ]
    home = read_back(chainmatch.draft_profile(local(rows)), tmp_path).home
    assert (home.city, home.county) == ("商洛", "")


def test_resources_are_what_firms_grow_dig_and_make(text, tmp_path):
    much = {r.product: r.much for r in read_back(text, tmp_path).resources}
    assert much["木耳"] >= much["香菇"]
    assert much["钼矿"] > 0
    assert much["中成药"] > 0
    line = next(line for line in text.splitlines() if "product: 木耳" in line)
    assert "3 家" in line
    assert "900万元" in line
    assert "超市" not in text  # who only sells grows nothing


def test_what_a_list_cannot_show_is_unknown_or_asked_for(text, tmp_path):
    profile = read_back(text, tmp_path)
    assert profile.endowments == dict.fromkeys(NEEDS)
    assert profile.projects == profile.priorities == profile.unwanted == ()
    assert profile.as_of is None
    assert text.count("名单里看不到，请写") == 3


def test_zones_stand_by_distance(text, tmp_path):
    zones = read_back(text, tmp_path).zones
    assert list(zones.values()) == sorted(zones.values(), reverse=True)
    assert zones["关中"] == 1.0
    assert zones["粤港澳"] < zones["成渝"]


def test_the_order_of_the_list_makes_no_difference(text):
    assert chainmatch.draft_profile(local(LOCAL[::-1])) == text


def test_names_cannot_write_into_the_draft(tmp_path):
    rows = [("坏\nname: 别的县 #}有限公司", "陕西商洛", "木耳种植", 500)]
    assert read_back(chainmatch.draft_profile(local(rows)), tmp_path).name == "陕西商洛"


def test_a_list_that_says_of_nobody_where_it_lies_is_refused():
    with pytest.raises(ProfileError, match="所在地区"):
        chainmatch.draft_profile(local([("某某木耳有限公司", "", "木耳种植", 500)]))


def test_a_draft_runs_and_finds_firms(tmp_path):
    """Of a county that has said nothing of its wishes nothing is held against a node for that."""
    sample = data_folder("sample")
    profile = read_back(chainmatch.draft_profile(sample / "local.csv"), tmp_path)
    run = chainmatch.rank(sample / "targets.xlsx", sample / "local.csv", profile=profile)
    assert len(run.shortlist) == profile.capacity.top
    assert run.survey.gaps["priority"].isna().all()
    assert run.survey.gaps["feasibility"].isna().all()
    assert "profile" not in run.manifest["notes"]


def test_the_command_prints_or_writes_and_never_overwrites(tmp_path, capsys):
    path, out = tmp_path / "local.csv", tmp_path / "本县.yaml"
    local().to_csv(path, index=False)
    assert main(["profile", "new", "--local", str(path)]) == 0
    printed = capsys.readouterr().out
    assert main(["profile", "new", "--local", str(path), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == printed
    assert main(["profile", "new", "--out", str(out)]) == 2
    assert "已有这个文件" in capsys.readouterr().err
    assert main(["profile", "new", "--local", str(path), "--example", "qinling"]) == 2
    assert main(["profile", "new", "--example", "huanghai"]) == 0
    assert "黄海平原Y县" in capsys.readouterr().out
