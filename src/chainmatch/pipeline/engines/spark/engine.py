"""Raw lists on Spark: workers read batches and take a step with the firms, the driver gathers.

What a worker sends back is one message for each batch: the tables that were found, the rows that
could not be read and what was noticed. How many rows stand before a batch is not known where it is
read, so its rows are numbered as if it were the first of the list; the driver adds the rest.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.errors import TableError
from chainmatch.pipeline.engines.found import DiskPart, Engine, Found, Place, Step
from chainmatch.pipeline.engines.spark.arrow import Batches, Parcel, mapped
from chainmatch.pipeline.engines.spark.session import session, told
from chainmatch.pipeline.engines.spark.sources import Listing, listing_of, open_listing
from chainmatch.tables.arrow import firm_batch, firm_frame, record_batch
from chainmatch.tables.kinds import NO_DATA
from chainmatch.tables.layout import Layout
from chainmatch.tables.packed import Piece
from chainmatch.tables.pieces import PieceReader
from chainmatch.tables.reading import reject_frame
from chainmatch.tables.records import Tally

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_FIRST = 2  # the row below a header in the first row


@dataclass(frozen=True)
class Spark(Engine):
    """Goes through a list that Spark reads; everything else is done here.

    master, options
        As for :func:`session`, where no session is running.

    A list is a file or folder (:func:`open_listing`), a Spark DataFrame of raw cells under their
    headers, or an opened file. Rows count as Spark reads them, so a frame must give them in the
    same order whenever it is asked.
    """

    master: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def each(
        self,
        step: Step,
        source: Any,
        mapping: Mapping[str, str] | None = None,
        place: Place | None = None,
    ) -> Iterator[Found]:
        """Go through a list and give what the step finds, a part for each batch.

        Raises
        ------
        TableError
            No row at all, or a header further down that changes the columns of what follows.
        EngineError
            Spark fails.
        """
        with tempfile.TemporaryDirectory(prefix="chainmatch-") as folder:
            with self._listing(source, mapping) as listing, told():
                found = _gathered(listing, step, Path(folder))
            yield found

    @contextmanager
    def _listing(self, source: Any, mapping: Mapping[str, str] | None) -> Iterator[Listing]:
        if isinstance(source, Listing):
            yield source
        elif isinstance(source, (str, Path)):
            with session(self.master, self.options) as running:
                yield open_listing(running, str(source), mapping=mapping)
        else:
            said = {"file": "DataFrame", "sha256": ""}
            with told():
                yield listing_of(source, source.columns, said, mapping=mapping)


def _gathered(listing: Listing, step: Step, folder: Path) -> Found:
    """Run the job; write a part for each message, in the order of the rows."""
    schemas = step.schemas
    message = pa.schema(
        [("raw", pa.int64()), ("said", pa.string()), *((name, pa.binary()) for name in schemas)]
    )
    reader = replace(listing.reader, wanted=tuple(step.wanted))
    parcel = Parcel.of(reader, listing.layout, step)
    frame = mapped(listing.frame, partial(_read, parcel, message), message)
    held = _Held(reader.file)
    parts: list[DiskPart] = []
    for raw, said, *tables in _waves(frame):
        before = held.add(raw, said)
        parts.append(DiskPart(folder / f"{len(parts):05}"))
        parts[-1].write({
            name: _numbered(pa.ipc.open_stream(bytes(rows)).read_all(), before)
            for name, rows in zip(schemas, tables, strict=True)
        })  # fmt: skip
    if not (held.kept or held.rejects):
        raise TableError(f"名单“{reader.file}”没有数据行；请检查是否导出完整")
    rejects = reject_frame(held.rejects)
    return Found(
        parts, held.kept, len(rejects), int(rejects["why"].isin(NO_DATA).sum()), lambda: [rejects],
        (*listing.notes, *held.tally.notes()), listing.layout.mapping(), listing.input,
    ).told()  # fmt: skip


def _numbered(rows: pa.Table, before: int) -> pa.Table:
    at = rows.schema.get_field_index("row")
    return rows if at < 0 else rows.set_column(at, rows.field(at), pc.add(rows.column(at), before))


@dataclass
class _Held:
    """What all messages held, in the order of the rows, beside what was found."""

    file: str
    raw: int = 0
    kept: int = 0
    rejects: list[tuple[Any, ...]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def add(self, raw: int, said: str) -> int:
        """Add the next message; return how many rows stand before it."""
        batch = json.loads(said)
        if batch["changes"]:
            raise TableError(
                f"名单“{self.file}”中途换了列（另有一行表头）；请拆成两份，或去掉 --engine spark"
            )
        before = self.raw
        own = batch["rejects"]
        self.rejects += [(self.file, row + before, why, text) for row, why, text in own]
        first = {what: row + before for what, row in batch["first_row"].items()}
        self.tally.merge(Tally(Counter(batch["counts"]), first))
        self.raw += raw
        self.kept += batch["kept"]
        return before


def _waves(frame: "DataFrame") -> Iterator[Any]:
    """Yield the rows of a frame in order, computed two partitions a core at a time.

    So the driver receives a little at a time, and a task that failed is done again by itself.
    """
    context = frame.sparkSession.sparkContext
    rows = frame.rdd
    count, wave = rows.getNumPartitions(), 2 * context.defaultParallelism
    for start in range(0, count, wave):
        yield from context.runJob(rows, _tuples, range(start, min(start + wave, count)))


# --- on the workers ------------------------------------------------------------------------------


def _tuples(rows: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    return map(tuple, rows)


def _start(reader: PieceReader, layout: Layout, step: Step) -> Callable[..., Any]:
    """Get ready, once in a worker process; return what makes a message of raw rows."""
    do, schemas = step.start(), step.schemas

    def message(batch: pa.RecordBatch) -> dict[str, list[Any]]:
        read = reader.read(Piece(_FIRST, batch), layout)
        found = do(firm_frame(firm_batch(read.records), step.wanted))
        said = {
            "kept": read.kept,
            "rejects": [list(reject) for reject in read.rejects],
            "counts": read.tally.counts,
            "first_row": read.tally.first_row,
            "changes": read.layout != layout,
        }
        tables = {
            name: [_to_bytes(record_batch(found[name], schema))] for name, schema in schemas.items()
        }
        return {
            "raw": [batch.num_rows],
            "said": [json.dumps(said, ensure_ascii=False)],
            **tables,
        }

    return message


def _read(parcel: Parcel, schema: pa.Schema, batches: Batches) -> Iterator[pa.RecordBatch]:
    """Read batches of raw rows and take the step; yield a message for each."""
    message = parcel.open(_start)
    for batch in batches:
        yield pa.RecordBatch.from_pydict(message(batch), schema=schema)


def _to_bytes(rows: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, rows.schema, options=options) as writer:
        writer.write_batch(rows)
    written: bytes = sink.getvalue().to_pybytes()
    return written
