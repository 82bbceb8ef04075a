"""Work done aside: a second process helps where there is one, and changes nothing."""

import os
import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

import pytest

from chainmatch.errors import TableError
from chainmatch.pipeline.aside import Aside, cores
from waiting import wait_for

FORKS = pytest.mark.skipif(sys.platform != "linux" or cores() < 2, reason="没有第二个进程可用")


@FORKS
def test_the_work_is_done_in_another_process():
    with Aside(os.getpid) as aside:
        assert aside.result() != os.getpid()


def test_work_that_is_not_wanted_aside_is_done_here():
    with Aside(os.getpid, wanted=False) as aside:
        assert aside.result() == os.getpid()


def test_an_error_appears_here_as_it_always_did():
    def missing():
        raise TableError("找不到文件“名单.xlsx”")

    with Aside(missing) as aside, pytest.raises(TableError, match="名单"):
        aside.result()


def _die_there(own):
    if os.getpid() != own:
        os.kill(os.getpid(), signal.SIGKILL)
    return "here"


@FORKS
def test_what_a_killed_process_left_is_done_here():
    with Aside(partial(_die_there, os.getpid())) as aside:
        assert aside.result() == "here"


def _hang_there(own):
    if os.getpid() != own:
        signal.pause()
    return "here"


@FORKS
def test_a_process_that_hangs_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr("chainmatch.pipeline.aside._PATIENCE", 0.01)
    with Aside(partial(_hang_there, os.getpid())) as aside:
        assert aside.result() == "here"


@FORKS
def test_a_result_that_is_not_wanted_any_more_ends_the_process(tmp_path):
    told = tmp_path / "pid"

    def wait():
        told.write_text(str(os.getpid()))
        signal.pause()

    with Aside(wait) as aside:
        wait_for("进程号", lambda: told.is_file() and told.read_text())
        aside.drop()
    assert not Path(f"/proc/{told.read_text()}").exists()


@FORKS
def test_the_second_process_ends_with_the_first(tmp_path):
    told = tmp_path / "pid"
    code = f"""
        import os, signal
        from pathlib import Path
        from chainmatch.pipeline.aside import Aside

        def wait():
            Path({str(told)!r}).write_text(str(os.getpid()))
            signal.pause()

        with Aside(wait) as aside:
            aside.result()
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)]) as parent:
        wait_for("进程号", lambda: told.is_file() and told.read_text())
        parent.kill()
        parent.wait()
    wait_for("进程结束", lambda: _gone(told.read_text()))


def _gone(pid):
    """Whether a process has ended; nobody may have come to collect it yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def test_a_second_process_changes_no_byte_of_a_run(tmp_path):
    """The command reads and writes aside; the functions do all in one process."""
    from chainmatch import rank, write_report
    from chainmatch.util.resources import data_folder

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
    from chainmatch.util.resources import data_folder

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
