"""Large lists in pieces: the same bytes for any pieces and processes, and after any stop."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from chainmatch.cli import main
from chainmatch.errors import OptionError, OutputError, TableError
from chainmatch.pipeline.engines.pool import Pool
from chainmatch.pipeline.engines.size import is_large
from chainmatch.pipeline.link import link_file
from chainmatch.pipeline.match import match_file
from chainmatch.tables.pieces import open_cutter
from chainmatch.util.resources import data_folder
from lifeline import end, start
from waiting import PATIENCE, wait_for

SCOPES = Path(__file__).parent / "scopes"
SAMPLE = data_folder("sample")
ROWS = 600
PIECE = 40
BROKEN = 261  # a row of piece 7 that has more cells than the header


@pytest.fixture(scope="module")
def firms() -> pd.DataFrame:
    """Firms of every chain, each some times over, under the headers of an office."""
    cases = [
        case
        for path in sorted(SCOPES.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    rows = [(cases[n % len(cases)], n) for n in range(ROWS)]
    return pd.DataFrame(
        [(f"{case['name']}第{n}分号", case["scope"], "陕西省西安市") for case, n in rows],
        columns=["企业名称", "经营范围", "所在地区"],
    )


@pytest.fixture(scope="module")
def lists(firms, tmp_path_factory):
    """The firms as CSV with one broken row, and as Parquet."""
    folder = tmp_path_factory.mktemp("lists")
    lines = firms.to_csv(index=False, lineterminator="\n").splitlines()
    lines[BROKEN - 1] += ",多出的一格"
    (folder / "firms.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pq.write_table(pa.Table.from_pandas(firms, preserve_index=False), folder / "firms.parquet")
    return folder


@pytest.fixture(scope="module")
def wanted(lists, tmp_path_factory):
    """What the command writes of the CSV without pieces."""
    out = tmp_path_factory.mktemp("wanted") / "out.csv"
    assert main(["match", str(lists / "firms.csv"), "--out", str(out), "--quiet"]) == 0
    return out.read_bytes()


@pytest.mark.parametrize(("size", "jobs"), [(PIECE, 2), (500, 1), (5_000, 1)])
def test_any_pieces_and_processes_give_the_bytes_of_the_whole(lists, wanted, tmp_path, size, jobs):
    out = tmp_path / "out.csv"
    said = match_file(lists / "firms.csv", out, engine=Pool(jobs=jobs, size=size))
    assert out.read_bytes() == wanted
    assert said == (ROWS - 1, 1, tmp_path / "out.rejects.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.rejects.csv"]


@pytest.mark.parametrize("by", ["node", "chain"])
def test_parquet_in_and_out(lists, tmp_path, by):
    out, whole = tmp_path / "out.parquet", tmp_path / "whole.parquet"
    match_file(lists / "firms.parquet", out, by=by, engine=Pool(jobs=1, size=300))
    command = ["match", str(lists / "firms.parquet"), "--by", by, "--out", str(whole)]
    assert main([*command, "--quiet"]) == 0
    assert pq.read_table(out).equals(pq.read_table(whole))
    assert {str(field.type) for field in pq.read_schema(out)} == {"string", "double"}


def test_plain_has_no_mark_and_chains_are_columns(lists, tmp_path):
    out = tmp_path / "out.csv"
    engine = Pool(jobs=1)
    match_file(lists / "firms.csv", out, by="chain", plain=True, engine=engine)
    assert out.read_bytes().startswith(b"firm_id,name,clean-energy,")
    assert len(out.read_bytes().splitlines()) == ROWS


def test_links_of_pieces_are_the_links_of_the_whole(tmp_path):
    local = pd.read_csv(SAMPLE / "local.csv", dtype=str, encoding="gb18030").head(200)
    local.to_csv(tmp_path / "left.csv", index=False)
    left, right = tmp_path / "left.csv", SAMPLE / "local.csv"
    out, whole = tmp_path / "out.csv", tmp_path / "whole.csv"
    link_file(left, right, out, engine=Pool(jobs=1, size=30))
    assert main(["link", str(left), str(right), "--out", str(whole), "--quiet"]) == 0
    assert out.read_bytes() == whole.read_bytes()
    assert len(out.read_bytes().splitlines()) > 200


def test_a_broken_row_is_rejected_under_its_number(lists):
    cutter = open_cutter(lists / "firms.csv", PIECE)
    pieces = list(cutter)
    rejects = [cutter.reader.read(piece, cutter.layout).rejects for piece in pieces]
    assert [number for number, found in enumerate(rejects, 1) if found] == [7]
    ((number, why, text),) = rejects[6]
    assert number == BROKEN
    assert "列数多于表头" in why
    assert "多出的一格" in text


@pytest.mark.parametrize("pieces", [["--jobs", "1"], []])
def test_rejects_stand_beside_the_result(lists, tmp_path, capsys, pieces):
    out, beside = tmp_path / "out.parquet", tmp_path / "out.rejects.csv"
    command = ["match", str(lists / "firms.csv"), "--out", str(out), *pieces]
    assert main(command) == 0
    assert f"1 行无法读取，原因见 {beside}" in capsys.readouterr().out
    (row,) = pd.read_csv(beside).to_dict("records")
    assert (row["file"], row["row"]) == ("firms.csv", BROKEN)
    assert "列数多于表头" in row["why"]
    command[1] = str(lists / "firms.parquet")  # every row of it can be read
    assert main(command) == 0
    assert "无法读取" not in capsys.readouterr().out
    assert not beside.exists()


@pytest.mark.parametrize("pieces", [["--jobs", "1"], []])
def test_rejects_of_both_lists_of_a_link(tmp_path, capsys, pieces):
    for name, rows in (
        ("left", ["甲川茶业有限公司", "=合计"]),
        ("right", ["甲川茶业公司", "合计"]),
    ):
        lines = [f"{row},陕西" for row in rows]
        text = "\n".join(["企业名称,地区", *lines, ",无名", ""])
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    left, right, out = (str(tmp_path / f"{name}.csv") for name in ("left", "right", "out"))
    assert main(["link", left, right, "--out", out, "--plain", *pieces]) == 0
    assert "读入 2 家" in capsys.readouterr().out
    found = pd.read_csv(tmp_path / "out.rejects.csv")
    assert found["file"].tolist() == ["left.csv", "right.csv", "right.csv"]
    assert found["row"].tolist() == [4, 3, 4]


def test_links_to_a_database_can_be_resumed(tmp_path):
    """The other list need not be a file: what was read of it decides whether parts still hold."""
    address = f"sqlite:///{tmp_path / 'firms.db'}"
    with sqlite3.connect(tmp_path / "firms.db") as database:
        database.execute("CREATE TABLE firms (企业名称 TEXT, 所在地区 TEXT)")
        rows = [(f"商洛{name}岭茶业有限公司", "商洛") for name in "甲乙丙丁"]
        database.executemany("INSERT INTO firms VALUES (?, ?)", rows)
    database.close()
    left, out = tmp_path / "left.csv", tmp_path / "out.csv"
    left.write_text("企业名称\n" + "\n".join(name for name, _ in rows), encoding="utf-8")

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        link_file(left, f"{address}::firms", out, engine=Pool(jobs=1, size=2, progress=stop))
    again = Pool(jobs=1, size=2, resume=True)
    with pytest.raises(OptionError, match="right"):
        link_file(left, left, out, engine=again)
    assert link_file(left, f"{address}::firms", out, engine=again).firms == 4
    whole = tmp_path / "whole.csv"
    assert main(["link", str(left), f"{address}::firms", "--out", str(whole), "--quiet"]) == 0
    assert out.read_bytes() == whole.read_bytes()
    assert len(out.read_bytes().splitlines()) > 4


def test_a_header_with_other_columns_changes_what_follows(firms, tmp_path):
    """The second half has name and scope the other way round, under a header of its own."""
    first, second = firms.iloc[:300], firms.iloc[300:600]
    text = first.to_csv(index=False, lineterminator="\n") + second[
        ["经营范围", "企业名称", "所在地区"]
    ].to_csv(index=False, lineterminator="\n")
    (tmp_path / "turned.csv").write_text(text, encoding="utf-8")
    firms.iloc[:600].to_csv(tmp_path / "straight.csv", index=False)
    outs = []
    for name, jobs in (("straight", 1), ("turned", 2)):
        outs.append(tmp_path / f"{name}{jobs}.csv")
        engine = Pool(jobs=jobs, size=PIECE)
        match_file(tmp_path / f"{name}.csv", outs[-1], engine=engine)
    assert len({out.read_bytes() for out in outs}) == 1


# --- stopped runs --------------------------------------------------------------------------------

# When some pieces are done its processes stop in their work, so that the run cannot end meanwhile.
SCRIPT = """
import os, signal, sys
from multiprocessing import active_children
from chainmatch.pipeline.engines.pool import Pool
from chainmatch.pipeline.match import match_file

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored behind a shell's &
    source, out, size, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

    def freeze(done):
        if done == wanted * size:
            for child in active_children():
                os.kill(child.pid, signal.SIGSTOP)
            print("in the middle", flush=True)

    try:
        match_file(source, out, engine=Pool(jobs=2, size=size, progress=freeze))
    except KeyboardInterrupt as stop:
        print(stop)
        sys.exit(130)
