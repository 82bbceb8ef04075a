"""A list in memory, in this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from chainmatch.pipeline.engines.found import Engine, Found, MemoryPart, Place, Step
from chainmatch.pipeline.inputs import List, firms_of, input_of


class Local(Engine):
    """Reads a list of any kind whole, and takes the step with all its firms at once."""

    bounded = False

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
