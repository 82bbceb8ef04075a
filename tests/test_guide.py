"""The officer's guide: its commands run in their order, what it names is there."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from chainmatch.chains.graph import read_chains
from chainmatch.cli import main
from chainmatch.profile import read_profile
from chainmatch.report.sheets import described
from chainmatch.schema.words import OUTCOMES
from chainmatch.util.resources import data_folder

TEXT = (Path(__file__).parent.parent / "docs" / "guide.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.S | re.M)
COMMANDS = [line for kind, block in BLOCKS if not kind for line in block.splitlines()]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A folder with the three lists under the names that the guide gives them."""
    folder = tmp_path_factory.mktemp("office")
    sample = data_folder("sample")
    for source, name in (
        ("targets.xlsx", "目标企业.xlsx"),
        ("local.csv", "本地企业.csv"),
        ("leads.xlsx", "线索.xlsx"),
    ):
        shutil.copy(sample / source, folder / name)
    return folder


def test_the_commands_of_the_guide_run_one_after_another(office, monkeypatch, capsys):
    monkeypatch.chdir(office)
    said = {}
    for line in COMMANDS:
        program, *argv = shlex.split(line)
        assert program == "chainmatch" and main(argv) == 0, (line, capsys.readouterr().err)
        said[argv[0]] = capsys.readouterr().out
    for name in ("样例/report.html", "结果/report.html", "结果/精准招商清单.xlsx", "隽越制药.docx"):
        assert (office / name).stat().st_size > 1000
    for title in ("依据原文", "推荐理由", "缺口", "得分", "最薄弱的几点"):
        assert title in said["explain"]
    assert "变了什么" in said["diff"] and "县情配置" in said["diff"]


def test_its_profile_is_one(tmp_path):
    (block,) = (block for kind, block in BLOCKS if kind == "yaml")
    (tmp_path / "本县.yaml").write_text(block, "utf-8")
    profile = read_profile(tmp_path / "本县.yaml", read_chains())
    assert profile.team_of("").name == "西线小分队" and profile.resources


def test_it_names_every_sheet_and_outcome():
    assert all(sheet in TEXT for sheet in described())
    assert all(outcome in TEXT for outcome in OUTCOMES)
