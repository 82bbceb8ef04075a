"""What a test starts ends with the test run, however that ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lifeline import end, session, start
from serving import alive
from waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
# A process with a child, which heeds no signal.
DEAF = """
import signal, subprocess, time
for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(one, signal.SIG_IGN)
print(subprocess.Popen(["sleep", "1000"]).pid, flush=True)
time.sleep(1000)
"""
TEST = f"""
import sys, time
from pathlib import Path
from lifeline import start

def test_it():
    process = start([sys.executable, "-c", {DEAF!r}], stdout=-1, text=True)
    Path("pids").write_text(f"{{process.pid}} {{process.stdout.readline()}}")
    Path("pids").rename("started")
    time.sleep(1000)
"""


@pytest.mark.parametrize(
    ("way", "workers"),
    [
        (signal.SIGKILL, ()),
        (signal.SIGTERM, ()),
        (signal.SIGINT, ()),
        (signal.SIGKILL, ("-p", "xdist", "-n", "1")),
    ],
)
def test_a_stopped_test_run_leaves_no_process_behind(tmp_path, way, workers):
    (tmp_path / "test_it.py").write_text(TEST)
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    tests = start(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *workers],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for("the test to start", (tmp_path / "started").is_file)
        pids = [int(pid) for pid in (tmp_path / "started").read_text().split()]
        assert all(map(alive, pids))
        tests.send_signal(way)
        tests.wait(PATIENCE)
        wait_for("its processes to end", lambda: not any(map(alive, pids)))
    finally:
        end(tests)


def test_a_whole_session_ends():
    process = start(["sh", "-c", "sleep 1000 & sleep 1000 & wait"])
    wait_for("both to start", lambda: len(session(process.pid)) == 3)
    end(process)
    wait_for("both to end", lambda: not session(process.pid))
