"""Parquet and CSV through Spark: files, folders of files and addresses such as ``hdfs://…``."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmatch.errors import TableError
from chainmatch.pipeline.engines.spark.listing import Listing, listing_of
from chainmatch.tables.files import kind_of
from chainmatch.tables.finding import find_layout
from chainmatch.tables.headers import read_mapping
from chainmatch.tables.sql import is_database

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_TEXT = (".csv", ".tsv", ".txt")
_BLOCK = 1 << 22


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
    input = {"file": path.rstrip("/").rpartition("/")[2], "sha256": _sha256(path)}
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


def _sha256(path: str) -> str:
    """Return the sha256 of a file on this computer; of anything else it is not known."""
    if "://" in path or not Path(path).is_file():
        return ""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


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
