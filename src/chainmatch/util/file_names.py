"""Names of files as people read them, whatever bytes the disk has them in."""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from chainmatch.errors import ChainmatchError

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HALF = re.compile("[\ud800-\udfff]")


def legible(name: str) -> str:
    """Return a name that the system could not decode as the text that it is.

    Python hands bytes that are no text in the system's encoding on as halves of characters (lone
    surrogates), which no file and no terminal takes. They are UTF-8, or GB18030 from an older
    computer; what is neither becomes �.
    """
    if not _HALF.search(name):
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return os.fsencode(name).decode(encoding)
        except UnicodeError:
            continue
    return _HALF.sub("�", name)


def file_name(path: str | Path) -> str:
    """Return the name of a file, legible, on one line."""
    return _CONTROL.sub("�", legible(Path(path).name))


def on_disk(name: str) -> str:
    """Return the name under which a file of ours is written.

    Where the system takes ASCII names only (LC_ALL=C), it is given the bytes of UTF-8.
    """
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return os.fsdecode(name.encode())
    return name


def readable(path: Path) -> "str | BinaryIO":
    """Return what readers that want a path as text can read: the path, or the opened file."""
    return str(path) if not _HALF.search(str(path)) else path.open("rb")


def check_name(path: Path, error: Callable[[str], ChainmatchError]) -> None:
    """Raise what ``error`` makes of a sentence if no disk can hold such a name or no file is there.

    A device or a pipe may wait for ever, or never end.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as problem:
        if why := name_problem(problem, path.parts):
            raise error(why) from None
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise error(f"“{legible(path.name)}”是设备或管道，不是文件；请先存为文件。")


def name_problem(error: Exception, names: Iterable[str]) -> str:
    """Say what is wrong with one of the ``names`` if no disk takes it; "" for another error."""
    if isinstance(error, OSError):
        if error.errno != errno.ENAMETOOLONG:
            return ""
        name = max((part for name in names for part in Path(legible(name)).parts), key=len)
        return f"文件名太长（{len(name)} 个字）：“{name[:20]}…”；请改短。"
    for name in names:
        if "\0" in name or (isinstance(error, UnicodeEncodeError) and _held(name, error.object)):
            shown = legible(name).replace("\0", "�")
            return f"文件名里有无法辨认的字符：“{shown}”；请改名后再试。"
    return ""


def _held(name: str, text: str) -> bool:
    return bool(name) and (name in text or Path(name).name in text)
