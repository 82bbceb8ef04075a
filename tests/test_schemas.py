"""The files of a run are what their JSON Schemas say; run folders of earlier days still open."""

import csv
import json
import math
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from chainmatch import diff, explain
from chainmatch.cli import main
from chainmatch.decision.mean import contributions
from chainmatch.errors import RunError
from chainmatch.report.brief import read_brief
from chainmatch.report.contract import schemas
from chainmatch.report.folder import write_report
from chainmatch.report.runs import RunFolder
from chainmatch.schema.columns import CONTRACT, TABLES
from chainmatch.util.resources import data_folder
from report_run import hostile_run

RUNS = Path(__file__).parent / "runs"
OLD = RUNS / "before-versions"
OLDER = [OLD, RUNS / "contract-1"]
FOLDER = data_folder("contract") / str(CONTRACT)
SCHEMAS = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text("utf-8"))
    for path in FOLDER.glob("*.schema.json")
}
TABULAR = sorted(SCHEMAS.keys() - {"run", "match"})


def rows(path, schema):
    """Read a CSV as docs/embedding.md says: quotes off, numbers as numbers, empty ones as null."""
    cells = schema["items"]["properties"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {name: value(text, cells.get(name, {})) for name, text in row.items()}
            for row in csv.DictReader(file)
        ]


def value(text, cell):
    kinds = cell.get("type", "string")
    if "number" in kinds or "integer" in kinds:
        return json.loads(text) if text else None
    return re.sub(r"^'(?=[=+\-@\t\r])", "", text)


def faults(instance, schema):
    return [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(instance)
    ]


def assert_contract(folder):
    assert not faults(json.loads((folder / "run.json").read_text("utf-8")), SCHEMAS["run"])
    for name in TABULAR:
        schema = SCHEMAS[name]
        path = folder / schema["title"]
        header = path.read_text("utf-8-sig").splitlines()[0].split(",")
        assert header == schema["items"]["required"], path.name
        assert not faults(rows(path, schema), schema), path.name


def test_the_committed_schemas_are_current():
    assert schemas() == SCHEMAS, "run scripts/make_schema.py"
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)


def test_every_file_for_machines_has_a_schema(sample_run):
    files = {path.name for path in sample_run.iterdir() if path.suffix in (".csv", ".json")}
    assert {schema["title"] for schema in SCHEMAS.values()} == files | {"match.csv"}


def test_the_run_of_the_sample_keeps_the_contract(sample_run):
    assert_contract(sample_run)
    assert RunFolder.open(sample_run).contract == CONTRACT


def test_a_run_over_hostile_names_keeps_the_contract(world, tmp_path):
    run = hostile_run(world)
    run.manifest.update(learned={}, top=len(run.shortlist))
    assert_contract(write_report(run, tmp_path / "out"))


def test_matches_keep_the_contract(tmp_path):
    out = tmp_path / "match.csv"
    assert main(["match", str(RUNS / "lists" / "targets.csv"), "--out", str(out)]) == 0
    found = rows(out, SCHEMAS["match"])
    assert {row["node"] == "" for row in found} == {True, False}  # some fit nothing
    assert not faults(found, SCHEMAS["match"])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("shortlist", {"score": 1.5}),
        ("shortlist", {"name": ""}),
        ("shortlist", {"rank": 0}),
        ("gaps", {"status": "好"}),
        ("gaps", {"targets": 1.5}),
        ("links", {"relation": ""}),
        ("locals", {"anchor": None}),
    ],
)
def test_a_wrong_cell_is_found(sample_run, name, wrong):
    found = rows(sample_run / f"{name}.csv", SCHEMAS[name])
    assert not faults(found[:1], SCHEMAS[name])
    assert len(faults([found[0] | wrong], SCHEMAS[name])) == 1


def test_a_column_more_is_no_fault_and_one_less_is(sample_run):
    row = rows(sample_run / "excluded.csv", SCHEMAS["excluded"])[0]
    assert not faults([row | {"new": "x"}], SCHEMAS["excluded"])
    del row["gate"]
    assert len(faults([row], SCHEMAS["excluded"])) == 1


def test_the_manifest_is_held_to_its_counts_and_profile(sample_run):
    told = json.loads((sample_run / "run.json").read_text("utf-8"))
    assert not faults(told | {"later": 1}, SCHEMAS["run"])
    told["profile"]["weights"]["fit"] = -1
    del told["counts"]["targets"]["scored"]
    assert len(faults(told, SCHEMAS["run"])) == 2


