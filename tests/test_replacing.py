"""A folder of results is replaced whole or not at all, whatever the disk or a signal does."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from chainmatch.cli import main
from chainmatch.errors import OutputError
from chainmatch.report.files import write_text
from chainmatch.report.runs import RunFolder
from chainmatch.util.atomic import whole_folder

NAMES = ("a.csv", "b.xlsx", "c.html", "run.json")


def fill(folder: Path, text: str, names=NAMES) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(text)


def held(folder: Path) -> dict[str, str]:
    """Every file below a folder, hidden ones too."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in found}


def swap(folder: Path, text: str = "new", names=NAMES) -> None:
    with whole_folder(folder) as temporary:
        fill(temporary, text, names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An old run, and what else the office keeps there."""
    place = tmp_path / "out"
    fill(place, "old")
    (place / "笔记.docx").write_text("mine")
    fill(place / "照片", "mine", ["1.jpg"])
    return place


OLD = {**dict.fromkeys(NAMES, "old"), "笔记.docx": "mine", "照片/1.jpg": "mine"}
NEW = {**OLD, **dict.fromkeys(NAMES, "new")}


def test_all_files_are_new_and_others_stay(folder):
    swap(folder)
    assert held(folder) == NEW
    assert {path.name for path in folder.iterdir()} == {*NAMES, "笔记.docx", "照片"}


def test_what_fails_while_it_is_written_changes_nothing(folder):
    with pytest.raises(ZeroDivisionError), whole_folder(folder) as temporary:
        fill(temporary, "half", NAMES[:2])
        raise ZeroDivisionError
    assert held(folder) == OLD


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_in_the_place_of_a_file(folder, name):
    (folder / name).unlink()
    fill(folder / name, "mine", ["x"])
    before = held(folder)
    with pytest.raises(OutputError, match=f"{name}：是文件夹"):
        swap(folder)
    assert held(folder) == before


@pytest.mark.parametrize("call", range(1, 2 * len(NAMES) + 2))
def test_a_file_that_is_open_elsewhere_keeps_all_as_they_were(folder, monkeypatch, call):
    """Windows refuses to move a file that Excel holds open; which one is tried in turn."""
    calls, replace = [], os.replace

    def refusing(source, target, **options):
        calls.append(source)
        if len(calls) == call:
            raise PermissionError(errno.EACCES, "拒绝访问", str(source))
        return replace(source, target, **options)

    monkeypatch.setattr(os, "replace", refusing)
    with pytest.raises(OutputError, match=r"写出失败（没有权限），已有的结果没有改动。.*Excel"):
        swap(folder)
    assert held(folder) == OLD
    swap(folder)
    assert held(folder) == NEW


def test_new_names_go_again_if_it_fails(folder, monkeypatch):
    replace = os.replace

    def refusing(source, target, **options):
        if Path(source).parent.name == "new" and Path(target).name == "run.json":
            raise PermissionError(errno.EACCES, "拒绝访问", str(source))
        return replace(source, target, **options)

    monkeypatch.setattr(os, "replace", refusing)
    with pytest.raises(OutputError):
        swap(folder, names=("aa.csv", *NAMES))
    assert held(folder) == OLD


def test_what_cannot_be_put_back_at_once_is_put_back_next_time(folder, monkeypatch):
    replace, broken = os.replace, True

    def refusing(source, target, **options):
        if broken and Path(source).name == "c.html":
            raise PermissionError(errno.EACCES, "拒绝访问", str(source))
        if broken and Path(source).parent.name == "old":
            raise OSError(errno.EIO, "输入输出错误", str(source))
        return replace(source, target, **options)

    monkeypatch.setattr(os, "replace", refusing)
    with pytest.raises(OutputError):
        swap(folder)
    broken = False
    (folder / "run.json").write_text("old")  # the one that was never moved
    swap(folder)
    assert held(folder) == NEW


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(folder):
    folder.chmod(0o500)
    try:
        with pytest.raises(OutputError):
            swap(folder)
        assert held(folder) == OLD
    finally:
        folder.chmod(0o700)


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from chainmatch.util.atomic import whole_folder
    replace, calls = os.replace, []
    def dying(source, target, **options):
        calls.append(source)
        if len(calls) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(source, target, **options)
    os.replace = dying
    with whole_folder(Path(sys.argv[1])) as temporary:
        for name in sys.argv[3:]:
            (temporary / name).write_text("new")
        if len(sys.argv[3:]) < 4:
            os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(folder: Path, call: int, names=NAMES) -> None:
    """Replace the files in a process that kills itself before it moves the ``call``-th time."""
    code = textwrap.dedent(KILLED)
    done = subprocess.run([sys.executable, "-c", code, folder, str(call), *names], check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("call", [1, 2, 4, 6, 9])
def test_a_killed_process_leaves_no_new_file_beside_an_old_one(folder, call):
    killed(folder, call)
    now = {text for name, text in held(folder).items() if name in NAMES}
    assert len(now) <= 1
    with pytest.raises(Exception, match=r"run\.json"):
        RunFolder.open(folder)
    assert held(folder) == OLD


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_leftovers_are_cleaned_next_time(folder):
    for call, names in ((99, NAMES[:2]), (5, NAMES)):  # while it wrote, while it replaced
        killed(folder, call, names)
        assert len(list(folder.glob(".chainmatch-*"))) == 1
    swap(folder)
    assert held(folder) == NEW
    assert not list(folder.glob(".chainmatch-*"))


def test_what_another_process_is_writing_is_left_alone(folder):
    with whole_folder(folder) as first:
        fill(first, "first")
        swap(folder, "second")
        assert held(first) == dict.fromkeys(NAMES, "first")
    assert held(folder) == {**OLD, **dict.fromkeys(NAMES, "first")}


def test_one_file_is_replaced_in_one_step(tmp_path, monkeypatch):
    path = tmp_path / "表.csv"
    path.write_text("old")
    monkeypatch.setattr(
        os, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "不许"))
    )
    with pytest.raises(OutputError, match="Excel"):
        write_text("new", path)
    assert held(tmp_path) == {"表.csv": "old"}


def test_the_command_keeps_the_run_that_is_there(tmp_path, capsys):
    out, lists = tmp_path / "out", Path(__file__).parent / "runs" / "lists"
    command = ["rank", str(lists / "targets.csv"), "--local", str(lists / "local.csv")]
    assert main([*command, "--top", "3", "--out", str(out), "--quiet"]) == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "精准招商清单.xlsx").unlink()
    (out / "精准招商清单.xlsx").mkdir()
    assert main([*command, "--out", str(out), "--quiet"]) == 2
    assert "精准招商清单.xlsx：是文件夹" in capsys.readouterr().err
    after = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    assert after == {name: data for name, data in before.items() if name != "精准招商清单.xlsx"}
