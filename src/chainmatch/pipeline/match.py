"""``match`` with whatever engine goes through the list, and over Arrow batches of one's own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from chainmatch.chains.graph import chain_files, read_chains
from chainmatch.errors import OptionError
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.matches import Texts
from chainmatch.matching.tables import match
from chainmatch.pipeline.engines.folder import parts_of
from chainmatch.pipeline.engines.found import Engine, Place, Progress, Tables, silent
from chainmatch.pipeline.engines.local import Local
from chainmatch.pipeline.inputs import sha256_of
from chainmatch.pipeline.result import Summary, check_out, write_rows
from chainmatch.tables.arrow import firm_frame, record_batch, table_schema
from chainmatch.tables.sources import Source
from chainmatch.util.file_names import file_name
from chainmatch.util.resources import learned_files

if TYPE_CHECKING:
    import networkx as nx

_MATCHED = ("firm_id", *Texts._fields)


def match_file(  # noqa: PLR0913
    firms: Source,
    out: str | Path,
    *,
    by: str = "node",
    top: int = 3,
    chains: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    progress: Progress = silent,
    engine: Engine | None = None,
) -> Summary:
    """Match a list; the file ``out`` is that of :func:`chainmatch.match` written out.

    Parameters
    ----------
    firms : path
        What the engine reads.
    out : path
        ``.csv`` or ``.parquet``; where all is held in memory ``.xlsx`` as well.
    by, top, chains, mapping
        As for the command ``match``.
    plain
        CSV without byte order mark.
    progress
        Called with the Chinese name of each step as it begins.
    engine
        What goes through the list; default this process. The file is the same.

    Raises
    ------
    ChainmatchError
        An input that cannot be read, a place that cannot be written; what is finished is kept
        where the run can go on.
    """
    engine = engine or Local()
    target = check_out(out, engine)
    progress("读取名单")
    graph = read_chains(chains)
    match_schema(graph, by)  # says at once what is no way to match
    chosen, learned = (
        {file_name(path): sha256_of(path) for path in paths}
        for paths in (chain_files(chains), learned_files())
    )
    place = Place(
        parts_of(target),
        {
            "command": "match",
            "by": by,
            "top": top,
            "chains": chosen,
            "learned": learned,
            "format": target.suffix,
        },
    )
    progress("识别经营范围")
    step = Matching(Matcher(graph), by, top)
    with engine.each(step, firms, mapping, place) as found:
        progress("写出结果")
        return write_rows(found, step, target, [], plain=plain)


@dataclass(frozen=True)
class Matching:
    """Matches firms against the chains: one table ``rows``, see :func:`chainmatch.match`."""

    matcher: Matcher
    by: str
    top: int | None
    wanted: tuple[str, ...] = _MATCHED

    @property
    def schemas(self) -> Mapping[str, pa.Schema]:
        """The schema of what is found."""
        return {"rows": match_schema(self.matcher.graph, self.by)}

    def start(self) -> Callable[[pd.DataFrame], Tables]:
        """Get ready; return what matches firms."""
        matcher, by, top = self.matcher, self.by, self.top
        return lambda firms: {"rows": match(firms, matcher.graph, by=by, top=top, matcher=matcher)}


def match_schema(graph: "nx.DiGraph[str]", by: str = "node") -> pa.Schema:
    """Return the schema of :func:`match_batches`.

    Raises:
        OptionError: ``by`` is neither ``node`` nor ``chain``.
    """
    if by == "node":
        return table_schema("match")
    if by == "chain":
        chains = [(chain, pa.float64()) for chain in graph.graph["chains"]]
        return pa.schema([("firm_id", pa.string()), ("name", pa.string()), *chains])
    raise OptionError(f"--by {by}：只能是 node（按环节）或 chain（按产业链）。")


def match_batches(
    batches: Iterable[pa.RecordBatch], matcher: Matcher, *, by: str = "node", top: int | None = 3
) -> Iterator[pa.RecordBatch]:
    """Match firms against the chains; the rows are those of :func:`chainmatch.match`.

    Parameters
    ----------
    batches : iterable of RecordBatch
        Firms: ``firm_id, name, scope, products, industry_code``, further columns unread. A column
        that is missing and a cell that is null are unknown (``""``).
    matcher : Matcher
        Built once for all batches.
    by, top
        As for :func:`chainmatch.match`; the schema is that of :func:`match_schema`.

    Yields one batch for each batch that holds a row. Raises OptionError for another ``by``, at the
    first batch.
    """
    schema = match_schema(matcher.graph, by)
    for batch in batches:
        if batch.num_rows:
            firms = firm_frame(batch, _MATCHED)
            found = match(firms, matcher.graph, by=by, top=top, matcher=matcher)
            yield record_batch(found, schema)
