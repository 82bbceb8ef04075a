"""The programs of docs/embedding.md do what the page says, each in its own language.

Those of a language that this machine does not have are skipped.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chainmatch.schema.columns import CONTRACT
from lifeline import end, run, start
from waiting import PATIENCE

PAGE = Path(__file__).parents[1] / "docs" / "embedding.md"
LISTS = Path(__file__).parent / "runs" / "lists"
BLOCK = re.compile(r"^```(?:java|js|sh|py)\n(?:#|//) ([\w.-]+)\n(.*?)^```$", re.S | re.M)
PROGRAMS = dict(BLOCK.findall(PAGE.read_text("utf-8")))
TOOLS = {".java": "javac", ".mjs": "node", ".sh": "bash", ".py": sys.executable}
STARTS = {
    ".java": ["java", "-Dfile.encoding=UTF-8"],
    ".mjs": ["node"],
    ".sh": ["bash"],
    ".py": [sys.executable],
}
FIRM = "佛山骁野牧达饲料股份有限公司"


def test_every_program_of_the_page_is_run_here():
    assert set(PROGRAMS) == {
        *("ReadRun.java", "read-run.mjs"),
        *("rank.sh", "rank.py", "Explain.java", "explain.mjs"),
        *("service.sh", "service.py", "Service.java", "service.mjs"),
        *("mcp.mjs", "mcp.sh"),
    }
    assert len(re.findall(r"^```(?:java|js|sh|py)$", PAGE.read_text("utf-8"), re.M)) == len(
        PROGRAMS
    )


@pytest.fixture
def place(sample_run, tmp_path):
    """A folder with a run, two lists and the command on the path."""
    (tmp_path / "out").symlink_to(sample_run)
    shutil.copy(LISTS / "targets.csv", tmp_path / "目标企业.csv")
    shutil.copy(LISTS / "local.csv", tmp_path / "本地企业.csv")
    command = tmp_path / "bin" / "chainmatch"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chainmatch.cli "$@"\n')
    command.chmod(0o755)
    return tmp_path


def ran(name, place, *arguments, **environment):
    """Run a program of the page; return what it said."""
    kind = Path(name).suffix
    needed = [TOOLS[kind], *(["curl", "python3"] if "curl" in PROGRAMS[name] else [])]
    missing = [tool for tool in needed if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)} on this machine")
    (place / name).write_text(PROGRAMS[name], "utf-8")
    done = run(
        [*STARTS[kind], name, *arguments],
        cwd=place,
        env={
            **os.environ,
            "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUTF8": "1",
            **environment,
        },
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def table(path):
    return pd.read_csv(path, dtype={"firm_id": str}, encoding="utf-8-sig")


# --- files ---------------------------------------------------------------------------------------


def test_java_reads_a_table(place):
    first = table(place / "out" / "shortlist.csv").head(3)
    said = ran("ReadRun.java", place, "out").splitlines()
    assert [line.split()[:2] for line in said] == [
        [str(rank), name] for rank, name in zip(first["rank"], first["name"], strict=True)
    ]
    assert [float(line.split()[2]) for line in said] == first["score"].tolist()


HARD = (
    "rank,name,score\n"
    '1,"茶, ""老号""\n分厂",0.5\n'
    "2,'=1+1茶业,\n"  # text that looks like a formula; an unknown score
    "3,丙,1\n"
)


def test_java_knows_quotes_line_breaks_and_what_is_unknown(place):
    folder = place / "hard"
    folder.mkdir()
    (folder / "shortlist.csv").write_text("\ufeff" + HARD, "utf-8")
    said = ran("ReadRun.java", place, "hard")
    assert said == '1 茶, "老号"\n分厂 0.5\n2 =1+1茶业 NaN\n3 丙 1.0\n'


def test_javascript_reads_a_table_and_the_manifest(place):
    gaps = table(place / "out" / "gaps.csv")
    best = gaps[gaps["kind"].notna()].sort_values("score", ascending=False, kind="stable").head(3)
    *said, last = ran("read-run.mjs", place, "out").splitlines()
    assert [line.split()[0] for line in said] == best["node_name"].tolist()
    assert [float(line.split()[2]) for line in said] == best["score"].tolist()
    scored = len(table(place / "out" / "scores.csv"))
    assert last == f"contract {CONTRACT}, {scored} scored"


# --- the command ---------------------------------------------------------------------------------


def test_the_shell_ranks_and_sees_what_is_wrong(place):
    assert ran("rank.sh", place) == "exit 2\n"
    assert 1 <= len(table(place / "结果" / "shortlist.csv")) <= 5
    assert not (place / "结果2").exists()


def test_python_ranks(place):
    assert ran("rank.py", place) == "written\n"
    assert (place / "结果" / "report.html").is_file()


@pytest.mark.parametrize("name", ["Explain.java", "explain.mjs"])
def test_programs_show_a_card(place, name):
    best = table(place / "out" / "shortlist.csv")["name"].iloc[0]
    assert f"{best}　精准招商清单第 1 位" in ran(name, place, best, "out")


def test_javascript_shows_what_the_command_says_is_wrong(place):
    said = ran("explain.mjs", place, "不存在的企业", "out")
    assert said.startswith("(2) ") and "不在这次运算中" in said


# --- the service ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service over the sample, with a key; what the programs find in their environment."""
    pytest.importorskip("gunicorn", reason="the extra serve is not installed")
    from serving import served

    data = tmp_path_factory.mktemp("embedding") / "data"
    command = [sys.executable, "-m", "chainmatch.cli", "serve", "--data", str(data)]
    made = subprocess.run(
        [*command, "--new-key", "项目库"], check=True, capture_output=True, encoding="utf-8"
    )
    (key,) = re.findall(r"^\S{30,}$", made.stdout, re.M)
    with served(data, "--sample", "--workers", "1") as running:
        assert running.ask("/v1/chains")[0] == 401  # the key is needed
        yield {"CHAINMATCH_URL": running.url, "CHAINMATCH_KEY": key}


