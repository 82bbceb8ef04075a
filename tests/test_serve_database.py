"""The service's database, keys and limits: on SQLite and on a real PostgreSQL alike."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("fastapi")
pytest.importorskip("alembic")

import sqlalchemy as sql
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chainmatch.cli import main
from chainmatch.errors import OptionError
from chainmatch.server.audit import Audit
from chainmatch.server.database import open_database, upgrade
from chainmatch.server.keys import KeyRing, list_keys, new_key, revoke_key
from chainmatch.server.limits import Buckets
from chainmatch.server.outcomes import OutcomeLog
from chainmatch.server.runlog import RunLog, new_id
from chainmatch.server.schema import KEYS, METADATA
from chainmatch.server.settings import Settings, check_address, is_loopback
from chainmatch.server.uploads import safe_name
from postgres import make_database
from waiting import PATIENCE

BOTH = ("sqlite", "postgresql")


@pytest.fixture(params=BOTH)
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'service.db'}"
    return make_database(request.getfixturevalue("postgres"), f"s{new_id()}")


@pytest.fixture
def engine(url):
    made = open_database(url)
    upgrade(made)
    yield made
    made.dispose()


# --- the tables ----------------------------------------------------------------------------------


def test_the_steps_lead_to_the_tables_that_the_code_knows(engine):
    upgrade(engine)  # a second start changes nothing
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == "0001"


def test_a_step_that_fails_leaves_nothing_behind(url, monkeypatch):
    from chainmatch.server.migrations.versions import v0001_first

    made, create = open_database(url), v0001_first.op.create_table

    def stumble(name, *columns):
        if name == "outcomes":
            raise RuntimeError("the power is gone")
        create(name, *columns)

    monkeypatch.setattr("alembic.op.create_table", stumble)
    with pytest.raises(RuntimeError):
        upgrade(made)
    assert sql.inspect(made).get_table_names() == []
    monkeypatch.undo()
    upgrade(made)
    assert {"keys", "runs", "outcomes"} <= set(sql.inspect(made).get_table_names())
    made.dispose()


def test_a_database_of_a_newer_version_is_not_touched(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(OptionError, match="更新版本"):
        upgrade(engine)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql//office:geheim@host/db", "写法不对"),
        ("mysql://office:geheim@host/db", "只支持 postgresql 和 sqlite"),
    ],
)
def test_an_unusable_address_is_refused_without_repeating_the_password(address, told):
    with pytest.raises(OptionError, match=told) as caught:
        open_database(address)
    assert "geheim" not in str(caught.value)


def test_a_database_that_does_not_answer_is_one_line(tmp_path):
    with pytest.raises(OptionError, match="无法打开数据库") as caught:
        upgrade(open_database("postgresql://office:geheim@127.0.0.1:1/db"))
    assert "geheim" not in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(OptionError, match="无法打开数据库"):
        upgrade(open_database(f"sqlite:///{tmp_path}/no/such/folder.db"))


# --- keys ----------------------------------------------------------------------------------------


def test_a_key_opens_until_it_is_revoked_and_its_name_stays_taken(engine):
    ring = KeyRing(engine)
    ring.refresh()
    assert ring.none_made
    key = new_key(engine, "招商局", "read")
    ring.refresh()
    caller = ring.caller(key)
    assert (caller.name, caller.writes) == ("招商局", False)
    assert not ring.none_made
    revoke_key(engine, "招商局")
    ring.refresh()
    assert ring.caller(key) is None
    assert not ring.none_made  # revoking the last key must not open the service
    for again in (lambda: revoke_key(engine, "招商局"), lambda: new_key(engine, "招商局")):
        with pytest.raises(OptionError, match="招商局"):
            again()
    (line,) = list_keys(engine)
    assert line.role == "read" and line.revoked


def test_neither_the_key_nor_its_secret_is_stored(engine):
    key = new_key(engine, "项目库")
    with engine.connect() as connection:
        stored = json.dumps([list(map(str, row)) for row in connection.execute(sql.select(KEYS))])
    assert key not in stored and key.split("_", 2)[2] not in stored


def test_keys_do_not_open_each_others_doors(engine):
    first, second = new_key(engine, "a"), new_key(engine, "b")
    ring = KeyRing(engine)
    ring.refresh()
    mixed = f"cm_{first.split('_')[1]}_{second.split('_', 2)[2]}"
    for text in (mixed, first[:-1], first + "x", "", "cm_1_", "cm_٣_" + "a" * 43, "Bearer"):
        assert ring.caller(text) is None
    assert ring.caller(first).writes and ring.caller(second).name == "b"


@pytest.mark.parametrize("name", ["", "a b", "x" * 41, "<b>", "甲\n乙"])
def test_a_key_has_a_name_that_can_stand_in_a_log(name, tmp_path):
    with pytest.raises(OptionError, match="不可用"):
        new_key(open_database(f"sqlite:///{tmp_path / 'x.db'}"), name)


# --- runs and outcomes ---------------------------------------------------------------------------


def add(log, run, most=20):
    return log.add(run, {"targets": "甲.xlsx", "local": "乙.csv"}, 5, "office", most)


def test_a_run_goes_from_the_queue_to_its_end(engine):
    log = RunLog(engine)
    first, second = new_id(), new_id()
    assert add(log, first) and add(log, second)
    assert log.claim().id == first
    log.step(first, "读取名单", 1)
    run = log.get(first)
    assert (run.state, run.step, run.done_steps, run.attempts) == ("running", "读取名单", 1, 1)
    assert run.inputs == {"targets": "甲.xlsx", "local": "乙.csv"} and run.top == 5
    assert run.created <= run.started and run.created.tzinfo is not None
    log.end(first, "done")
    assert [one.id for one in log.latest(10)] == [second, first]
    assert [one.id for one in log.latest(10, before=log.get(second).number)] == [first]
    assert log.counts()["done"] == log.counts()["queued"] == 1
    assert log.claim().id == second and log.claim() is None


def test_the_queue_is_bounded(engine):
    log = RunLog(engine)
    assert [add(log, new_id(), most=2) for _ in range(4)] == [True, True, False, False]
    log.claim()
    assert add(log, new_id(), most=2)  # one is under way, so there is room for one


def test_cancelling_ends_what_waits_and_asks_what_is_under_way(engine):
    log = RunLog(engine)
    runs = [new_id() for _ in range(3)]
    for run in runs:
        add(log, run)
    log.claim()
    for run in runs[:2]:
        log.cancel(run)
    assert log.wants_stop(runs[0]) and log.get(runs[0]).state == "running"
    assert log.get(runs[1]).state == "cancelled" and not log.wants_stop(runs[1])
    assert log.claim().id == runs[2]
    log.end(runs[0], "done")  # it was quicker
    log.cancel(runs[0])
    assert log.get(runs[0]).state == "done"


def test_two_who_claim_at_once_get_different_runs(engine):
    log = RunLog(engine)
    runs = {new_id() for _ in range(8)}
    for run in runs:
        add(log, run)
    with ThreadPoolExecutor(4) as pool:
        taken = [run.id for run in pool.map(lambda _: log.claim(), range(8)) if run]
    assert len(taken) == len(set(taken)) and set(taken) <= runs


def test_the_last_word_on_a_firm_counts(engine):
    log, told = RunLog(engine), OutcomeLog(engine)
    run, other = new_id(), new_id()
    add(log, run), add(log, other)
    told.add(run, [("F1", "在谈", date(2026, 3, 1)), ("F2", "拒绝", date(2026, 3, 2))], "a")
    told.add(run, [("F1", "签约", date(2026, 2, 1))], "b")
    told.add(other, [("F1", "未联系", date(2026, 3, 3))], "a")
    assert [tuple(one) for one in told.of(run)] == [
        ("F1", "签约", date(2026, 2, 1), "b"),
        ("F2", "拒绝", date(2026, 3, 2), "a"),
    ]


def test_outcomes_of_no_run_are_not_kept(engine):
    with pytest.raises(sql.exc.IntegrityError):
        OutcomeLog(engine).add(new_id(), [("F1", "签约", date(2026, 2, 1))], "a")


# --- how often, who, where -----------------------------------------------------------------------


def test_a_bucket_gives_its_burst_then_its_rate():
    buckets = Buckets(rate=2, burst=3)
    assert [buckets.take(1, 100.0) for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take(2, 100.0) == 0  # another key
    assert [buckets.take(1, 101.0) for _ in range(3)] == [0, 0, 1]  # two more a second
    assert buckets.take(1, 1e6) == 0


@given(
    st.floats(0.5, 50),
    st.integers(1, 20),
    st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_no_stretch_of_time_gets_more_than_burst_and_rate(rate, burst, pauses):
    buckets, at, given_at = Buckets(rate, burst), 1000.0, []
    for pause in pauses:
        at += pause
        wait = buckets.take(7, at)
        if wait == 0:
            given_at.append(at)
        else:
            assert wait >= 1
    for first, start in enumerate(given_at):
        for last in range(first, len(given_at)):
            assert last - first + 1 <= burst + rate * (given_at[last] - start) + 1e-6


def test_processes_share_a_bucket_and_a_dead_one_does_not_keep_the_lock():
    # In a process of its own: pytest's threads and a fork do not mix.
    code = """
