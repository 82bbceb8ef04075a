"""A raw list in a Spark DataFrame: its header understood on the driver, its rows on the workers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.errors import TableError
from chainmatch.pipeline.engines.spark.arrow import gathered
from chainmatch.tables.bounds import plain_values
from chainmatch.tables.finding import SEARCHED_ROWS
from chainmatch.tables.headers import read_mapping
from chainmatch.tables.layout import Layout
from chainmatch.tables.pieces import Cutter, PieceReader
from chainmatch.tables.sheets import Row, Stream

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Listing:
    """A list of firms as Spark reads it: raw cells under the headers of whoever wrote it.

    ``reader`` and ``layout`` read a batch of its rows wherever that is; ``input`` is what the
    manifest says of the list, ``notes`` what is said of it as a whole.
    """

    frame: "DataFrame"
    reader: PieceReader
    layout: Layout
    notes: tuple[str, ...]
    input: Mapping[str, str]


def listing_of(
    frame: "DataFrame",
    names: Collection[str],
    input: Mapping[str, str],
    *,
    mapping: Mapping[str, str] | None = None,
    ragged: bool = False,
) -> Listing:
    """Find out what the columns of a raw frame mean.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        Cells as they are. With ``ragged`` it has a column more than ``names``: what stands behind
        the last cell of a row.
    names : collection of str
        The headers.
    input : mapping
        ``file`` and ``sha256``, as in the manifest.
    mapping : mapping, optional
        What headers mean that are not understood.

    Raises
    ------
    TableError
        No header names a firm, or a later row reads more like the header.
    """
    chosen = read_mapping(mapping, "firms")
    file = input["file"]
    stream = Stream(file, _rows(frame, names), ragged)
    cutter = Cutter(pd.DataFrame(), stream, SEARCHED_ROWS, chosen)
    if cutter.layout.last:
        raise TableError(
            f"名单“{file}”的表头在第 {cutter.layout.last + 1} 行；Spark 只读表头在第一行的名单，"
            "请删去表头以上的行"
        )
    return Listing(frame, cutter.reader, cutter.layout, cutter.notes, input)


def _rows(frame: "DataFrame", names: Collection[str]) -> Iterator[Row]:
    yield list(names)
    head: Any = gathered(frame.limit(SEARCHED_ROWS))
    yield from zip(*map(plain_values, head.columns), strict=True)
