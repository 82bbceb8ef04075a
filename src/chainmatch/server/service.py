"""The processes of the service: one loads and watches, several answer, one carries out runs.

The lists are loaded before the processes part, so that all answer from one copy of the index. Every
child watches a pipe whose other end only the parent holds: if the parent is killed, they end too.
Written for systems with ``fork``; ready-made servers load the application once for each process.
"""

import asyncio
import fcntl
import gc
import logging
import mmap
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np

from chainmatch.errors import OptionError, reason
from chainmatch.server.catalog import Catalog, load
from chainmatch.server.database import open_database, upgrade
from chainmatch.server.keys import list_keys
from chainmatch.server.limits import Buckets
from chainmatch.server.run_worker import Foreman
from chainmatch.server.runlog import RunLog
from chainmatch.server.settings import Settings, check_address, make_folders

_LOG = logging.getLogger("chainmatch.server")
_LOOK = 0.2  # seconds between two looks at the children
_WAIT = 10.0  # seconds for which a dying predecessor may still hold the data folder
_SILENCE = 20.0  # seconds without a sign after which runs count as not carried out
_SHORT = 5.0  # a child that lives shorter than this counts as failed at its start
_TRIES = 5


def serve(settings: Settings) -> int:
    """Run the service until SIGTERM or SIGINT; return the exit code. Raises ChainmatchError."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    _LOG.setLevel(logging.INFO)
    make_folders(settings)
    with _alone(settings), _figures(settings):
        engine = open_database(settings.database_url)
        upgrade(engine)
        check_address(settings, any(not key.revoked for key in list_keys(engine)))
        engine.dispose()  # a connection must not be shared with the children
        with _listening(settings) as listening:
            return _run(settings, listening)


def _run(settings: Settings, listening: socket.socket) -> int:
    catalog = load(settings)
    for note in catalog.notes:
        print(note)
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page of the index
    return _Processes(settings, catalog, listening).watch()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder, children included; a second service would carry out the same runs."""
    with (settings.data / "lock").open("w") as lock:
        until = time.monotonic() + _WAIT
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > until:
                    raise OptionError(
                        f"{settings.data}：正被另一个 chainmatch serve 使用；"
                        "请先停止它，或用 --data 指定别的文件夹。"
                    ) from None
                time.sleep(_LOOK)
        yield


@contextmanager
def _figures(settings: Settings) -> Iterator[None]:
    """Give the folder in which the processes count together, before anything counts.

    For whoever holds the data folder: what lies there was left by a service that was killed.
    """
    shutil.rmtree(settings.figures, ignore_errors=True)
    settings.figures.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.figures)
    try:
        yield
    finally:
        del os.environ["PROMETHEUS_MULTIPROC_DIR"]
        shutil.rmtree(settings.figures, ignore_errors=True)


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, settings.port))
        except OSError as error:
            raise OptionError(
                f"无法在 {settings.host}:{settings.port} 上提供服务（{reason(error)}）；"
                "请换一个 --port 或 --host。"
            ) from None
        opened.set_inheritable(True)
        yield opened


@dataclass
class _Child:
    name: str
    work: Callable[[], None]
    since: float = field(default_factory=time.monotonic)
    short: int = 0  # times in a row that it died soon after its start


class _Processes:
    """Starts the children, replaces those that die, stops them all."""

    def __init__(self, settings: Settings, catalog: Catalog, listening: socket.socket) -> None:
        self._settings = settings
        self._catalog = catalog
        self._listening = listening
        self._buckets = Buckets(settings.rate, settings.burst)
        self._sign = np.frombuffer(mmap.mmap(-1, 8), np.float64)
        self._sign[0] = time.monotonic()
        self._lifeline, self._held = os.pipe()
        self._children: dict[int, _Child] = {}
        self._told = False

    def watch(self) -> int:
        """Start all, wait for a signal, stop all; return the exit code."""
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, self._stop)
        self._start(_Child("runs", self._carry_out))
        for number in range(self._settings.workers):
            self._start(_Child(f"answers {number + 1}", self._answer))
        self._listening.listen(1024)  # from now on requests wait instead of being refused
        host, port = self._listening.getsockname()[:2]
        print(f"已启动：http://{f'[{host}]' if ':' in host else host}:{port}/", flush=True)
        code = 0
        while not self._told and not code:
            time.sleep(_LOOK)
            code = self._replace_dead()
        self._end_all()
        print("已停止。", flush=True)
        return code

    def _stop(self, *_: object) -> None:
        self._told = True

    def _start(self, child: _Child) -> None:
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            self._children[pid] = child
            return
        code = 1
        try:
            os.close(self._held)
            for wanted in (signal.SIGTERM, signal.SIGINT):
                signal.signal(wanted, signal.SIG_DFL)
            child.work()
            code = 0
        except BaseException:
            _LOG.exception("%s", child.name)
        finally:
            os._exit(code)

    def _replace_dead(self) -> int:
        """Start dead children anew; return 1 if one dies again and again."""
        for pid, child in list(self._children.items()):
            if not os.waitpid(pid, os.WNOHANG)[0] or self._told:
                continue
            del self._children[pid]
            _forget(pid)
            soon = time.monotonic() - child.since < _SHORT
            child.short = child.short + 1 if soon else 0
            _LOG.error("%s (process %s) died", child.name, pid)
            if child.short >= _TRIES:
                return 1
            child.since = time.monotonic()
            self._start(child)
        return 0

    def _end_all(self) -> None:
        for pid in self._children:
            _signal(pid, signal.SIGTERM)
        until = time.monotonic() + self._settings.grace + 8.0
        while self._children:
            for pid, child in list(self._children.items()):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    del self._children[pid]
                elif time.monotonic() > until:
                    _LOG.error("%s (process %s) did not end and was killed", child.name, pid)
                    _signal(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                    del self._children[pid]
            time.sleep(0.02)

    # --- in the children -------------------------------------------------------------------------

    def _carry_out(self) -> None:
        log = RunLog(open_database(self._settings.database_url))
        Foreman(self._settings, log, self._lifeline, self._beat).work()

    def _beat(self) -> None:
        self._sign[0] = time.monotonic()

    def _awake(self) -> bool:
        return time.monotonic() - float(self._sign[0]) < _SILENCE

    def _answer(self) -> None:
        import uvicorn

        from chainmatch.server.app import create_app

        engine = open_database(self._settings.database_url)
        app = create_app(self._settings, self._catalog, engine, self._buckets, self._awake)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_level="warning",
                access_log=False,  # the audit log says who; addresses hold what was asked
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=round(self._settings.grace),
            )
        )

        def end() -> None:
            asyncio.get_running_loop().remove_reader(self._lifeline)
            server.should_exit = True

        async def answer() -> None:
            asyncio.get_running_loop().add_reader(self._lifeline, end)
            await server.serve(sockets=[self._listening])

        asyncio.run(answer())


def _signal(pid: int, wanted: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, wanted)


def _forget(pid: int) -> None:
    """Let the counts of a dead process stay, and its gauges go."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