"""


@contextmanager
def in_the_middle(folder: Path, source: Path, out: Path, count: int) -> Iterator[subprocess.Popen]:
    """A run in two processes after ``count`` pieces; the two are frozen, whoever waits for them."""
    script = folder / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(source), str(out), str(PIECE), str(count)]
    with start(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout.readline() == "in the middle\n"
            yield process
        finally:
            end(process)


def children(group: int) -> list[int]:
    """The processes of a group that still run; one that ended and is not yet buried does not."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, owner = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it ended meanwhile
            continue
        if int(owner) == group and state != "Z":
            found.append(int(folder.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="signals and process groups of Linux")
def test_killed_in_the_middle_and_resumed(lists, wanted, tmp_path):
    out, parts = tmp_path / "out.csv", tmp_path / "out.csv.parts"
    with in_the_middle(tmp_path, lists / "firms.csv", out, 4) as process:
        process.kill()
        process.wait()
        os.killpg(process.pid, signal.SIGCONT)
        wait_for("its processes to end", lambda: not children(process.pid))  # none goes on alone
    assert not out.exists()
    first = (parts / "00000.rows").stat().st_mtime_ns

    def untouched(done: int) -> None:
        assert (parts / "00000.rows").stat().st_mtime_ns == first

    engine = Pool(jobs=1, size=PIECE, resume=True, progress=untouched)
    match_file(lists / "firms.csv", out, engine=engine)
    assert out.read_bytes() == wanted
    assert not parts.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="signals and process groups of Linux")
