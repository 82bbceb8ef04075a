"""Files that come with a run: kept under a harmless name in the work folder of that run."""

import re
import shutil
import unicodedata
from pathlib import Path
from typing import BinaryIO

ROLES = ("targets", "local", "leads", "profile")
_ODD = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
_LONGEST = 120  # bytes of a name
_SUFFIXES = 8  # characters that end a name and are kept


def safe_name(name: str, role: str) -> str:
    """Return a file name without folders, control characters and leading dots.

    The suffix, which says how a list is read, stays; a name that vanishes becomes ``role``.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    name = re.split(r"[\\/]", name)[-1]
    name = _ODD.sub("_", name).strip().lstrip(".")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > _SUFFIXES or not suffix.isascii():
        stem, dot, suffix = name, "", ""
    room = _LONGEST - len(suffix) - 1
    stem = stem.encode()[:room].decode(errors="ignore").strip() or role
    return f"{stem}{dot}{suffix}"


def input_path(folder: Path, role: str, name: str) -> Path:
    """Return where an input of a run lies; ``name`` is what :func:`safe_name` returned."""
    return folder / "inputs" / role / name


def save(source: BinaryIO, folder: Path, role: str, name: str) -> str:
    """Write an input into the work folder; return its name there."""
    safe = safe_name(name, role)
    path = input_path(folder, role, safe)
    path.parent.mkdir(parents=True)
    with path.open("xb") as file:
        shutil.copyfileobj(source, file)
    return safe
