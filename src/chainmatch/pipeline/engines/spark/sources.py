"""Raw lists through Spark: files, folders of files, addresses such as ``hdfs://…``, DataFrames.

The header is understood on the driver, the rows are read on the workers.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.errors import TableError
from chainmatch.pipeline.engines.spark.arrow import gathered
from chainmatch.pipeline.inputs import sha256_of
from chainmatch.tables.bounds import plain_values
from chainmatch.tables.files import kind_of
from chainmatch.tables.finding import SEARCHED_ROWS, find_layout
from chainmatch.tables.headers import read_mapping
from chainmatch.tables.layout import Layout
from chainmatch.tables.pieces import Cutter, PieceReader
from chainmatch.tables.sheets import Row, Stream
from chainmatch.tables.sql import is_database

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TEXT = (".csv", ".tsv", ".txt")


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


def open_listing(
    session: "SparkSession", path: str, *, mapping: Mapping[str, str] | None = None
) -> Listing:
    """Open a list that Spark reads: Parquet, or CSV in UTF-8 with its header on top.

    A CSV file is one task, since its cells may hold line breaks; a folder of them is read in
    parallel, and Parquet in any case.

    Raises
    ------
    TableError
        Something else, or no list of firms.
    """
    kind = _kind(path)
    where = path if "://" in path else f"file://{Path(path).resolve()}"
    input = {
        "file": path.rstrip("/").rpartition("/")[2],
        "sha256": "" if "://" in path else sha256_of(Path(path)),
    }
    if kind == "parquet":
        frame = session.read.parquet(where)
        return listing_of(frame, frame.columns, input, mapping=mapping)
    return _open_csv(session, where, input, mapping)


def _kind(path: str) -> str:
    if is_database(path):
        raise TableError("Spark 不读数据库地址；请先导出为 Parquet，或去掉 --engine spark")
    place = Path(path)
    if "://" in path or place.is_dir():
        inside = [] if "://" in path else [file.suffix.lower() for file in place.iterdir()]
        names = inside or [Path(path).suffix.lower()]
        return "text" if any(name in _TEXT for name in names) else "parquet"
    kind = kind_of(place)
    if kind not in ("text", "parquet"):
        raise TableError(
            f"“{place.name}”是工作簿，Spark 不读；请另存为 CSV 或 Parquet，或去掉 --engine spark"
        )
    return kind


def _open_csv(
    session: "SparkSession",
    where: str,
    input: Mapping[str, str],
    mapping: Mapping[str, str] | None,
) -> Listing:
    chosen = read_mapping(mapping, "firms")
    for separator in ",\t;|":
        options: dict[str, Any] = {
            "sep": separator, "encoding": "UTF-8", "quote": '"', "escape": '"', "multiLine": True,
        }  # fmt: skip
        top = session.read.csv(where, **options).first()
        names = ["" if cell is None else str(cell).strip("\ufeff") for cell in top or ()]
        if find_layout([names], "firms", chosen) is None:
            continue
        # A column more than the header: what stands there makes a row ragged, and is not lost.
        schema = ", ".join(f"`{at}` string" for at in range(len(names) + 1))
        frame = session.read.csv(where, schema=schema, header=True, **options)
        return listing_of(frame, names, input, mapping=mapping, ragged=True)
    raise TableError(
        f"名单“{input['file']}”的第一行不是表头，或没有“企业名称”一列；Spark 读的 CSV "
        "应是 UTF-8，第一行是表头；请另存，或用 --map 列名=name 指明哪一列是企业名称"
    )
