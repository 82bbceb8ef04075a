"""The functions on a real Spark cluster give the rows of the local run, whatever happens to it."""

import threading
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pytest

import chainmatch
from chainmatch import spark
from chainmatch.resources import data_folder
from chainmatch.spark.arrow import gathered, mapped
from spark_cluster import OPTIONS, Cluster, cluster, fetch, missing, wait_for

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

SAMPLE = data_folder("sample")
TIMES = 40  # how often the sample is repeated where a job has to last


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
def targets():
    return chainmatch.read_firms(SAMPLE / "targets.xlsx").table


@pytest.fixture(scope="module")
def local():
    return chainmatch.read_firms(SAMPLE / "local.csv").table


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
    from chainmatch.sectors import Matcher
    from chainmatch.spark.parcel import Parcel

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


def repeated(session, targets: pd.DataFrame):
    """The targets many times over, in parts of their own, each row under its own number."""
    few = targets[["row", "firm_id", "name", "scope"]]
    firms = session.createDataFrame(pa.Table.from_pandas(few, preserve_index=False))
    copies = session.range(TIMES).withColumnRenamed("id", "copy").repartition(12)
    number = f"row * {TIMES} + copy as row"
    return copies.crossJoin(firms).selectExpr(number, "firm_id", "name", "scope")


def at_work(executors: str, own: str) -> bool:
    """Whether executor ``own`` and another one run tasks, and some task is done already."""
    entries = [entry for entry in fetch(executors) if entry["id"] != "driver"]
    busy = {entry["id"] for entry in entries if entry["activeTasks"] > 0}
    return own in busy and len(busy) > 1 and any(entry["completedTasks"] for entry in entries)


def test_a_worker_that_dies_loses_nothing_and_doubles_nothing(running, session, graph, targets):
    """Power goes out on one of two machines while both are at work."""
    context = session.sparkContext
    web = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}"
    matched = spark.match(repeated(session, targets), graph, top=2)
    result: list[pa.Table] = []
    job = threading.Thread(target=lambda: result.append(gathered(matched)))
    victim = running.workers.pop(0)
    (own,) = [str(entry["id"]) for entry in victim.state()["executors"]]
    job.start()
    wait_for("both workers at work", lambda: at_work(f"{web}/executors", own), pause=0.02)
    victim.kill()
    assert job.is_alive()
    job.join(300)
    assert not job.is_alive()
    running.add_workers(1)

    (lost,) = [entry for entry in fetch(f"{web}/allexecutors") if entry["id"] == own]
    assert not lost["isActive"]
    assert lost["failedTasks"] > 0  # they ran when the power went, and ran again elsewhere
    found = result[0].sort_by([("row", "ascending"), ("line", "ascending")]).to_pandas()
    assert found["row"].nunique() == TIMES * len(targets)
    wanted = chainmatch.match(targets.assign(firm_id=targets["row"].astype(str)), graph, top=2)
    for copy in range(TIMES):
        part = found[found["row"] % TIMES == copy]
        assert (part["row"] // TIMES).astype(str).tolist() == wanted["firm_id"].tolist()
        same(part.drop(columns=["row", "line", "firm_id"]), wanted.drop(columns="firm_id"))
