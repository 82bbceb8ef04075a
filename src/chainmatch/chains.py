"""Industry chains: read, check and walk them.

All chains of a folder make one directed graph. Its nodes are what firms do at one step (环节),
its edges supplies (供给关系) in the direction in which goods flow; it has no cycle. Recycling loops
stand beside the edges, in ``graph.graph["recycling"]``.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import networkx as nx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chainmatch.columns import NEEDS
from chainmatch.errors import ChainError
from chainmatch.resources import data_folder
from chainmatch.text import read_scope
from chainmatch.yamlfile import Document, Location, YamlError, explain, nearest, read_document

if TYPE_CHECKING:
    import pandas as pd

Stage = Literal["upstream", "midstream", "downstream", "supporting"]
Activity = Literal["make", "grow", "trade", "serve", "operate", "build", "research"]

STAGES: dict[str, str] = {
    "upstream": "上游",
    "midstream": "中游",
    "downstream": "下游",
    "supporting": "配套",
}
ACTIVITIES: dict[str, str] = {
    "make": "生产",
    "grow": "种养",
    "trade": "销售",
    "serve": "服务",
    "operate": "经营",
    "build": "施工",
    "research": "研发",
}
GENERAL_KNOWLEDGE = "general knowledge"

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Code = Annotated[str, Field(pattern=r"^[0-9]{4}\??$")]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Record):
    """Where a supply or an investment was published."""

    title: Text
    url: str = ""


class Segment(_Record):
    """A part of a chain (细分链)."""

    id: Slug
    name: Text


class Investment(_Record):
    """A published project size; ``amount`` as published, with its unit."""

    project: Text
    amount: Text
    source: Text


class Node(_Record):
    """What firms do at one step of a chain (环节). Fields are explained in docs/chain-files.md."""

    id: Slug
    name: Text
    segment: Slug
    stage: Stage
    does: Text
    activities: Annotated[tuple[Activity, ...], Field(min_length=1)]
    objects: Annotated[tuple[Text, ...], Field(min_length=1)]
    hints: tuple[Text, ...] = ()
    false_friends: dict[str, str] = {}
    codes: tuple[Code, ...] = ()
    needs: tuple[str, ...] = ()
    investments: tuple[Investment, ...] = ()


class Supply(_Record):
    """Goods flow from one node to another (供给关系)."""

    start: Annotated[Slug, Field(alias="from")]
    end: Annotated[Slug, Field(alias="to")]
    source: Text


class Shared(_Record):
    """A rule that lets several nodes of one chain claim the same object."""

    object: Text
    nodes: Annotated[tuple[Slug, ...], Field(min_length=2)]
    why: Text


class Chain(_Record):
    """One chain file."""

    chain: Slug
    name: Text
    about: Text
    names: tuple[Text, ...] = ()
    sources: dict[str, Source] = {}
    segments: Annotated[tuple[Segment, ...], Field(min_length=1)]
    nodes: Annotated[tuple[Node, ...], Field(min_length=1)]
    supplies: tuple[Supply, ...] = ()
    recycling: tuple[Supply, ...] = ()
    shared: tuple[Shared, ...] = ()


class Problem(NamedTuple):
    """Something wrong in a chain file. ``level`` is ``error`` or ``warning``; ``line`` from 1."""

    file: str
    line: int
    level: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}：{self.why}"


@dataclass(frozen=True)
class _File:
    document: Document
    chain: Chain

    def problem(self, location: Location, why: str, level: str = "error") -> Problem:
        return Problem(self.document.path.name, self.document.line(location), level, why)


def read_chains(folder: str | Path | None = None) -> "nx.DiGraph[str]":
    """Read all chain files of ``folder`` (default: the bundled five) into one graph.

    Node attributes: ``name, chain, segment, stage, does, objects, hints, false_friends, activities,
    codes, needs, investments``; edge attribute: ``source``. ``graph.graph`` holds ``chains``
    (id → name, about), ``segments`` ((chain, id) → name), ``recycling`` (list of from, to, source),
    ``sources`` ((chain, id) → title, url) and ``shared`` ((chain, object) → node ids).

    Raises
    ------
    ChainError
        The folder is missing or empty, or a file has an error; ``problems`` lists all of them.
    """
    files, problems = _load(folder)
    problems += [found for found in _check(files) if found.level == "error"]
    if problems:
        raise ChainError([str(problem) for problem in sorted(problems)])
    return _graph(files)


def check_chains(folder: str | Path | None = None) -> "pd.DataFrame":
    """Return every problem of the chain files; columns ``file, line, level, why``."""
    import pandas as pd

    files, problems = _load(folder)
    problems += _check(files)
    return pd.DataFrame(sorted(problems), columns=list(Problem._fields))


def chain_files(folder: str | Path | None = None) -> list[Path]:
    """Return the chain files of ``folder`` in the order of their names. Raises ChainError."""
    place = data_folder("chains") if folder is None else Path(folder)
    if not place.is_dir():
        raise ChainError([f"{place}：找不到产业链文件夹，请检查 --chains 的路径。"])
    paths = sorted(place.glob("*.yaml")) + sorted(place.glob("*.yml"))
    if not paths:
        raise ChainError([f"{place}：没有 .yaml 产业链文件，写法见 docs/chain-files.md。"])
    return paths


def _load(folder: str | Path | None) -> tuple[list[_File], list[Problem]]:
    files, problems = [], []
    for path in chain_files(folder):
        try:
            document = read_document(path)
            files.append(_File(document, Chain.model_validate(document.data)))
        except YamlError as error:
            problems.append(_yaml_problem(path, str(error)))
        except ValidationError as error:
            found = explain(error, document, Chain)
            problems += [Problem(path.name, line, "error", why) for line, why in found]
    return files, problems


def _yaml_problem(path: Path, message: str) -> Problem:
    where, _, why = message.removeprefix(str(path)).partition("：")
    line = where.removeprefix(":")
    return Problem(path.name, int(line) if line.isdigit() else 1, "error", why)


def _graph(files: list[_File]) -> "nx.DiGraph[str]":
    graph: nx.DiGraph[str] = nx.DiGraph()
    chains = [file.chain for file in files]
    for chain in chains:
        for node in chain.nodes:
            graph.add_node(node.id, chain=chain.chain, **node.model_dump(exclude={"id"}))
    for chain in chains:
        for supply in chain.supplies:
            graph.add_edge(supply.start, supply.end, source=supply.source, chain=chain.chain)
    graph.graph["chains"] = {
        c.chain: {"name": c.name, "about": c.about, "names": c.names} for c in chains
    }
    graph.graph["segments"] = {(c.chain, s.id): s.name for c in chains for s in c.segments}
    graph.graph["sources"] = {
        (c.chain, key): value.model_dump() for c in chains for key, value in c.sources.items()
    }
    graph.graph["recycling"] = [(r.start, r.end, r.source) for c in chains for r in c.recycling]
    graph.graph["shared"] = {(c.chain, s.object): s.nodes for c in chains for s in c.shared}
    return graph


# --- checks: one function a rule, each yields all that it finds --------------------------------


def _check(files: list[_File]) -> list[Problem]:
    known = {node.id: node for file in files for node in file.chain.nodes}
    found: list[Problem] = []
    found += _repeated_ids(files)
    for file in files:
        for rule in (_segments, _words, _claims, _vocabulary, _sources):
            found += rule(file)
        found += _ends(file, known)
    found += _isolated(files)
    if not found or all(problem.level == "warning" for problem in found):
        found += _cycle(files)
    return found


def _repeated_ids(files: list[_File]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    names: dict[str, str] = {}
    for file in files:
        if file.chain.chain in names:
            why = f"产业链编号“{file.chain.chain}”已在 {names[file.chain.chain]} 中使用"
            yield file.problem(("chain",), why)
        names.setdefault(file.chain.chain, file.document.path.name)
        for i, node in enumerate(file.chain.nodes):
            if node.id in seen:
                why = f"环节编号“{node.id}”已在 {seen[node.id]} 中使用，编号不能重复"
                yield file.problem(("nodes", i, "id"), why)
            seen.setdefault(node.id, file.document.path.name)


def _segments(file: _File) -> Iterator[Problem]:
    known = [segment.id for segment in file.chain.segments]
    used = {node.segment for node in file.chain.nodes}
    for i, node in enumerate(file.chain.nodes):
        if node.segment not in known:
            why = f"{node.name}：不认识的细分链{nearest(node.segment, known)}"
            yield file.problem(("nodes", i, "segment"), why)
    for i, segment in enumerate(file.chain.segments):
        if segment.id not in used:
            yield file.problem(("segments", i), f"细分链“{segment.name}”没有任何环节", "warning")


def _words(file: _File) -> Iterator[Problem]:
    for i, node in enumerate(file.chain.nodes):
        words = [*node.objects, *node.hints]
        for word, count in Counter(words).items():
            if count > 1:
                yield file.problem(("nodes", i, "objects"), f"{node.name}：“{word}”写了 {count} 次")
        for word in words:
            if len(word) < 2:
                why = f"{node.name}：“{word}”只有一个字，无法可靠识别"
                yield file.problem(("nodes", i, "objects"), why)
        for friend in node.false_friends:
            if not any(word in friend for word in words):
                why = f"{node.name}：误导词“{friend}”不含本环节的任何宾语，不起作用"
                yield file.problem(("nodes", i, "false_friends", friend), why, "warning")


def _claims(file: _File) -> Iterator[Problem]:
    """Two nodes may claim one object if they differ in activity or a rule says why."""
    claims: dict[str, list[int]] = defaultdict(list)
    for i, node in enumerate(file.chain.nodes):
        for word in set(node.objects):
            claims[word].append(i)
    allowed = {rule.object: set(rule.nodes) for rule in file.chain.shared}
    for word, owners in sorted(claims.items()):
        for a, b in combinations(owners, 2):
            first, second = file.chain.nodes[a], file.chain.nodes[b]
            ruled = {first.id, second.id} <= allowed.get(word, set())
            if set(first.activities) & set(second.activities) and not ruled:
                why = (
                    f"“{word}”同时属于“{first.name}”和“{second.name}”，"
                    "请只留一处，或在 shared 中说明理由"
                )
                yield file.problem(("nodes", b, "objects"), why)
    for i, rule in enumerate(file.chain.shared):
        for node in rule.nodes:
            if node not in {file.chain.nodes[k].id for k in claims.get(rule.object, [])}:
                why = f"shared：环节“{node}”的宾语中没有“{rule.object}”"
                yield file.problem(("shared", i), why)


def _vocabulary(file: _File) -> Iterator[Problem]:
    classes = gbt_classes()
    for i, node in enumerate(file.chain.nodes):
        for k, need in enumerate(node.needs):
            if need not in NEEDS:
                why = f"{node.name}：不认识的要素{nearest(need, list(NEEDS))}"
                yield file.problem(("nodes", i, "needs", k), why)
        for k, code in enumerate(node.codes):
            if code.rstrip("?") not in classes:
                why = f"{node.name}：GB/T 4754-2017 中没有代码 {code.rstrip('?')}"
                yield file.problem(("nodes", i, "codes", k), why)
        if not node.codes:
            why = f"{node.name}：没有行业代码（GB/T 4754-2017）"
            yield file.problem(("nodes", i), why, "warning")


def _sources(file: _File) -> Iterator[Problem]:
    known = [*file.chain.sources, GENERAL_KNOWLEDGE]
    cited: list[tuple[Location, str]] = [
        ((part, i, "source"), supply.source)
        for part in ("supplies", "recycling")
        for i, supply in enumerate(getattr(file.chain, part))
    ]
    cited += [
        (("nodes", i, "investments", k, "source"), investment.source)
        for i, node in enumerate(file.chain.nodes)
        for k, investment in enumerate(node.investments)
    ]
    for location, source in cited:
        if source not in known:
            yield file.problem(location, f"不认识的来源{nearest(source, known)}")


def _ends(file: _File, known: dict[str, Node]) -> Iterator[Problem]:
    own = {node.id for node in file.chain.nodes}
    pairs: set[tuple[str, str]] = set()
    for part in ("supplies", "recycling"):
        for i, supply in enumerate(getattr(file.chain, part)):
            missing = [node for node in (supply.start, supply.end) if node not in known]
            for node in missing:
                yield file.problem((part, i), f"不认识的环节{nearest(node, sorted(known))}")
            if missing:
                continue
            start, end = known[supply.start], known[supply.end]
            if not own & {supply.start, supply.end}:
                why = f"“{start.name} → {end.name}”两端都不在本链，请写到所属的链文件"
                yield file.problem((part, i), why)
            if part == "supplies" and (supply.start, supply.end) in pairs:
                yield file.problem((part, i), f"“{start.name} → {end.name}”写了两次")
            pairs.add((supply.start, supply.end))
            if part == "supplies" and {supply.start, supply.end} <= own:
                yield from _direction(file, (part, i), start, end)


def _direction(file: _File, location: Location, start: Node, end: Node) -> Iterator[Problem]:
    order = {"upstream": 0, "midstream": 1, "downstream": 2}
    if order.get(start.stage, 0) > order.get(end.stage, 2):
        why = (
            f"“{start.name}”（{STAGES[start.stage]}）→“{end.name}”（{STAGES[end.stage]}）"
            "与上下游方向相反，请核对"
        )
        yield file.problem(location, why, "warning")


def _isolated(files: list[_File]) -> Iterator[Problem]:
    linked = {
        end
        for file in files
        for supply in (*file.chain.supplies, *file.chain.recycling)
        for end in (supply.start, supply.end)
    }
    for file in files:
        for i, node in enumerate(file.chain.nodes):
            if node.id not in linked:
                why = f"“{node.name}”没有任何供给关系，是孤立环节"
                yield file.problem(("nodes", i), why, "warning")


def _cycle(files: list[_File]) -> Iterator[Problem]:
    graph = _graph(files)
    if nx.is_directed_acyclic_graph(graph):
        return
    cycle = nx.find_cycle(graph)
    names = [graph.nodes[u]["name"] for u, *_ in cycle]
    ends = {(u, v) for u, v, *_ in cycle}
    why = f"供给关系成环：{' → '.join([*names, names[0]])}，循环利用请写到 recycling"
    for file in files:
        for i, supply in enumerate(file.chain.supplies):
            if (supply.start, supply.end) in ends:
                yield file.problem(("supplies", i), why)
                return


@cache
def gbt_classes() -> frozenset[str]:
    """Return the four-digit classes of GB/T 4754-2017."""
    lines = (data_folder("reference") / "gbt4754_2017.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(": ") for line in lines if not line.startswith("#"))
    return frozenset(division + rest for division, _, tails in rows for rest in tails.split())


# --- walking -----------------------------------------------------------------------------------


class Trace(NamedTuple):
    """Paths between two wordings: the nodes each wording resolved to, and paths of node ids."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]


