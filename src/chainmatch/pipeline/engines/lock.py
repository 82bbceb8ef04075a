"""A folder of parts belongs to one run at a time."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chainmatch.errors import OutputError
from chainmatch.util.atomic import saying_why
from chainmatch.util.locking import try_lock

LOCK = "lock"


@contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """Hold a folder, made if need be; nothing stays of it if nothing but the lock is in it.

    The system lets go of the lock when the process ends, however it ends.

    Raises:
        OutputError: another run holds it, or it cannot be written.
    """
    with saying_why(folder):
        lock = _open_locked(folder)
    try:
        yield
    finally:
        os.close(lock)
        if [path.name for path in _inside(folder)] in ([], [LOCK]):
            shutil.rmtree(folder, ignore_errors=True)


def _open_locked(folder: Path) -> int:
    """Open the lock file and lock it; one that another run has just removed is opened anew."""
    path = folder / LOCK
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        lock = try_lock(path)
        if lock is None:
            raise OutputError(
                f"另一次运行正在写同一个结果（{folder.name}）；请等它结束，或换一个结果文件名。"
            )
        if path.exists() and os.path.samestat(os.fstat(lock), path.stat()):
            return lock
        os.close(lock)


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
