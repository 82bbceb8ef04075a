"""Chains as text that a person reads in a terminal: a list, a tree, a trace."""

from collections import Counter
from collections.abc import Iterable, Iterator

import networkx as nx

from chainmatch.chains.graph import Trace, names_of
from chainmatch.errors import OptionError
from chainmatch.schema.words import STAGES
from chainmatch.util.yaml import nearest


def chain_id(graph: "nx.DiGraph[str]", term: str) -> str:
    """Return the id of a chain named by id or Chinese name. Raises OptionError."""
    chains = graph.graph["chains"]
    for chain, data in chains.items():
        if term in (chain, data["name"]):
            return str(chain)
    known = [word for chain, data in chains.items() for word in (chain, data["name"])]
    raise OptionError(f"没有这条产业链{nearest(term, known)}")


def chain_counts(graph: "nx.DiGraph[str]") -> list[dict[str, str | int]]:
    """Return one record a chain: id, name, segments, nodes, supplies, sourced, objects."""
    edges = [data for _, _, data in graph.edges(data=True)]
    supplies = Counter(data["chain"] for data in edges)
    sourced = Counter(data["chain"] for data in edges if data["kind"] != "expert")
    return [
        {
            "chain": chain,
            "name": data["name"],
            "segments": sum(owner == chain for owner, _ in graph.graph["segments"]),
            "nodes": len(_nodes(graph, chain)),
            "supplies": supplies[chain],
            "sourced": sourced[chain],
            "objects": sum(len(graph.nodes[node]["objects"]) for node in _nodes(graph, chain)),
        }
        for chain, data in graph.graph["chains"].items()
    ]


def listing(graph: "nx.DiGraph[str]") -> str:
    """Return one line a chain with its counts."""
    return "\n".join(
        f"{c['name']}（{c['chain']}）：{c['segments']} 个细分链，{c['nodes']} 个环节，"
        f"{c['supplies']} 条供给关系（{c['sourced']} 条有公开来源），{c['objects']} 个宾语"
        for c in chain_counts(graph)
    )


def tree(graph: "nx.DiGraph[str]", chain: str) -> str:
    """Return a chain as an indented tree: segments, nodes by stage, what supplies each node."""
    chain = chain_id(graph, chain)
    data = graph.graph["chains"][chain]
    lines = [f"{data['name']}（{chain}）{data['about']}"]
    for (owner, segment), name in graph.graph["segments"].items():
        if owner == chain:
            lines += ["", name, *_segment_lines(graph, chain, segment)]
    loops = [(u, v) for u, v, _ in graph.graph["recycling"] if graph.nodes[v]["chain"] == chain]
    if loops:
        lines += ["", "循环利用"]
        lines += [f"  {' → '.join(names_of(graph, loop))}" for loop in loops]
    return "\n".join(lines)


def _segment_lines(graph: "nx.DiGraph[str]", chain: str, segment: str) -> Iterator[str]:
    order = list(STAGES)
    nodes = [node for node in _nodes(graph, chain) if graph.nodes[node]["segment"] == segment]
    for node in sorted(nodes, key=lambda node: order.index(graph.nodes[node]["stage"])):
        data = graph.nodes[node]
        suppliers = "、".join(names_of(graph, graph.predecessors(node)))
        supplied = f"  ← {suppliers}" if suppliers else ""
        yield f"  {STAGES[data['stage']]}  {data['name']}（{node}）{supplied}"


def traced(graph: "nx.DiGraph[str]", found: Trace, start: str, end: str) -> str:
    """Return the paths of a trace; without any, the loops and what both terms resolved to."""
    if found.paths:
        return "\n".join(" → ".join(names_of(graph, path)) for path in found.paths)
    loops = [
        f"循环利用：{' → '.join(names_of(graph, (u, v)))}"
        for u, v, _ in graph.graph["recycling"]
        if u in found.starts and v in found.ends
    ]
    return "\n".join(
        [
            f"没有从“{start}”到“{end}”的供给路径。",
            *loops,
            f"“{start}”：{_resolved(graph, found.starts)}",
            f"“{end}”：{_resolved(graph, found.ends)}",
        ]
    )


def _resolved(graph: "nx.DiGraph[str]", nodes: Iterable[str]) -> str:
    chains = graph.graph["chains"]
    named = [
        f"{graph.nodes[node]['name']}（{chains[graph.nodes[node]['chain']]['name']}）"
        for node in nodes
    ]
    return "、".join(named) if named else "没有认出对应的环节"


def _nodes(graph: "nx.DiGraph[str]", chain: str) -> list[str]:
    return [node for node, owner in graph.nodes(data="chain") if owner == chain]
