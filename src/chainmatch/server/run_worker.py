"""The process that carries out the runs, one after another, each in a process of its own.

A run is computed in ``work/<id>/out``; that folder is then moved to ``runs/<id>`` as a whole, and
only then recorded. Whatever is killed at whatever moment, :func:`recover` finds either the whole
folder or none. Only one foreman works in a data folder (``service`` holds the lock).
"""

import json
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from chainmatch.errors import RunError, reason
from chainmatch.report.runs import RunFolder
from chainmatch.server.runlog import ATTEMPTS, RunLog, RunRow
from chainmatch.server.settings import Settings
from chainmatch.server.uploads import input_path
from chainmatch.server.work import OUT, Order

_LOG = logging.getLogger("chainmatch.server")
_TICK = 0.25  # seconds between two looks at the queue, or at whether a run is to be stopped
_MERCY = 5.0  # seconds between SIGTERM and SIGKILL for a run
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


class Foreman:
    """Takes runs out of the queue until it is told to stop."""

    def __init__(
        self, settings: Settings, log: RunLog, lifeline: int, beat: Callable[[], None]
    ) -> None:
        """Work until SIGTERM, or until ``lifeline`` (a pipe) ends; call ``beat`` while alive."""
        self._settings = settings
        self._log = log
        self._lifeline = lifeline
        self._beat = beat
        self._told = False

    def work(self) -> None:
        """Recover, then carry out runs."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when
        signal.signal(signal.SIGTERM, self._stop)
        recovered = False
        while not self._stopping(0.0):
            self._beat()
            try:
                if not recovered:
                    recover(self._settings, self._log)
                    recovered = True
                run = self._log.claim()
            except SQLAlchemyError as error:
                _LOG.error("the database does not answer: %s", type(error).__name__)
                run = None
            if run is None:
                self._stopping(_TICK)
            else:
                self._carry_out(run)

    def _stop(self, *_: object) -> None:
        self._told = True

    def _stopping(self, wait: float) -> bool:
        # A signal may come while this waits: what it said is not to be overwritten.
        if not self._told and select.select([self._lifeline], [], [], wait)[0]:
            self._told = True
        return self._told

    def _carry_out(self, run: RunRow) -> None:
        folder = self._settings.work / run.id
        shutil.rmtree(folder / OUT, ignore_errors=True)
        try:
            state, detail = self._watch(run, folder)
        except OSError as error:
            _LOG.exception("run %s", run.id)
            state, detail = "failed", f"{_FAULT}（{reason(error)}）"
        if state != "interrupted":
            if state == "done":
                keep(folder / OUT, self._settings.runs / run.id)
            self._record(run.id, state, detail)
            shutil.rmtree(folder, ignore_errors=True)  # what was sent is not kept
        else:
            shutil.rmtree(folder / OUT, ignore_errors=True)
            self._record(run.id, state, "服务停止，重新启动后会接着算。")

    def _record(self, run: str, state: str, detail: str) -> None:
        """Record the end, however long the database takes; after a stop ``recover`` does it."""
        while True:
            try:
                self._log.end(run, state, detail)
                return
            except SQLAlchemyError:
                _LOG.error("run %s ended (%s) but cannot be recorded yet", run, state)
                if self._stopping(1.0):
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
            try:
                return self._follow(run, folder, process)
            finally:
                _end(process)

    def _follow(
        self, run: RunRow, folder: Path, process: "subprocess.Popen[bytes]"
    ) -> tuple[str, str]:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - pipes
        process.stdin.write(json.dumps(_order(run, folder, self._settings)).encode() + b"\n")
        process.stdin.flush()
        until = time.monotonic() + self._settings.patience
        told = _Lines(process.stdout.fileno())
        while not told.ended:
            ready = select.select([told.pipe, self._lifeline], [], [], _TICK)[0]
            self._beat()
            if self._told or self._lifeline in ready:
                self._told = True
                return "interrupted", ""
            if told.pipe in ready:
                for _ in told.read():
                    self._try(self._log.step, run.id, told.step, told.steps - 1)
            elif self._try(self._log.wants_stop, run.id):
                return "cancelled", ""
            elif time.monotonic() > until:
                minutes = self._settings.patience / 60
                return "failed", f"运算超过 {minutes:.0f} 分钟没有完成，已停止；请减少名单行数。"
        return _verdict(process.wait(), told.error, run.id, folder)

    def _try(self, ask: Callable[..., Any], *values: object) -> Any:
        """Ask the database; a run goes on while it does not answer."""
        try:
            return ask(*values)
        except SQLAlchemyError:
            return None


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


def _verdict(code: int, error: str, run: str, folder: Path) -> tuple[str, str]:
    """Return state and detail from how the process ended."""
    if code == 0:
        return "done", ""
    if code == 2 and error:
        return "failed", error
    said = (folder / "errors.txt").read_text("utf-8", "replace")
    _LOG.error("run %s ended with %s\n%s", run, code, said[-4000:])
    return "failed", _KILLED if code == -signal.SIGKILL else _FAULT


class _Lines:
    """What the process of a run tells, line by line."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe
        self._rest = b""
        self.ended = False
        self.step, self.steps, self.error = "", 0, ""

    def read(self) -> list[str]:
        """Take what is there; return the steps that were told, and remember the last."""
        data = os.read(self.pipe, 1 << 16)
        self.ended = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        steps = []
        for line in lines:
            said = json.loads(line)
            self.error = said.get("error", self.error)
            if "step" in said:
                self.step, self.steps = said["step"], self.steps + 1
                steps.append(self.step)
        return steps


def _end(process: "subprocess.Popen[bytes]") -> None:
    """See to it that a process is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_MERCY)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def keep(made: Path, place: Path) -> None:
    """Move a finished folder to its place, once everything in it lies on the disk."""
    for path in (*made.iterdir(), made):
        opened = os.open(path, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)
    made.rename(place)
    parent = os.open(place.parent, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)
