"""The service in several processes, kept by gunicorn: it starts, replaces and stops them.

Each answers with uvicorn and stands ready to carry out the runs (``run_worker``); they share what
was loaded before they part. One whose parent is gone ends by itself. Needs ``fork``.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from gunicorn.app.base import BaseApplication
from gunicorn.workers.base import Worker

from chainmatch.server.run_worker import RunWorker
from chainmatch.server.settings import Settings

_MORE = 8  # seconds that a process has for the end of its run, beyond those for its requests


class _Worker(Worker):  # type: ignore[misc]
    """A process that answers; what gunicorn calls the application is how uvicorn is set up."""

    def init_signals(self) -> None:
        # uvicorn hands a signal on when it has ended; the end of the run is still to come then.
        for wanted in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(wanted, signal.SIG_IGN)

    def run(self) -> None:
        config, settings = self.wsgi
        runs = RunWorker(settings)
        runs.start()
        asyncio.run(self._answer(uvicorn.Server(config)))
        runs.stop()

    async def _answer(self, server: uvicorn.Server) -> None:
        sockets = [one.sock for one in self.sockets]
        answering = asyncio.ensure_future(server.serve(sockets=sockets))
        while not answering.done():
            self.notify()
            server.should_exit |= os.getppid() != self.ppid
            await asyncio.wait([answering], timeout=1.0)
        answering.result()


class _Service(BaseApplication):  # type: ignore[misc]
    def __init__(self, loaded: Any, options: dict[str, Any]) -> None:
        self._loaded, self._options = loaded, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._loaded


def run_processes(
    config: uvicorn.Config, settings: Settings, listening: socket.socket, ended: Callable[[], None]
) -> None:
    """Answer on a socket until SIGTERM or SIGINT, then call ``ended``; exits with gunicorn's code.

    Children leave this function, too, without ``ended``.
    """
    options = {
        "bind": f"fd://{listening.detach()}",
        "workers": settings.workers,
        "worker_class": _Worker,
        "preload_app": True,
        "loglevel": "warning",
        "graceful_timeout": round(settings.grace) + _MORE,
        "control_socket_disable": True,
        "on_exit": lambda _: ended(),
    }
    _Service((config, settings), options).run()
