"""The folder of parts of a run in pieces: what is finished, and of which input and options.

A part is a file of results and a small ``.json`` that says what the piece held. The second is
written last and appears whole, so a part with it is finished.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from chainmatch.errors import OptionError, OutputError
from chainmatch.pipeline.engines.found import DiskPart
from chainmatch.pipeline.inputs import sha256_of
from chainmatch.util.atomic import saying_why
from chainmatch.util.file_names import file_name
from chainmatch.util.locking import try_lock

STATE, LOCK = "decided.json", "lock"


class Source(NamedTuple):
    """What tells one input from another."""

    file: str
    size: int
    sha256: str


def source_of(path: Path) -> Source:
    """Measure a file; it is read once."""
    return Source(file_name(path), path.stat().st_size, sha256_of(path))


def parts_of(out: Path) -> Path:
    """Return where the parts of a result stand: ``OUT.parts`` beside it."""
    return out.with_name(f"{out.name}.parts")


class PartFolder:
    """The folder of parts of one result; whoever uses it holds it alone (``held_alone``).

    Parameters
    ----------
    path : Path
        Where it is, see :func:`parts_of`.
    source : Path
        The list.
    options : mapping
        What else decides the result; the version is among it.
    resume : bool
        Go on from the finished parts of a run with the same list and options; else begin anew.
    say : callable
        Told in a sentence when finished parts are thrown away.

    Raises:
        OptionError: ``resume``, and there is no such run, or one of another list or options.
    """

    def __init__(
        self,
        path: Path,
        source: Path,
        options: Mapping[str, Any],
        *,
        resume: bool,
        say: Callable[[str], None],
    ) -> None:
        self.path = path
        self.source = source_of(source)
        options = json.loads(json.dumps(options))
        wanted = {"input": self.source._asdict(), "options": options}
        if resume:
            _check(self._state(), wanted, self.path)
        with saying_why(self.path):
            if not resume:
                self._clear(say)
            write_whole(self.path / STATE, json.dumps(wanted, ensure_ascii=False, indent=1))

    def _clear(self, say: Callable[[str], None]) -> None:
        finished = len(list(self.path.glob("[0-9]*.json")))
        if finished:
            say(
                f"上次中断的运行在“{self.path.name}”里留有 {finished:,} 段已完成的结果，"
                "没有给出 --resume，已弃去，从头运行。"
            )
        for path in self.path.iterdir():
            if path.name != LOCK:
                path.unlink()

    def _state(self) -> Any:
        try:
            return json.loads((self.path / STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise OptionError(
                f"--resume：没有找到上次中断的结果“{self.path}”；请去掉 --resume 从头运行。"
            ) from None

    def finished(self) -> list[dict[str, Any]]:
        """Return what the finished parts say, from the first to the last without a hole.

        A part behind which the columns of the list change, and all behind it, are done again.
        """
        found: list[dict[str, Any]] = []
        while (said := self.path / f"{len(found):05}.json").is_file():
            part = json.loads(said.read_text(encoding="utf-8"))
            if part["changes"]:
                break
            found.append(part)
        return found

    def part(self, number: int) -> DiskPart:
        """Return what was found in a piece."""
        return DiskPart(self.path / f"{number:05}")

    def rejects(self, number: int) -> list[tuple[int, str, str]]:
        """Return what a finished piece rejected: row, why, text."""
        said = json.loads((self.path / f"{number:05}.json").read_text(encoding="utf-8"))
        return [(row, why, text) for row, why, text in said["rejects"]]

    def close(self, number: int, said: Mapping[str, Any]) -> None:
        """Say that a part is finished."""
        text = json.dumps(said, ensure_ascii=False)
        write_whole(self.path / f"{number:05}.json", text)

    def reopen(self, number: int) -> None:
        """Forget that a part was finished."""
        (self.path / f"{number:05}.json").unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove all parts; the folder goes with its lock."""
        for path in self.path.iterdir():
            if path.name != LOCK:
                path.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it appears whole."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _check(state: Any, wanted: Mapping[str, Any], folder: Path) -> None:
    start_anew = "请换回原来的，或去掉 --resume 从头运行。"
    old, new = state["input"], wanted["input"]
    if (old["file"], old["sha256"]) != (new["file"], new["sha256"]):
        raise OptionError(
            f"--resume：“{folder.name}”是另一份输入（{old['file']}，{old['size']:,} 字节）的"
            f"结果，现在的是 {new['file']}（{new['size']:,} 字节）；{start_anew}"
        )
    changed = [
        name
        for name in sorted({*state["options"], *wanted["options"]})
        if state["options"].get(name) != wanted["options"].get(name)
    ]
    if changed:
        raise OptionError(
            f"--resume：“{folder.name}”是用另外的选项或版本运行的"
            f"（不同之处：{'、'.join(changed)}）；{start_anew}"
        )


# --- one run at a time ---------------------------------------------------------------------------


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
