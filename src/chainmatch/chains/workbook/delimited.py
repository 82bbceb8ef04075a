"""Chains as CSV files: the sheets of the workbook, and what a graph database imports."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import networkx as nx
import pandas as pd

from chainmatch.chains.graph import graph_of
from chainmatch.chains.model import Chain
from chainmatch.chains.plain import JOINED, plain_graph
from chainmatch.chains.workbook.export import sheet_rows
from chainmatch.chains.workbook.layout import BY_NAME
from chainmatch.errors import TableError
from chainmatch.report.files import write_csv
from chainmatch.tables.delimited import find_encoding
from chainmatch.util.cells import FORMULA, one_line

_QUOTED = re.compile(f"'+(?:{FORMULA.removeprefix(chr(92) + 'A')})")  # looks like as_text's own


def write_sheets(chains: Sequence[Chain], folder: Path) -> None:
    """Write one CSV file a sheet of the workbook, named as the sheet."""
    for name, rows in sheet_rows(chains).items():
        titles = [column.title for column in BY_NAME[name].columns]
        cells = [[f"'{cell}" if _QUOTED.match(cell) else cell for cell in row] for row in rows]
        write_csv(pd.DataFrame(cells, columns=titles, dtype=object), folder / f"{name}.csv")


def read_sheets(folder: Path) -> Mapping[str, Sequence[Sequence[str]]]:
    """Return the rows of every CSV file of a folder by its name. Raises TableError."""
    pages = {path.stem: _rows(path) for path in sorted(folder.glob("*.csv"))}
    if not pages:
        raise TableError(
            f"文件夹“{folder}”里没有 .csv 文件；请给出 chainmatch chains export 写出的"
        )
    return pages


def _rows(path: Path) -> list[list[str]]:
    encoding = find_encoding(path)
    errors = "ignore" if encoding.cut else "strict"
    text = path.read_bytes()[encoding.mark :].decode(encoding.name, errors)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise TableError(f"文件“{path.name}”的引号没有成对，请另存为“CSV UTF-8”") from None
    return [[_meant(cell) for cell in row] for row in rows]


def _meant(text: str) -> str:
    return text[1:] if _QUOTED.match(text) else text


# --- Neo4j ----------------------------------------------------------------------------------------

_CLOSED, _OPEN = ("activities", "needs"), ("objects", "hints", "codes")  # the lists of a node
_SAID = ("source", "source_title", "source_kind", "why", "flow")  # of an edge
_RELATIONS = {"supply": "SUPPLIES", "recycling": "RECYCLES"}


def write_neo4j(chains: Sequence[Chain], folder: Path) -> None:
    """Write ``nodes.csv`` and ``relationships.csv`` for ``neo4j-admin database import``."""
    graph = graph_of(chains)
    plain = plain_graph(graph)
    keys = [key for key in next(iter(plain.nodes.values())) if key not in _CLOSED + _OPEN]
    nodes = (
        [
            node,
            *(one_line(data[key]) for key in keys),
            *(_array(data[key].split(JOINED)) for key in _CLOSED),
            *(_array(graph.nodes[node][key]) for key in _OPEN),
            "Node",
        ]
        for node, data in plain.nodes(data=True)
    )
    heads = [":ID", *keys, *(f"{key}:string[]" for key in _CLOSED + _OPEN), ":LABEL"]
    write_csv(pd.DataFrame(nodes, columns=heads), folder / "nodes.csv", plain=True)
    heads = [":START_ID", ":END_ID", "chain", *_SAID, "weight:double", ":TYPE"]
    relations = pd.DataFrame(_relations(plain), columns=heads)
    write_csv(relations, folder / "relationships.csv", plain=True)


def _relations(plain: "nx.DiGraph[str]") -> Iterable[list[object]]:
    for start, end, data in plain.edges(data=True):
        texts = [one_line(data[key]) for key in ("chain", *_SAID)]
        for relation in data["relation"].split(JOINED):
            yield [start, end, *texts, data["weight"], _RELATIONS[relation]]


def _array(words: Iterable[str]) -> str:
    """Part the words by the sign that the import takes by itself."""
    return ";".join(one_line(word).replace(";", "；") for word in words)
