"""The same functions over streams of Arrow record batches: free of files and of engines.

A row of a batch never depends on its neighbours, so any cutting of a list into batches gives the
same rows in the same order. Batches hold columns of ``TABLES["firms"]``; a column that is missing
and a cell that is null are unknown (``""``). What comes out has a fixed schema of plain ``string``
and ``double`` columns, which every engine reads.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from chainmatch.errors import OptionError
from chainmatch.identity.linking import Linker
from chainmatch.matching.activity_rule import DONE
from chainmatch.matching.combine import GRADES
from chainmatch.matching.matcher import PAGE, Matcher
from chainmatch.matching.matches import Matches, Texts
from chainmatch.matching.string_batch import lay_column
from chainmatch.matching.tables import lines
from chainmatch.pipeline.candidates import Examiner
from chainmatch.pipeline.packing import pack
from chainmatch.tables.arrow import table_schema

if TYPE_CHECKING:
    import networkx as nx

_LINKED = ("firm_id", "name", "code", "province", "city", "address")


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
        Firms: ``firm_id, name, scope, products, industry_code``, further columns unread.
    matcher : Matcher
        Built once for all batches.
    by, top
        As for :func:`chainmatch.match`; the schema is that of :func:`match_schema`.

    Yields one batch for each batch that holds a row. Raises OptionError for another ``by``, at the
    first batch.
    """
    schema = match_schema(matcher.graph, by)
    by_node = _NodeLines(matcher, top) if by == "node" else None
    for batch in batches:
        if not batch.num_rows:
            continue
        written = {name: _text_column(batch, name) for name in Texts._fields}
        pages = list(_matched(batch, written, matcher, by_node, schema))
        yield from pa.concat_tables(pages).combine_chunks().to_batches()


def _matched(
    batch: pa.RecordBatch,
    written: dict[str, pa.StringArray],
    matcher: Matcher,
    by_node: "_NodeLines | None",
    schema: pa.Schema,
) -> Iterator[pa.Table]:
    """Match the firms of a batch by what they have written, a page at a time."""
    who = {name: _text_column(batch, name) for name in ("firm_id", "name")}
    for start in range(0, batch.num_rows, PAGE):
        page = (lay_column(column.slice(start, PAGE)) for column in written.values())
        found = matcher.match_page(Texts(*page))
        columns = by_node.columns(found) if by_node else _chain_columns(found)
        rows_of = columns.pop("row", None)
        for name, column in who.items():
            own = column.slice(start, PAGE)
            columns[name] = own if rows_of is None else own.take(rows_of)
        yield pa.table([columns[name] for name in schema.names], schema=schema)


def link_batches(batches: Iterable[pa.RecordBatch], right: Linker) -> Iterator[pa.RecordBatch]:
    """Link firms to a fixed list; the rows are those of :func:`chainmatch.link` with ``right``.

    Batches hold ``firm_id, name, code, province, city, address`` of firms; the schema is that of
    the table ``links``. Yields one batch for each batch that holds a row; it may be empty.
    """
    schema = table_schema("links")
    for batch in batches:
        if batch.num_rows:
            columns = {name: texts(batch, name) for name in _LINKED}
            found = right.link(pd.DataFrame(columns))
            yield record_batch(found, schema)


def candidate_batches(
    batches: Iterable[pa.RecordBatch], examiner: Examiner
) -> Iterator[pa.RecordBatch]:
    """Examine target firms: the step of a run that looks at one row at a time.

    Batches hold the columns of ``firms``. Yields packed rows (:mod:`.packing`), one for
    each firm: it left with the gate that stops it, or travels on with its links and fits. What is
    left is what looks at the whole list; ``packing.unpack`` gives the tables for it.
    """
    for batch in batches:
        if batch.num_rows:
            firms = firm_frame(batch)
            examined = examiner.examine(firms.assign(firm_id=[str(n) for n in range(len(firms))]))
            yield pack(firms, examined, examiner.supplies(examined))


def firm_frame(batch: pa.RecordBatch) -> pd.DataFrame:
    """Return a batch as a table in the columns of ``firms``; what it lacks is unknown."""
    columns: dict[str, Sequence[object]] = {}
    for field in table_schema("firms"):
        at = batch.schema.get_field_index(field.name)
        if pa.types.is_string(field.type):
            columns[field.name] = texts(batch, field.name)
        elif at < 0:
            columns[field.name] = [math.nan if field.name == "capital" else 0] * batch.num_rows
        else:
            columns[field.name] = batch.column(at).cast(field.type).to_numpy(zero_copy_only=False)
    return pd.DataFrame(columns)


def record_batch(frame: pd.DataFrame, schema: pa.Schema) -> pa.RecordBatch:
    """Return the columns that ``schema`` names as one batch; missing cells are null."""
    columns = [
        pa.array(frame[field.name].tolist(), field.type, from_pandas=True) for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def texts(batch: pa.RecordBatch, name: str) -> list[str]:
    """Return a column as text, ``""`` where the batch lacks it or the cell is null."""
    found: list[str] = _text_column(batch, name).to_pylist()
    return found


def _text_column(batch: pa.RecordBatch, name: str) -> pa.StringArray:
    at = batch.schema.get_field_index(name)
    if at < 0:
        return pa.repeat("", batch.num_rows)
    cells = batch.column(at)
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        return cells.cast(pa.string()).fill_null("")
    return _strings(["" if value is None else str(value) for value in cells.to_pylist()])


class _NodeLines:
    """Lays out the best fits of firms as columns; what a node is called is looked up once."""

    def __init__(self, matcher: Matcher, top: int | None) -> None:
        self._top = top
        about = [
            (matcher.graph.nodes[node]["chain"], node, matcher.graph.nodes[node]["name"])
            for node in matcher.nodes
        ]
        columns = map(_strings, zip(*about, ("", "", ""), strict=True))
        self._names = dict(zip(("chain", "node", "node_name"), columns, strict=True))
        self._grades, self._done = _strings((*GRADES, "")), _strings(DONE)

    def columns(self, found: Matches) -> dict[str, pa.Array]:
        """Return ``row`` (the position of the firm) and the columns of its fits."""
        told = lines(found, self._top)
        return {
            "row": pa.array(told.row, pa.int64()),
            **{name: _named(told.node, column) for name, column in self._names.items()},
            "fit": _rounded(told.fit),
            "grade": _named(told.grade, self._grades),
            "activity": _named(told.activity, self._done),
            "evidence": _strings(told.quote),
        }


def _named(numbers: np.ndarray, names: pa.StringArray) -> pa.StringArray:
    """Return the names of numbers; -1 is the last."""
    return names.take(pa.array(np.where(numbers < 0, len(names) - 1, numbers)))


def _chain_columns(found: Matches) -> dict[str, pa.Array]:
    columns = zip(found.matcher.chains.names, found.chain_fits.T, strict=True)
    return {chain: _rounded(column) for chain, column in columns}


def _strings(values: "Sequence[str] | np.ndarray") -> pa.Array:
    return pa.array(values, pa.string())


def _rounded(values: np.ndarray) -> pa.Array:
    """Four digits, as tables of fits have them."""
    return pa.array(values.round(4))
