"""From a source to finished parts: each piece is read, worked on and written by one process."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from chainmatch.errors import ChainmatchError, Interrupted, OutputError, StoppedError
from chainmatch.pipeline.stream.folder import PartFolder
from chainmatch.pipeline.stream.ordered_pool import Crew, default_jobs
from chainmatch.tables.arrow import firm_batch
from chainmatch.tables.headers import Layout
from chainmatch.tables.packed import Piece
from chainmatch.tables.pieces import Cutter, PieceReader
from chainmatch.tables.records import Tally
from chainmatch.tables.rows import NO_DATA
from chainmatch.util.atomic import saying_why

PIECE = 20_000  # rows of a piece: some ten megabytes

Progress = Callable[[int], None]


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=2)


@dataclass(frozen=True)
class Options:
    """How to go through a large list.

    jobs
        Processes; default one for each core, four at most. The result is the same.
    resume
        Go on from what a stopped run of the same inputs and options has finished.
    size
        Rows of a piece. The result is the same.
    progress
        Called with the number of rows done, after each piece.
    stage
        Called with the Chinese name of each stage of a ``rank`` as it begins; in each that goes
        through the list, ``progress`` counts from 0.
    say
        Called with a Chinese sentence that the user has to see; default a warning.
    """

    jobs: int = field(default_factory=default_jobs)
    resume: bool = False
    size: int = PIECE
    progress: Progress | None = None
    stage: Callable[[str], None] | None = None
    say: Callable[[str], None] = _warn


class Step(Protocol):
    """What is done with the firms of a piece; pickled once for each process."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns of firms that are needed; none means all."""
        ...

    def start(self) -> Callable[[pa.RecordBatch, Path], None]:
        """Get ready; return what takes the firms of a piece and writes what was found."""
        ...


class Task(NamedTuple):
    """A piece and the layout under which it is to be read."""

    number: int
    piece: Piece
    layout: Layout


class Done(NamedTuple):
    """What a finished piece held, and the layout behind it."""

    said: Mapping[str, Any]
    layout: Layout


@dataclass(frozen=True)
class PieceWork:
    """What each process does: read the piece, take the step, close the part."""

    step: Step
    reader: PieceReader
    folder: PartFolder

    def start(self) -> Callable[[Task], Done]:
        """Get ready; return what does one piece."""
        step, reader, folder = self.step.start(), self.reader, self.folder

        def do(task: Task) -> Done:
            read = reader.read(task.piece, task.layout)
            with saying_why(folder.path):
                step(firm_batch(read.records), folder.result(task.number))
                said = {
                    "kept": read.kept,
                    "rejects": [list(reject) for reject in read.rejects],
                    "tally": [read.tally.counts, read.tally.first_row],
                    "headers": read.headers,
                    "changes": read.layout != task.layout,
                    "raw": len(task.piece.rows),
                }
                folder.close(task.number, said)
            return Done(said, read.layout)

        return do


@dataclass
class Held:
    """What all pieces together held."""

    parts: int = 0
    kept: int = 0
    rejects: int = 0
    other: int = 0  # of the rejects: totals, footers, repeated headers, which are no data
    tally: Tally = field(default_factory=Tally)
    headers: dict[str, str] = field(default_factory=dict)
    raw: int = 0

    def add(self, said: Mapping[str, Any]) -> None:
        """Add what the next piece held."""
        self.parts += 1
        self.kept += said["kept"]
        self.rejects += len(said["rejects"])
        self.other += sum(why in NO_DATA for _, why, _ in said["rejects"])
        self.raw += said["raw"]
        counts, first_row = said["tally"]
        self.tally.merge(Tally(Counter(counts), first_row))
        self.headers.update(said["headers"])


def run_pieces(step: Step, cutter: Cutter, folder: PartFolder, options: Options) -> Held:
    """Work through all pieces of a source and return what they held.

    Raises:
        TableError: a fault in the source, or no row at all; the parts are removed.
        StoppedError, OutputError, Interrupted: the parts stay, for ``resume``.
    """
    held = Held()
    try:
        with interruptible(lambda: f"已完成 {held.raw:,} 行"):
            for said in _pieces(step, cutter, folder, options):
                held.add(said)
                if options.progress:
                    options.progress(held.raw)
    except (StoppedError, OutputError):
        raise
    except ChainmatchError:
        folder.remove()
        raise
    if not held.kept and not held.rejects:
        folder.remove()
        raise cutter.nothing()
    return held


@contextmanager
def interruptible(done: Callable[[], str]) -> Iterator[None]:
    """Say, where the user stops a run in pieces, what is ``done`` and how it goes on."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"已中断，结果没有写出；{done()}，加 --resume 即可接着运行。") from None


def _pieces(
    step: Step, cutter: Cutter, folder: PartFolder, options: Options
) -> Iterator[Mapping[str, Any]]:
    finished = folder.finished() if options.resume else []
    tasks = iter(_tasks(cutter))
    for said, _ in zip(finished, tasks, strict=False):
        yield said
    work = PieceWork(step, cutter.reader, folder)
    with Crew(work, options.jobs) as crew:
        for task, done in crew.do(tasks, _later):
            if done.layout != task.layout:
                folder.reopen(task.number + 1)  # it was read under the wrong layout
            yield done.said


def _tasks(cutter: Cutter) -> Iterator[Task]:
    for number, piece in enumerate(cutter):
        yield Task(number, piece, cutter.layout)


def _later(task: Task, done: Done) -> Callable[[Task], Task] | None:
    """Read what follows a header with other columns under that header."""
    if done.layout == task.layout:
        return None
    return lambda later: later._replace(layout=done.layout)
