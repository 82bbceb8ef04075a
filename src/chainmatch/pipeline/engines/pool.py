"""A list in pieces, in several processes of this computer, in bounded memory.

A list is cut into pieces (:mod:`chainmatch.tables.pieces`); each is read and worked on by itself.
What is found goes to a folder of parts beside the result. A run that was stopped goes on from its
finished parts.
"""

import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from chainmatch._version import __version__
from chainmatch.errors import ChainmatchError, Interrupted, OutputError, StoppedError, TableError
from chainmatch.pipeline.engines.folder import PartFolder, held_alone
from chainmatch.pipeline.engines.found import Engine, Found, Place, Result, Step, Task, Work
from chainmatch.pipeline.engines.ordered import default_jobs, in_order
from chainmatch.pipeline.inputs import List
from chainmatch.tables.arrow import firm_batch, firm_frame
from chainmatch.tables.kinds import NO_DATA
from chainmatch.tables.layout import Layout
from chainmatch.tables.packed import Piece
from chainmatch.tables.pieces import Cutter, PieceReader, open_cutter
from chainmatch.tables.reading import reject_frame
from chainmatch.tables.records import Tally
from chainmatch.tables.sql import is_database
from chainmatch.util.atomic import saying_why

PIECE = 20_000  # rows of a piece: some ten megabytes


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=2)


@dataclass(frozen=True)
class Pool(Engine):
    """Goes through CSV and its kin, or Parquet, of any length.

    jobs
        Processes; default one for each core, four at most. The result is the same.
    resume
        Go on from what a stopped run of the same inputs and options has finished.
    size
        Rows of a piece. The result is the same.
    progress
        Called with the number of rows done, after each piece; each way through the list counts
        from 0.
    say
        Called with a Chinese sentence that the user has to see; default a warning.
    """

    jobs: int = field(default_factory=default_jobs)
    resume: bool = False
    size: int = PIECE
    progress: Callable[[int], None] = lambda _: None
    say: Callable[[str], None] = _warn

    @contextmanager
    def each(
        self,
        step: Step,
        source: List,
        mapping: Mapping[str, str] | None = None,
        place: Place | None = None,
    ) -> Iterator[Found]:
        """Go through a list and give what the step finds, a part for each piece.

        Raises
        ------
        TableError
            A fault in the list, or no row at all; nothing is kept.
        StoppedError, OutputError, Interrupted
            What is finished is kept for ``resume``, if there is a ``place`` for it.
        """
        if place is None:
            with (
                tempfile.TemporaryDirectory(prefix="chainmatch-") as path,
                self.each(step, source, mapping, Place(Path(path) / "parts", {})) as found,
            ):
                yield found
            return
        if not isinstance(source, (str, PathLike)) or is_database(str(source)):
            raise TableError("只有文件可以分段读取；请先导出为 CSV 或 Parquet")
        cutter = open_cutter(source, self.size, mapping, step.wanted)
        decided = {
            **place.decided,
            "version": __version__,
            "size": self.size,
            "map": dict(mapping or {}),
        }
        with held_alone(place.path):
            folder = PartFolder(place.path, Path(source), decided, resume=self.resume, say=self.say)
            held = self._held(step, cutter, folder)
            with _interruptible(lambda: f"已识别 {held.raw:,} 行"):
                yield _found(held, cutter, folder)
            folder.remove()

    def map(
        self, work: Work[Task, Result], tasks: Iterable[Task], rows: Sequence[int]
    ) -> Iterator[Result]:
        """Do tasks in the processes; the results come in order."""
        for (_, result), done in zip(in_order(work, tasks, self.jobs), rows, strict=True):
            yield result
            self.progress(done)

    def _held(self, step: Step, cutter: Cutter, folder: PartFolder) -> "_Held":
        """Work through all pieces and return what they held."""
        held = _Held()
        try:
            with _interruptible(lambda: f"已完成 {held.raw:,} 行"):
                for piece in self._pieces(step, cutter, folder):
                    held.add(piece)
                    self.progress(held.raw)
            if not held.kept and not held.rejects:
                raise cutter.nothing()
        except (StoppedError, OutputError):
            raise
        except ChainmatchError:
            folder.remove()
            raise
        return held

    def _pieces(
        self, step: Step, cutter: Cutter, folder: PartFolder
    ) -> Iterator[Mapping[str, Any]]:
        finished = folder.finished() if self.resume else []
        tasks = iter(_tasks(cutter))
        for piece, _ in zip(finished, tasks, strict=False):
            yield piece
        work = _PieceWork(step, cutter.reader, folder)
        for task, done in in_order(work, tasks, self.jobs, _under_new_header):
            if done.layout != task.layout:
                folder.reopen(task.number + 1)  # it was read under the wrong layout
            yield done.held


