"""``link`` with whatever engine goes through the list, and over Arrow batches of one's own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from chainmatch.errors import OptionError
from chainmatch.identity.linking import Linker, link
from chainmatch.pipeline.engines.folder import parts_of
from chainmatch.pipeline.engines.found import Engine, Place, Progress, Tables, silent
from chainmatch.pipeline.engines.local import Local
from chainmatch.pipeline.inputs import input_of
from chainmatch.pipeline.result import Summary, check_out, write_rows
from chainmatch.report.files import write_rejects, write_table
from chainmatch.tables import read_firms
from chainmatch.tables.arrow import firm_frame, record_batch, table_schema
from chainmatch.tables.headers import SharedMapping
from chainmatch.tables.sources import Source

_LINKED = ("firm_id", "name", "code", "province", "city", "address")


def link_file(
    left: Source,
    right: "Source | None",
    out: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    progress: Progress = silent,
    engine: Engine | None = None,
) -> Summary:
    """Link a list to one that is held in memory, or find the duplicates inside it.

    ``out`` as by the command ``link``; the other parameters and errors as for :func:`match_file`.
    """
    engine = engine or Local()
    target = check_out(out, engine)
    progress("读取名单")
    if right is None:
        if engine.bounded:
            raise OptionError(
                "分段或 --engine spark 只比对两份名单；请给出名单二，或去掉 --engine spark。"
            )
        return _link_inside(left, target, mapping, progress, plain=plain)
    mapping = SharedMapping(mapping)
    other = read_firms(right, mapping=mapping)
    digest = input_of(right, other)["sha256"]
    place = Place(parts_of(target), {"command": "link", "right": digest, "format": target.suffix})
    progress("比对企业")
    step = Linking(other.table)
    with engine.each(step, left, mapping, place) as found:
        mapping.check()
        progress("写出结果")
        return write_rows(found, step, target, [other.rejects], plain=plain)


def _link_inside(
    firms: Source,
    out: Path,
    mapping: Mapping[str, str] | None,
    progress: Progress,
    *,
    plain: bool,
) -> Summary:
    read = read_firms(firms, mapping=mapping)
    progress("比对企业")
    found = link(read.table)
    progress("写出结果")
    write_table(found, out, plain=plain)
    beside = write_rejects([read.rejects], out, plain=plain)
    return Summary(len(read.table), len(read.rejects), beside)


@dataclass(frozen=True)
class Linking:
    """Links firms to a list: one table ``rows``, see :func:`chainmatch.link`."""

    right: pd.DataFrame
    wanted: tuple[str, ...] = _LINKED

    @property
    def schemas(self) -> Mapping[str, pa.Schema]:
        """The schema of what is found."""
        return {"rows": table_schema("links")}

    def start(self) -> Callable[[pd.DataFrame], Tables]:
        """Get ready; return what links firms."""
        linker = Linker(self.right)
        return lambda firms: {"rows": linker.link(firms)}


def link_batches(batches: Iterable[pa.RecordBatch], right: Linker) -> Iterator[pa.RecordBatch]:
    """Link firms to a fixed list; the rows are those of :func:`chainmatch.link` with ``right``.

    Batches hold ``firm_id, name, code, province, city, address`` of firms; the schema is that of
    the table ``links``. Yields one batch for each batch that holds a row; it may be empty.
    """
    for batch in batches:
        if batch.num_rows:
            yield record_batch(right.link(firm_frame(batch, _LINKED)), table_schema("links"))
