"""``rank`` in pieces: every file is that of the ordinary run, and a stopped run goes on."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch import rank, write_report
from chainmatch.cli import main
from chainmatch.errors import OptionError, OutputError, TableError
from chainmatch.identity.duplicates import fullness
from chainmatch.identity.resolution import resolve
from chainmatch.pipeline import database
from chainmatch.pipeline.database import Database
from chainmatch.pipeline.duplicates import linked, merges_on_disk
from chainmatch.pipeline.engines.folder import held_alone
from chainmatch.pipeline.engines.found import DiskPart
from chainmatch.pipeline.engines.pool import Pool
from chainmatch.pipeline.examine import KEYS, common_keys
from chainmatch.pipeline.rank import rank_files
from chainmatch.pipeline.whole import BEST_FIRST
from chainmatch.report import limits
from chainmatch.schema.columns import TABLES
from chainmatch.tables import read_firms, read_leads
from chainmatch.tables.arrow import table_schema
from chainmatch.util.resources import data_folder
from conftest import COSTLY
from test_duplicates import ROW, table
from waiting import PATIENCE

SAMPLE = data_folder("sample")
REAL = Path(__file__).parent.parent.parent / "shared" / "data"
FIRMS, COPIES, PIECE = 200, 30, 40
HEADERS = ["企业名称", "统一社会信用代码", "所在地区", "经营范围", "注册资本(万元)", "成立日期"]


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> Path:
    """The first local firms of the sample."""
    path = tmp_path_factory.mktemp("local") / "local.csv"
    lines = (SAMPLE / "local.csv").read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:120]))
    return path


@pytest.fixture(scope="module")
def leads(tmp_path_factory) -> Path:
    """Every fifth lead of the sample."""
    path = tmp_path_factory.mktemp("leads") / "leads.csv"
    read_leads(SAMPLE / "leads.xlsx").table.iloc[::5].to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def targets(local, tmp_path_factory) -> Path:
    """A list with copies far from their firms, local firms, a total and a row that is broken."""
    read = read_firms(SAMPLE / "targets.xlsx").table.head(FIRMS)
    read = pd.concat([read, read_firms(local).table.head(5), read.iloc[7 : 7 + COPIES]])
    columns = ["name", "code", "region", "scope", "capital", "established"]
    frame = read[columns].set_axis(HEADERS, axis=1)
    frame.loc[frame.index[3], "统一社会信用代码"] = frame["统一社会信用代码"].iloc[90]  # another's
    lines = frame.to_csv(index=False, lineterminator="\n").splitlines()
    lines[130] += ",多出的一格"
    lines.insert(160, "合计,,,,,")
    path = tmp_path_factory.mktemp("list") / "targets.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def wanted(targets, local, leads, tmp_path_factory) -> Path:
    """The files of the ordinary run."""
    run = rank(targets, local, leads)
    counts = run.manifest["counts"]["targets"]
    assert counts["duplicates"] >= COPIES
    assert (counts["rejects"], counts["other_rows"]) == (1, 1)
    assert counts["rows"] == FIRMS + COPIES + 5
    return write_report(run, tmp_path_factory.mktemp("wanted") / "out")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_same(found: Path, wanted: Path) -> None:
    one, other = contents(found), contents(wanted)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.parametrize(("size", "jobs"), [(PIECE, 2), (77, 1), (5_000, 1)])
def test_any_pieces_and_processes_give_the_files_of_the_ordinary_run(
    targets, local, leads, wanted, tmp_path, size, jobs
):
    out = tmp_path / "out"
    rank_files(targets, local, leads, out=out, engine=Pool(jobs=jobs, size=size))
    assert_same(out, wanted)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real lists are not here")
def test_the_real_lists_give_the_files_of_the_ordinary_run(tmp_path):
    lists = (REAL / "targets_4413.csv", REAL / "local_575.gb18030.csv")
    leads = REAL / "leads_43.xlsx"
    write_report(rank(*lists, leads), tmp_path / "wanted")
    rank_files(*lists, leads, out=tmp_path / "out", engine=Pool(jobs=2, size=2_500))
    assert_same(tmp_path / "out", tmp_path / "wanted")


def test_what_people_read_is_cut_and_says_so(targets, local, leads, tmp_path, monkeypatch):
    """With small limits both runs give the same files still; the machine's tables are whole."""
    monkeypatch.setattr(limits, "SHEET", 3)
    monkeypatch.setattr(limits, "PAGE", 2)
    run = rank(targets, local, leads)
    write_report(run, tmp_path / "wanted")
    rank_files(targets, local, leads, out=tmp_path / "out", engine=Pool(jobs=1, size=60))
    assert_same(tmp_path / "out", tmp_path / "wanted")
    book = openpyxl.load_workbook(tmp_path / "out" / "精准招商清单.xlsx")
    rows = list(book["排除清单"].iter_rows(values_only=True))
    often = run.excluded["gate"].value_counts()
    gate = often.idxmax()
    assert often[gate] > 3
    shown = Counter((row[1], row[4]) for row in rows[3:])
    assert shown[gate, "目标企业名单"] == shown["重复", "目标企业名单"] == 3
    assert f"未通过准入条件{len(run.excluded)}家" in rows[0][0]
    assert "每项只列前3家，全部见 excluded.csv" in rows[1][0]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "本页每项只列名单中的前2家" in page
    assert len(pd.read_csv(tmp_path / "out" / "excluded.csv")) == len(run.excluded)


