"""Work done aside: in a second process, while this one goes on.

The second process is a help and never a condition. Where there is none, or it fails or is gone,
the work is done here as soon as its result is asked for; so an error appears as it always did.
"""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from multiprocessing import connection, get_context, parent_process
from typing import Any, Generic, TypeVar

from chainmatch.pipeline.relax_gc import spare_collector

_PATIENCE = 300.0  # seconds to wait for the other process when nothing is left to do here

Result = TypeVar("Result")


class Aside(Generic[Result]):
    """One piece of work that is done aside; use it in a ``with``.

    ``work`` must stand being done a second time, here, if the other process fails. Without
    ``wanted``, or where no process can be forked (other systems than Linux, one core), it is done
    here only.
    """

    def __init__(self, work: Callable[[], Result], *, wanted: bool = True) -> None:
        self._work = work
        self._wanted = wanted and sys.platform == "linux" and cores() > 1
        self._answer: connection.Connection | None = None
        self._process: Any = None
        self._answered = False

    def __enter__(self) -> "Aside[Result]":
        if self._wanted:
            self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def drop(self) -> None:
        """End the other process: its result is not wanted."""
        if self._process is not None:
            self._process.terminate()
            # One that has answered is not waited for; the next that begins clears it away.
            self._process.join(0 if self._answered else None)
        if self._answer is not None:
            self._answer.close()
        self._process = self._answer = None

    def result(self) -> Result:
        """Return what the work returns; wait for it, or do it here."""
        if self._answer is not None:
            try:
                if self._answer.poll(_PATIENCE):
                    result: Result = self._answer.recv()
                    self._answered = True
                    return result
            except (EOFError, OSError):
                pass  # it failed: here it says why
            self.drop()
        return self._work()

    def _begin(self) -> None:
        context = get_context("fork")
        try:
            self._answer, told = context.Pipe(duplex=False)
        except OSError:
            return  # no room for another process
        process = context.Process(target=_do, args=(self._work, told), daemon=True)
        try:
            with warnings.catch_warnings():
                # Libraries keep threads; none of them is in the middle of anything.
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
        except OSError:
            return  # the same; nobody is left to answer
        finally:
            told.close()
        self._process = process


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def end_with_parent() -> None:
    """Let this process end when its parent is gone, however that ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _do(work: Callable[[], Any], told: connection.Connection) -> None:
    """Do the work in the other process; say nothing if it fails."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    end_with_parent()
    spare_collector()
    try:
        told.send(work())
    except Exception:  # noqa: S110
        pass  # the parent does it again and meets the same
    finally:
        told.close()
