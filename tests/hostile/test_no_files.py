"""What stands where a file should: pipes, devices, what the system offers as files."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from chainmatch import read_chains, read_firms, read_profile
from chainmatch.cli import main
from chainmatch.errors import ChainmatchError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of Unix")


@pytest.fixture(params=["pipe", "/dev/zero", "/proc/kmsg", "link"])
def no_file(request, tmp_path):
    """A path that would never end or never begin to be read."""
    if request.param.startswith("/"):
        if not Path(request.param).exists():
            pytest.skip("this system has none")
        return Path(request.param)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    return tmp_path / request.param


@pytest.mark.parametrize("read", [read_firms, read_profile])
def test_it_is_not_read(no_file, read):
    with pytest.raises(ChainmatchError) as said:
        read(no_file)
    assert "\n" not in str(said.value)


def test_it_is_no_chain_file(tmp_path, no_file):
    folder = tmp_path / "chains"
    folder.mkdir()
    (folder / "a.yaml").symlink_to(no_file)
    with pytest.raises(ChainmatchError) as said:
        read_chains(folder)
    place, _, why = str(said.value).partition("：")
    assert place == "a.yaml:1"
    assert why.startswith("“a.yaml”是设备或管道") or no_file == Path("/proc/kmsg")  # looks empty


def test_commands_say_so_in_one_line(tmp_path, no_file, capsys):
    assert main(["check", str(no_file)]) == 2
    assert main(["rank", "--sample", "--profile", str(no_file), "--out", str(tmp_path / "o")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("chainmatch：") for line in lines)


def test_a_table_of_a_run_that_is_a_pipe_is_not_waited_for(sample_run, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    shutil.copytree(sample_run, tmp_path / "run")
    table = tmp_path / "run" / "scores.csv"
    table.unlink()
    table.symlink_to(tmp_path / "pipe")
    assert main(["explain", "公司", "--run", str(tmp_path / "run")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
