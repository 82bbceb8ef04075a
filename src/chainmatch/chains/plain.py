"""The graph in words and numbers alone, for programs that take neither lists nor tables of them."""

from typing import Any

import networkx as nx

from chainmatch.chains.model import FLOWS, SETTLES
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.columns import NEEDS
from chainmatch.schema.words import STAGES

__all__ = ["JOINED", "plain_graph"]

JOINED = "、"
SUPPLY, RECYCLING = "supply", "recycling"
_LISTS = ("objects", "hints", "codes", "was")
_WORDS = {"activities": ACTIVITIES, "needs": NEEDS}


def plain_graph(graph: "nx.DiGraph[str]") -> "nx.DiGraph[str]":
    """Return a copy of the graph of ``read_chains`` that every writer of networkx takes.

    Node attributes, all text: ``label`` (the Chinese name), ``chain, chain_name, segment,
    segment_name, stage, stage_name, settles, does, activities, objects, hints, codes, needs``;
    several words of one are joined by 、, closed words are the Chinese ones. Edge attributes:
    ``relation`` (``supply``, ``recycling`` or both, joined by 、), ``chain`` of the file,
    ``source``, ``source_title``, ``source_kind``, ``why``, ``flow`` and ``weight``, a number
    above 0.
    """
    plain: nx.DiGraph[str] = nx.DiGraph()
    for node, data in graph.nodes(data=True):
        plain.add_node(node, **_node(graph, data))
    for start, end, data in graph.edges(data=True):
        plain.add_edge(start, end, **_edge(graph, SUPPLY, data["chain"], data["source"]))
        plain.edges[start, end].update(why=data["why"], flow=FLOWS[data["flow"]])
    for start, end, source in graph.graph["recycling"]:
        if plain.has_edge(start, end):
            plain.edges[start, end]["relation"] = f"{SUPPLY}{JOINED}{RECYCLING}"
        else:
            chain = graph.nodes[start]["chain"]
            plain.add_edge(start, end, **_edge(graph, RECYCLING, chain, source))
    return plain


def _node(graph: "nx.DiGraph[str]", data: dict[str, Any]) -> dict[str, str]:
    chain, segment = data["chain"], data["segment"]
    return {
        "label": data["name"],
        "chain": chain,
        "chain_name": graph.graph["chains"][chain]["name"],
        "segment": segment,
        "segment_name": graph.graph["segments"][chain, segment],
        "stage": data["stage"],
        "stage_name": STAGES[data["stage"]],
        "settles": SETTLES[data["settles"]],
        "does": data["does"],
        **{key: JOINED.join(words[w] for w in data[key]) for key, words in _WORDS.items()},
        **{key: JOINED.join(data[key]) for key in _LISTS if key in data},
    }


def _edge(graph: "nx.DiGraph[str]", relation: str, chain: str, source: str) -> dict[str, Any]:
    cited = graph.graph["sources"].get((chain, source), {})
    return {
        "relation": relation,
        "chain": chain,
        "source": source,
        "source_title": cited.get("title", ""),
        "source_kind": cited.get("kind", "expert"),
        "why": "",
        "flow": "",
        "weight": 1.0,
    }
