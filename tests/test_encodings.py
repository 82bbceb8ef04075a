"""The command under other locales: names of any bytes, output as it was asked for."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import chainmatch
from chainmatch.cli import main
from chainmatch.errors import ChainmatchError
from chainmatch.report.files import write_text
from chainmatch.report.runs import explain
from chainmatch.tables import read_firms
from chainmatch.util.file_names import legible

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux")
LISTS = Path(__file__).parent / "runs" / "lists"
NAME = "目标丂"  # 目 is a letter of another language in UTF-8, 丂 ends in an ASCII sign
RAW = NAME.encode("gb18030")
FIRST = "西安翎岫云川新材料集团有限公司"  # of the list that the small lists give


@pytest.fixture(scope="module")
def locales(tmp_path_factory) -> dict[str, str]:
    """A Chinese locale of former days, made for these tests."""
    place = tmp_path_factory.mktemp("locales")
    command = ["localedef", "-f", "GBK", "-i", "zh_CN", str(place / "zh_CN.GBK")]
    if not shutil.which("localedef") or subprocess.run(command, check=False).returncode:
        pytest.skip("no locale can be made here (localedef)")
    return {"LOCPATH": str(place), "LC_ALL": "zh_CN.GBK"}


@pytest.fixture(params=["utf-8", "gbk locale", "C", "gbk asked", "ascii asked"])
def said(request) -> tuple[dict[str, str], str]:
    """What the environment says, and the encoding that it asks for."""
    if request.param == "gbk locale":
        return request.getfixturevalue("locales"), "gbk"
    return {
        "utf-8": ({"LC_ALL": "C.UTF-8"}, "utf-8"),
        "C": ({"LC_ALL": "C", "PYTHONUTF8": "0"}, "utf-8"),
        "gbk asked": ({"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "gbk"}, "gbk"),
        "ascii asked": ({"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "ascii"}, "ascii"),
    }[request.param]


def environment(**own: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(Path(chainmatch.__file__).parent.parent), **own}


# Carries out commands, one behind each "--then"; after each, a sign and its exit code.
PROGRAM = """
import sys
from chainmatch.cli import main

words = sys.argv[1:]
while words:
    end = words.index("--then")
    code = main(words[:end])
    words = words[end + 1 :]
    for stream in (sys.stdout, sys.stderr):
        stream.write(f"\\x1e{code}\\x1e")
        stream.flush()
"""


def run(
    place: Path, own: dict[str, str], *commands: tuple[str | bytes, ...]
) -> list[tuple[int, bytes, bytes]]:
    """Carry out commands in one process; return exit code, output and errors of each."""
    words = [word for command in commands for word in (*command, "--then")]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=place, env=environment(**own), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = [stream.split(b"\x1e")[:-1] for stream in (done.stdout, done.stderr)]
    codes, output, errors = said[0][1::2], said[0][::2], said[1][::2]
    return list(zip(map(int, codes), output, errors, strict=True))


def test_names_in_gbk_are_read_written_and_said(tmp_path, said):
    own, encoding = said
    shutil.copy(LISTS / "targets.csv", os.fsencode(tmp_path) + b"/" + RAW + b".csv")
    shutil.copy(LISTS / "local.csv", tmp_path / "local.csv")
    typed = encoding if own["LC_ALL"] != "C.UTF-8" else "utf-8"
    out, firm, first = b"out-" + RAW, "江南".encode(typed), FIRST.encode(typed)
    lists = (RAW + b".csv", "--local", "local.csv")
    wanted = (
        (("check", RAW + b".csv"), 0, "读入"),
        (("rank", *lists, "--out", out), 0, f"out-{NAME}"),
        (("match", RAW + b".csv", "--out", out + b".csv"), 0, f"out-{NAME}.rejects.csv"),
        (("explain", first, "--run", out), 0, "精准招商清单第 1 位"),
        (("explain", firm, "--run", out), 2, "“江南”不在这次运算中"),
        (("explain", firm, "--run", b"no" + RAW), 2, f"no{NAME}：不是 rank 的结果文件夹"),
        (("check", b"no" + RAW + b".csv"), 2, f"找不到文件“no{NAME}.csv”"),
    )
    answers = run(tmp_path, own, *(command for command, *_ in wanted))
    for (command, code, word), (found, output, errors) in zip(wanted, answers, strict=True):
        both = output + errors
        assert found == code, both.decode(encoding, "replace")
        assert word.encode(encoding, "replace") in both, both.decode(encoding, "replace")
        both.decode(encoding)
        assert b"Traceback" not in both
        assert code == 0 or errors.count(b"\n") == 1
        assert command[0] != "rank" or "企业名称".encode(encoding, "replace") in output
    manifest = json.loads((tmp_path / os.fsdecode(out) / "run.json").read_text("utf-8"))
    assert manifest["inputs"]["targets"]["file"] == f"{NAME}.csv"


def test_the_module_is_the_command(tmp_path):
    """As a process of its own: what it writes, and how it ends."""
    command = [sys.executable, "-m", "chainmatch.cli", "check", "没有.csv"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


LONG = "长" * 300


@pytest.mark.parametrize(
    "name", [LONG, "\ud800", "\udcff\ud800", "a\0b"], ids=["long", "half", "two", "null"]
)
def test_names_that_no_disk_takes_are_one_line(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(LISTS / "targets.csv", "t.csv")
    why = "文件名太长" if name == LONG else "文件名里有无法辨认的字符"
    file = f"{name}.csv"
    for command in (
        ["check", file],
        ["rank", file, "--local", "t.csv", "--out", "o"],
        ["rank", "t.csv", "--local", file, "--out", "o"],
        ["rank", "t.csv", "--local", "t.csv", "--out", name],
        ["match", file, "--out", "m.csv"],
        ["match", "t.csv", "--out", file],
        ["match", "t.csv", "--out", file, "--jobs", "1", "--quiet"],
        ["link", "t.csv", file, "--out", "m.csv"],
        ["explain", "甲", "--run", name],
        ["diff", name, name],
        ["chains", "check", name],
        ["rank", "--sample", "--out", "o", "--profile", name],
    ):
        assert main(command) == 2, command
        error = capsys.readouterr().err
        assert error.count("\n") == 1, error
        assert error.startswith("chainmatch：")
        if "--profile" not in command and command[0] != "chains":  # these are not found
            assert why in error, command
        error.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_the_library_says_the_same():
    for name in (LONG, "\ud800"):
        for ask in (read_firms, lambda one: explain("甲", one), lambda one: write_text("", one)):
            with pytest.raises(ChainmatchError, match="文件名"):
                ask(name)


def test_names_are_what_their_bytes_say():
    assert legible(os.fsdecode(RAW)) == NAME
    assert legible(os.fsdecode("目标".encode())) == "目标"
    assert legible("甲\ud800") == "甲�"
    assert legible("甲.csv") == "甲.csv"


@pytest.mark.parametrize(
    "command",
    [("--help",), ("rank", "--help"), ("check", str(LISTS / "targets.csv")), ("chains", "list"),
     ("chains", "show", "modern-medicine")],
    ids=" ".join,
)  # fmt: skip
def test_a_reader_that_goes_away_ends_the_command_in_silence(command):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "chainmatch.cli", *command],
            stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
