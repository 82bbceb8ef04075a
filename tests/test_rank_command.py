"""``rank`` from the command line."""

import subprocess
import sys

import pytest

from chainmatch import rank, write_report
from chainmatch.util.resources import data_folder


def test_the_command_writes_the_files_of_the_functions(tmp_path):
    command = [sys.executable, "-m", "chainmatch.cli", "rank", "--sample", "--quiet"]
    subprocess.run([*command, "--out", tmp_path / "command"], check=True)
    sample = data_folder("sample")
    run = rank(sample / "targets.xlsx", sample / "local.csv", sample / "leads.xlsx")
    write_report(run, tmp_path / "functions")
    names = sorted(path.name for path in (tmp_path / "functions").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "command").iterdir())
    for name in names:
        both = [(tmp_path / folder / name).read_bytes() for folder in ("command", "functions")]
        assert both[0] == both[1], name


@pytest.mark.parametrize("missing", ["targets", "local"])
def test_a_missing_list_is_said_in_one_line(tmp_path, missing):
    lists = {"targets": data_folder("sample") / "targets.xlsx"}
    lists["local"] = data_folder("sample") / "local.csv"
    lists[missing] = tmp_path / "没有.xlsx"
    command = [sys.executable, "-m", "chainmatch.cli", "rank", lists["targets"], "--quiet"]
    options = ["--local", lists["local"], "--out", tmp_path / "out"]
    ended = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "没有.xlsx" in ended.stderr
    assert not (tmp_path / "out").exists()
