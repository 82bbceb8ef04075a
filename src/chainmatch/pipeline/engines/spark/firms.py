"""``match`` and ``link`` on a Spark DataFrame: the functions of the local run, batch by batch."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from chainmatch.identity.linking import Linker
from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.engines.spark.arrow import Batches, mapped, ordered, per_firm
from chainmatch.pipeline.engines.spark.broadcast import Parcel
from chainmatch.pipeline.examine import link_batches, match_batches, match_schema
from chainmatch.tables.arrow import table_schema

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
    schema = ordered(match_schema(graph, by), firms)
    return mapped(firms, partial(_match, Parcel.of(graph), schema, by, top), schema)


def link(left: "DataFrame", right: pd.DataFrame) -> "DataFrame":
    """Link a Spark DataFrame of firms to a list; rows as of :func:`chainmatch.link`.

    ``left`` as for :func:`match`; ``right`` is a table of firms that fits into memory, such as the
    local firms. Nothing runs until the result is written or gathered.
    """
    schema = ordered(table_schema("links"), left)
    return mapped(left, partial(_link, Parcel.of(right), schema), schema)


def _match(
    parcel: Parcel, schema: pa.Schema, by: str, top: int | None, batches: Batches
) -> Iterator[pa.RecordBatch]:
    matcher = parcel.open(Matcher)
    function = partial(match_batches, matcher=matcher, by=by, top=top)
    return per_firm(batches, function, schema, key="firm_id")


def _link(parcel: Parcel, schema: pa.Schema, batches: Batches) -> Iterator[pa.RecordBatch]:
    function = partial(link_batches, right=parcel.open(Linker))
    return per_firm(batches, function, schema, key="left_id")
