"""A command that is ended from outside leaves the old files, no process, and one line."""

import signal
import sys
import time

import pytest

from lifeline import end, session, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
RUN = "import sys; from chainmatch.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_stop_a_run_in_order(tmp_path, number):
    names = "".join(f"茶县青山{n}茶业有限公司,茶叶生产\n" for n in range(30_000))
    (tmp_path / "a.csv").write_text(f"企业名称,经营范围\n{names}", encoding="utf-8")
    (tmp_path / "b.csv").write_text("old", encoding="utf-8")
    told = ["match", tmp_path / "a.csv", "--jobs", "2", "--out", tmp_path / "b.csv"]
    with (tmp_path / "errors").open("wb") as errors:
        process = start([sys.executable, "-c", RUN, *map(str, told)], stderr=errors)
    try:
        while b"\n" not in (tmp_path / "errors").read_bytes():  # it has begun
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(120) == 128 + number
        assert not session(process.pid)
    finally:
        end(process)
    assert (tmp_path / "b.csv").read_text() == "old"
    *_, last = (tmp_path / "errors").read_text("utf-8").splitlines()
    assert last.startswith("chainmatch：已中断")
