"""What an engine is, what it takes to a list, and what it hands over."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

import pandas as pd
import pyarrow as pa

from chainmatch.pipeline.inputs import List
from chainmatch.schema.columns import TABLES
from chainmatch.tables import Reading
from chainmatch.tables.arrow import record_batch
from chainmatch.util.notices import tell

Tables = Mapping[str, pd.DataFrame]

Progress = Callable[[str], None]

Task_contra = TypeVar("Task_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)


class Step(Protocol):
    """What is done with the firms of a batch; pickled once for each process.

    ``wanted`` are the columns of firms that are needed (none means all), ``schemas`` those of the
    tables that are found.
    """

    @property
    def wanted(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def schemas(self) -> Mapping[str, pa.Schema]: ...  # noqa: D102

    def start(self) -> Callable[[pd.DataFrame], Tables]:
        """Get ready; return what says of firms what was found."""
        ...


class Part(Protocol):
    """What a step found in one batch of a list."""

    def table(self, name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Return a table of what was found; ``columns`` are those that are needed, default all."""
        ...


class MemoryPart(NamedTuple):
    """A part that is held in memory."""

    tables: Tables

    def table(self, name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Return a table of what was found."""
        found = self.tables[name]
        return found[list(columns)] if columns else found


class DiskPart(NamedTuple):
    """A part on the disk: a Parquet file for each table, ``STEM.NAME``."""

    stem: Path

    def path(self, name: str) -> Path:
        """Return where a table stands."""
        return self.stem.with_suffix(f".{name}")

    def rows(self, name: str, columns: Sequence[str] = ()) -> pa.Table:
        """Return a table of what was found as it stands on the disk."""
        import pyarrow.parquet as pq

        # Not threaded: processes share the cores already.
        return pq.read_table(self.path(name), columns=list(columns) or None, use_threads=False)

    def table(self, name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Return a table of what was found."""
        return self.rows(name, columns).to_pandas()

    def put(self, tables: Tables, schemas: Mapping[str, pa.Schema]) -> None:
        """Write tables, in the columns of their schemas."""
        batches = {name: record_batch(frame, schemas[name]) for name, frame in tables.items()}
        self.write({name: pa.Table.from_batches([batch]) for name, batch in batches.items()})

    def write(self, tables: Mapping[str, pa.Table]) -> None:
        """Write tables."""
        import pyarrow.parquet as pq

        for name, rows in tables.items():
            pq.write_table(rows, self.path(name), compression="zstd")


@dataclass(frozen=True)
class Found:
    """What was found in a list, and how the list was read.

    parts
        One or more, in the order of the list.
    firms, rejected, other
        How many rows were read as firms, how many were not, how many of those are no data (totals,
        footers, repeated headers).
    rejects
        Gives the tables of the rows that were not read.
    notes, mapping
        As of a :class:`chainmatch.tables.Reading`.
    input
        What the manifest says of the list.
    """

    parts: Sequence[Part]
    firms: int
    rejected: int
    other: int
    rejects: Callable[[], Iterable[pd.DataFrame]]
    notes: tuple[str, ...]
    mapping: dict[str, str]
    input: Mapping[str, str]

    def told(self) -> "Found":
        """Tell what was noticed in a list that no reader of whole lists has told of; return it."""
        tell(self.input["file"], self.notes)
        return self

    def reading(self, firms: pd.DataFrame | None = None, most: int | None = None) -> Reading:
        """Return how the list was read, with ``firms`` and the first ``most`` rejects."""
        table = pd.DataFrame(columns=list(TABLES["firms"])) if firms is None else firms
        rejects = head(self.rejects(), TABLES["rejects"], most)
        return Reading(table, rejects, self.notes, self.mapping, self.firms + self.rejected)


class Place(NamedTuple):
    """Where the parts of a result stand, and what decides them beside the list."""

    path: Path
    decided: Mapping[str, Any]


class Work(Protocol[Task_contra, Result_co]):
    """What a process does with tasks; pickled once for each."""

    def start(self) -> Callable[[Task_contra], Result_co]:
        """Get ready; return what does one task."""
        ...


Task = TypeVar("Task")
Result = TypeVar("Result")


class Engine(ABC):
    """Takes a step with the firms of a list.

    ``bounded``: what is found is put on the disk, and need not fit into memory.
    """

    bounded: ClassVar[bool] = True

    @abstractmethod
    def each(
        self,
        step: Step,
        source: List,
        mapping: Mapping[str, str] | None = None,
        place: Place | None = None,
    ) -> AbstractContextManager[Found]:
        """Read a list and give what the step finds; its parts last as long as the context."""

    def map(
        self, work: Work[Task, Result], tasks: Iterable[Task], rows: Sequence[int]
    ) -> Iterator[Result]:
        """Do tasks; the results come in their order. ``rows`` of the list are done after each."""
        return map(work.start(), tasks)


def head(frames: Iterable[pd.DataFrame], columns: Sequence[str], most: int | None) -> pd.DataFrame:
    """Return the first ``most`` rows of all tables; all with None."""
    found: list[pd.DataFrame] = []
    count = 0
    for frame in frames:
        found.append(frame if most is None else frame.head(most - count))
        count += len(found[-1])
        if count == most:
            break
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(columns))
    return whole[list(columns)]


def silent(_: str) -> None:
    """Tell nobody of the step that begins."""
