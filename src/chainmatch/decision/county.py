"""The county on the chains: which nodes its resources, projects, wishes and refusals speak of.

A profile is written in words of scopes; here each word finds its nodes. What the county has is
carried down the chains: a node has ``reach`` in 0…1, the most of

``much · 0.9^steps / inputs^0.15`` at each step,

over the resources from which goods flow to it; ``inputs`` is the number of suppliers of things that
the node has. Goods flow only along supplies of **materials** (``flow``), where a supply says which
(``of``) only those, and only into nodes that make things of them: an animal feed reaches no cattle
farm, wheat no oil mill and no ore what uses its tailings; a scenic area reaches operators alone. A
node is **tied** to raw material where one of its suppliers grows or mines; if the county has none
of that its reach is 0, and where nothing ties it and nothing reaches it, the reach is unknown: what
the county has says nothing about it. It is unknown everywhere in a profile that names no resource.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from chainmatch.chains.graph import nodes_of
from chainmatch.profile import Profile, Refusal
from chainmatch.schema.columns import NEEDS
from chainmatch.util.text import normalise

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

_STEP = 0.9
_CROWD = 0.15
_MAKES_HERE = 0.8  # what a project will make, against what is there already


class Claim(NamedTuple):
    """How strongly the profile speaks for a node, 0…1, and its words.

    Of what the county has also how many steps upstream it stands, and through which node it comes.
    """

    value: float
    words: str
    steps: int = 0
    through: str = ""


NOTHING = Claim(0.0, "")


class Own(NamedTuple):
    """A word in a scope that speaks of something that the county has."""

    word: str
    product: str
    much: float


@dataclass(frozen=True)
class County:
    """A profile on the nodes of a graph.

    reach : node → how near it stands to what the county has (NaN: nothing says so), and of what
    projects, wishes : node → what needs it, who wants it
    wanted : node → the words of the one product for which it is wanted, where a wish says so
    closed : node → why the county takes nobody there
    refusals : what the county takes from nobody, at whatever node
    own : words of scopes that speak of what the county has, longest first
    """

    profile: Profile
    reach: Mapping[str, Claim]
    projects: Mapping[str, Claim]
    wishes: Mapping[str, Claim]
    wanted: Mapping[str, tuple[str, ...]]
    closed: Mapping[str, str]
    refusals: tuple[Refusal, ...]
    own: tuple[Own, ...]


def county_of(profile: Profile, graph: "Graph") -> County:
    """Find the nodes of a profile; words that name none are left to :func:`read_profile`."""
    said = _ordered(profile)
    closed, refusals = _closed(said, graph)
    wishes = _claims(((w.weight, w.what, (w.what,)) for w in said.priorities), graph)
    return County(
        profile,
        _reach(said, graph),
        _claims(((p.weight, p.name, p.needs) for p in said.projects), graph),
        wishes,
        _wanted(said, wishes),
        closed,
        refusals,
        _own_words(said),
    )


_LISTS = ("resources", "projects", "priorities", "unwanted")


def _ordered(profile: Profile) -> Profile:
    """Put each list of a profile in one order, so that ties fall alike however it is written."""
    lists = {
        name: tuple(sorted(getattr(profile, name), key=lambda entry: entry.model_dump_json()))
        for name in _LISTS
    }
    return profile.model_copy(update=lists)


# --- what the county has -------------------------------------------------------------------------


def _reach(profile: Profile, graph: "Graph") -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    stock = [(Claim(r.much, r.product), (r.product, *r.words)) for r in profile.resources]
    stock += [
        (Claim(_MAKES_HERE * p.weight, f"{word}（{p.name}投产后）"), (word,))
        for p in profile.projects
        for word in p.makes
    ]
    made_of = {
        node: [m for m in graph.pred[node] if _flows(graph, m, node)] for node in _flowing(graph)
    }
    for claim, words in stock:
        for node, own in _carried(claim, words, made_of, graph).items():
            found[node] = max(found.get(node, NOTHING), own)
    for node in graph:
        if not stock:
            found[node] = Claim(math.nan, "")
        elif node not in found:
            raw = [m for m in graph.pred[node] if _is_raw(graph, m, node)]
            lacking = raw and not any(found.get(m, NOTHING).value > 0 for m in raw)
            missing = graph.nodes[raw[0]]["name"] if lacking else ""
            found[node] = Claim(0.0 if raw else math.nan, missing)
    return found


def _carried(
    claim: Claim, words: tuple[str, ...], made_of: Mapping[str, list[str]], graph: "Graph"
) -> dict[str, Claim]:
    """Carry one thing that the county has down the chains; ``made_of`` in the order of flow."""
    found = dict.fromkeys(_first(graph, _holding(graph, words[0])), claim)
    for node, suppliers in made_of.items():
        for m in suppliers:
            if m in found and _takes(graph.edges[m, node]["of"], words):
                value = round(found[m].value * _STEP / len(suppliers) ** _CROWD, 4)
                own = Claim(value, claim.words, found[m].steps + 1, graph.nodes[m]["name"])
                found[node] = max(found.get(node, NOTHING), own)
    return found


def _takes(flowing: Collection[str], words: Iterable[str]) -> bool:
    """Whether a thing called so is among what flows along a supply; ``()``: all of it."""
    return not flowing or any(w in word or word in w for word in words for w in flowing)


def _holding(graph: "Graph", product: str) -> Iterable[str]:
    """Return the nodes of a product; one after which a chain is called (茶叶) is not all of it."""
    named = nodes_of(graph, product)
    if all(product != data["name"] for data in graph.graph["chains"].values()):
        return named
    return [node for node in named if product in graph.nodes[node]["objects"]] or named


def _first(graph: "Graph", nodes: Iterable[str]) -> list[str]:
    """Keep those of some nodes that stand behind no other of them: where the product begins."""
    import networkx as nx

    named = list(nodes)
    return [
        node for node in named if not any(m != node and nx.has_path(graph, m, node) for m in named)
    ]


def _flowing(graph: "Graph") -> list[str]:
    import networkx as nx

    return list(nx.lexicographical_topological_sort(graph))


def _flows(graph: "Graph", start: str, end: str) -> bool:
    """Whether goods of one node are the material of what another makes or offers."""
    first, then = graph.nodes[start], graph.nodes[end]
    if then["settles"] == "operator" or first["settles"] == "operator":
        return bool(first["settles"] == then["settles"])
    if graph.edges[start, end]["flow"] != "material":
        return False
    makes = "make" in then["activities"] and "grow" not in then["activities"]
    gives = {"make", "grow"} & set(first["activities"])
    return bool(makes and gives and then["settles"] in ("anywhere", "base"))


def _is_raw(graph: "Graph", node: str, user: str) -> bool:
    raw = graph.nodes[node]["settles"] in ("grower", "site")
    return raw and graph.edges[node, user]["flow"] == "material"


def _own_words(profile: Profile) -> tuple[Own, ...]:
    found: dict[str, Own] = {}
    for resource in profile.resources:
        for word in (resource.product, *resource.words):
            own = Own(word, resource.product, resource.much)
            says = len(word) > 1 or word in resource.words  # 茶 says little unless it is meant to
            if says and own.much > found.get(word, Own("", "", 0.0)).much:
                found[word] = own
    return tuple(sorted(found.values(), key=lambda own: (-len(own.word), own.word)))


# --- what it builds, wants and cannot take -------------------------------------------------------


def _claims(spoken: Iterable[tuple[float, str, Iterable[str]]], graph: "Graph") -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    for weight, said, words in spoken:
        for word in words:
            for node in nodes_of(graph, word):
                if weight > found.get(node, NOTHING).value:
                    found[node] = Claim(weight, said)
    return found


def _wanted(profile: Profile, wishes: Mapping[str, Claim]) -> dict[str, tuple[str, ...]]:
    products = {
        wish.what: tuple(map(normalise, (wish.what, *wish.words)))
        for wish in profile.priorities
        if wish.words
    }
    return {n: products[claim.words] for n, claim in wishes.items() if claim.words in products}


def _closed(profile: Profile, graph: "Graph") -> tuple[dict[str, str], tuple[Refusal, ...]]:
    """Return the nodes at which the county takes no firm, with the reason, and other refusals."""
    lacking = [need for need in profile.gates.require if profile.endowments.get(need) == 0]
    closed, others = {}, []
    for refusal in profile.unwanted:
        nodes = refused_nodes(graph, refusal.what)
        why = f"（{refusal.why}）" if refusal.why else ""
        for node in nodes:
            closed[node] = f"县情配置写明不接收“{graph.nodes[node]['name']}”{why}"
        if not nodes:
            others.append(refusal)
    for node, data in graph.nodes(data=True):
        missing = [NEEDS.get(need, need) for need in lacking if need in data["needs"]]
        if missing and node not in closed:
            closed[node] = f"“{data['name']}”需要{'、'.join(missing)}，本地没有"
    return closed, tuple(others)


def refused_nodes(graph: "Graph", word: str) -> list[str]:
    """Return the nodes that a refusal closes: only what it names itself, or its whole segment."""
    segments = {key for key, name in graph.graph["segments"].items() if word in (key[1], name)}
    return [
        node
        for node, data in graph.nodes(data=True)
        if word in (node, data["name"], *data.get("was", ()))
        or (data["chain"], data["segment"]) in segments
    ]


def feasibility(needs: Iterable[str], profile: Profile) -> float:
    """Half the weakest, half the mean of the known endowments among ``needs``; NaN if none is."""
    known = [e for need in needs if (e := profile.endowments.get(need)) is not None]
    return (min(known) + math.fsum(known) / len(known)) / 2 if known else math.nan


_SCARCE = 0.4  # an endowment below this is named as a shortage


def shortages(needs: Iterable[str], profile: Profile) -> str:
    """Return the needs that the county has little of, in words; "" if there is none."""
    short = [
        NEEDS.get(need, need)
        for need in needs
        if (known := profile.endowments.get(need)) is not None and known < _SCARCE
    ]
    return "、".join(short)
