"""Learned figures of one's own, or none."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

import chainmatch
from chainmatch.cli import main
from chainmatch.errors import OptionError, OutputError, TableError
from chainmatch.matching import word_boundaries
from chainmatch.pipeline.engines.pool import Pool
from chainmatch.pipeline.match import match_file
from chainmatch.util.resources import FILES, data_folder, learned_files, use_learned

SAMPLE = data_folder("sample")
FEW = Path(__file__).parent / "runs" / "lists"
LISTS = (str(FEW / "targets.csv"), "--local", str(FEW / "local.csv"))


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    use_learned(None)


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    """Firms of the sample, labelled by what the shipped matcher is sure of."""
    graph = chainmatch.read_chains()
    firms = chainmatch.read_firms(SAMPLE / "targets.xlsx").table.head(400)
    fits = chainmatch.match(firms, graph, by="chain", top=None)
    table = firms[["name", "scope"]].copy()
    for chain, data in graph.graph["chains"].items():
        table[data["name"]] = (fits[chain] > 0.5).astype(int)
    file = tmp_path_factory.mktemp("labels") / "labels.csv"
    table.to_csv(file, index=False)
    return file


@pytest.fixture(scope="module")
def trained(tmp_path_factory, labels):
    folder = tmp_path_factory.mktemp("trained") / "learned"
    found = chainmatch.train(SAMPLE / "targets.xlsx", folder, labels)
    return folder, found


def test_every_file_is_learned_from_a_registry(trained):
    folder, found = trained
    assert found.firms > 4000
    written = {path.name for path in folder.iterdir()}
    assert written == set(FILES) - (set() if found.related else {"relatedness.json"})
    assert min(found.judged.precision.values()) > 0.5
    fit = json.loads((folder / "fit.json").read_text(encoding="utf-8"))
    shipped = json.loads((data_folder("learned") / "fit.json").read_text(encoding="utf-8"))
    assert {name: set(fit[name]) for name in fit} == {name: set(shipped[name]) for name in shipped}
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    assert names["learned_from"]["questions"] > 100
    assert "有限公司" not in names["trade_words"]


def test_a_run_uses_the_figures_it_is_given_and_names_them(trained, tmp_path, capsys):
    folder, _ = trained
    where = (*LISTS, "--out", str(tmp_path / "out"), "--quiet")
    assert main(["rank", *where, "--learned", str(folder)]) == 0
    said = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    chainmatch.use_learned(None)
    shipped = {path.name for path in learned_files()}
    assert shipped == set(FILES)
    assert set(said["learned"]) == {path.name for path in folder.iterdir()}


def test_a_run_works_without_any(tmp_path):
    out = ("--out", str(tmp_path), "--top", "2", "--quiet")
    assert main(["rank", *LISTS, *out, "--learned", "none"]) == 0
    said = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert said["learned"] == {}
    assert said["counts"]["targets"]["scored"] >= 8
    assert len(pd.read_csv(tmp_path / "shortlist.csv")) == 2


def test_other_processes_use_the_same_figures(tmp_path):
    firms = tmp_path / "firms.csv"
    lines = (SAMPLE / "local.csv").read_bytes().splitlines(keepends=True)
    firms.write_bytes(b"".join(lines[:81]))
    use_learned("none")
    for jobs in (1, 2):
        match_file(firms, tmp_path / f"{jobs}.csv", engine=Pool(jobs=jobs, size=40))
    use_learned(None)
    match_file(firms, tmp_path / "shipped.csv", engine=Pool(jobs=1))
    one, two, shipped = (tmp_path / name for name in ("1.csv", "2.csv", "shipped.csv"))
    assert one.read_bytes() == two.read_bytes() != shipped.read_bytes()


def test_a_folder_without_figures_is_refused(tmp_path, capsys):
    with pytest.raises(OptionError, match="chainmatch train"):
        use_learned(tmp_path)
    out = ("--sample", "--out", str(tmp_path / "out"))
    assert main(["rank", *out, "--learned", str(tmp_path / "nowhere")]) == 2
    assert "没有学得的数字" in capsys.readouterr().err


def test_what_cannot_be_learned_from_is_refused(tmp_path, labels):
    few = pd.read_csv(labels).rename(columns={"scope": "经营范围"}).head(200)
    few.to_csv(tmp_path / "few.csv", index=False)
    with pytest.raises(TableError, match="只有 200 家企业，至少要 3,000 家"):
        chainmatch.train(tmp_path / "few.csv", tmp_path / "out")
    with pytest.raises(TableError, match="缺少列 scope"):
        chainmatch.train(SAMPLE / "targets.xlsx", tmp_path / "out", tmp_path / "few.csv")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "fit.json").write_text("{}")
    with pytest.raises(OutputError, match="不是空的"):
        chainmatch.train(SAMPLE / "targets.xlsx", tmp_path / "old")


def test_jieba_serves_where_rjieba_cannot_be_loaded(monkeypatch):
    text = "中药材种植销售；售电业务；健康养殖；食用菌种植；光伏设备及元器件制造；民宿服务"
    spans = [(at, at + 2) for at in range(1, len(text) - 2)]
    ours = [word_boundaries.cuts_at(text, *span) for span in spans]
    for cached in (word_boundaries._segmenter, word_boundaries._cuts):
        cached.cache_clear()
    monkeypatch.setitem(sys.modules, "rjieba", None)
    assert [word_boundaries.cuts_at(text, *span) for span in spans] == ours
    for cached in (word_boundaries._segmenter, word_boundaries._cuts):
        cached.cache_clear()
