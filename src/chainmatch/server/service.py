"""The service: what is held, loaded and opened before it answers, in several processes or one.

The lists are loaded before the processes part, so that all answer from one copy of the index. Where
there is no ``fork`` (Windows), one process does everything.
"""

import asyncio
import gc
import logging
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from chainmatch.errors import OptionError, reason
from chainmatch.server.catalog import load
from chainmatch.server.database import open_database, upgrade
from chainmatch.server.keys import list_keys
from chainmatch.server.run_worker import RunWorker
from chainmatch.server.settings import Settings, check_address, make_folders
from chainmatch.util.locking import try_lock

_WAIT = 10.0  # seconds for which a dying predecessor may still hold the data folder


def serve(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT. Raises ChainmatchError."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("chainmatch.server").setLevel(logging.INFO)
    make_folders(settings)
    with _alone(settings):
        engine = open_database(settings.database_url)
        upgrade(engine)
        check_address(settings, any(not key.revoked for key in list_keys(engine)))
        engine.dispose()  # a connection must not be shared with the children
        with listening_on(settings) as listening:
            _run(settings, listening)


def _run(settings: Settings, listening: socket.socket) -> None:
    # The processes count together in a folder; what lies there was left by one that was killed.
    shutil.rmtree(settings.figures, ignore_errors=True)
    settings.figures.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.figures)
    from chainmatch.server.app import create_app

    catalog = load(settings)
    for note in catalog.notes:
        print(note)
    config = uvicorn.Config(
        create_app(settings, catalog, open_database(settings.database_url)),
        lifespan="off",
        log_level="warning",
        access_log=False,  # the audit log says who; addresses hold what was asked
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=round(settings.grace),
    )
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page of the index
    listening.listen(1024)  # from now on requests wait instead of being refused
    host, port = listening.getsockname()[:2]
    print(f"已启动：http://{f'[{host}]' if ':' in host else host}:{port}/", flush=True)

    def ended() -> None:
        shutil.rmtree(settings.figures, ignore_errors=True)
        print("已停止。", flush=True)

    if hasattr(os, "fork"):
        from chainmatch.server.processes import run_processes

        run_processes(config, settings, listening, ended)
    else:
        run_alone(config, settings, listening)
        ended()


def run_alone(config: uvicorn.Config, settings: Settings, listening: socket.socket) -> None:
    """Answer and carry out runs in this process, until SIGTERM or SIGINT."""
    runs = RunWorker(settings)
    runs.start()
    try:
        asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))
    finally:
        runs.stop()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder, children included; a second service would carry out the same runs."""
    until = time.monotonic() + _WAIT
    while (lock := try_lock(settings.data / "lock")) is None:
        if time.monotonic() > until:
            raise OptionError(
                f"{settings.data}：正被另一个 chainmatch serve 使用；"
                "请先停止它，或用 --data 指定别的文件夹。"
            )
        time.sleep(0.2)
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def listening_on(settings: Settings) -> Iterator[socket.socket]:
    """Give a socket bound to host and port. Raises OptionError."""
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
        yield opened
