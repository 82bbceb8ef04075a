"""The service asked everything that its OpenAPI page allows and forbids, by schemathesis.

Every check that schemathesis has, the same cases in every run.
"""

import shutil
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("gunicorn")
pytest.importorskip("schemathesis")

from chainmatch.cli import main
from lifeline import run
from serving import put_run, served, small_lists
from waiting import PATIENCE, wait_for

# A part of a form that is sent as null is a file that holds the four letters null: no violation.
CONFIG = """
[[operations]]
include-name = "POST /v1/runs"
checks.negative_data_rejection.enabled = false
"""
OPTIONS = ["--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", "5"]
# One worker: Python 3.11 cannot parse in two threads at once, which hypothesis does.
STEADY = ["--generation-deterministic", "--workers", "1", "--suppress-health-check", "all"]
STEADY += ["--request-timeout", f"{PATIENCE:.0f}"]
PLAIN = ["--no-color", "--continue-on-failure", "--warnings", "off"]


def test_nothing_that_is_asked_breaks_the_service(tmp_path, sample_run, capsys):
    data = tmp_path / "data"
    targets, local = small_lists(tmp_path)
    put_run(data, sample_run, "00000000000000aa")
    (data / "lists").mkdir()
    shutil.copy(local, data / "lists")
    assert main(["serve", "--data", str(data), "--new-key", "fuzz"]) == 0
    key = capsys.readouterr().out.strip()
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG, encoding="utf-8")
    program = str(Path(sys.executable).with_name("schemathesis"))
    lists = ("--firms", str(targets), "--local", str(local), "--rate", "100000")
    with served(data, *lists) as service:
        before = wait_for("two processes", lambda: len(own := service.family()[1:3]) == 2 and own)
        command = [program, "--config-file", str(config), "run", f"{service.url}/openapi.json"]
        key_of = ["-H", f"Authorization: Bearer {key}"]
        done = run(
            [*command, *key_of, *OPTIONS, *STEADY, *PLAIN],
            cwd=tmp_path,
            text=True,
            timeout=3 * PATIENCE,
        )
        assert done.returncode == 0, done.stdout[-6000:]
        assert "Tested: 25" in done.stdout
        # Nothing died, nothing but tests of its own was kept, and no fault was logged.
        assert service.family()[1:3] == before
        assert service.ask("/readyz")[0] == 200
        assert {path.name for path in (data / "lists").iterdir()} == {local.name}
    log = (tmp_path / "data.log").read_text("utf-8")
    assert "Traceback" not in log and "fault" not in log, log[-3000:]
