"""``rank`` from the command line."""

import pytest

from chainmatch import rank, write_report
from chainmatch.cli import main
from chainmatch.util.resources import data_folder


def test_the_command_writes_the_files_of_the_functions(sample_run, tmp_path):
    sample = data_folder("sample")
    run = rank(sample / "targets.xlsx", sample / "local.csv", sample / "leads.xlsx")
    write_report(run, tmp_path / "functions")
    names = sorted(path.name for path in (tmp_path / "functions").iterdir())
    assert names == sorted(path.name for path in sample_run.iterdir())
    for name in names:
        assert (sample_run / name).read_bytes() == (tmp_path / "functions" / name).read_bytes(), (
            name
        )


@pytest.mark.parametrize("missing", ["targets", "local"])
def test_a_missing_list_is_said_in_one_line(tmp_path, missing, capsys):
    lists = {"targets": data_folder("sample") / "targets.xlsx"}
    lists["local"] = data_folder("sample") / "local.csv"
    lists[missing] = tmp_path / "没有.xlsx"
    options = ["--local", str(lists["local"]), "--out", str(tmp_path / "out"), "--quiet"]
    assert main(["rank", str(lists["targets"]), *options]) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "没有.xlsx" in error
    assert not (tmp_path / "out").exists()
