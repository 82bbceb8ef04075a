"""Raw lists on Spark: workers read batches and take a step with the firms, the driver gathers.

What a worker sends back is one message for each batch: what it found (of a ``rank`` the packed rows
of its firms), the rows that could not be read and what was noticed. How many rows stand before a
batch is not known where it is read, so its rows are numbered as if it were the first of the list;
the driver adds the rest.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.errors import TableError
from chainmatch.identity.linking import Linker
from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.batches import candidate_batches, link_batches, match_batches, match_schema
from chainmatch.pipeline.candidates import Examiner
from chainmatch.pipeline.packing import packed_schema
from chainmatch.pipeline.spark.arrow import Batches, mapped
from chainmatch.pipeline.spark.broadcast import Parcel
from chainmatch.pipeline.spark.listing import Listing
from chainmatch.profile import Profile
from chainmatch.tables import Reading
from chainmatch.tables.arrow import firm_batch, table_schema
from chainmatch.tables.headers import Layout
from chainmatch.tables.packed import Piece
from chainmatch.tables.pieces import PieceReader
from chainmatch.tables.reading import reject_frame
from chainmatch.tables.records import Tally

if TYPE_CHECKING:
    import networkx as nx
    from pyspark.sql import DataFrame

_FIRST = 2  # the row below a header in the first row
_MESSAGE = pa.schema([("raw", pa.int64()), ("said", pa.string()), ("rows", pa.binary())])


Step = Callable[[pa.RecordBatch], Iterable[pa.RecordBatch]]


@dataclass(frozen=True)
class Reader:
    """What a worker process needs, built once: how rows are read, and what is done with firms.

    ``step`` gives batches of ``schema``.
    """

    reader: PieceReader
    layout: Layout
    step: Step
    schema: pa.Schema


def examining(
    reader: PieceReader,
    layout: Layout,
    graph: "nx.DiGraph[str]",
    profile: Profile,
    home: pd.DataFrame,
) -> Reader:
    """Examine target firms: :func:`chainmatch.pipeline.batches.candidate_batches`."""
    examiner = Examiner(graph, profile, home)
    return Reader(
        reader, layout, lambda firms: candidate_batches([firms], examiner), packed_schema()
    )


def matching(
    reader: PieceReader, layout: Layout, graph: "nx.DiGraph[str]", by: str, top: int | None
) -> Reader:
    """Match firms: :func:`chainmatch.pipeline.batches.match_batches`."""
    matcher = Matcher(graph)
    return Reader(
        reader,
        layout,
        lambda firms: match_batches([firms], matcher, by=by, top=top),
        match_schema(graph, by),
    )


def linking(reader: PieceReader, layout: Layout, right: pd.DataFrame) -> Reader:
    """Link firms to a list: :func:`chainmatch.pipeline.batches.link_batches`."""
    linker = Linker(right)
    return Reader(
        reader, layout, lambda firms: link_batches([firms], linker), table_schema("links")
    )


def _read(
    build: Callable[..., Reader], parcel: Parcel, batches: Batches
) -> Iterator[pa.RecordBatch]:
    """Read batches of raw rows in a worker process, take the step; yield a message for each."""
    own = parcel.open(build)
    for batch in batches:
        read = own.reader.read(Piece(_FIRST, batch), own.layout)
        rows = list(own.step(firm_batch(read.records)))
        said = {
            "kept": read.kept,
            "rejects": [list(reject) for reject in read.rejects],
            "counts": read.tally.counts,
            "first_row": read.tally.first_row,
            "changes": read.layout != own.layout,
        }
        message = {
            "raw": [batch.num_rows],
            "said": [json.dumps(said, ensure_ascii=False)],
            "rows": [_to_bytes(rows, own.schema)],
        }
        yield pa.RecordBatch.from_pydict(message, schema=_MESSAGE)


def _to_bytes(rows: list[pa.RecordBatch], schema: pa.Schema) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, schema, options=options) as writer:
        for batch in rows:
            writer.write_batch(batch)
    written: bytes = sink.getvalue().to_pybytes()
    return written


@dataclass
class Gathered:
    """What the driver keeps of all messages, in the order of the rows, beside what was found."""

    file: str
    raw: int = 0
    kept: int = 0
    rejects: list[tuple[Any, ...]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def add(self, raw: int, said: str, rows: bytes) -> tuple[int, pa.Table]:
        """Add the next message; return how many rows stand before it, and what was found."""
        told = json.loads(said)
        if told["changes"]:
            raise TableError(
                f"名单“{self.file}”中途换了列（另有一行表头）；请拆成两份，或去掉 --engine spark"
            )
        before = self.raw
        self.rejects += [(self.file, row + before, why, text) for row, why, text in told["rejects"]]
        first = {what: row + before for what, row in told["first_row"].items()}
        self.tally.merge(Tally(Counter(told["counts"]), first))
        self.raw += raw
        self.kept += told["kept"]
        with pa.ipc.open_stream(rows) as reader:
            return before, reader.read_all()

    def reading(self, listing: Listing, firms: pd.DataFrame) -> Reading:
        """Return the reading of the list, with ``firms`` as its table."""
        notes = (*listing.notes, *self.tally.notes())
        rejects = reject_frame(self.rejects)
        return Reading(firms, rejects, notes, listing.layout.mapping(), self.kept + len(rejects))


def read_pieces(
    listing: Listing, build: Callable[..., Reader], values: Sequence[Any], found: Gathered
) -> Iterator[tuple[int, pa.Table]]:
    """Take a step with the firms of a list on the workers, and yield what each batch gave.

    ``build`` (:func:`examining`, :func:`matching`, :func:`linking`) makes of ``values`` what a
    worker needs. Yields how many rows stand before a batch, with what was found in it; ``found``
    keeps the rest.

    Raises
    ------
    TableError
        No row at all, or a header further down that changes the columns of what follows.
    """
    parcel = Parcel.of(listing.reader, listing.layout, *values)
    frame = mapped(listing.frame, partial(_read, build, parcel), _MESSAGE)
    for message in _waves(frame):
        yield found.add(*message)
    if not (found.kept or found.rejects):
        raise TableError(f"名单“{found.file}”没有数据行；请检查是否导出完整")


def gather_packed(
    listing: Listing, graph: "nx.DiGraph[str]", profile: Profile, home: pd.DataFrame
) -> tuple[Gathered, pa.Table]:
    """Examine the firms of a list on the workers; return what was said and the packed rows."""
    found = Gathered(listing.reader.file)
    packed = [packed_schema().empty_table()]
    for before, table in read_pieces(listing, examining, (graph, profile, home), found):
        at = table.schema.get_field_index("row")
        numbers = pc.add(table.column(at), before)
        packed.append(table.set_column(at, table.field(at), numbers))
    return found, pa.concat_tables(packed)


def _waves(frame: "DataFrame") -> Iterator[tuple[int, str, bytes]]:
    """Yield the rows of a frame in order, computed two partitions a core at a time.

    So the driver receives a little at a time, and a task that failed is done again by itself.
    """
    context = frame.sparkSession.sparkContext
    rows = frame.rdd
    count, wave = rows.getNumPartitions(), 2 * context.defaultParallelism
    for start in range(0, count, wave):
        yield from context.runJob(rows, _tuples, range(start, min(start + wave, count)))


def _tuples(rows: Iterable[Any]) -> Iterator[tuple[int, str, bytes]]:
    return ((row.raw, row.said, bytes(row.rows)) for row in rows)
