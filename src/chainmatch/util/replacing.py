"""Files of a folder replaced together: all of them are new, or all of them stay as they were.

New files are written to a folder inside, named ``.chainmatch-…``::

    lock    held by who writes, as long as he lives
    new/    the new files, and nothing else
    old/    the files that they replace, while that goes on
    names   the names of the new files; there only while they are being replaced

First every old file is set aside: where that cannot be done to one (Windows lets nobody move a
file that is open in Excel), they all come back and nothing has happened. Then the new ones come in.
At no moment does a new file stand beside an old one. Whoever comes upon such a folder that nobody
holds puts back what a killed process had set aside.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from chainmatch.util.locking import try_lock

_PREFIX = ".chainmatch-"
_LOCK, _NEW, _OLD, _NAMES = "lock", "new", "old", "names"


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Give an empty folder; its files replace those of ``folder`` only if nothing failed.

    ``folder`` is there; its other files stay. Raises OSError if one cannot be written or replaced.
    """
    put_back(folder)
    beside, lock = _place(folder)
    try:
        new = beside / _NEW
        new.mkdir()
        yield new
        names = sorted(path.name for path in new.iterdir())
        for name in names:
            (new / name).chmod(0o644)
        _replace(folder, beside, names)
    finally:
        if lock is not None:
            os.close(lock)
        if not (beside / _NAMES).exists():  # else something could not be put back: next time
            shutil.rmtree(beside, ignore_errors=True)


def _place(folder: Path) -> tuple[Path, int | None]:
    """Make the folder inside and hold it, as far as the disk knows locks."""
    while True:
        beside = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        try:
            lock = try_lock(beside / _LOCK)
        except OSError:
            return beside, None
        if lock is not None and (beside / _LOCK).exists():
            return beside, lock
        if lock is not None:  # somebody took it for one that a killed process left behind
            os.close(lock)


def put_back(folder: Path) -> None:
    """Undo what a killed process left half done in ``folder``, and remove what it left behind."""
    for beside in sorted(folder.glob(f"{_PREFIX}*")):
        if not (beside / _LOCK).is_file():
            continue
        try:
            lock = try_lock(beside / _LOCK)
        except OSError:  # gone meanwhile, or not ours to touch
            continue
        if lock is None:
            continue  # somebody is writing
        try:
            if (beside / _NAMES).exists():
                _undo(folder, beside, json.loads((beside / _NAMES).read_text("utf-8")))
        finally:
            os.close(lock)
        shutil.rmtree(beside, ignore_errors=True)


def _replace(folder: Path, beside: Path, names: Sequence[str]) -> None:
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(21, os.strerror(21), str(folder / name))
    if len(names) == 1:  # one file needs no more than one step
        (beside / _NEW / names[0]).replace(folder / names[0])
        return
    (beside / _OLD).mkdir()
    told = beside / f"{_NAMES}.tmp"
    told.write_text(json.dumps(names), encoding="utf-8")
    told.replace(beside / _NAMES)
    try:
        for name in names:
            if os.path.lexists(folder / name):
                (folder / name).replace(beside / _OLD / name)
        for name in names:
            (beside / _NEW / name).replace(folder / name)
    except BaseException:
        _undo(folder, beside, names)
        raise
    (beside / _NAMES).unlink()


def _undo(folder: Path, beside: Path, names: Sequence[str]) -> None:
    """Take the new files out and put the old ones back, as many as can be."""
    failed: OSError | None = None
    for name in names:
        try:
            if not (beside / _NEW / name).exists():
                with suppress(FileNotFoundError):
                    (folder / name).replace(beside / _NEW / name)
            if os.path.lexists(beside / _OLD / name):
                (beside / _OLD / name).replace(folder / name)
        except OSError as error:
            failed = error
    if failed:
        raise failed
    (beside / _NAMES).unlink()
