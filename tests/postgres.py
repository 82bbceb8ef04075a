"""A real PostgreSQL, which the tests start on loopback and stop again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ports import reserved_port
from waiting import PATIENCE


def program(name: str) -> str:
    """Return the path of a server program, the newest where several are installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else "")


def run(folder: Path, *command: str) -> None:
    """Run a server program in ``folder``; it refuses to be run by root."""
    other = {} if os.geteuid() else {"user": _owner(), "group": _owner(), "extra_groups": ()}
    log = folder / "run.log"
    with log.open("w") as out:
        options = {"cwd": folder, "stdout": out, "stderr": out, "timeout": PATIENCE, **other}
        done = subprocess.run(command, check=False, **options)
    assert done.returncode == 0, log.read_text()


def _owner() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_uid


@contextmanager
def started() -> Iterator[int]:
    """Start a server for the user ``office`` with the password ``geheim@``; give its port."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    pytest.importorskip("pwd", reason="the server is started as on Linux")
    if not (program("initdb") and program("pg_ctl")):
        pytest.skip("PostgreSQL is not installed (initdb, pg_ctl)")
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
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -F"
        log = str(folder / "server.log")
        control = (program("pg_ctl"), "-D", data, "-t", f"{PATIENCE:.0f}")
        run(folder, *control, "start", "-w", "-l", log, "-o", options)
        try:
            yield port
        finally:
            run(folder, *control, "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def make_database(port: int, name: str) -> str:
    """Make an empty database; return its URL."""
    import psycopg

    where = {"host": "127.0.0.1", "port": port, "user": "office", "password": "geheim@"}
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    return f"postgresql://office:geheim%40@127.0.0.1:{port}/{name}"