def test_curl_looks_up_matches_and_runs(place, service):
    said = ran("service.sh", place, FIRM, **service)
    assert FIRM in said and '"node_name":"中药饮片"' in said and said.endswith("done\n")
    with zipfile.ZipFile(place / "run.zip") as packed:
        assert {"shortlist.csv", "run.json", "report.html"} <= set(packed.namelist())


def test_python_looks_a_firm_up(place, service):
    first, second = ran("service.py", place, **service).splitlines()
    assert first.startswith(FIRM) and second.startswith("饲料")


def test_java_looks_a_firm_up(place, service):
    found, chains = ran("Service.java", place, FIRM, **service).splitlines()
    assert FIRM in found and "生态康养" in chains


def test_javascript_starts_a_run_and_fetches_the_workbook(place, service):
    said = ran("service.mjs", place, **service).splitlines()
    assert [line.split()[0] for line in said] == ["1", "2", "3"][: len(said)] and said
    rows = openpyxl.load_workbook(place / "清单.xlsx")["目标企业清单"].iter_rows(
        min_row=4, values_only=True
    )
    assert [row[1] for row in rows] == [line.split()[1] for line in said]


# --- the tools for assistants ---------------------------------------------------------------------


def test_javascript_asks_the_tools_over_pipes(place):
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    first = table(place / "out" / "shortlist.csv").head(3)
    said = ran("mcp.mjs", place, "out").splitlines()
    assert [line.split(" ")[0] for line in said] == first["firm_id"].tolist()
    assert all(name in line for name, line in zip(first["name"], said, strict=True))


def test_curl_asks_the_tools_over_http(place, tmp_path):
    """Without any key only this machine may ask, and it may."""
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    command = [sys.executable, "-m", "chainmatch.cli", "mcp", "--http", "--port", "0"]
    process = start([*command, "--data", str(tmp_path / "data")], stdout=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://\S+", process.stdout.readline())[0]
        said = ran("mcp.sh", place, CHAINMATCH_MCP=url, CHAINMATCH_KEY="")
    finally:
        end(process)
        process.stdout.close()
    result = json.loads(said)["result"]
    assert result["structuredContent"]["phrases"][0]["text"] == "中药饮片生产、加工"
