"""The service as real processes: runs carried out, stopped, killed, taken up again."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("gunicorn")
if not hasattr(os, "fork"):
    pytest.skip("the service needs fork", allow_module_level=True)

from chainmatch.cli import main
from chainmatch.pipeline.rank import STEPS
from chainmatch.server.database import open_database, upgrade
from chainmatch.server.run_worker import keep, recover
from chainmatch.server.runlog import ATTEMPTS, RunLog, new_id
from chainmatch.server.settings import Settings, make_folders
from chainmatch.util.resources import data_folder
from postgres import make_database
from serving import SAMPLE, Chains, alive, multipart, put_run, served, small_lists
from waiting import wait_for

PROFILE = next(data_folder("profiles").glob("*.yaml"))
FROM = "/v1/lists/runs"


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return small_lists(tmp_path_factory.mktemp("lists"))


@pytest.fixture(scope="module")
def out(lists, tmp_path_factory):
    """The folder that the command line makes of the small lists."""
    out = tmp_path_factory.mktemp("ranked") / "out"
    targets, local = map(str, lists)
    assert (
        main(["rank", targets, "--local", local, "--top", "3", "--out", str(out), "--quiet"]) == 0
    )
    return out


@pytest.fixture(scope="module")
def ranked(out):
    """What lies in it: file name -> bytes."""
    return contents(out)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def order(data, lists):
    """Lay the lists into the data folder; return what to post."""
    folder = data / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    for path in lists:
        shutil.copy(path, folder)
    return {"targets": lists[0].name, "local": lists[1].name, "top": 3}


def leftovers(data):
    return [path for name in ("work", "runs") for path in (data / name).rglob(".chainmatch*")]


def gone(family):
    return not any(alive(pid) for pid in family)


def stopped_by_itself(service):
    """Stop a service; hold that it went, with all that it started, before anybody lost patience."""
    family = service.family()
    assert service.stop() == 0
    assert gone(family)
    assert "Cancel" not in service.log.read_text("utf-8")  # a request that was cut off
    assert "killed" not in service.log.read_text("utf-8")
    return family


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    """The chain files of the shared service."""
    return Chains(tmp_path_factory.mktemp("chains") / "chains")


@pytest.fixture(scope="module")
def shared(tmp_path_factory, chains):
    """A service that no test kills."""
    data = tmp_path_factory.mktemp("shared") / "data"
    with served(data, "--workers", "3", *chains.option) as service:
        yield service
        assert len(stopped_by_itself(service)) == 4  # 1 + 3


def test_a_run_over_http_is_the_run_of_the_command_line(lists, ranked, shared):
    status, run = shared.ask(FROM, order(shared.data, lists))
    assert (status, run["state"]) == (202, "queued")
    assert shared.until(run["id"], "done")["progress"] == 1.0
    assert contents(shared.data / "runs" / run["id"]) == ranked
    sent = shared.data / "work" / run["id"]
    wait_for("what was sent to be removed", lambda: not sent.exists())


def test_a_run_that_is_refused_says_why_in_one_line(shared):
    folder = shared.data / "lists"
    (folder / "a.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    (folder / "p.yaml").write_text(
        (PROFILE.read_text("utf-8") + "\nrelatedness: /etc/passwd\n"), encoding="utf-8"
    )
    shutil.copy(SAMPLE / "local.csv", folder / "l.csv")
    for wanted, told in (
        ({"targets": "a.csv", "local": "l.csv"}, "a.csv"),
        ({"targets": "l.csv", "local": "l.csv", "profile": "p.yaml"}, "relatedness"),
    ):
        _, run = shared.ask(FROM, wanted)
        failed = shared.until(run["id"], "failed")
        assert told in failed["detail"]
        assert "\n" not in failed["detail"] and str(shared.data) not in failed["detail"]
        assert "root:" not in failed["detail"] and not (shared.data / "runs" / run["id"]).exists()


def test_the_steps_of_a_run_are_as_many_as_progress_counts(lists, tmp_path):
    from chainmatch.pipeline.rank import rank

    told: list[str] = []
    rank(*lists, progress=told.append)
    assert len(told) + 1 == STEPS  # and the writing


def test_a_stop_in_the_middle_leaves_no_half_run_and_a_restart_goes_on(lists, ranked, tmp_path):
    data, chains = tmp_path / "data", Chains(tmp_path / "chains")
    with served(data, *chains.option) as service:
        chains.hold()
        _, run = service.ask(FROM, order(data, lists))
        service.until_begun(run["id"])
        assert len(stopped_by_itself(service)) == 4  # 1 + 2 + the run
    log = RunLog(open_database(Settings(data).database_url))
    assert log.get(run["id"]).state == "interrupted"
    assert list((data / "runs").iterdir()) == [] == leftovers(data)
    assert not (data / "work" / run["id"] / "out").exists()
    chains.release()
    with served(data, *chains.option) as service:
        assert service.until(run["id"], "done") and log.get(run["id"]).attempts == 2
        assert contents(data / "runs" / run["id"]) == ranked


def test_a_killed_service_loses_no_finished_run_and_ends_all_its_processes(
    lists, ranked, tmp_path, monkeypatch
):
    data, chains = tmp_path / "data", Chains(tmp_path / "chains")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with served(data, *chains.option) as service:
        _, first = service.ask(FROM, order(data, lists))
        service.until(first["id"], "done")
        chains.hold()
        _, second = service.ask(FROM, order(data, lists))
        service.until_begun(second["id"])
        family = service.family()
        assert service.stop(signal.SIGKILL) == -signal.SIGKILL
        wait_for("its processes to end", lambda: gone(family))
    assert contents(data / "runs" / first["id"]) == ranked
    assert not any((tmp_path / "temporary").iterdir())
    assert any((data / "figures").iterdir())
    (data / "figures" / "mark").touch()
    chains.release()
    with served(data, *chains.option) as service:
        assert service.ask(f"/v1/runs/{first['id']}")[1]["state"] == "done"
        service.until(second["id"], "done")
        assert contents(data / "runs" / second["id"]) == ranked
        wait_for("what was sent to be removed", lambda: not any((data / "work").iterdir()))
        assert any((data / "figures").iterdir())
        assert not (data / "figures" / "mark").exists()  # what the dead left behind is gone
        assert service.stop() == 0
    assert not (data / "figures").exists()


def test_whatever_process_dies_the_service_goes_on(lists, tmp_path):
    data, chains = tmp_path / "data", Chains(tmp_path / "chains")
    with served(data, *chains.option) as service:
        chains.hold()
        _, run = service.ask(FROM, order(data, lists))
        service.until_begun(run["id"])
        os.kill(process_of_run(service), signal.SIGKILL)  # as the system does when memory is short
        assert "内存" in service.until(run["id"], "failed")["detail"]

        _, run = service.ask(FROM, order(data, lists))
        service.until_begun(run["id"])
        rank = process_of_run(service)
        chains.release()
        for pid in service.family()[1:]:
            if pid != rank:
                os.kill(pid, signal.SIGKILL)  # those who answer, one of whom carries out runs
        service.until(run["id"], "done")
        assert service.process.poll() is None and not alive(rank)  # it was begun anew
        wait_for("all places to be filled again", lambda: len(service.family()) == 3)


def test_a_run_under_way_can_be_cancelled(lists, shared, chains):
    wanted = order(shared.data, lists)
    chains.hold()
    first, second, third = (shared.ask(FROM, wanted)[1]["id"] for _ in range(3))
    assert shared.ask(f"/v1/runs/{second}/cancel", b"")[1]["state"] == "cancelled"
    shared.until_begun(first)
    chains.release()
    assert shared.ask(f"/v1/runs/{first}/cancel", b"")[0] == 202
    shared.until(first, "cancelled")
    shared.until(third, "done")
    for run in (first, second):
        assert not any((shared.data / name / run).exists() for name in ("runs", "work"))
    assert shared.ask(f"/v1/runs/{third}/cancel", b"")[1]["state"] == "done"


def test_files_that_are_sent_are_ranked_in_postgresql_too(lists, ranked, postgres, tmp_path):
    url = make_database(postgres, "service")
    data = tmp_path / "data"
    with served(data, url=url) as service:
        body, kind = multipart(targets=lists[0], local=lists[1], top=b"3")
        status, run = service.ask("/v1/runs", body, Content_Type=kind)
        assert status == 202, run
        service.until(run["id"], "done")
        assert contents(data / "runs" / run["id"]) == ranked
        firm = service.ask(f"/v1/runs/{run['id']}/shortlist")[1]["firms"][0]["firm_id"]
        told = {"outcomes": [{"firm_id": firm, "outcome": "签约", "day": "2026-05-01"}]}
        assert service.ask(f"/v1/runs/{run['id']}/outcomes", told)[0] == 201
    assert not (data / "chainmatch.db").exists()


def test_counts_of_all_processes_come_together(shared):
    for _ in range(12):
        assert shared.ask("/v1/chains")[0] == 200
    line = 'chainmatch_requests_total{method="GET",route="/v1/chains",status="200"} 12.0\n'
    # Whoever answered counts once the answer has gone: another process may be asked before.
    wait_for("twelve to be counted", lambda: line in shared.ask("/metrics")[1].decode())
    assert shared.ask("/readyz")[0] == 200


def test_who_may_not_start_is_told_in_one_line(shared, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("chainmatch.server.service._WAIT", 0.3)
    port = shared.url.rpartition(":")[2]
    for told, options in (
        ("--new-key", ["--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path / "b")]),
        ("--port", ["--port", port, "--data", str(tmp_path / "c")]),
        ("正被另一个", ["--port", "0", "--data", str(shared.data)]),
        ("--sample", ["--sample", "--firms", "x.csv"]),
        ("只支持", ["--database", "mysql://a:geheim@b/c", "--data", str(tmp_path / "d")]),
    ):
        assert main(["serve", *options]) == 2
        said = capfd.readouterr()
        assert said.err.count("\n") == 1 and told in said.err and not said.out
        assert "Traceback" not in said.err and "geheim" not in said.err


def test_keys_are_made_listed_and_revoked_on_the_command_line(tmp_path, capsys):
    where = ["serve", "--data", str(tmp_path / "data")]
    assert main([*where, "--new-key", "项目库", "--role", "read"]) == 0
    key = capsys.readouterr().out.strip()
    assert main([*where, "--list-keys"]) == 0
    listed = capsys.readouterr().out
    assert listed.startswith("项目库　read　") and key not in listed
    assert main([*where, "--new-key", "项目库"]) == 2
    with served(tmp_path / "data") as service:
        assert service.ask("/v1/chains")[0] == 401
        assert service.ask("/v1/chains", key=key)[0] == 200
        assert main([*where, "--revoke-key", "项目库"]) == 0  # while it runs
        time.sleep(1.1)  # every process reads the keys again after a second
        assert {service.ask("/v1/chains", key=key)[0] for _ in range(8)} == {401}


# --- after whatever happened ---------------------------------------------------------------------


@pytest.fixture
def stopped(tmp_path):
    """Settings and log of a service that is not running."""
    settings = Settings(tmp_path / "data")
    make_folders(settings)
    engine = open_database(settings.database_url)
    upgrade(engine)
    yield settings, RunLog(engine)
    engine.dispose()


def begun(log, times=1):
    run = new_id()
    log.add(run, {"targets": "a", "local": "b"}, None, "x", 99)
    for _ in range(times):
        log.again(run)
        assert log.claim().id == run
    return run


def test_a_run_that_was_finished_but_not_recorded_is_recorded(stopped, out):
    settings, log = stopped
    run, unknown = begun(log), new_id()
    for one in (run, unknown):
        put_run(settings.data, out, one)
    recover(settings, log)
    assert log.get(run).state == log.get(unknown).state == "done"
    assert "补登" in log.get(unknown).detail
    assert log.get(unknown).inputs == {"targets": "目标.csv", "local": "本地.csv"}


def test_a_run_that_is_interrupted_again_and_again_is_given_up(stopped):
    settings, log = stopped
    once, often = begun(log, 1), begun(log, ATTEMPTS)
    for run in (once, often, "stray"):
        (settings.work / run).mkdir()
    recover(settings, log)
    assert (log.get(once).state, log.get(often).state) == ("queued", "failed")
    assert [path.name for path in settings.work.iterdir()] == [once]


def test_a_run_that_was_to_be_cancelled_is_not_begun_anew(stopped):
    settings, log = stopped
    run = begun(log)
    log.cancel(run)
    recover(settings, log)
    assert log.get(run).state == "cancelled"


def test_a_folder_is_moved_as_a_whole_or_not_at_all(tmp_path):
    made, place = tmp_path / "out", tmp_path / "runs" / "x"
    made.mkdir()
    (made / "run.json").write_text("{}")
    (place / "old").mkdir(parents=True)
    with pytest.raises(OSError):
        keep(made, place)
    assert [p.name for p in place.iterdir()] == ["old"] and (made / "run.json").is_file()


# --- helpers -------------------------------------------------------------------------------------


def process_of_run(service):
    (found,) = [pid for pid in service.family() if b"server.work" in command_of(pid)]
    return found


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
