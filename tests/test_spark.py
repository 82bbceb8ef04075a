"""The functions on a real Spark cluster give the rows of the local run, whatever happens to it."""

import csv
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

import chainmatch
from chainmatch.cli import main
from chainmatch.errors import TableError
from chainmatch.pipeline.engines import spark
from chainmatch.pipeline.engines.spark import Spark
from chainmatch.pipeline.engines.spark.arrow import gathered, mapped
from chainmatch.pipeline.match import match_file
from chainmatch.util.resources import data_folder
from spark_cluster import OPTIONS, Cluster, cluster, fetch, missing
from test_docs import ROOT, run_blocks
from waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

SAMPLE = data_folder("sample")
TIMES = 12  # how often the sample is repeated where a job has many tasks


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.fixture(scope="module")
def session(running):
    with spark.session(running.url, OPTIONS) as found:
        yield found


@pytest.fixture(scope="module")
def graph():
    return chainmatch.read_chains()


@pytest.fixture(scope="module")
def local():
    return chainmatch.read_firms(SAMPLE / "local.csv").table


@pytest.fixture(scope="module")
def targets(local):
    """The first firms of the sample, and all that are tied to a local one."""
    table = chainmatch.read_firms(SAMPLE / "targets.xlsx").table
    tied = table["firm_id"].isin(chainmatch.link(table, local)["left_id"])
    return table[tied | (table.index < 500)].reset_index(drop=True)


