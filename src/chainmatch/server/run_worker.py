"""The thread that carries out the runs, one after another, each in a process of its own.

Every answering process has such a thread; the one that holds the lock of the data folder works. A
run is computed in ``work/<id>/out``; that folder is then moved to ``runs/<id>`` as a whole, and
only then recorded. Whatever is killed at whatever moment, another thread gets the lock, and
:func:`recover` finds either the whole folder or none.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from chainmatch.errors import RunError, reason
from chainmatch.report.runs import RunFolder
from chainmatch.server.database import open_database
from chainmatch.server.runlog import ATTEMPTS, RunLog, RunRow
from chainmatch.server.settings import Settings
from chainmatch.server.uploads import input_path
from chainmatch.server.work import OUT, Order
from chainmatch.util.locking import try_lock

_LOG = logging.getLogger("chainmatch.server")
_TICK = 0.25  # seconds between two looks at the queue, or at whether a run is to be stopped
_MERCY = 5.0  # seconds between SIGTERM and SIGKILL for a run
_KILL = -9  # how a process ends that the system killed
_FAULT = "程序内部错误，运算没有完成；请把服务日志交给维护人员。"
_KILLED = "运算进程被系统终止，可能是内存不足；请减少名单行数或增加内存后重试。"


def recover(settings: Settings, log: RunLog) -> None:
    """Make database and folders agree after whatever ended the service.

    A whole run folder is a finished run. Of the others, those that were under way go back into the
    queue, at most ``ATTEMPTS`` times. What belongs to no waiting run is removed.
    """
    whole = {path.parent.name: _inputs(path.parent) for path in settings.runs.glob("*/run.json")}
    for run in log.pending():
        if run.id in whole:
            log.end(run.id, "done")
        elif run.stop:
            log.end(run.id, "cancelled")
        elif run.state != "queued" and run.attempts >= ATTEMPTS:
            log.end(run.id, "failed", f"运算 {ATTEMPTS} 次都被中断，没有再试；请重新提交。")
        elif run.state != "queued":
            log.again(run.id)
    for run_id in log.adopt(whole):
        _LOG.warning("run %s was in the folder but not in the database: recorded", run_id)
    waiting = {run.id for run in log.pending()}
    for folder in settings.work.iterdir():
        if folder.name not in waiting:
            shutil.rmtree(folder, ignore_errors=True)


def _inputs(folder: Path) -> dict[str, str]:
    """Return role → file name of a finished run, as far as its manifest says so."""
    try:
        given = RunFolder.open(folder).manifest["inputs"]
        return {role: str(one["file"]) for role, one in given.items()}
    except (RunError, AttributeError, KeyError, TypeError):
        return {}


def someone_works(settings: Settings) -> bool:
    """Return whether some process carries out runs."""
    lock = try_lock(settings.runner)
    if lock is not None:
        os.close(lock)
    return lock is None


class RunWorker:
    """Takes runs out of the queue until it is told to stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log = RunLog(open_database(settings.database_url))
        self._ended = Event()
        self._thread = Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Work from now on, as soon as no other process does."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; a run that is under way is interrupted."""
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended.is_set():
            lock = try_lock(self._settings.runner)
            if lock is None:
                self._ended.wait(1.0)
                continue
            try:
                recover(self._settings, self._log)
                while not self._ended.is_set():
                    run = self._log.claim()
                    if run is None:
                        self._ended.wait(_TICK)
                    else:
                        self._carry_out(run)
            except SQLAlchemyError as error:
                _LOG.error("the database does not answer: %s", type(error).__name__)
            except Exception:  # the next try begins with what is on the disk
                _LOG.exception("runs")
            finally:
                os.close(lock)
                self._ended.wait(_TICK)

    def _carry_out(self, run: RunRow) -> None:
        folder = self._settings.work / run.id
        shutil.rmtree(folder / OUT, ignore_errors=True)
        try:
            state, detail = self._watch(run, folder)
        except OSError as error:
            _LOG.exception("run %s", run.id)
            state, detail = "failed", f"{_FAULT}（{reason(error)}）"
        if state == "done":
            keep(folder / OUT, self._settings.runs / run.id)
        self._record(run.id, state, detail)
        # What was sent is not kept, unless the run begins anew.
        left = folder / OUT if state == "interrupted" else folder
        shutil.rmtree(left, ignore_errors=True)

    def _record(self, run: str, state: str, detail: str) -> None:
        """Record the end, however long the database takes; after a stop ``recover`` does it."""
        while True:
            try:
                self._log.end(run, state, detail)
                return
            except SQLAlchemyError:
                _LOG.error("run %s ended (%s) but cannot be recorded yet", run, state)
                if self._ended.wait(1.0):
                    return

    def _watch(self, run: RunRow, folder: Path) -> tuple[str, str]:
        """Start the process of a run and wait for its end; return state and detail."""
        with (
            (folder / "errors.txt").open("wb") as errors,
            subprocess.Popen(
                # -P: a file that somebody sent must not be taken for a module.
                [sys.executable, "-P", "-m", "chainmatch.server.work"],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                env={**os.environ, "PYTHONUTF8": "1"},
            ) as process,
        ):
            assert process.stdin is not None  # noqa: S101 - a pipe
            refusals: list[str] = []
            listening = Thread(target=self._listen, args=(run.id, process, refusals))
            listening.start()
            try:
                process.stdin.write(json.dumps(_order(run, folder, self._settings)).encode())
                process.stdin.write(b"\n")
                process.stdin.flush()
                stopped = self._stopped(run.id, process)
            finally:
                _end(process)
                listening.join()
            return stopped or _verdict(process.returncode, refusals, run.id, folder)

    def _stopped(self, run: str, process: "subprocess.Popen[bytes]") -> tuple[str, str] | None:
        """Wait for the end of a run; return state and detail where it did not end by itself."""
        until = time.monotonic() + self._settings.patience
        while process.poll() is None:
            if self._ended.wait(_TICK):
                return "interrupted", "服务停止，重新启动后会接着算。"
            if self._ask(self._log.wants_stop, run):
                return "cancelled", ""
            if time.monotonic() > until:
                minutes = self._settings.patience / 60
                return "failed", f"运算超过 {minutes:.0f} 分钟没有完成，已停止；请减少名单行数。"
        return None

    def _listen(self, run: str, process: "subprocess.Popen[bytes]", refusals: list[str]) -> None:
        """Record the steps that the process of a run tells, until it ends."""
        assert process.stdout is not None  # noqa: S101 - a pipe
        steps = 0
        for line in process.stdout:
            message = json.loads(line)
            if "step" in message:
                self._ask(self._log.step, run, message["step"], steps)
                steps += 1
            else:
                refusals.append(message["error"])

    def _ask(self, ask: Callable[..., Any], *values: object) -> Any:
        """Ask the database; a run goes on while it does not answer."""
        with suppress(SQLAlchemyError):
            return ask(*values)