# --- run folders of earlier days -----------------------------------------------------------------


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The lists of the old run ranked by the present code."""
    lists, out = RUNS / "lists", tmp_path_factory.mktemp("again") / "out"
    command = ["rank", str(lists / "targets.csv"), "--local", str(lists / "local.csv")]
    command += ["--leads", str(lists / "leads.csv"), "--top", "6", "--out", str(out), "--quiet"]
    assert main(command) == 0
    return out


def test_each_old_contract_has_a_run_folder_here():
    assert [RunFolder.open(path).contract for path in OLDER] == list(range(CONTRACT))
    assert "contract" not in RunFolder.open(OLD).manifest


@pytest.mark.parametrize("old", OLDER, ids=lambda path: path.name)
def test_an_old_folder_has_all_its_tables(old):
    folder = RunFolder.open(old)
    read = {name: len(folder.table(name)) for name in TABLES if (old / f"{name}.csv").exists()}
    assert read == {
        "shortlist": 6, "scores": 11, "gaps": 242, "locals": 11, "links": 2, "excluded": 3,
        "duplicates": 1, "rejects": 1, "leads": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("firm", "said"),
    [
        ("上海荻泽固废处置有限公司", "精准招商清单第 2 位（共 6 家）"),
        ("璟远鸿塑料机械有限公司", "未入选清单（得分第 5 位，共 11 家）"),
        ("=1+1茶业有限公司", "精准招商清单第 6 位（共 6 家）"),
        ("桢屿不锈钢制品有限公司", "条件：负面清单"),
        ("商洛翎岫云川矿业有限公司", "本地企业"),
    ],
)
def test_explain_reads_an_old_folder(firm, said):
    assert said in explain(firm, OLD)


def test_a_brief_is_made_from_an_old_folder():
    brief = read_brief("佛山骁野牧达饲料股份有限公司", OLD)
    assert dict(brief.who)["环节"].startswith("饲料") and len(brief.partners) >= 2
    assert any("商洛骁野牧达牧业有限公司" in text for text in brief.why)  # its kin at home


@pytest.mark.parametrize("old", OLDER, ids=lambda path: path.name)
def test_an_old_folder_speaks_of_its_own_parts(old):
    folder = RunFolder.open(old)
    assert {part.title for part in folder.parts} == {
        "行业契合", "缺口价值", "本地配套", "区域因素", "企业实力", "亲缘关系",
    }  # fmt: skip
    scores = folder.table("scores")
    for row in scores.to_dict("records"):
        added = contributions(row, folder.weights)
        assert math.fsum(added.values()) == pytest.approx(row["score"], abs=1e-6)
        card = explain(row["name"], old)
        assert "行业契合：" in card and "主业契合" not in card and "“”" not in card
        brief = read_brief(row["firm_id"], old)
        assert len(brief.parts) == 6 and len(brief.gap_parts) == 4
    assert scores["substance"].isna().all()  # what the run could not know is unknown, not 0


@pytest.mark.parametrize("old", OLDER, ids=lambda path: path.name)
def test_an_old_folder_is_compared_with_a_new_one(again, old):
    text = diff(old, again).text()
    assert text.startswith("变了什么：")
    assert not any(word in text for word in ("目标企业名单不同", "本地企业名单不同", "线索不同"))
    assert "分项：由" in text and "得分不能直接比" in text


def test_the_reason_for_an_old_refusal_is_measured_by_the_old_measure(tmp_path):
    folder = shutil.copytree(RUNS / "contract-1", tmp_path / "run")
    scores = pd.read_csv(folder / "scores.csv")
    scores.loc[scores.index[-1], "sector"] = 0.5  # the run asked for 0.66
    scores.to_csv(folder / "scores.csv", index=False, encoding="utf-8-sig")
    assert "行业契合0.50，低于入选要求0.66" in explain(scores["name"].iloc[-1], folder)


def test_a_column_that_a_folder_does_not_know_is_unknown(sample_run, tmp_path):
    folder = shutil.copytree(sample_run, tmp_path / "run")
    scores = pd.read_csv(folder / "scores.csv").drop(columns=["reasons", "resources"])
    scores.to_csv(folder / "scores.csv", index=False, encoding="utf-8-sig")
    table = RunFolder.open(folder).table("scores")
    assert list(table) == list(TABLES["scores"])
    assert table["resources"].isna().all() and set(table["reasons"]) == {()}


def test_a_folder_of_a_later_contract_is_refused_in_one_line(again, tmp_path, capsys):
    (tmp_path / "run.json").write_text(
        json.dumps(
            json.loads((again / "run.json").read_text("utf-8"))
            | {"contract": CONTRACT + 1, "version": "9.0"}
        ),
        "utf-8",
    )
    with pytest.raises(RunError, match=r"更新的 chainmatch 9\.0.*升级"):
        RunFolder.open(tmp_path)
    assert main(["explain", "某", "--run", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("number", ["2", None, [1]])
def test_a_number_that_is_none_is_a_broken_file(again, tmp_path, number):
    told = json.loads((again / "run.json").read_text("utf-8")) | {"contract": number}
    (tmp_path / "run.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(RunError, match="内容损坏"):
        RunFolder.open(tmp_path)
