"""A list in memory, in this process."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from chainmatch.pipeline.engines.found import Found, MemoryPart, Place, Result, Step, Task, Work
from chainmatch.pipeline.inputs import List, firms_of, input_of


@dataclass(frozen=True)
class Local:
    """Reads a list of any kind whole, and takes the step with all its firms at once."""

    bounded: bool = False

    @contextmanager
    def each(
        self,
        step: Step,
        source: List,
        mapping: Mapping[str, str] | None = None,
        place: Place | None = None,
    ) -> Iterator[Found]:
        """Read a list and give what the step finds: one part."""
        read = firms_of(source, mapping)
        yield Found(
            [MemoryPart(step.start()(read.table))], len(read.table), len(read.rejects),
            read.furniture, lambda: [read.rejects], read.notes, read.mapping,
            input_of(source, read),
        )  # fmt: skip

    def map(
        self,
        work: Work[Task, Result],
        tasks: Iterable[Task],
        rows: Sequence[int],
    ) -> Iterator[Result]:
        """Do tasks one after another."""
        return map(work.start(), tasks)
