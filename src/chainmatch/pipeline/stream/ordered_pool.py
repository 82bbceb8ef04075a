"""The processes of a run in pieces: each is told its work once and then given pieces.

Results come back in the order of the pieces, however many processes there are. A process whose
parent is gone ends itself.
"""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Any, Generic, Protocol, TypeVar

from chainmatch.errors import StoppedError

Task = TypeVar("Task")
Result = TypeVar("Result")
_Task_contra = TypeVar("_Task_contra", contravariant=True)
_Result_co = TypeVar("_Result_co", covariant=True)


class Work(Protocol[_Task_contra, _Result_co]):
    """What a process does; it is pickled once for each."""

    def start(self) -> Callable[[_Task_contra], _Result_co]:
        """Get ready; return what does one task."""
        ...


def default_jobs() -> int:
    """Return how many processes a run takes: one for each core, four at most."""
    return min(4, _cores())


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Crew(Generic[Task, Result]):
    """Does tasks in order, in this process or in ``jobs`` others; use it in a ``with``."""

    def __init__(self, work: Work[Task, Result], jobs: int) -> None:
        self._ahead = 1 if jobs == 1 else 2 * jobs + 1
        self._pool: ProcessPoolExecutor | None = None
        self._do: Callable[[Task], Result] | None = None
        if jobs == 1:
            self._do = work.start()
        else:
            # Spawned, not forked: the same on every system, and no half-copied locks.
            self._pool = ProcessPoolExecutor(
                jobs, get_context("spawn"), _begin, (work, gc.get_threshold())
            )

    def __enter__(self) -> "Crew[Task, Result]":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def do(
        self, tasks: Iterable[Task], again: Callable[[Task, Result], Callable[[Task], Task] | None]
    ) -> Iterator[tuple[Task, Result]]:
        """Yield each task with its result, in order; a few tasks are under way at a time.

        ``again`` looks at a finished task and may return how the later ones have to be changed:
        those under way are then done again.
        """
        waiting: deque[tuple[Task, Future[Result] | Result]] = deque()
        change: Callable[[Task], Task] = _unchanged
        source = iter(tasks)
        while True:
            while len(waiting) < self._ahead and (task := next(source, None)) is not None:
                task = change(task)
                waiting.append((task, self._begin(task)))
            if not waiting:
                return
            task, begun = waiting.popleft()
            result = self._end(begun)
            found = again(task, result)
            if found is not None:
                change = found
                for _, later in waiting:
                    self._end(later)
                waiting = deque((new := found(old), self._begin(new)) for old, _ in waiting)
            yield task, result

    def _begin(self, task: Task) -> "Future[Result] | Result":
        if self._pool is None:
            assert self._do is not None  # noqa: S101
            return self._do(task)
        return self._pool.submit(_do, task)

    def _end(self, begun: "Future[Result] | Result") -> Result:
        if not isinstance(begun, Future):
            return begun
        try:
            return begun.result()
        except BrokenProcessPool:
            raise StoppedError(
                "一个工作进程意外退出（多半是内存不足）；已完成的部分保留着，"
                "可加 --resume 接着运行，或用 --jobs 1 减少内存。"
            ) from None


def _unchanged(task: Task) -> Task:
    return task


# --- in the other processes ----------------------------------------------------------------------

_ready: Callable[[Any], Any] | None = None


def _begin(work: Work[Any, Any], threshold: tuple[int, int, int]) -> None:
    global _ready  # noqa: PLW0603
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.set_threshold(*threshold)  # as seldom as the parent
    _ready = work.start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _do(task: Any) -> Any:
    if _ready is None:
        raise RuntimeError("a process was given a task before its work")
    return _ready(task)
