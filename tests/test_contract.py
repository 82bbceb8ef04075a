"""What other systems rely on: files, columns, counts, evidence word for word, same bytes twice."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from chainmatch.cli import main
from chainmatch.schema.columns import TABLES
from chainmatch.tables import read_firms
from chainmatch.util.resources import data_folder

SHARED = Path(__file__).parents[2] / "shared" / "data"
SAMPLE = data_folder("sample")
INPUTS = {
    "sample": [SAMPLE / "targets.xlsx", SAMPLE / "local.csv", SAMPLE / "leads.xlsx"],
    "real": [
        SHARED / "targets_4413_messy.xlsx",
        SHARED / "local_575.gb18030.csv",
        SHARED / "leads_43.xlsx",
    ],
}
PLAIN = ("shortlist", "scores", "gaps", "locals", "links", "excluded", "rejects", "leads")
FILES = {f"{name}.csv" for name in (*PLAIN, "duplicates")} | {
    "精准招商清单.xlsx",
    *(f"{name}.csv" for name in ("招商项目清单", "发展机会清单", "本地培育清单", "目标企业清单")),
    "report.html",
    "run.json",
}


def command(folder, inputs):
    targets, local, leads = map(str, inputs)
    lists = [targets, "--local", local, "--leads", leads]
    return ["rank", *lists, "--out", str(folder), "--quiet"]


@pytest.fixture(scope="module", params=INPUTS)
def run(request, tmp_path_factory):
    inputs = INPUTS[request.param]
    if not all(path.is_file() for path in inputs):
        pytest.skip(f"no {request.param} lists here")
    if request.param == "sample":
        return inputs, request.getfixturevalue("sample_run")
    folder = tmp_path_factory.mktemp(request.param) / "out"
    assert main(command(folder, inputs)) == 0
    return inputs, folder


def table(folder, name):
    return pd.read_csv(folder / f"{name}.csv", dtype={"firm_id": str}, keep_default_na=False)


def test_every_file_is_there_and_nothing_else(run):
    assert {path.name for path in run[1].iterdir()} == FILES


@pytest.mark.parametrize("name", PLAIN)
def test_columns(run, name):
    assert list(table(run[1], name).columns) == list(TABLES[name])


def test_the_counts_add_up(run):
    _, folder = run
    counts = json.loads((folder / "run.json").read_text(encoding="utf-8"))["counts"]
    targets, local = counts["targets"], counts["local"]
    parts = ("scored", "excluded", "duplicates", "rejects")
    assert targets["rows"] == sum(targets[part] for part in parts) == 4413
    assert local["rows"] == local["kept"] + local["duplicates"] + local["rejects"] == 575
    assert counts["leads"]["rows"] == 43
    assert len(table(folder, "scores")) == targets["scored"]
    assert len(table(folder, "excluded")) == targets["excluded"]
    written = len(table(folder, "rejects"))
    assert written == sum(part["rejects"] + part["other_rows"] for part in counts.values())
    assert len(table(folder, "duplicates")) == targets["duplicates"] + local["duplicates"]


def test_every_firm_is_somewhere_exactly_once(run):
    inputs, folder = run
    read = read_firms(inputs[0]).table["firm_id"]
    scored, excluded = table(folder, "scores"), table(folder, "excluded")
    assert not set(scored["firm_id"]) & set(excluded["firm_id"])
    found = [*scored["firm_id"], *excluded["firm_id"]]
    assert len(found) == len(set(found))
    assert {firm_id.partition("-")[0] for firm_id in found} <= set(read)


def test_evidence_stands_word_for_word_in_scope_or_name(run):
    inputs, folder = run
    firms = read_firms(inputs[0]).table.drop_duplicates("firm_id").set_index("firm_id")
    for row in table(folder, "shortlist").itertuples():
        firm = firms.loc[row.firm_id]
        assert row.evidence
        assert row.evidence in firm["scope"] or row.evidence in firm["name"], row.name


def test_the_shortlist_is_ranked_and_within_its_intervals(run):
    chosen = table(run[1], "shortlist")
    assert chosen["rank"].tolist() == list(range(1, len(chosen) + 1))
    assert chosen["score"].is_monotonic_decreasing
    assert (chosen["low"] <= chosen["score"]).all()
    assert (chosen["score"] <= chosen["high"]).all()
    assert set(chosen["firm_id"]) <= set(table(run[1], "scores")["firm_id"])


def test_the_three_lists_of_the_office_are_tables_too(run):
    _, folder = run
    chosen = pd.read_csv(folder / "目标企业清单.csv")
    assert chosen["企业名称"].tolist() == table(folder, "shortlist")["name"].tolist()
    assert (
        pd.read_csv(folder / "发展机会清单.csv")["类型"].isin(["补链", "强链", "延链", "建链"])
    ).all()
    assert {"项目", "推荐企业（匹配度）和依据"} <= set(pd.read_csv(folder / "招商项目清单.csv"))


def test_leads_all_have_an_answer(run):
    _, folder = run
    assert table(folder, "leads")["lead_id"].nunique() == 43
    assert table(folder, "leads")["why"].ne("").all()


def test_the_same_lists_give_the_same_bytes(run, tmp_path):
    """In another process, where sets have another order."""
    inputs, folder = run
    again = command(tmp_path / "again", inputs)
    subprocess.run([sys.executable, "-m", "chainmatch.cli", *again], check=True)
    for name in sorted(FILES):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_failed_run_leaves_nothing(tmp_path, capsys):
    out = tmp_path / "out"
    missing = str(tmp_path / "none.xlsx")
    assert main(["rank", missing, "--local", missing, "--out", str(out)]) == 2
    assert not out.exists()
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
