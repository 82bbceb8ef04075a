"""Files and folders that appear whole or not at all, and what the disk says when they cannot."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chainmatch.errors import OutputError, reason
from chainmatch.util.file_names import check_name
from chainmatch.util.replacing import replaced


def check_folder(path: str | Path) -> Path:
    """Return a folder that results can be written to; raise OutputError before any work is done."""
    folder = Path(path)
    check_name(folder, OutputError)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}：已有同名文件，请换一个结果文件夹。")
    place = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not place.is_dir():
        raise OutputError(f"{place}：不是文件夹，无法在其中写出结果。")
    if not os.access(place, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}：没有写入权限，请换一个结果文件夹。")
    return folder


@contextmanager
def saying_why(place: Path) -> Iterator[None]:
    """Turn what the disk says while ``place`` is written into an OutputError."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # not the disk's word: a fault of ours
            raise
        raise OutputError(_why(place, error)) from None


def _why(place: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{place}：写出失败，磁盘空间不足；请清理磁盘或换一个位置。"
    named = Path(error.filename) if isinstance(error.filename, str) else place
    if error.errno == errno.EISDIR:
        return f"{named}：是文件夹，放不下同名的结果文件；请移走它，或换一个位置。"
    which = f"“{named.name}”" if named != place else ""
    return (
        f"{place}：{which}写出失败（{reason(error)}），已有的结果没有改动。"
        "如果文件正在 Excel 或 WPS 中打开，请先关闭。"
    )


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary file beside ``path``; it takes its place only if nothing failed."""
    check_name(path, OutputError)
    check_folder(path.parent)
    if path.is_dir():
        raise OutputError(f"{path}：是文件夹，请给出文件名。")
    with whole_folder(path.parent) as folder:
        yield folder / path.name


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give an empty temporary folder; its files move to ``folder`` only if nothing failed.

    They move together: where one cannot be replaced, all stay as they were. An existing folder
    keeps its other files.
    """
    with saying_why(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with replaced(folder) as temporary:
            yield temporary
