"""``match`` and ``link`` on a Spark DataFrame: the steps of the local run, batch by batch."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.engines.found import Step, Tables
from chainmatch.pipeline.engines.spark.arrow import ORDER, Batches, Parcel, mapped
from chainmatch.pipeline.link import Linking
from chainmatch.pipeline.match import Matching
from chainmatch.tables.arrow import firm_frame, record_batch

if TYPE_CHECKING:
    import networkx as nx
    from pyspark.sql import DataFrame


def match(
    firms: "DataFrame", graph: "nx.DiGraph[str]", *, by: str = "node", top: int | None = 3
) -> "DataFrame":
    """Match a Spark DataFrame of firms against the chains; rows as of :func:`chainmatch.match`.

    Parameters
    ----------
    firms : pyspark.sql.DataFrame
        Columns of ``TABLES["firms"]``; those that are missing and null cells are unknown. With an
        integer column ``row`` the result begins with ``row`` and ``line`` (from 1 for each firm),
        and :func:`gather` gives the rows of the local run in their order.
    graph, by, top
        As for :func:`chainmatch.match`.

    Nothing runs until the result is written or gathered. Raises OptionError for another ``by``.
    """
    return _lines(firms, Matching(Matcher(graph), by, top), "firm_id")


def link(left: "DataFrame", right: pd.DataFrame) -> "DataFrame":
    """Link a Spark DataFrame of firms to a list; rows as of :func:`chainmatch.link`.

    ``left`` as for :func:`match`; ``right`` is a table of firms that fits into memory, such as the
    local firms. Nothing runs until the result is written or gathered.
    """
    return _lines(left, Linking(right), "left_id")


def _lines(firms: "DataFrame", step: Step, key: str) -> "DataFrame":
    schema = step.schemas["rows"]
    if "row" in firms.columns:
        schema = pa.schema([*((name, pa.int64()) for name in ORDER), *schema])
    work = partial(_taken, Parcel.of(step), (*step.wanted, "row"), schema, key)
    return mapped(firms, work, schema)


def _start(step: Step) -> Callable[[pd.DataFrame], Tables]:
    return step.start()


def _taken(
    parcel: Parcel, wanted: tuple[str, ...], schema: pa.Schema, key: str, batches: Batches
) -> Iterator[pa.RecordBatch]:
    """Take a step; ``key`` is the column with the ids of firms, which may stand twice in a list."""
    do = parcel.open(_start)
    for batch in batches:
        if batch.num_rows:
            firms = firm_frame(batch, wanted)
            found = do(firms.assign(firm_id=[str(at) for at in range(len(firms))]))["rows"]
            at = found[key].astype(int).to_numpy()
            lines = {
                key: firms["firm_id"].to_numpy()[at],
                "row": firms["row"].to_numpy()[at],
                "line": found.groupby(at).cumcount() + 1,
            }
            yield record_batch(found.assign(**lines), schema)