def resolve_wording(graph: "nx.DiGraph[str]", wording: str, limit: int = 5) -> tuple[str, ...]:
    """Return the nodes that ``wording`` names, best kind of match only, in graph order.

    Kinds, first that matches wins: node id or name; an object; a hint; the same without the verbs
    at its ends (锂电池生产); the longest object or name in the wording; the shortest object or name
    that holds the wording. Empty if none does.
    """
    whole = wording.strip()
    core = next((whole[i.core_start : i.core_end] for i in read_scope(whole)), "")
    for word in dict.fromkeys(filter(None, (whole, core))):
        nodes = _named(graph, word)
        if nodes:
            return tuple(nodes[:limit])
    return tuple(_like(graph, core or whole)[:limit]) if whole else ()


def _named(graph: "nx.DiGraph[str]", word: str) -> list[str]:
    kinds: tuple[Callable[[str, dict[str, Any]], bool], ...] = (
        lambda node, data: word in (node, data["name"]),
        lambda _, data: word in data["objects"],
        lambda _, data: word in data["hints"],
    )
    named = ([n for n, data in graph.nodes(data=True) if kind(n, data)] for kind in kinds)
    return next(filter(None, named), [])


def _like(graph: "nx.DiGraph[str]", wording: str) -> list[str]:
    words = {n: (data["name"], *data["objects"]) for n, data in graph.nodes(data=True)}
    inside = {n: max((len(w) for w in ws if w in wording), default=0) for n, ws in words.items()}
    longest = max(inside.values(), default=0)
    if longest:
        return [node for node, length in inside.items() if length == longest]
    around = {n: min((len(w) for w in ws if wording in w), default=0) for n, ws in words.items()}
    shortest = min(filter(None, around.values()), default=0)
    return [node for node, length in around.items() if length == shortest and shortest]


def trace(graph: "nx.DiGraph[str]", start: str, end: str, limit: int = 20) -> Trace:
    """Return up to ``limit`` paths of supplies from ``start`` to ``end``, shortest first.

    Both ends are wordings (钨精矿, 刀具), names or ids. No path, or a wording that names no node,
    gives an empty ``paths``; ``starts`` and ``ends`` show what the wordings resolved to.
    """
    starts, ends = resolve_wording(graph, start), resolve_wording(graph, end)
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