def test_control_c_says_how_to_go_on(lists, wanted, tmp_path):
    out = tmp_path / "out.csv"
    with in_the_middle(tmp_path, lists / "firms.csv", out, 2) as process:
        os.killpg(process.pid, signal.SIGINT)
        os.killpg(process.pid, signal.SIGCONT)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "--resume" in said
    assert len(said.splitlines()) == 1
    assert not out.exists()
    match_file(lists / "firms.csv", out, engine=Pool(jobs=1, size=PIECE, resume=True))
    assert out.read_bytes() == wanted


def stopped(lists, tmp_path) -> tuple[Path, Path]:
    """A run that stopped after three parts: its source and its result."""
    source, out = tmp_path / "firms.csv", tmp_path / "out.csv"
    source.write_bytes((lists / "firms.csv").read_bytes())

    def stop(done: int) -> None:
        if done >= 3 * PIECE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="已完成 120 行"):
        match_file(source, out, engine=Pool(jobs=1, size=PIECE, progress=stop))
    return source, out


def test_another_input_is_not_resumed(lists, tmp_path):
    source, out = stopped(lists, tmp_path)
    source.write_text(source.read_text("utf-8").replace("西安市", "宝鸡市"), encoding="utf-8")
    with pytest.raises(OptionError, match="另一份输入"):
        match_file(source, out, engine=Pool(jobs=1, size=PIECE, resume=True))


def test_other_options_are_not_resumed(lists, tmp_path):
    source, out = stopped(lists, tmp_path)
    with pytest.raises(OptionError, match="top"):
        match_file(source, out, top=1, engine=Pool(jobs=1, size=PIECE, resume=True))
    with pytest.raises(OptionError, match="version"):
        state = tmp_path / "out.csv.parts" / "decided.json"
        state.write_text(state.read_text("utf-8").replace('"version": "', '"version": "9'), "utf-8")
        match_file(source, out, engine=Pool(jobs=1, size=PIECE, resume=True))


