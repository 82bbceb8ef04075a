"""A run in memory answers as its folder does, in prose and as data, and shows itself shortly."""

import json
import math

import pytest

import chainmatch
from chainmatch.cli import main
from chainmatch.decision.mean import contributions
from chainmatch.errors import RunError
from chainmatch.identity.search import meant
from chainmatch.matching.matcher import Matcher
from chainmatch.util.missing import plain
from chainmatch.util.resources import data_folder


@pytest.fixture(scope="module")
def run():
    sample = data_folder("sample")
    targets = chainmatch.read_firms(sample / "targets.xlsx").table.head(150)
    local = chainmatch.read_firms(sample / "local.csv").table.head(120)
    return chainmatch.rank(targets, local, top=4)


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    return chainmatch.write_report(run, tmp_path_factory.mktemp("run") / "out")


def names(run):
    """One firm of every kind: listed, scored, excluded, local."""
    chosen = set(run.shortlist["firm_id"])
    below = next(row.name for row in run.scores.itertuples() if row.firm_id not in chosen)
    tables = (run.shortlist, run.excluded, run.survey.anchors)
    return [*(table["name"].iloc[0] for table in tables), below]


def test_a_run_in_memory_says_what_its_folder_says(run, folder):
    for name in names(run):
        said, read = chainmatch.explain(name, run), chainmatch.explain(name, folder)
        assert said == read and said.as_dict() == read.as_dict()
    first = run.shortlist["name"].iloc[0]
    assert chainmatch.read_brief(first, run) == chainmatch.read_brief(first, folder)
    moved = chainmatch.diff(run, folder)
    assert "完全相同" in moved.text() and moved.as_dict()["moves"] == []


def test_a_card_taken_apart_holds_what_the_rows_hold(run, folder):
    row = run.shortlist.iloc[0]
    (card,) = chainmatch.explain(row["name"], run).as_dict()["cards"]
    assert card["state"] == "shortlist" and card["rank"] == 1 and card["place"] >= 1
    assert card["score"] == pytest.approx(row["score"], abs=1e-9)
    added = contributions(row, run.profile.weights.model_dump())
    assert {part["name"]: part["adds"] for part in card["parts"]} == pytest.approx(added, abs=1e-6)
    assert [(p["title"], p["text"]) for p in card["reasons"]] == [tuple(p) for p in row["reasons"]]
    assert card["gap"]["node"] == row["node"] and card["why_not"] == ""
    states = [chainmatch.explain(name, run).as_dict()["cards"][0]["state"] for name in names(run)]
    assert states == ["shortlist", "excluded", "locals", "scores"]
    for name in names(run):
        json.dumps(chainmatch.explain(name, run).as_dict(), allow_nan=False)


def test_a_part_of_a_name_that_one_firm_alone_has_will_do(run):
    first = run.shortlist["name"].iloc[0]
    every = [*run.candidates.firms["name"], *run.home.firms["name"]]
    parts = {first[i:j] for i in range(len(first)) for j in range(i + 2, i + 7)} - {first}
    alone = [part for part in parts if sum(part in name for name in every) == 1]
    assert alone
    card = chainmatch.explain(sorted(alone)[0], run)
    assert f"按“{first}”查找（名称中含有该词）。" in card
    assert card.as_dict()["cards"][0]["rank"] == 1
    with pytest.raises(RunError, match="名称相近的有"):
        chainmatch.explain("有限公司", run)
    firms = run.candidates.firms
    assert meant("有限公司", firms).sure is None and len(meant("有限公司", firms).near) == 5


def test_commands_speak_json(run, folder, capsys):
    first = run.shortlist["name"].iloc[0]
    for argv in (
        ["explain", first, "--run", folder],
        ["brief", first, "--run", folder],
        ["diff", folder, folder],
    ):
        assert main([*map(str, argv), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert {"cards", "questions", "moves"} & told.keys()
    assert main(["brief", first, "--run", str(folder)]) == 2
    assert "--out" in capsys.readouterr().err


def test_a_run_in_pieces_is_read_from_its_folder(run):
    from dataclasses import replace

    with pytest.raises(RunError, match="请给出 rank 的结果文件夹"):
        chainmatch.explain("某公司", replace(run, gates={}))


def test_records_show_themselves_shortly(run):
    reading = chainmatch.read_firms(data_folder("sample") / "targets.xlsx")
    firm = run.candidates.firms.iloc[0]
    match = Matcher(run.graph).match(firm["scope"], firm["name"])
    for record in (run, run.survey, reading, match):
        assert len(repr(record)) < 200 and "\n" not in repr(record)
        assert len(record._repr_html_()) < 20_000
        assert record._repr_html_().count("<table>") >= 1
    assert f"清单 {len(run.shortlist)} 家" in repr(run)
    assert f"读入 {len(reading.table):,}" in repr(reading)
    assert f"缺口 {int(run.survey.gaps['kind'].ne('').sum())} 个" in repr(run.survey)
    html = Matcher(run.graph).match("茶叶加工", "<b>某茶厂</b>")._repr_html_()
    assert "&lt;b&gt;某茶厂" in html and "茶叶初制与精制" in html
    assert "不在产业链的环节上" in repr(Matcher(run.graph).match("五金批发", "某店"))


def test_plain_data_hold_nothing_but_lists_texts_and_numbers(run):
    told = plain(run.shortlist.to_dict("records"))
    json.dumps(told, allow_nan=False)
    assert plain({1: (math.nan, run.shortlist["rank"].iloc[0])}) == {"1": [None, 1]}
