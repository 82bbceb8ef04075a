"""Workbooks read in a process of their own: what happens to the reader there spares the run.

The reader is native code. It ends its process where memory is lacking, and a broken or malicious
file may keep it busy for ever; so it gets so much memory and time as a file of that size can need.
This file is the program of that process, too: at the top it imports the reader alone.
"""

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import python_calamine as calamine

MEMORY, MEMORY_A_BYTE = 1 << 31, 40  # bytes of a process, and more for each byte that is unpacked
SECONDS, BYTES_A_SECOND = 5, 500_000  # of one core
_NAMED = ("PasswordError", "CalamineError")


class Listed(NamedTuple):
    """One sheet as the reader gives it."""

    name: str
    rows: list[list[Any]]
    merged: tuple[Any, ...]
    hidden: bool


class ReaderError(Exception):
    """What the reader said of a file: ``kind`` is the name of its error, "" where it just ended."""

    def __init__(self, kind: str, where: tuple[str, int] = ("", 0)) -> None:
        super().__init__(kind)
        self.kind, self.where = kind, where


def sheets_of(source: "str | BinaryIO", most: int) -> list[Listed]:
    """Return the sheets of a workbook, read in this process.

    Raises:
        ReaderError: ``PasswordError`` or ``CalamineError`` of the reader; ``Panic`` where it gave
            up; ``Range`` with sheet and row, for a day that Python cannot hold; ``Many`` for more
            than ``most`` sheets.
    """
    try:
        with calamine.load_workbook(source) as book:
            metas = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
            if len(metas) > most:
                raise ReaderError("Many", ("", len(metas)))
            return [_listed(book, meta) for meta in metas]
    except (calamine.CalamineError, calamine.PasswordError) as error:
        raise ReaderError(
            "PasswordError" if isinstance(error, calamine.PasswordError) else "CalamineError"
        ) from None
    except BaseException as error:
        # A panic inside the reader is no Exception; only damaged files cause one.
        if type(error).__name__ != "PanicException":
            raise
        raise ReaderError("Panic") from None


def _listed(book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata) -> Listed:
    sheet = book.get_sheet_by_name(meta.name)
    hidden = meta.visible != calamine.SheetVisibleEnum.Visible
    try:
        rows = sheet.to_python(skip_empty_area=False)
    except (OverflowError, ValueError):
        raise ReaderError("Range", (meta.name, _bad_row(sheet))) from None
    return Listed(meta.name, rows, tuple(sheet.merged_cell_ranges or ()), hidden)


def _bad_row(sheet: calamine.CalamineSheet) -> int:
    """Return the number of the first row that cannot be had."""
    rows, number = iter(sheet.iter_rows()), 0
    while True:
        number += 1
        try:
            next(rows)
        except (OverflowError, ValueError, StopIteration):
            return number


def sheets_aside(path: Path, given_open: bool, most: int, size: int) -> list[Listed]:
    """Return what ``sheets_of`` gives, read in another process.

    ``given_open``: the reader is to be given the opened file, not its name. ``size`` is that of the
    file when it is unpacked, in bytes: memory and time are measured by it.
    """
    told = [str(path), str(int(given_open)), str(most), str(size)]
    places = os.pathsep.join(place or os.curdir for place in sys.path)
    with subprocess.Popen(  # noqa: S603 - our own program, and no shell
        [sys.executable, "-S", "-P", __file__, *map(os.fsencode, told)],
        stdin=subprocess.PIPE,  # held open: at its end the other process ends
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": places},
    ) as process:
        try:
            answer = process.stdout.read() if process.stdout else b""
        finally:
            process.kill()
    try:
        found = pickle.loads(answer)  # noqa: S301
    except (EOFError, pickle.UnpicklingError, ValueError):
        raise ReaderError("") from None
    if isinstance(found, list):
        return [Listed(*sheet) for sheet in found]
    raise ReaderError(*found)


def _bound(size: int) -> None:
    """Take no more memory and time than a file of this size can need; end with the parent."""
    try:
        import resource
    except ImportError:  # Windows knows no such bounds
        return
    seconds = SECONDS + size // BYTES_A_SECOND
    for what, most in (
        (resource.RLIMIT_AS, MEMORY + MEMORY_A_BYTE * size),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, hard))


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _answer(path: str, given_open: str, most: str, size: str) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _bound(int(size))
    try:
        with Path(path).open("rb") as file:
            source = file if int(given_open) else path
            answer: Any = [tuple(sheet) for sheet in sheets_of(source, int(most))]
    except ReaderError as error:
        answer = (error.kind, error.where)
    pickle.dump(answer, sys.stdout.buffer, protocol=5)
    sys.stdout.flush()


if __name__ == "__main__":
    _answer(*sys.argv[1:])
