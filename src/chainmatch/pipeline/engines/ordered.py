"""Tasks in worker processes, results in order; a few tasks are under way at a time.

Each process is told its work once. One whose parent is gone ends itself.
"""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Any

from chainmatch.errors import StoppedError
from chainmatch.pipeline.engines.found import Result, Task, Work

Change = Callable[[Task], Task]


def default_jobs() -> int:
    """Return how many processes a run takes: one for each core that it may use, four at most."""
    affinity = getattr(os, "sched_getaffinity", None)
    return min(4, len(affinity(0)) if affinity else os.cpu_count() or 1)


def in_order(
    work: Work[Task, Result],
    tasks: Iterable[Task],
    jobs: int,
    again: Callable[[Task, Result], Change[Task] | None] = lambda *_: None,
) -> Iterator[tuple[Task, Result]]:
    """Yield each task with its result, done in this process or in ``jobs`` others.

    ``again`` looks at a finished task and may return how the later ones have to be changed: those
    under way are then done again.
    """
    ahead = 1 if jobs == 1 else 2 * jobs + 1
    workers = _workers(work, jobs)
    waiting: deque[tuple[Task, Future[Result]]] = deque()
    change: Change[Task] = lambda task: task  # noqa: E731
    source = iter(tasks)
    try:
        while True:
            while len(waiting) < ahead and (task := next(source, None)) is not None:
                task = change(task)
                waiting.append((task, workers.submit(_do, task)))
            if not waiting:
                return
            task, future = waiting.popleft()
            result = _result(future)
            if (found := again(task, result)) is not None:
                change = found
                wait(later for _, later in waiting)  # they may be writing
                waiting = deque((new := found(old), workers.submit(_do, new)) for old, _ in waiting)
            yield task, result
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


def _workers(work: Work[Any, Any], jobs: int) -> Executor:
    if jobs == 1:
        return _Here(work.start())
    # Spawned, not forked: the same on every system, and no half-copied locks.
    told = (work, gc.get_threshold())
    return ProcessPoolExecutor(jobs, get_context("spawn"), _begin, told)


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except BrokenProcessPool:
        raise StoppedError(
            "一个工作进程意外退出（多半是内存不足）；已完成的部分保留着，"
            "可加 --resume 接着运行，或用 --jobs 1 减少内存。"
        ) from None


class _Here(Executor):
    """Does in this process what it is given, at once."""

    def __init__(self, do: Callable[[Any], Any]) -> None:
        self._do = do

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:
        """Do a task; an error is raised here and now."""
        done: Future[Any] = Future()
        done.set_result(self._do(*args))
        return done


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