import os, signal, fcntl
from chainmatch.server.limits import Buckets
buckets = Buckets(rate=0.001, burst=10)
child = os.fork()
if not child:
    taken = [buckets.take(3) for _ in range(6)]
    fcntl.lockf(buckets._lock, fcntl.LOCK_EX)
    os.kill(os.getpid(), signal.SIGKILL)  # with the lock in its hands
os.waitpid(child, 0)
print([buckets.take(3) == 0 for _ in range(5)])
"""
    options = {"capture_output": True, "text": True, "timeout": PATIENCE}
    done = subprocess.run([sys.executable, "-c", code], check=False, **options)
    assert done.stdout.strip() == "[True, True, True, True, False]", done.stderr


def test_the_audit_log_survives_being_moved_away(tmp_path):
    path = tmp_path / "audit.jsonl"
    audit = Audit(path)
    audit.write("招商局", "GET /v1/firms", "", 200, 1.26)
    path.rename(tmp_path / "old")
    audit.write("招商局", "POST /v1/runs", "", 202, 3)
    old, new = (json.loads(p.read_text("utf-8")) for p in (tmp_path / "old", path))
    assert (old["what"], old["ms"], new["status"]) == ("GET /v1/firms", 1.3, 202)
    assert path.stat().st_mode & 0o077 == 0  # nobody else reads it


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9", "[::1]"])
def test_this_machine_is_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "127.0.0.1.evil"])
def test_elsewhere_needs_a_key(host, tmp_path):
    settings = Settings(tmp_path, host=host)
    with pytest.raises(OptionError, match="--new-key"):
        check_address(settings, keys=False)
    check_address(settings, keys=True)


@given(st.text(max_size=70))
def test_a_name_that_was_sent_never_leaves_its_folder(name):
    safe = safe_name(name, "targets")
    assert safe and safe not in (".", "..") and not set(safe) & set("/\\\0\n")
    assert len(safe.encode()) <= 130 and not safe.startswith(".")
    assert safe_name(safe, "targets") == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("目标企业 2026.xlsx", "目标企业 2026.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\名单\\甲.csv", "甲.csv"),
        ("..", "targets"),
        (".xlsx", "xlsx"),
        ("\u202egpj.xlsx", "_gpj.xlsx"),
    ],
)
def test_names_keep_what_says_how_to_read_them(name, safe):
    assert safe_name(name, "targets") == safe


# --- without the extra ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "package", ["fastapi", "uvicorn", "alembic", "gunicorn", "python_multipart"]
)
def test_what_is_not_installed_is_named(package, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["serve", "--data", str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert package in said and "chainmatch[serve]" in said and said.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_other_commands_do_not_load_the_service():
    heavy = "('fastapi', 'uvicorn', 'sqlalchemy', 'alembic', 'prometheus_client', 'pandas')"
    code = f"""
import sys
from chainmatch.cli import parser
parser().format_help()
print([name for name in {heavy} if name in sys.modules])
"""
    options = {"capture_output": True, "text": True, "timeout": PATIENCE}
    done = subprocess.run([sys.executable, "-c", code], check=True, **options)
    assert done.stdout.strip() == "[]"
