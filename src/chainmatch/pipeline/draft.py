"""A first profile of a county, drafted from its list of local firms, for an officer to correct.

What a list can show stands in it: where the county lies, what its firms grow, dig, make and offer
visitors, who might pull others, how far the economic zones are. What no list shows is asked for.

**Much** of a resource is ``E / (E + 1.5)``, ``E`` the coverage of the local firms that name it
(:mod:`chainmatch.decision.coverage`): one firm of ten million yuan 0.4, ten of them 0.87.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pandas as pd

from chainmatch.chains.graph import names_of, nodes_of, read_chains
from chainmatch.chains.writer import scalar
from chainmatch.decision.county import county_of
from chainmatch.decision.gaps import RECRUITED, Survey, survey
from chainmatch.errors import ProfileError
from chainmatch.identity.resolution import resolve
from chainmatch.matching.grammar import read_scopes
from chainmatch.matching.tables import match
from chainmatch.pipeline.home import place_name, places_of
from chainmatch.places.locating import Place, zone_distance_km, zone_names
from chainmatch.profile import Profile, Resource
from chainmatch.report.templates import source
from chainmatch.schema.columns import NEEDS
from chainmatch.schema.currencies import in_yuan
from chainmatch.tables import read_firms
from chainmatch.tables.sources import Source
from chainmatch.util.missing import saturating, text_of, texts_by_firm

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

_HALF = 1.5
_SCENERY = {"scenery", "geothermal", "forest"}  # needs of what visitors come for
_LEAST = 0.1  # of much: less is not worth a line
_MADE = 0.3  # the same for what is made already: one small works is no resource
_VAGUE = 3  # an object of so many nodes says too little: 畜禽
_LINES, _AT_NODE = 24, 3  # of each kind, and of one node
_COUNTY = 0.6  # share of the firms from which the list is one of a single county
_SHOWN = 2  # firms named in a comment
_ANCHORS, _IDEAS = 8, 12


class Find(NamedTuple):
    """A product that local firms name: other words for it, those firms, their worth."""

    kind: str
    node: str
    product: str
    words: tuple[str, ...]
    firms: tuple[str, ...]
    capital: float  # 万元 of yuan, NaN where no firm states any
    much: float


def draft_profile(
    local: Source,
    *,
    chains: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
) -> str:
    """Draft the profile of a county from its list of local firms, as YAML with comments.

    ``local``, ``chains`` and ``mapping`` are those of :func:`chainmatch.rank`. The draft reads back
    without problems; what the list cannot show is unknown in it, or left empty and asked for.

    Raises
    ------
    ChainmatchError
        The list cannot be read, or says of no firm where it lies.
    """
    graph = read_chains(chains)
    firms = resolve(read_firms(local, mapping=mapping).table, None).firms
    home, seen = _home(firms)
    fits = match(firms, graph, top=None)
    bare = Profile.model_validate(
        {"name": place_name(home), "home": dict(zip(_HOME, home[:3], strict=True))}
    )
    found = survey(graph, fits, firms, bare)
    finds = _finds(found, firms, graph)
    return _text(home, seen, finds, _anchors(found), _ideas(finds, bare, graph))


_HOME = ("province", "city", "county")


def _home(firms: pd.DataFrame) -> tuple[Place, str]:
    """Return where most firms lie, and that in words; the county if the list is of one."""
    known = places_of(firms)
    if not known:
        raise ProfileError(
            "本地名单看不出一家企业在哪里，无法起草县情配置；请给名单加上“所在地区”或“地址”列。"
        )
    cities: dict[Place, int] = {}
    for place, number in known.items():
        city = place._replace(county="")
        cities[city] = cities.get(city, 0) + number
    home = min(cities, key=lambda place: (-cities[place], place))
    inside = {p: n for p, n in known.items() if p[:2] == home[:2] and p.county}
    most = min(inside, key=lambda p: (-inside[p], p), default=home)
    if inside and inside[most] >= _COUNTY * sum(inside.values()):
        home = most
    return home, (
        f"名单共 {len(firms):,} 家，看得出所在地的 {known.total():,} 家中 "
        f"{inside.get(home, cities.get(home, 0)):,} 家在{place_name(home)}"
    )


# --- what the firms say --------------------------------------------------------------------------


_Named = dict[str, tuple[float, str]]  # firm id → its weight and name


def _kind(data: Mapping[str, Any]) -> str:
    """Return what a node shows of a county: raw material, scenery, industry; "" if nothing."""
    settles, activities = data["settles"], data["activities"]
    if settles in ("grower", "site") or (settles == "base" and "grow" in activities):
        return "raw"
    if settles == "operator":
        return "scenery" if _SCENERY & set(data["needs"]) else ""
    return "made" if settles == "anywhere" and "make" in activities else ""


def _finds(found: Survey, firms: pd.DataFrame, graph: "Graph") -> list[Find]:
    """Return what local firms name, plenty first.

    Raw materials and scenery by the words of their scopes, what is made by the node.
    """
    scopes = texts_by_firm(firms, "scope")
    items = dict(zip(scopes, read_scopes(list(scopes.values())), strict=True))
    money = _money(firms)
    own = found.coverage[found.coverage["covers"]]
    finds = []
    for node, rows in own.groupby("node", sort=True):
        data = graph.nodes[node]
        kind = _kind(data)
        named: dict[str, _Named] = {}
        columns = (rows[name].tolist() for name in ("firm_id", "name", "weight", "evidence"))
        for firm, name, weight, evidence in zip(*columns, strict=True):
            done = [evidence] + [
                scopes[firm][item.start : item.end]
                for item in items[firm]
                if item.place != "verb" and item.activities & set(data["activities"])
            ]
            words = {_longest(data["objects"], text) for text in done} - {""}
            for word in {data["name"]} if kind == "made" else words:
                named.setdefault(word, {})[firm] = (weight, name)
        if kind:
            finds += _merged(kind, str(node), named, graph, money)[:_AT_NODE]
    return sorted(finds, key=_plenty)


def _money(firms: pd.DataFrame) -> dict[str, float]:
    capital = pd.to_numeric(firms["capital"], errors="coerce").astype(float).tolist()
    yuan = map(in_yuan, capital, text_of(firms["currency"]).tolist())
    return dict(zip(firms["firm_id"].tolist(), yuan, strict=True))


def _longest(objects: Iterable[str], text: str) -> str:
    return max((word for word in objects if word in text), key=lambda w: (len(w), w), default="")


def _plenty(find: Find) -> tuple[float, int, str]:
    return -find.much, -len(find.firms), find.product


def _merged(
    kind: str,
    node: str,
    named: Mapping[str, _Named],
    graph: "Graph",
    money: Mapping[str, float],
) -> list[Find]:
    """Put longer words under a shorter one that they hold: 黑木耳 under 木耳; plenty first."""
    finds, used = [], set[str]()
    for word in sorted(named, key=lambda w: (len(w), w)):
        if word in used or len(nodes_of(graph, word)) >= _VAGUE:
            continue
        longer = [w for w in sorted(named) if word in w and w != word and w not in used]
        used |= {word, *longer}
        by = {firm: held for w in (*longer, word) for firm, held in named[w].items()}
        known = [money[firm] for firm in sorted(by) if not math.isnan(money[firm])]
        much = round(saturating(math.fsum(weight for weight, _ in by.values()), _HALF), 1)
        if much >= (_MADE if kind == "made" else _LEAST):
            firms = [name for _, name in sorted(by.values(), key=lambda v: (-v[0], v[1]))]
            total = math.fsum(known) if known else math.nan
            finds.append(Find(kind, node, word, tuple(longer), tuple(firms), total, much))
    return sorted(finds, key=_plenty)


def _anchors(found: Survey) -> list[str]:
    rows = found.anchors[found.anchors["anchor"] > 0].head(_ANCHORS)
    return [
        f"{_clean(name)}（{node}）"
        for name, node in rows[["name", "node_name"]].itertuples(index=False)
    ]


def _ideas(finds: list[Find], bare: Profile, graph: "Graph") -> list[str]:
    """Return nodes one or two steps downstream of what was found, nearest first."""
    resources = tuple(Resource(product=find.product, much=find.much) for find in finds)
    reach = county_of(bare.model_copy(update={"resources": resources}), graph).reach
    near = [
        (-claim.value, node)
        for node, claim in reach.items()
        if claim.steps in (1, 2) and graph.nodes[node]["settles"] in RECRUITED
    ]
    return names_of(graph, [node for _, node in sorted(near)[:_IDEAS]])


# --- the text ------------------------------------------------------------------------------------

_KINDS = {
    "raw": "种的、养的、采的",
    "scenery": "景观和接待（森林、温泉、景区等名单里看不全，请补）",
    "made": "已有的加工",
}


def _text(home: Place, seen: str, finds: list[Find], anchors: list[str], ideas: list[str]) -> str:
    parts = ", ".join(f"{key}: {scalar(v)}" for key, v in zip(_HOME, home[:3], strict=True))
    return Template(source("profile_draft.yaml")).substitute(
        name=scalar(place_name(home)),
        seen=seen,
        home=f"{{{parts}}}",
        zones=_block(_zones(home), "{}"),
        resources=_block(_resources(finds), "[]"),
        anchors="、".join(anchors) or "没有看到",
        ideas="、".join(ideas) or "名单里没有看到资源，无从建议",
        endowments=_block(f"{n}: 未知{' ' * (14 - len(n))}# {title}" for n, title in NEEDS.items()),
    )


def _block(lines: Iterable[str], empty: str = "") -> str:
    return "".join(f"\n  {line}" for line in lines) or f" {empty}"


def _resources(finds: list[Find]) -> Iterator[str]:
    for kind, title in _KINDS.items():
        own = [find for find in finds if find.kind == kind][:_LINES]
        yield from ([f"# {title}", *map(_resource, own)] if own else ())


def _zones(home: Place) -> Iterator[str]:
    far = {zone: zone_distance_km(home, zone) for zone in zone_names()}
    known = sorted((km, zone) for zone, km in far.items() if km is not None)
    for km, zone in known:
        yield f"{zone}: {(1000 + known[0][0]) / (1000 + km):.1f}  # 平均约 {km:,.0f} 公里"


def _resource(find: Find) -> str:
    words = f", words: [{', '.join(map(scalar, find.words))}]" if find.words else ""
    shown = "、".join(map(_clean, find.firms[:_SHOWN]))
    more = "等" if len(find.firms) > _SHOWN else ""
    money = "资本不详" if math.isnan(find.capital) else f"注册资本合计约{find.capital:,.0f}万元"
    return (
        f"- {{product: {scalar(find.product)}, much: {find.much:g}{words}}}"
        f"  # {len(find.firms)} 家，{money}：{shown}{more}"
    )


def _clean(text: str) -> str:
    """Keep a name from a list on the line of its comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