def test_nothing_to_resume_is_said(lists, tmp_path):
    with pytest.raises(OptionError, match="没有找到上次中断"):
        match_file(lists / "firms.csv", tmp_path / "out.csv", engine=Pool(resume=True))
    assert not list(tmp_path.iterdir())


def test_without_resume_it_begins_anew(lists, wanted, tmp_path):
    source, out = stopped(lists, tmp_path)
    (tmp_path / "out.csv.parts" / "00000.rows").write_text("no result", encoding="utf-8")
    with pytest.warns(UserWarning, match="留有 3 段已完成的结果，没有给出 --resume，已弃去"):
        match_file(source, out, engine=Pool(jobs=1, size=PIECE))
    assert out.read_bytes() == wanted


# --- what goes wrong -----------------------------------------------------------------------------


def test_a_full_disk_is_said_and_the_run_can_go_on(lists, wanted, tmp_path):
    out = tmp_path / "out.csv"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, before[1]))
    try:
        with pytest.raises(OutputError, match="磁盘空间不足"):
            match_file(lists / "firms.csv", out, engine=Pool(jobs=1, size=PIECE))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not out.exists()
    match_file(lists / "firms.csv", out, engine=Pool(jobs=1, size=PIECE, resume=True))
    assert out.read_bytes() == wanted


@pytest.mark.parametrize("name", ["out.xlsx", "out.txt"])
def test_a_result_that_cannot_hold_the_rows_is_refused_at_once(lists, tmp_path, name):
    with pytest.raises(OutputError, match="parquet 结尾"):
        match_file(lists / "firms.csv", tmp_path / name, engine=Pool())


def test_an_unwritable_place_is_refused_at_once(lists, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="已有同名文件"):
        match_file(lists / "firms.csv", tmp_path / "file" / "out.csv", engine=Pool())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "是空的"),
        ("企业名称,经营范围\n", "没有数据行"),
        ("甲,乙\n丙,丁\n", "没有找到“企业名称”"),
    ],
)
def test_a_list_without_firms_is_refused(tmp_path, text, why):
    (tmp_path / "firms.csv").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=why):
        match_file(tmp_path / "firms.csv", tmp_path / "out.csv", engine=Pool(jobs=1))
    assert [path.name for path in tmp_path.iterdir()] == ["firms.csv"]


def test_a_fault_far_down_leaves_nothing_behind(firms, tmp_path):
    text = firms.to_csv(index=False, lineterminator="\n") + '"坏行,没有配对的引号\n又一行,乙\n'
    (tmp_path / "firms.csv").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match="双引号"):
        engine = Pool(jobs=1, size=PIECE)
        match_file(tmp_path / "firms.csv", tmp_path / "out.csv", engine=engine)
    assert [path.name for path in tmp_path.iterdir()] == ["firms.csv"]


# --- the commands --------------------------------------------------------------------------------


def test_the_command_goes_in_pieces_where_it_is_asked_to(lists, wanted, tmp_path, capsys):
    out = tmp_path / "out.csv"
    assert main(["match", str(lists / "firms.csv"), "--out", str(out), "--jobs", "1"]) == 0
    assert out.read_bytes() == wanted
    said = capsys.readouterr()
    assert "分段运行（1 个进程）" in said.err
    assert f"读入 {ROWS - 1} 家" in said.out
    assert "1 行无法读取" in said.out


def test_a_workbook_is_not_cut(tmp_path, capsys):
    command = ["match", str(SAMPLE / "targets.xlsx"), "--out", str(tmp_path / "o.csv")]
    assert main([*command, "--jobs", "2"]) == 2
    assert "--jobs" in capsys.readouterr().err


def test_a_list_is_large_by_rows_or_bytes(lists, tmp_path):
    assert not is_large(lists / "firms.csv")
    assert not is_large(lists / "firms.parquet")
    many = pa.table({"企业名称": pa.array(["某某公司"] * 100_000)})
    pq.write_table(many, tmp_path / "many.parquet")
    assert is_large(tmp_path / "many.parquet")
    (tmp_path / "long.csv").write_bytes("企业名称\n".encode() + b"abc\n" * (8 << 20))
    assert is_large(tmp_path / "long.csv")
