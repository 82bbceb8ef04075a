"""A real PostgreSQL, which the tests start on loopback and stop again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lifeline import end, start
from ports import reserved_port
from waiting import PATIENCE, wait_for


def program(name: str) -> str:
    """Return the path of a server program, the newest where several are installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else "")


def run(folder: Path, *command: str) -> None:
    """Run a server program in ``folder``; it refuses to be run by root."""
    log = folder / "run.log"
    with log.open("w") as out:
        options = {"cwd": folder, "stdout": out, "stderr": out, "timeout": PATIENCE, **_user()}
        done = subprocess.run(command, check=False, **options)
    assert done.returncode == 0, log.read_text()


def _user() -> dict[str, Any]:
    return {} if os.geteuid() else {"user": _owner(), "group": _owner(), "extra_groups": ()}


def _answers(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(**_place(port), dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _place(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "user": "office", "password": "geheim@"}


def _owner() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_uid


@contextmanager
def started() -> Iterator[int]:
    """Start a server for the user ``office`` with the password ``geheim@``; give its port."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    pytest.importorskip("pwd", reason="the server is started as on Linux")
    if not (program("initdb") and program("postgres")):
        pytest.skip("PostgreSQL is not installed (initdb, postgres)")
    # Not tmp_path: that one is closed to all but its owner.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    data = str(folder / "data")
    try:
        (folder / "password").write_text("geheim@\n")
        if not os.geteuid():
            shutil.chown(folder, _owner())
        auth = ("--auth=scram-sha-256", "--username=office", f"--pwfile={folder / 'password'}")
        run(folder, program("initdb"), "-D", data, "--encoding=UTF8", "--locale=C", *auth)
        port = reserved_port()
        options = ["-p", str(port), "-F", "-c", "listen_addresses=127.0.0.1"]
        options += ["-c", "unix_socket_directories="]
        with (folder / "server.log").open("w") as out:
            command = [program("postgres"), "-D", data, *options]
            server = start(command, cwd=folder, stdout=out, stderr=out, **_user())
        try:
            wait_for("PostgreSQL", lambda: _answers(port))
            yield port
        finally:
            end(server)
    finally:
        shutil.rmtree(folder)


def make_database(port: int, name: str) -> str:
    """Make an empty database; return its URL."""
    import psycopg

    with psycopg.connect(**_place(port), dbname="postgres", autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    return f"postgresql://office:geheim%40@127.0.0.1:{port}/{name}"
