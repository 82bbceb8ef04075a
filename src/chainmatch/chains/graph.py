"""Industry chains: read, check and walk them.

All chains of a folder make one directed graph. Its nodes are what firms do at one step (环节),
its edges supplies (供给关系) in the direction in which goods flow; it has no cycle. Recycling loops
stand beside the edges, in ``graph.graph["recycling"]``.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx

from chainmatch.chains.model import GENERAL_KNOWLEDGE, Chain
from chainmatch.chains.rules import ChainFile, Problem, check, declared_nodes, read_chain, sort
from chainmatch.errors import ChainError
from chainmatch.matching.grammar import read_scope
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.words import STAGES
from chainmatch.util.file_names import file_name
from chainmatch.util.resources import data_folder
from chainmatch.util.yaml import Document, YamlError, read_document

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ACTIVITIES",
    "GENERAL_KNOWLEDGE",
    "STAGES",
    "Trace",
    "chain_files",
    "check_chains",
    "ids_now",
    "names_of",
    "near_words",
    "nodes_of",
    "read_chains",
    "read_documents",
    "resolve_term",
    "trace",
]


def read_chains(folder: str | Path | None = None) -> "nx.DiGraph[str]":
    """Read all chain files of ``folder`` (default: the bundled five) into one graph.

    Node attributes: ``name, chain, segment, stage, does, objects, hints, false_friends, activities,
    codes, needs, settles, unlisted, investments, was``; edge attributes: ``source``, its ``kind``
    (``official, standard, report, expert``), ``why``, ``flow``, ``of`` and ``chain``.
    ``graph.graph`` holds ``chains`` (id → name, about), ``segments`` ((chain, id) → name),
    ``recycling`` (list of from, to, source), ``sources`` ((chain, id) → title, url, kind),
    ``shared`` ((chain, object) → node ids) and ``was`` (earlier id or name → node ids).

    Raises
    ------
    ChainError
        The folder is missing or empty, or a file has an error; ``problems`` lists all of them.
    """
    files, problems = _load(folder)
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise ChainError([str(problem) for problem in errors])
    return graph_of([file.chain for file in files])


def check_chains(folder: str | Path | None = None) -> "pd.DataFrame":
    """Return every problem of the chain files; columns ``file, line, level, why``."""
    import pandas as pd

    return pd.DataFrame(_load(folder)[1], columns=list(Problem._fields))


def chain_files(folder: str | Path | None = None) -> list[Path]:
    """Return the chain files of ``folder`` in the order of their names. Raises ChainError."""
    place = data_folder("chains") if folder is None else Path(folder)
    if not place.is_dir():
        raise ChainError([f"{place}：找不到产业链文件夹，请检查 --chains 的路径。"])
    paths = sorted(place.glob("*.yaml")) + sorted(place.glob("*.yml"))
    if not paths:
        raise ChainError([f"{place}：没有 .yaml 产业链文件，写法见 docs/chain-files.md。"])
    return paths


def _load(folder: str | Path | None) -> tuple[list[ChainFile], list[Problem]]:
    documents, problems = [], []
    declared: dict[str, str] = {}
    blind = False
    for path in chain_files(folder):
        try:
            documents.append(read_document(path))
        except YamlError as error:
            problems.append(Problem(file_name(path), error.line or 1, "error", error.why))
            lost = declared_nodes(_text(path))
            blind, declared = blind or not lost, declared | lost
    files, found = read_documents(documents, declared, blind)
    return files, sort([*problems, *found])


def read_documents(
    documents: Iterable[Document], declared: dict[str, str] | None = None, blind: bool = False
) -> tuple[list[ChainFile], list[Problem]]:
    """Check documents together; return the chains as far as they can be read, and all problems.

    ``declared``: id → name of nodes that stand in documents which could not even be parsed;
    ``blind``: there is one whose nodes are not known at all.
    """
    files: list[ChainFile] = []
    problems: list[Problem] = []
    declared = dict(declared or {})
    for document in documents:
        file, found = read_chain(document)
        problems += found
        files += [file] if file else []
        if found:
            lost = _named_nodes(document)
            blind, declared = blind or not lost, declared | lost
    return files, sort([*problems, *check(files, declared, blind)])


def _named_nodes(document: Document) -> dict[str, str]:
    nodes = document.data.get("nodes") if isinstance(document.data, dict) else None
    records = [node for node in nodes if isinstance(node, dict)] if isinstance(nodes, list) else []
    return {
        node["id"]: str(node.get("name", node["id"]))
        for node in records
        if isinstance(node.get("id"), str)
    }


def _text(path: Path) -> str:
    try:
        if not path.is_file() or not path.stat().st_size:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def graph_of(chains: Sequence[Chain]) -> "nx.DiGraph[str]":
    """Return the graph of chains that keep the rules; its attributes: :func:`read_chains`."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for chain in chains:
        for node in chain.nodes:
            graph.add_node(node.id, chain=chain.chain, **node.model_dump(exclude={"id"}))
    for chain in chains:
        for supply in chain.supplies:
            cited = chain.sources.get(supply.source)
            graph.add_edge(
                supply.start,
                supply.end,
                source=supply.source,
                kind=cited.kind if cited else "expert",
                why=supply.why,
                flow=supply.flow,
                of=supply.of,
                chain=chain.chain,
            )
    graph.graph["chains"] = {
        c.chain: {"name": c.name, "about": c.about, "names": c.names} for c in chains
    }
    graph.graph["was"] = _earlier(chains)
    graph.graph["segments"] = {(c.chain, s.id): s.name for c in chains for s in c.segments}
    graph.graph["sources"] = {
        (c.chain, key): value.model_dump() for c in chains for key, value in c.sources.items()
    }
    graph.graph["recycling"] = [(r.start, r.end, r.source) for c in chains for r in c.recycling]
    graph.graph["shared"] = {(c.chain, s.object): s.nodes for c in chains for s in c.shared}
    return graph