@contextmanager
def _interruptible(done: Callable[[], str]) -> Iterator[None]:
    """Say, where the user stops a run, what is ``done`` and how it goes on."""
    try:
        yield
    except Interrupted:
        raise
    except KeyboardInterrupt:
        raise Interrupted(f"已中断，结果没有写出；{done()}，加 --resume 即可接着运行。") from None


class _Task(NamedTuple):
    """A piece and the layout under which it is to be read."""

    number: int
    piece: Piece
    layout: Layout


class _Done(NamedTuple):
    """What a finished piece held, and the layout behind it."""

    held: Mapping[str, Any]
    layout: Layout


def _tasks(cutter: Cutter) -> Iterator[_Task]:
    for number, piece in enumerate(cutter):
        yield _Task(number, piece, cutter.layout)


def _under_new_header(task: _Task, done: _Done) -> Callable[[_Task], _Task] | None:
    """Read what follows a header with other columns under that header."""
    if done.layout == task.layout:
        return None
    return lambda later: later._replace(layout=done.layout)


@dataclass(frozen=True)
class _PieceWork:
    """What each process does: read the piece, take the step, close the part."""

    step: Step
    reader: PieceReader
    folder: PartFolder

    def start(self) -> Callable[[_Task], _Done]:
        step, schemas = self.step.start(), self.step.schemas
        reader, folder = self.reader, self.folder

        def do(task: _Task) -> _Done:
            read = reader.read(task.piece, task.layout)
            found = step(firm_frame(firm_batch(read.records), self.step.wanted))
            held = {
                "kept": read.kept,
                "rejects": [list(reject) for reject in read.rejects],
                "tally": [read.tally.counts, read.tally.first_row],
                "headers": read.headers,
                "changes": read.layout != task.layout,
                "raw": len(task.piece.rows),
            }
            with saying_why(folder.path):
                folder.part(task.number).put(found, schemas)
                folder.close(task.number, held)
            return _Done(held, read.layout)

        return do


@dataclass
class _Held:
    """What all pieces together held."""

    parts: int = 0
    kept: int = 0
    rejects: int = 0
    other: int = 0
    tally: Tally = field(default_factory=Tally)
    headers: dict[str, str] = field(default_factory=dict)
    raw: int = 0

    def add(self, piece: Mapping[str, Any]) -> None:
        """Add what the next piece held."""
        self.parts += 1
        self.kept += piece["kept"]
        self.rejects += len(piece["rejects"])
        self.other += sum(why in NO_DATA for _, why, _ in piece["rejects"])
        self.raw += piece["raw"]
        counts, first_row = piece["tally"]
        self.tally.merge(Tally(Counter(counts), first_row))
        self.headers.update(piece["headers"])


def _found(held: _Held, cutter: Cutter, folder: PartFolder) -> Found:
    file = cutter.reader.file

    def rejects() -> Iterator[pd.DataFrame]:
        for number in range(held.parts):
            yield reject_frame([(file, *reject) for reject in folder.rejects(number)])

    return Found(
        [folder.part(number) for number in range(held.parts)],
        held.kept,
        held.rejects,
        held.other,
        rejects,
        (*cutter.notes, *held.tally.notes()),
        {**cutter.layout.mapping(), **held.headers},
        {"file": folder.source.file, "sha256": folder.source.sha256},
    ).told()
