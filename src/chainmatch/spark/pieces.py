"""The row-wise part of ``rank`` on Spark: workers read and examine batches, the driver gathers.

What a worker sends back is one message for each batch: the packed rows of its firms, the rows that
could not be read and what was noticed. How many rows stand before a batch is not known where it is
read, so its rows are numbered as if it were the first of the list; the driver adds the rest.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.batches import candidate_batches
from chainmatch.candidates import Examiner
from chainmatch.columns import TABLES
from chainmatch.errors import TableError
from chainmatch.packing import packed_schema
from chainmatch.profile import Profile
from chainmatch.spark.arrow import Batches, mapped
from chainmatch.spark.listing import Listing
from chainmatch.spark.parcel import Parcel
from chainmatch.tables import Reading
from chainmatch.tables.arrow import firm_batch
from chainmatch.tables.headers import Layout
from chainmatch.tables.pieces import Piece, PieceReader
from chainmatch.tables.records import Tally

if TYPE_CHECKING:
    import networkx as nx
    from pyspark.sql import DataFrame

_FIRST = 2  # the row below a header in the first row
_MESSAGE = pa.schema([("raw", pa.int64()), ("said", pa.string()), ("packed", pa.binary())])


@dataclass(frozen=True)
class _Examining:
    """What a worker process needs, built once."""

    reader: PieceReader
    layout: Layout
    examiner: Examiner


def _examining(
    reader: PieceReader,
    layout: Layout,
    graph: "nx.DiGraph[str]",
    profile: Profile,
    home: pd.DataFrame,
) -> _Examining:
    return _Examining(reader, layout, Examiner(graph, profile, home))


def _examine(parcel: Parcel, batches: Batches) -> Iterator[pa.RecordBatch]:
    """Read and examine batches of raw rows in a worker process; yield a message for each."""
    own = parcel.open(_examining)
    for batch in batches:
        read = own.reader.read(Piece(_FIRST, batch), own.layout)
        rows = list(candidate_batches([firm_batch(read.records)], own.examiner))
        said = {
            "rejects": [list(reject) for reject in read.rejects],
            "counts": read.tally.counts,
            "first_row": read.tally.first_row,
            "changes": read.layout != own.layout,
        }
        message = {
            "raw": [batch.num_rows],
            "said": [json.dumps(said, ensure_ascii=False)],
            "packed": [_to_bytes(rows)],
        }
        yield pa.RecordBatch.from_pydict(message, schema=_MESSAGE)


def _to_bytes(rows: list[pa.RecordBatch]) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, packed_schema(), options=options) as writer:
        for batch in rows:
            writer.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


@dataclass
class Gathered:
    """What all batches held, in the order of the rows."""

    file: str
    raw: int = 0
    packed: list[pa.Table] = field(default_factory=list)
    rejects: list[tuple[Any, ...]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def add(self, raw: int, said: str, packed: bytes) -> None:
        """Add the message of the next batch, its rows numbered as in the whole list."""
        told = json.loads(said)
        if told["changes"]:
            raise TableError(
                f"名单“{self.file}”中途换了列（另有一行表头）；请拆成两份，或去掉 --engine spark"
            )
        with pa.ipc.open_stream(packed) as reader:
            table = reader.read_all()
        at = table.schema.get_field_index("row")
        table = table.set_column(at, table.field(at), pc.add(table.column(at), self.raw))
        self.packed.append(table)
        self.rejects += [
            (self.file, row + self.raw, why, text) for row, why, text in told["rejects"]
        ]
        first = {what: row + self.raw for what, row in told["first_row"].items()}
        self.tally.merge(Tally(Counter(told["counts"]), first))
        self.raw += raw

    def table(self) -> pa.Table:
        """Return the packed rows of all firms."""
        return pa.concat_tables(self.packed)

    def reading(self, listing: Listing, firms: pd.DataFrame) -> Reading:
        """Return the reading of the list, with ``firms`` as its table."""
        rejects = pd.DataFrame(self.rejects, columns=list(TABLES["rejects"]))
        rejects = rejects.astype({"file": "str", "row": "int64", "why": "str", "text": "str"})
        notes = (*listing.notes, *self.tally.notes())
        return Reading(firms, rejects, notes, listing.layout.mapping(), len(firms) + len(rejects))


def gather_pieces(
    listing: Listing, graph: "nx.DiGraph[str]", profile: Profile, home: pd.DataFrame
) -> Gathered:
    """Examine the firms of a list on the workers and gather what was found.

    Raises
    ------
    TableError
        No row at all, or a header further down that changes the columns of what follows.
    """
    parcel = Parcel.of(listing.reader, listing.layout, graph, profile, home)
    found = Gathered(listing.reader.file)
    for message in _waves(mapped(listing.frame, partial(_examine, parcel), _MESSAGE)):
        found.add(*message)
    if not found.packed or not (found.table().num_rows or found.rejects):
        raise TableError(f"名单“{found.file}”没有数据行；请检查是否导出完整")
    return found


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
    return ((row.raw, row.said, bytes(row.packed)) for row in rows)