def _earlier(chains: Sequence[Chain]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for node in (node for chain in chains for node in chain.nodes):
        for word in node.was:
            found[word] = (*found.get(word, ()), node.id)
    return found


# --- walking -----------------------------------------------------------------------------------


class Trace(NamedTuple):
    """Paths between two terms: the nodes each term resolved to, and paths of node ids."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]


def ids_now(graph: "nx.DiGraph[str]", node: str) -> tuple[str, ...]:
    """Return the nodes that an id, perhaps of earlier chains, stands for; () if there is none.

    A node that was split stands for all its parts (``was``), in graph order.
    """
    return (node,) if node in graph else graph.graph.get("was", {}).get(node, ())


def nodes_of(graph: "nx.DiGraph[str]", word: str) -> tuple[str, ...]:
    """Return the nodes that a word of a profile names, in graph order; () if it names none.

    First kind that matches: node id or name; one that a node had before; segment, then chain, by
    id or name; an object; a hint; the same without the verbs at its ends (锂电池生产).
    """
    text = word.strip()
    segments = {key for key, name in graph.graph["segments"].items() if text in (key[1], name)}
    chains = {key for key, data in graph.graph["chains"].items() if text in (key, data["name"])}
    kinds: tuple[Callable[[str, dict[str, Any]], bool], ...] = (
        lambda node, data: text in (node, data["name"]),
        lambda node, data: node in graph.graph.get("was", {}).get(text, ()),
        lambda node, data: (data["chain"], data["segment"]) in segments,
        lambda node, data: data["chain"] in chains,
        lambda node, data: text in data["objects"],
        lambda node, data: text in data["hints"],
    )
    for kind in kinds:
        if found := tuple(node for node, data in graph.nodes(data=True) if kind(node, data)):
            return found
    core = next((text[item.core_start : item.core_end] for item in read_scope(text)), "")
    return nodes_of(graph, core) if core and core != text else ()


def near_words(graph: "nx.DiGraph[str]", word: str) -> list[str]:
    """Return up to three words that do name nodes, for one that names none: alike, then akin."""
    known = {
        w: None for _, data in graph.nodes(data=True) for w in (data["name"], *data["objects"])
    }
    known |= dict.fromkeys(graph.graph["segments"].values())
    text = word.strip()
    alike = difflib.get_close_matches(text, known, 3, 0.6 if len(text) > 2 else 0.5)
    return alike or names_of(graph, _like(graph, text)[:3] if text else ())


def resolve_term(graph: "nx.DiGraph[str]", term: str, limit: int = 5) -> tuple[str, ...]:
    """Return the nodes that ``term`` names, best kind of match only, in graph order.

    Kinds, first that matches wins: node id or name; one that a node had before; an object; a hint;
    the same without the verbs at its ends (锂电池生产); the longest object or name in the term; the
    shortest object or name that holds the term. Empty if none does.
    """
    whole = term.strip()
    core = next((whole[i.core_start : i.core_end] for i in read_scope(whole)), "")
    for word in dict.fromkeys(filter(None, (whole, core))):
        nodes = _named(graph, word)
        if nodes:
            return tuple(nodes[:limit])
    return tuple(_like(graph, core or whole)[:limit]) if whole else ()


def _named(graph: "nx.DiGraph[str]", word: str) -> list[str]:
    kinds: tuple[Callable[[str, dict[str, Any]], bool], ...] = (
        lambda node, data: word in (node, data["name"]),
        lambda node, _: node in graph.graph.get("was", {}).get(word, ()),
        lambda _, data: word in data["objects"],
        lambda _, data: word in data["hints"],
    )
    named = ([n for n, data in graph.nodes(data=True) if kind(n, data)] for kind in kinds)
    return next(filter(None, named), [])


def _like(graph: "nx.DiGraph[str]", term: str) -> list[str]:
    words = {n: (data["name"], *data["objects"]) for n, data in graph.nodes(data=True)}
    inside = {n: max((len(w) for w in ws if w in term), default=0) for n, ws in words.items()}
    longest = max(inside.values(), default=0)
    if longest:
        return [node for node, length in inside.items() if length == longest]
    around = {n: min((len(w) for w in ws if term in w), default=0) for n, ws in words.items()}
    shortest = min(filter(None, around.values()), default=0)
    return [node for node, length in around.items() if length == shortest and shortest]


def trace(graph: "nx.DiGraph[str]", start: str, end: str, limit: int = 20) -> Trace:
    """Return up to ``limit`` paths of supplies from ``start`` to ``end``, shortest first.

    Both ends are terms (钨精矿, 刀具), names or ids. No path, or a term that names no node,
    gives an empty ``paths``; ``starts`` and ``ends`` show what the terms resolved to.
    """
    starts, ends = resolve_term(graph, start), resolve_term(graph, end)
    paths = [
        tuple(path)
        for u in starts
        for v in ends
        if u != v and nx.has_path(graph, u, v)
        for path in islice(nx.shortest_simple_paths(graph, u, v), limit)
    ]
    return Trace(starts, ends, tuple(sorted(paths, key=lambda path: (len(path), path))[:limit]))


def names_of(graph: "nx.DiGraph[str]", nodes: Iterable[str]) -> list[str]:
    """Return the Chinese names of ``nodes``."""
    return [graph.nodes[node]["name"] for node in nodes]
