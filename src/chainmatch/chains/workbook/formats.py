"""The formats that chains are written in: one line of the registry each."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import networkx as nx

from chainmatch.chains.graph import chain_files, graph_of, read_documents
from chainmatch.chains.model import Chain
from chainmatch.chains.plain import plain_graph
from chainmatch.chains.workbook.delimited import write_neo4j, write_sheets
from chainmatch.chains.workbook.export import write_book
from chainmatch.chains.workbook.linked import linked_text
from chainmatch.errors import ChainError, OutputError
from chainmatch.util.atomic import check_folder, whole_file, whole_folder
from chainmatch.util.yaml import nearest, read_document


class Format(NamedTuple):
    """How chains are written: to a file with this suffix, or, without one, into a folder."""

    suffix: str
    write: Callable[[Sequence[Chain], Path], None]


def _write_graphml(chains: Sequence[Chain], path: Path) -> None:
    # The writer of the standard library: networkx takes lxml where it is there, with other bytes.
    nx.write_graphml_xml(plain_graph(graph_of(chains)), path)


def _write_gexf(chains: Sequence[Chain], path: Path) -> None:
    text = "\n".join(nx.generate_gexf(plain_graph(graph_of(chains))))
    written = re.compile(r"\s*<meta\b.*?</meta>", re.DOTALL)  # when, and by which version
    path.write_text(written.sub("", text, count=1) + "\n", encoding="utf-8", newline="\n")


def _write_linked(chains: Sequence[Chain], path: Path) -> None:
    path.write_text(linked_text(chains), encoding="utf-8", newline="\n")


FORMATS = {
    "xlsx": Format(".xlsx", write_book),
    "csv": Format("", write_sheets),
    "jsonld": Format(".jsonld", _write_linked),
    "graphml": Format(".graphml", _write_graphml),
    "gexf": Format(".gexf", _write_gexf),
    "neo4j": Format("", write_neo4j),
}


def export_chains(folder: str | Path | None, path: str | Path, form: str = "") -> Path:
    """Write the chains of ``folder`` (None: the bundled five) in one format and return where.

    ``form``: ``xlsx`` (a workbook), ``csv`` (its sheets, in a folder), ``jsonld``, which
    ``import_chains`` reads back without loss; ``graphml``, ``gexf`` (Gephi) and ``neo4j`` (a
    folder for ``neo4j-admin database import``), which hold the graph. Empty: by the suffix of
    ``path``. The same chains give the same bytes. Raises ChainError if a chain file has an error,
    OutputError if the format is unknown, the place cannot be written or a list is longer than a
    cell may be.
    """
    path = Path(path)
    name = form or path.suffix.lower().removeprefix(".")
    if name not in FORMATS or not (form or FORMATS[name].suffix):
        asked = f"格式{nearest(form, list(FORMATS))}" if form else "请用 --format 指明格式"
        suffixes = "、".join(known.suffix for known in FORMATS.values() if known.suffix)
        raise OutputError(f"{path}：{asked}；不写格式时文件应以 {suffixes} 结尾。")
    suffix, write = FORMATS[name]
    if suffix and path.suffix.lower() != suffix:
        raise OutputError(f"{path}：{name} 格式的文件应以 {suffix} 结尾。")
    chains = _chains(folder)
    with whole_file(path) if suffix else whole_folder(check_folder(path)) as temporary:
        write(chains, temporary)
    return path


def _chains(folder: str | Path | None) -> list[Chain]:
    files, problems = read_documents([read_document(file) for file in chain_files(folder)])
    errors = [str(problem) for problem in problems if problem.level == "error"]
    if errors:
        raise ChainError(errors)
    return [file.chain for file in files]
