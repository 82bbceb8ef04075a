"""The rules that chain files must keep: one function a rule, each yields all that it finds.

A record with a wrong field is set aside and everything else is checked all the same, so that one
slip hides no other, neither in its own file nor in the next.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import networkx as nx
from pydantic import ValidationError

from chainmatch.chains.model import ENGLISH, FORMS, GENERAL_KNOWLEDGE, Chain, Node, Supply
from chainmatch.schema.columns import NEEDS
from chainmatch.schema.words import STAGES
from chainmatch.util.resources import data_folder
from chainmatch.util.yaml import Document, Location, explain, nearest

_NODE = re.compile(
    r"^ *- +id: *[\"']?([a-z0-9-]+)[\"']? *(?:#.*)?\n +name: *(.+?) *$", re.MULTILINE
)
_LOOKS_JOINED = re.compile("[，；。]")
_LISTS = ("segments", "nodes", "supplies", "recycling", "shared")


class Problem(NamedTuple):
    """Something wrong in a chain file. ``level`` is ``error`` or ``warning``; ``line`` from 1."""

    file: str
    line: int
    level: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}：{self.why}"


@dataclass(frozen=True)
class ChainFile:
    """A file as far as it could be read. ``kept``: list → places of its records in the file."""

    document: Document
    chain: Chain
    kept: Mapping[str, Sequence[int]]
    whole: bool = True

    def problem(self, location: Location, why: str, level: str = "error") -> Problem:
        """Return a problem at the line of ``location``, a path into ``chain``."""
        if len(location) > 1 and location[0] in self.kept and isinstance(location[1], int):
            place = self.kept[str(location[0])][location[1]]
            location = (location[0], place, *location[2:])
        return Problem(self.document.path.name, self.document.line(location), level, why)


def read_chain(document: Document) -> tuple[ChainFile | None, list[Problem]]:
    """Validate one document; with problems, what remains without the wrong records, or None."""
    kept = {part: range(len(_items(document.data, part))) for part in _LISTS}
    try:
        return ChainFile(document, Chain.model_validate(document.data), kept), []
    except ValidationError as error:
        found = explain(error, document, Chain, FORMS, ENGLISH | _ids(document))
        problems = [Problem(document.path.name, line, "error", why) for line, why in found]
        return _remains(document, [tuple(wrong["loc"]) for wrong in error.errors()]), problems


def _ids(document: Document) -> dict[str, str]:
    """Return name → id of what the document declares."""
    records = [*_items(document.data, "nodes"), *_items(document.data, "segments")]
    return {
        record["name"]: record["id"]
        for record in records
        if isinstance(record, dict)
        and isinstance(record.get("name"), str)
        and isinstance(record.get("id"), str)
    }


def _remains(document: Document, wrong: list[Location]) -> ChainFile | None:
    bad = {location[:2] for location in wrong}
    tops = {location[0] for location in wrong if len(location) == 1}
    data: dict[str, Any] = {}
    kept: dict[str, list[int]] = {}
    for key, value in document.data.items() if isinstance(document.data, dict) else ():
        if key in _LISTS and isinstance(value, list):
            kept[key] = [i for i in range(len(value)) if (key, i) not in bad]
            data[key] = [value[i] for i in kept[key]]
        elif isinstance(value, dict):
            data[key] = {name: item for name, item in value.items() if (key, name) not in bad}
        elif key not in tops:
            data[key] = value
    try:
        return ChainFile(document, Chain.model_validate(data), kept, whole=False)
    except ValidationError:
        return None


def _items(data: object, part: str) -> list[Any]:
    items = data.get(part) if isinstance(data, dict) else None
    return items if isinstance(items, list) else []


def declared_nodes(text: str) -> dict[str, str]:
    """Return id → name of the nodes that a text seems to declare, even if it is no valid YAML."""
    return {found[1]: found[2].strip("\"'") for found in _NODE.finditer(text)}


@cache
def _bundled_nodes() -> Mapping[str, str]:
    """Return node → chain of the bundled files, without checking them."""
    paths = sorted(data_folder("chains").glob("*.yaml"))
    return {node: path.stem for path in paths for node in declared_nodes(path.read_text("utf-8"))}


def check(
    files: Sequence[ChainFile], declared: Mapping[str, str], blind: bool = False
) -> list[Problem]:
    """Return everything that breaks a rule.

    ``declared``: nodes that stand in files or records which could not be read; a supply to one of
    them is no error of its own. What such a record could have cured is not warned about. ``blind``:
    there are files of which not even the nodes are known; then an unknown node is an error only if
    it looks like a slip of a known one.
    """
    known = {node.id: node for file in files for node in file.chain.nodes}
    names = {**declared, **{node.id: node.name for node in known.values()}}
    found = [*_repeated_ids(files), *_repeated_supplies(files, names), *_earlier(files, names)]
    for file in files:
        for rule in (_segments, _words, _owners, _vocabulary, _sources):
            found += [p for p in rule(file) if file.whole or p.level == "error"]
        found += _shared_nodes(file, names, blind)
        found += _ends(file, known, names, blind)
    if not blind and names.keys() == known.keys() and all(file.whole for file in files):
        found += _isolated(files)
    return [*found, *_cycles(files, known)]


def _repeated_ids(files: Sequence[ChainFile]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    chains: dict[str, str] = {}
    for file in files:
        if file.chain.chain in chains:
            why = f"产业链编号“{file.chain.chain}”已在 {chains[file.chain.chain]} 中使用"
            yield file.problem(("chain",), why)
        chains.setdefault(file.chain.chain, file.document.path.name)
        for i, node in enumerate(file.chain.nodes):
            if node.id in seen:
                why = f"环节编号“{node.id}”已在 {seen[node.id]} 中使用，编号不能重复"
                yield file.problem(("nodes", i, "id"), why)
            seen.setdefault(node.id, file.document.path.name)


def _repeated_supplies(files: Sequence[ChainFile], names: Mapping[str, str]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], str] = {}
    for file in files:
        for part in ("supplies", "recycling"):
            for i, supply in enumerate(getattr(file.chain, part)):
                key = (part, supply.start, supply.end)
                if key in seen:
                    why = f"“{_arrow(supply, names)}”已在 {seen[key]} 中写过，请只留一处"
                    yield file.problem((part, i), why)
                seen.setdefault(key, file.document.path.name)


def _earlier(files: Sequence[ChainFile], names: Mapping[str, str]) -> Iterator[Problem]:
    """A word that a node had before is written once there, and no node has it today."""
    taken = {word: name for node, name in names.items() for word in (node, name)}
    for file in files:
        for i, node in enumerate(file.chain.nodes):
            for k, word in enumerate(node.was):
                why = ""
                if word in node.was[:k]:
                    why = f"{node.name}：was 中“{word}”写了不止一次，请只留一处"
                elif word in taken:
                    why = (
                        f"{node.name}：was 中的“{word}”仍是环节“{taken[word]}”，"
                        "只能写已经不用的编号或名称"
                    )
                if why:
                    yield file.problem(("nodes", i, "was", k), why)


def _segments(file: ChainFile) -> Iterator[Problem]:
    known = [segment.id for segment in file.chain.segments]
    used = {node.segment for node in file.chain.nodes}
    for i, name in enumerate(known):
        if name in known[:i]:
            why = f"细分链编号“{name}”已经用过，编号不能重复"
            yield file.problem(("segments", i), why)
    named = {segment.name: segment.id for segment in file.chain.segments}
    for i, node in enumerate(file.chain.nodes):
        if node.segment not in known and file.whole:
            hint = nearest(node.segment, known, named)
            yield file.problem(("nodes", i, "segment"), f"{node.name}：不认识的细分链{hint}")
    for i, segment in enumerate(file.chain.segments):
        if segment.id not in used:
            yield file.problem(("segments", i), f"细分链“{segment.name}”没有任何环节", "warning")


def _words(file: ChainFile) -> Iterator[Problem]:
    for i, node in enumerate(file.chain.nodes):
        seen: set[str] = set()
        places = [("objects", k, w) for k, w in enumerate(node.objects)]
        places += [("hints", k, w) for k, w in enumerate(node.hints)]
        for field, k, word in places:
            why = ""
            if word in seen:
                why = f"{node.name}：“{word}”写了不止一次，请只留一处"
            elif len(word) < 2:
                why = f"{node.name}：“{word}”只有一个字，无法可靠识别"
            elif _LOOKS_JOINED.search(word):
                why = f"{node.name}：“{word}”中有中文逗号、分号或句号，请用英文逗号 , 分成几项"
            if why:
                yield file.problem(("nodes", i, field, k), why)
            seen.add(word)
        for friend in node.false_friends:
            if friend[0] != "…" and not any(map(friend.__contains__, seen)):
                why = f"{node.name}：误导词“{friend}”不含本环节的任何宾语，不起作用"
                yield file.problem(("nodes", i, "false_friends", friend), why, "warning")


def _owners(file: ChainFile) -> Iterator[Problem]:
    """Two nodes may own one object if they differ in activity or a rule says why."""
    owners: dict[str, list[int]] = defaultdict(list)
    for i, node in enumerate(file.chain.nodes):
        for word in dict.fromkeys(node.objects):
            owners[word].append(i)
    allowed = {rule.object: set(rule.nodes) for rule in file.chain.shared}
    for word, own in owners.items():
        for a, b in combinations(own, 2):
            first, second = file.chain.nodes[a], file.chain.nodes[b]
            ruled = {first.id, second.id} <= allowed.get(word, set())
            if set(first.activities) & set(second.activities) and not ruled:
                why = (
                    f"“{word}”同时属于“{first.name}”和“{second.name}”，"
                    "请只留一处，或在 shared 中说明理由"
                )
                yield file.problem(("nodes", b, "objects", second.objects.index(word)), why)


def _shared_nodes(file: ChainFile, names: Mapping[str, str], blind: bool) -> Iterator[Problem]:
    own = {node.id: node for node in file.chain.nodes}
    for i, rule in enumerate(file.chain.shared):
        for k, node in enumerate(rule.nodes):
            if node in own and rule.object not in own[node].objects:
                why = f"shared：环节“{own[node].name}”的宾语中没有“{rule.object}”"
                yield file.problem(("shared", i, "nodes", k), why)
            elif node not in names and not (blind and _may_be_lost(node, names)):
                why = f"shared：不认识的环节{nearest_node(node, names)}"
                yield file.problem(("shared", i, "nodes", k), why)
            elif node not in own and node in names and file.whole:
                why = f"shared：“{names[node]}”不是本链的环节，共用宾语只在一条链之内说明"
                yield file.problem(("shared", i, "nodes", k), why)


def _vocabulary(file: ChainFile) -> Iterator[Problem]:
    classes = gbt_classes()
    named = {chinese: english for english, chinese in NEEDS.items()}
    for i, node in enumerate(file.chain.nodes):
        for k, need in enumerate(node.needs):
            if need not in NEEDS:
                why = f"{node.name}：不认识的要素{nearest(need, list(NEEDS), named)}"
                yield file.problem(("nodes", i, "needs", k), why)
        for k, code in enumerate(node.codes):
            if code.rstrip("?") not in classes:
                why = f"{node.name}：GB/T 4754-2017 中没有代码 {code.rstrip('?')}"
                yield file.problem(("nodes", i, "codes", k), why)
        if not node.codes:
            why = f"{node.name}：没有行业代码（GB/T 4754-2017）"
            yield file.problem(("nodes", i), why, "warning")


def _sources(file: ChainFile) -> Iterator[Problem]:
    known = [*file.chain.sources, GENERAL_KNOWLEDGE]
    listed = file.document.data.get("sources") if isinstance(file.document.data, dict) else None
    listed = listed if isinstance(listed, dict) else {}
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
        if source not in known and source not in listed:
            yield file.problem(location, f"不认识的来源{nearest(source, known)}")


def _ends(
    file: ChainFile, known: Mapping[str, Node], names: Mapping[str, str], blind: bool
) -> Iterator[Problem]:
    own = {node.id for node in file.chain.nodes}
    for part in ("supplies", "recycling"):
        for i, supply in enumerate(getattr(file.chain, part)):
            yield from _unknown_ends(file, (part, i), supply, names, blind)
            if supply.start not in known or supply.end not in known:
                continue
            if not own & {supply.start, supply.end}:
                why = f"“{_arrow(supply, names)}”两端都不在本链，请写到所属的链文件"
                yield file.problem((part, i), why)
            if part == "supplies" and {supply.start, supply.end} <= own:
                yield from _direction(file, (part, i), known[supply.start], known[supply.end])


def _arrow(supply: Supply, names: Mapping[str, str]) -> str:
    return " → ".join(names.get(end, end) for end in (supply.start, supply.end))


def _unknown_ends(
    file: ChainFile, location: Location, supply: Supply, names: Mapping[str, str], blind: bool
) -> Iterator[Problem]:
    for key, node in (("from", supply.start), ("to", supply.end)):
        if node not in names and not (blind and _may_be_lost(node, names)):
            why = f"不认识的环节{nearest_node(node, names)}"
            yield file.problem((*location, key), why)


def _close(word: str, names: Mapping[str, str]) -> str:
    """Return the id that ``word`` is a slip of, "" if none."""
    return next(iter(get_close_matches(word, names, n=1, cutoff=0.75)), "")


def _may_be_lost(word: str, names: Mapping[str, str]) -> bool:
    """Whether an unknown node may well stand in a file that could not be read."""
    return word in _bundled_nodes() or not _close(word, names)


def nearest_node(word: str, names: Mapping[str, str]) -> str:
    """Return ``“word”`` and what was meant: the nearest of ``names`` (id → name), or what to do."""
    home = _bundled_nodes().get(word)
    if home and not any(_bundled_nodes().get(node) == home for node in names):
        return (
            f"“{word}”：它在自带的产业链里，而自己的产业链代替自带的五条链；"
            "请把它们放到一起（chainmatch chains copy 或 chains export）"
        )
    close = _close(word, names)
    if close:
        return f"“{word}”，是否想写“{close}”（{names[close]}）？"
    return f"“{word}”，环节编号可用 chainmatch chains show 查看"


def _direction(file: ChainFile, location: Location, start: Node, end: Node) -> Iterator[Problem]:
    order = {"upstream": 0, "midstream": 1, "downstream": 2}
    if order.get(start.stage, 0) > order.get(end.stage, 2):
        why = (
            f"“{start.name}”（{STAGES[start.stage]}）→“{end.name}”（{STAGES[end.stage]}）"
            "与上下游方向相反，请核对"
        )
        yield file.problem(location, why, "warning")


def _isolated(files: Sequence[ChainFile]) -> Iterator[Problem]:
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


def _cycles(files: Sequence[ChainFile], known: Mapping[str, Node]) -> Iterator[Problem]:
    """One cycle of every knot of supplies that hang in a circle, at the first line of it."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    where: dict[tuple[str, str], tuple[ChainFile, int]] = {}
    for file in files:
        for i, supply in enumerate(file.chain.supplies):
            if supply.start in known and supply.end in known:
                graph.add_edge(supply.start, supply.end)
                where.setdefault((supply.start, supply.end), (file, i))
    if nx.is_directed_acyclic_graph(graph):
        return
    for knot in nx.strongly_connected_components(graph):
        if len(knot) == 1 and not nx.number_of_selfloops(graph.subgraph(knot)):
            continue
        cycle = [(start, end) for start, end, *_ in nx.find_cycle(graph.subgraph(sorted(knot)))]
        first = min(cycle, key=list(where).index)
        turn = cycle.index(first)
        names = [known[start].name for start, _ in (*cycle[turn:], *cycle[:turn], first)]
        file, i = where[first]
        why = f"供给关系成环：{' → '.join(names)}，循环利用请写到 recycling"
        yield file.problem(("supplies", i), why)


@cache
def gbt_classes() -> frozenset[str]:
    """Return the four-digit classes of GB/T 4754-2017."""
    lines = (data_folder("reference") / "gbt4754_2017.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(": ") for line in lines if not line.startswith("#"))
    return frozenset(division + rest for division, _, tails in rows for rest in tails.split())


def sort(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems in the order of files and lines, each once."""
    return sorted(set(problems))