def spread(session, table: pd.DataFrame, parts: int):
    """The table on the cluster, its rows dealt out so that no part keeps their order."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    return session.createDataFrame(arrow).repartition(parts)


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    left, right = found.reset_index(drop=True), wanted.reset_index(drop=True)
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.mark.parametrize("by", ["node", "chain"])
def test_match_gives_the_rows_of_the_local_run(session, graph, targets, by):
    found = spark.match(spread(session, targets, 5), graph, by=by)
    assert found.columns[:2] == ["row", "line"]
    same(spark.gather(found), chainmatch.match(targets, graph, by=by))


def test_link_gives_the_rows_of_the_local_run(session, targets, local):
    wanted = chainmatch.link(targets, local)
    assert {"same", "branch", "group"} <= set(wanted["relation"])
    same(spark.gather(spark.link(spread(session, targets, 3), local)), wanted)


def test_ids_that_stand_twice_keep_their_own_lines(session, graph, targets):
    """Two rows under one id: each has the lines of its own scope, numbered from 1."""
    two = targets[targets["scope"].ne("")].head(2).assign(firm_id="A", row=[7, 3])
    found = spark.match(spread(session, two, 1), graph).toArrow().to_pandas()
    for (_, firm), row in zip(two.iterrows(), (7, 3), strict=True):
        own = found[found["row"] == row].sort_values("line")
        wanted = chainmatch.match(firm.to_frame().T, graph)
        assert own["line"].tolist() == list(range(1, len(wanted) + 1))
        assert own["evidence"].tolist() == wanted["evidence"].tolist()


def test_rows_without_a_number_come_without_one(session, graph, targets):
    few = session.createDataFrame(
        pa.Table.from_pandas(targets.head(20).drop(columns="row"), preserve_index=False)
    )
    found = spark.match(few, graph, top=1)
    assert "row" not in found.columns
    assert found.count() == 20


def test_the_matcher_is_built_once_in_each_worker_process(session, graph, targets):
    """Eight tasks run in the two processes that serve the two cores; each builds one matcher."""
    from chainmatch.matching.matcher import Matcher
    from chainmatch.pipeline.engines.spark.arrow import Parcel

    parcel = Parcel.of(graph)

    def look(batches):
        import os

        rows = sum(batch.num_rows for batch in batches)
        matcher = parcel.open(Matcher)
        yield pa.RecordBatch.from_pydict({"pid": [os.getpid()], "at": [id(matcher)], "n": [rows]})

    schema = pa.schema([(name, pa.int64()) for name in ("pid", "at", "n")])
    seen = gathered(mapped(spread(session, targets, 8), look, schema)).to_pandas()
    assert len(seen) == 8
    assert seen["n"].sum() == len(targets)
    assert seen["pid"].nunique() <= 2
    assert len(seen.drop_duplicates(["pid", "at"])) == seen["pid"].nunique()


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    """The targets of the sample as an office exports them, header on top: ``t.csv``, ``t.parquet``.

    Totals, remarks, blank rows, a repeated header and duplicates are in it; one row is ragged.
    """
    book = CalamineWorkbook.from_path(str(SAMPLE / "targets.xlsx"))
    rows = book.get_sheet_by_index(0).to_python()
    top = next(at for at, row in enumerate(rows) if "企业名称" in row)
    again = next(at for at, row in enumerate(rows) if at > top and "企业名称" in row)
    some = [*rows[top : top + 120], *rows[again - 30 : again + 20], *rows[-10:]]
    cells = [["" if cell is None else str(cell) for cell in row] for row in some]
    folder = tmp_path_factory.mktemp("office")
    names, body = cells[0], [*cells[1:], *cells[5:15]]
    table = pa.table([pa.array(column) for column in zip(*body, strict=True)], names=names)
    pq.write_table(table, folder / "t.parquet", row_group_size=50)
    body[70] = [*body[70], "多出一格"]
    with (folder / "t.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([names, *body])
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def same_folder(found: Path, wanted: Path) -> None:
    one, other = files_of(found), files_of(wanted)
    assert [name for name in other if one.get(name) != other[name]] == []
    assert one.keys() == other.keys()


def local_folder(targets: Path, folder: Path) -> Path:
    """What ``rank`` writes in this process."""
    run = chainmatch.rank(targets, SAMPLE / "local.csv", SAMPLE / "leads.xlsx")
    assert len(run.candidates.duplicates)
    assert len(run.rejects) > 3
    chainmatch.write_report(run, folder)
    return folder


def test_the_command_writes_the_folder_of_the_local_run(running, session, office, tmp_path):
    """Another application on the same cluster: many tasks, and several batches in each."""
    small = {"spark.sql.files.maxPartitionBytes": "20k",
             "spark.sql.execution.arrow.maxRecordsPerBatch": "20"}  # fmt: skip
    properties = [f"--conf={name}={value}" for name, value in (OPTIONS | small).items()]
    command = [sys.executable, "-m", "chainmatch.cli", "rank", str(office / "t.parquet")]
    lists = ["--local", str(SAMPLE / "local.csv"), "--leads", str(SAMPLE / "leads.xlsx")]
    engine = ["--engine", "spark", "--master", running.url, *properties]
    out = tmp_path / "spark"
    done = subprocess.run(
        [*command, *lists, *engine, "--out", str(out)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert str(out) in done.stdout
    same_folder(out, local_folder(office / "t.parquet", tmp_path / "local"))


def test_rank_of_a_csv_file_gives_the_local_run(session, office, tmp_path):
    listing = spark.open_listing(session, str(office / "t.csv"))
    run = chainmatch.rank(listing, SAMPLE / "local.csv", SAMPLE / "leads.xlsx", engine=Spark())
    assert "列数多于表头，可能有未加引号的分隔符" in set(run.targets.rejects["why"])
    chainmatch.write_report(run, tmp_path / "spark")
    same_folder(tmp_path / "spark", local_folder(office / "t.csv", tmp_path / "local"))


@pytest.mark.parametrize(("by", "out"), [("node", "out.csv"), ("chain", "out.parquet")])
def test_the_file_of_a_match_is_that_of_the_local_run(session, office, tmp_path, by, out):
    for name in ("t.csv", "t.parquet"):
        listing = spark.open_listing(session, str(office / name))
        said = match_file(listing, tmp_path / out, by=by, top=2, engine=Spark())
        assert said.rejects > 3
        local = tmp_path / f"local-{out}"
        command = ["match", str(office / name), "--by", by, "--top", "2", "--out", str(local)]
        assert main([*command, "--quiet"]) == 0
        if out.endswith(".csv"):
            assert (tmp_path / out).read_bytes() == local.read_bytes()
        else:
            assert pq.read_table(tmp_path / out).equals(pq.read_table(local))
        beside = [path.with_suffix(".rejects.csv") for path in (tmp_path / out, local)]
        assert beside[0].read_bytes() == beside[1].read_bytes()


def test_the_command_links_on_spark(session, office, tmp_path, capsys):
    """The session that runs already is used; the options are checked before."""
    command = ["link", str(office / "t.parquet"), str(SAMPLE / "local.csv"), "--out"]
    assert main([*command, str(tmp_path / "local.csv"), "--plain"]) == 0
    wanted = capsys.readouterr().out
    assert main([*command, str(tmp_path / "spark.csv"), "--plain", "--engine", "spark"]) == 0
    assert capsys.readouterr().out == wanted.replace("/local.", "/spark.")
    found, whole = (tmp_path / name for name in ("spark.csv", "local.csv"))
    assert found.read_bytes() == whole.read_bytes()
    assert len(whole.read_bytes().splitlines()) > 3
    for wrong in (["--jobs", "2"], ["--resume"]):
        assert main([*command, str(found), "--engine", "spark", *wrong]) == 2
    assert main([*command, str(found), "--master", "local[2]"]) == 2
    assert main([*command, str(tmp_path / "a.xlsx"), "--engine", "spark"]) == 2
    assert main(["link", str(office / "t.csv"), "--out", str(found), "--engine", "spark"]) == 2


def test_a_header_further_down_that_changes_the_columns_is_refused(session, office):
    table = pq.read_table(office / "t.parquet").slice(0, 100)
    other = ["序号", "所属地区", "单位名称", "经营范围", *[""] * (table.num_columns - 4)]
    again = pa.table([pa.array([cell]) for cell in other], names=table.column_names)
    frame = session.createDataFrame(pa.concat_tables([table, again]))
    with pytest.raises(TableError, match="中途换了列"):
        chainmatch.rank(frame, SAMPLE / "local.csv", engine=Spark())


def test_a_frame_without_firms_is_refused(session):
    frame = session.createDataFrame(pa.table({"数量": ["1", "2"]}))
    with pytest.raises(TableError, match="企业名称"):
        chainmatch.rank(frame, SAMPLE / "local.csv", engine=Spark())
    with pytest.raises(TableError, match="没有数据行"):
        empty = session.createDataFrame(pa.table({"企业名称": ["甲"]})).limit(0)
        chainmatch.rank(empty, SAMPLE / "local.csv", engine=Spark())


def test_what_spark_cannot_read_is_said_in_one_line(session, tmp_path):
    for text, what in (("产品;数量\n茶叶;1\n", "第一行不是表头"), ("\n\n甲\n", "第一行不是表头")):
        (tmp_path / "a.csv").write_text(text, encoding="utf-8")
        with pytest.raises(TableError, match=what):
            spark.open_listing(session, str(tmp_path / "a.csv"))
    with pytest.raises(TableError, match="工作簿"):
        spark.open_listing(session, str(SAMPLE / "targets.xlsx"))
    with pytest.raises(TableError, match="数据库"):
        spark.open_listing(session, "sqlite:///a.db::firms")


def test_the_blocks_of_the_page_run(session, tmp_path, monkeypatch):
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    run_blocks(ROOT / "docs" / "spark.md")


def repeated(session, targets: pd.DataFrame):
    """The targets many times over, each time in a part of its own, each row with its own number."""
    few = targets[["row", "firm_id", "name", "scope"]]
    firms = session.createDataFrame(pa.Table.from_pandas(few, preserve_index=False))
    copies = session.range(0, TIMES, 1, TIMES).withColumnRenamed("id", "copy")
    number = f"row * {TIMES} + copy as row"
    columns = (number, "firm_id", "name", "scope")
    return copies.crossJoin(firms.hint("broadcast")).selectExpr(*columns)


def gated(firms, gate: Path):
    """The firms; the tasks of later parts give theirs and then do not end before ``gate/open``.

    Such a task leaves a file, named after the session of the worker that carries it out.
    """
    held, place = TIMES // 2, str(gate)

    def hold(batches):
        import os
        import time
        from pathlib import Path

        from pyspark import TaskContext

        yield from batches
        if TaskContext.get().partitionId() >= held:
            (Path(place) / str(os.getsid(0))).touch()
            while not (Path(place) / "open").exists():
                time.sleep(0.05)

    types = {"row": pa.int64(), "firm_id": pa.string(), "name": pa.string(), "scope": pa.string()}
    return mapped(firms, hold, pa.schema(types))


def test_a_worker_that_dies_loses_nothing_and_doubles_nothing(
    running, session, graph, targets, tmp_path
):
    """Power goes out on one of two machines while both are in the middle of a task."""
    context = session.sparkContext
    web = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}"
    matched = spark.match(gated(repeated(session, targets), tmp_path), graph, top=2)
    result: list[pa.Table] = []
    job = threading.Thread(target=lambda: result.append(gathered(matched)))
    victim = running.workers.pop(0)
    (own,) = [
        str(entry["id"])
        for entry in victim.state()["executors"]
        if entry["appid"] == context.applicationId
    ]
    job.start()
    both = {str(one.process.pid) for one in (victim, *running.workers)}
    wait_for("both workers at work", lambda: both <= {path.name for path in tmp_path.iterdir()})
    victim.kill()
    (tmp_path / "open").touch()
    job.join(PATIENCE)
    assert not job.is_alive()
    running.add_workers(1)

    def lost() -> bool:
        (entry,) = [entry for entry in fetch(f"{web}/allexecutors") if entry["id"] == own]
        return not entry["isActive"]

    wait_for("the driver to strike the executor off", lost)
    # What ran when the power went failed, and ran again elsewhere. The count of the executor
    # itself stands still once the driver has struck it off, so the stages are asked.
    failed = "a task that failed and was done again"
    wait_for(failed, lambda: any(one["numFailedTasks"] for one in fetch(f"{web}/stages")))
    found = result[0].sort_by([("row", "ascending"), ("line", "ascending")]).to_pandas()
    assert found["row"].nunique() == TIMES * len(targets)
    wanted = chainmatch.match(targets.assign(firm_id=targets["row"].astype(str)), graph, top=2)
    for copy in range(TIMES):
        part = found[found["row"] % TIMES == copy]
        assert (part["row"] // TIMES).astype(str).tolist() == wanted["firm_id"].tolist()
        same(part.drop(columns=["row", "line", "firm_id"]), wanted.drop(columns="firm_id"))