def test_a_list_without_a_firm_that_passes(local, leads, tmp_path):
    path = tmp_path / "targets.csv"
    path.write_text("企业名称,经营范围\n甲乙理发店,理发\n,无名\n", encoding="utf-8")
    write_report(rank(path, local, leads), tmp_path / "wanted")
    rank_files(path, local, leads, out=tmp_path / "out", engine=Pool(jobs=1))
    assert_same(tmp_path / "out", tmp_path / "wanted")


# --- stopped runs --------------------------------------------------------------------------------

SCRIPT = """
import os, signal, sys
from chainmatch.pipeline.engines.pool import Pool
from chainmatch.pipeline.rank import rank_files

def stop(done):
    if done >= 4 * {piece}:
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    targets, local, out, leads = sys.argv[1:]
    engine = Pool(jobs=2, size={piece}, progress=stop)
    rank_files(targets, local, leads, out=out, engine=engine)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_in_the_middle_and_resumed(targets, local, leads, wanted, tmp_path):
    out, script = tmp_path / "out", tmp_path / "script.py"
    script.write_text(SCRIPT.format(piece=PIECE), encoding="utf-8")
    command = [sys.executable, str(script), str(targets), str(local), str(out), str(leads)]
    # The workers end with their parent, and hold this pipe until then.
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=False, timeout=PATIENCE)
    assert ended.returncode == -signal.SIGKILL
    assert [path.name for path in out.iterdir()] == ["rank.parts"]
    finished = sorted((out / "rank.parts").glob("[0-9]*.json"))
    assert len(finished) >= 4
    before = {path: path.with_suffix(".firms").stat().st_mtime_ns for path in finished}
    told = []

    def progress(done: int) -> None:
        told.append({path: path.with_suffix(".firms").stat().st_mtime_ns for path in before})

    engine = Pool(jobs=1, size=PIECE, resume=True, progress=progress)
    rank_files(targets, local, leads, out=out, engine=engine)
    assert all(times == before for times in told)
    assert_same(out, wanted)


def stop_after(rows: int):
    def progress(done: int) -> None:
        if done >= rows:
            raise KeyboardInterrupt

    return progress


def test_a_run_stopped_while_it_judges_goes_on(targets, local, leads, wanted, tmp_path):
    """The second way through the list is stopped: rows count from 0 again."""
    out, stages = tmp_path / "out", []

    def progress(done: int) -> None:
        if stages[-1] == "评分":
            raise KeyboardInterrupt

    engine = Pool(jobs=1, size=PIECE, progress=progress)
    with pytest.raises(KeyboardInterrupt, match=r"已识别 \d+ 行，加 --resume"):
        rank_files(targets, local, leads, out=out, progress=stages.append, engine=engine)
    assert [path.name for path in out.iterdir()] == ["rank.parts"]
    rank_files(targets, local, leads, out=out, engine=Pool(jobs=1, size=PIECE, resume=True))
    assert_same(out, wanted)


def test_leads_and_length_may_change_what_decides_the_parts_may_not(
    targets, local, leads, tmp_path
):
    out = tmp_path / "out"
    engine = Pool(jobs=1, size=PIECE, progress=stop_after(3 * PIECE))
    with pytest.raises(KeyboardInterrupt, match=f"已完成 {3 * PIECE} 行"):
        rank_files(targets, local, out=out, engine=engine)
    again = Pool(jobs=1, size=PIECE, resume=True)
    with pytest.raises(OptionError, match="local"):
        rank_files(targets, targets, out=out, engine=again)
    run = rank_files(targets, local, leads, out=out, top=3, engine=again)
    assert len(run.shortlist) == 3


def test_two_runs_to_one_folder_refuse(targets, local, tmp_path, capsys):
    out = tmp_path / "out"
    with held_alone(out / "rank.parts"):
        with pytest.raises(OutputError, match="另一次运行正在写同一个结果"):
            rank_files(targets, local, out=out, engine=Pool(jobs=1))
        command = ["rank", str(targets), "--local", str(local), "--out", str(out), "--jobs", "1"]
        assert main(command) == 2
        assert capsys.readouterr().err.strip().splitlines()[-1].startswith("chainmatch：另一次运行")
    assert list(out.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_lock_outlives_no_process(tmp_path):
    """The system lets go of the lock of a process that was killed."""
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from chainmatch.pipeline.engines.folder import held_alone\n"
        "with held_alone(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    folder = tmp_path / "parts"
    ended = subprocess.run([sys.executable, "-c", code, str(folder)], check=False, timeout=PATIENCE)
    assert ended.returncode == -signal.SIGKILL
    assert [path.name for path in folder.iterdir()] == ["lock"]
    with held_alone(folder):
        assert [path.name for path in folder.iterdir()] == ["lock"]
    assert not folder.exists()


# --- what goes wrong -----------------------------------------------------------------------------


def test_what_cannot_be_done_is_said_before_the_work(targets, local, tmp_path):
    with pytest.raises(OptionError, match="--top 是 0"):
        rank_files(targets, local, out=tmp_path / "out", top=0)
    with pytest.raises(TableError, match="工作簿"):
        rank_files(SAMPLE / "targets.xlsx", local, out=tmp_path / "out", engine=Pool())
    for source in (pd.DataFrame({"企业名称": ["甲"]}), "sqlite:///firms.db::firms"):
        with pytest.raises(TableError, match="只有文件可以分段读取"):
            rank_files(source, local, out=tmp_path / "out", engine=Pool())
    assert list(tmp_path.iterdir()) == []


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    """No file of this process may be longer: what it writes then fails as on a full disk."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_a_full_disk_is_said_and_the_run_can_go_on(targets, local, tmp_path):
    out = tmp_path / "out"
    with file_limit(40_000), pytest.raises(OutputError, match="磁盘空间不足"):
        rank_files(targets, local, out=out, engine=Pool(jobs=1, size=100))
    assert [path.name for path in out.iterdir()] == ["rank.parts"]
    run = rank_files(targets, local, out=out, engine=Pool(jobs=1, size=100, resume=True))
    assert len(run.shortlist) > 0