def _order(run: RunRow, folder: Path, settings: Settings) -> Order:
    paths = {
        role: str(input_path(folder, role, name).relative_to(folder))
        for role, name in run.inputs.items()
    }
    return {
        "targets": paths["targets"],
        "local": paths["local"],
        "leads": paths.get("leads"),
        "profile": paths.get("profile") or _absolute(settings.profile),
        "own_profile": "profile" in paths,
        "chains": _absolute(settings.chains),
        "top": run.top,
    }


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _verdict(code: int, refusals: list[str], run: str, folder: Path) -> tuple[str, str]:
    """Return state and detail from how the process ended."""
    if code == 0:
        return "done", ""
    if code == 2 and refusals:
        return "failed", refusals[-1]
    errors = (folder / "errors.txt").read_text("utf-8", "replace")
    _LOG.error("run %s ended with %s\n%s", run, code, errors[-4000:])
    return "failed", _KILLED if code == _KILL else _FAULT


def _end(process: "subprocess.Popen[bytes]") -> None:
    """See to it that a process is gone."""
    process.terminate()
    try:
        process.wait(_MERCY)
    except subprocess.TimeoutExpired:
        process.kill()


def keep(made: Path, place: Path) -> None:
    """Move a finished folder to its place, once everything in it lies on the disk."""
    _sync(*made.iterdir(), made)
    made.rename(place)
    _sync(place.parent)


def _sync(*paths: Path) -> None:
    if sys.platform == "win32":  # opens no folders
        return
    for path in paths:
        opened = os.open(path, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)
