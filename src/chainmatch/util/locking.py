"""A file that one process holds at a time; the system lets go of it when the process ends."""

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _locks(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locks(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def try_lock(path: Path) -> int | None:
    """Open a file, made if need be, and hold it; None if another process does.

    Whoever closes what is returned (``os.close``) lets go of it.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if _locks(file):
            return file
    except BaseException:
        os.close(file)
        raise
    os.close(file)
    return None