def test_the_command_goes_in_pieces_where_it_is_asked_to(
    targets, local, leads, wanted, tmp_path, capsys
):
    command = ["rank", str(targets), "--local", str(local), "--leads", str(leads)]
    assert main([*command, "--out", str(tmp_path / "out"), "--jobs", "1"]) == 0
    said = capsys.readouterr()
    assert "分段运行（1 个进程）" in said.err
    assert f"目标企业 {FIRMS + COPIES + 5} 行 = 评分" in said.out
    assert_same(tmp_path / "out", wanted)
    spark = [*command, "--out", str(tmp_path / "spark"), "--engine", "spark", "--jobs", "2"]
    assert main(spark) == 2
    assert "只用于本机运算" in capsys.readouterr().err


# --- the steps that look at the whole list -------------------------------------------------------


def write_parts(firms: pd.DataFrame, cuts: list[int], folder: Path) -> list[DiskPart]:
    """Write what the search for duplicates reads of what was examined."""
    parts = []
    names = ("firm_id", "name", "code", "province", "city", "row")
    told = table_schema("firms", names).append(pa.field("filled", pa.int64()))
    schemas = {"firms": told, "keys": KEYS}
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(firms)], strict=True)):
        piece = firms.iloc[start:end].reset_index(drop=True)
        piece["filled"] = fullness(piece)
        parts.append(DiskPart(folder / f"{number:05}"))
        parts[-1].put({"firms": piece, "keys": common_keys(piece)}, schemas)
    return parts


@COSTLY
@given(
    rows=st.lists(ROW, min_size=1, max_size=14),
    ids=st.lists(st.sampled_from(["x1", "x2", "x3"]), min_size=14, max_size=14),
    data=st.data(),
)
def test_duplicates_of_parts_are_those_of_the_whole(tmp_path_factory, rows, ids, data):
    """Some rows claim one id that are not merged: their ids become different ones."""
    firms = table(rows).assign(row=range(2, len(rows) + 2))
    own = firms["code"].where(firms["code"].ne(""), ids[: len(rows)])
    firms["firm_id"] = own.tolist()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    folder = tmp_path_factory.mktemp("parts")
    found = merges_on_disk(write_parts(firms, cuts, folder), Database(folder))
    wanted = resolve(firms, None)
    tables = [*found.tables(), wanted.duplicates.iloc[:0]]
    pd.testing.assert_frame_equal(
        pd.concat(tables, ignore_index=True), wanted.duplicates, check_dtype=False
    )
    left = []
    for settled, start, end in zip(found.settled(), [0, *cuts], [*cuts, len(rows)], strict=True):
        gone = set(settled.gone.tolist())
        own = enumerate(firms["firm_id"].iloc[start:end].tolist())
        left += [settled.ids.get(at, old) for at, old in own if at not in gone]
    assert left == wanted.firms["firm_id"].tolist()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=20))
def test_rows_are_linked_over_shared_keys(pairs):
    keys, rows = (np.array([pair[at] for pair in pairs], dtype=np.int64) for at in (0, 1))
    found = linked(rows, keys, 10).tolist()
    reach = {row: {row} for row in range(10)}
    for _ in range(10):
        for key in set(keys.tolist()):
            together = {row for k, row in pairs if k == key}
            every = set().union(*(reach[row] for row in together))
            for row in every:
                reach[row] |= every
    for row in range(10):
        assert {other for other in range(10) if found[other] == found[row]} == reach[row]


@COSTLY
@given(
    scores=st.lists(st.sampled_from([0.1, 0.25, 0.5, float("nan")]), min_size=1, max_size=40),
    cut=st.integers(0, 40),
)
def test_scores_of_parts_are_in_the_order_of_the_table(tmp_path_factory, scores, cut):
    folder = tmp_path_factory.mktemp("scores")
    schema = table_schema("scores")
    frame = pd.DataFrame(index=range(len(scores)), columns=list(TABLES["scores"]))
    for field in schema:
        frame[field.name] = "" if pa.types.is_string(field.type) else 0.5
    frame["score"] = np.array(scores, dtype=float)
    frame["firm_id"] = [f"x{n * 7 % 41:02}" for n in range(len(scores))]
    parts = [DiskPart(folder / f"{number:05}") for number in (0, 1)]
    for part, piece in zip(parts, (frame.iloc[:cut], frame.iloc[cut:]), strict=True):
        part.put({"scores": piece}, {"scores": schema})
    found = Database(folder).table(BEST_FIRST, [part.path("scores") for part in parts])
    whole = frame.sort_values(["score", "firm_id"], ascending=[False, True], ignore_index=True)
    assert found["firm_id"].tolist() == whole["firm_id"].tolist()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_a_disk_that_fills_while_scores_are_put_in_order_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_MEMORY", "20MB")
    rows = pa.table({"name": [f"{n * 7919 % 500_000:>40}" for n in range(500_000)]})
    DiskPart(tmp_path / "00000").write({"names": rows})
    with file_limit(2_000), pytest.raises(OutputError, match="磁盘空间或内存不足"):
        found = Database(tmp_path).rows(
            "SELECT name FROM files() ORDER BY name", [tmp_path / "00000.names"]
        )
        list(found)
