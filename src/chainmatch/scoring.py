"""Parts and scores: what a target firm is worth to the county, part by part.

Every part is 0…1 or unknown (NaN), rounded to four digits before it is used, so that the table
holds exactly what the score was computed from.

sector
    The firm's fit to the node.
gap
    The weighted mean of the node's gap parts × what is left to fill, ``1 - E / levels.strong`` (1
    for a missing node), × the priority of its chain × how far what the firm does there can be set
    up in another county (``settle`` of the profile). 0 where the node is no gap because it is held
    already; unknown where the local list could not have shown the node.
partners
    Mean over the two sides of the node of ``W / (W + levels.partners)``, with W the sum of weights
    (fit × size as in :mod:`chainmatch.gaps`) of the local firms one supply away, each firm once.
    A side whose nodes all lack data is unknown; a side without nodes is left out.
region
    Mean of the priority of the firm's zone (``zones``, ``in_province``, ``elsewhere``) and of
    closeness ``1 / (1 + km / levels.near_km)``; of one of them where the other is unknown.
scale
    Mean of capital, ``log10(capital / 50) / 3`` between 500 thousand and 500 million yuan, and age,
    ``years / 10``, both within 0…1, capital counted twice; titles held lift it to at least their
    own value and never lower it. Age alone says nothing about strength: without capital and titles
    the part is unknown. Capital in a foreign currency is unknown.
name
    The highest confidence of a link to a local firm (same group or brand); 0 if there is none.

``score = Σ w·part / Σ w`` over the known parts. ``low`` and ``high`` put 0 and 1 for each unknown
part. A firm is scored at the node where its score is highest (then by fit, then by node id) among
those where it could enter the shortlist, if there are any. Evidence that only branches may act on
(限分支机构经营) makes the grade ``uncertain`` at most.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.columns import NEEDS, TABLES
from chainmatch.gaps import Survey, saturating, text_of
from chainmatch.names import parse_name
from chainmatch.places import Place, distance_km
from chainmatch.profile import Entry, Profile, Settle, Weights, closed_nodes
from chainmatch.scopes import read_scope

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

PARTS = ("sector", "gap", "partners", "region", "scale", "name")
COLUMN = {part: part for part in PARTS} | {"region": "region_part", "name": "name_part"}

# What a title held says about a firm's strength; the strongest counts.
_HONOURS = {
    "上市": 1.0,
    "单项冠军": 1.0,
    "世界500强": 1.0,
    "中国500强": 1.0,
    "小巨人": 0.9,
    "重点龙头": 0.9,
    "专精特新": 0.8,
    "龙头": 0.8,
    "高新技术": 0.7,
    "瞪羚": 0.7,
    "规上": 0.6,
    "规模以上": 0.6,
}
_OTHER_HONOUR = 0.5
_FULL_AGE = 10.0
_SHOWN = 3  # partners named on each side, weak points named for each firm
_FIRST = 0.8  # a zone of this priority is a priority zone
_SCARCE = 0.4  # an endowment below this is named as a shortage
_STAYS = 0.5  # what settles less than this is named as a doubt
_STAYING = "以就地服务、施工或买卖为主，难以到外县落户"
# A known part below this is a weak point.
_WEAK = {"sector": 0.6, "gap": 0.4, "partners": 0.4, "region": 0.6, "scale": 0.5}


GRADES = ("uncertain", "likely", "confirmed")  # ascending
# Needs that only the place has: who lives on them goes where they are.
_BOUND = frozenset(("ore", "wind", "sunshine", "hydropower", "geothermal", "forest", "scenery"))
_BUILT = frozenset(("land", "plant"))
# A name whose body ends so is one place, not an investor that could open a second one.
_SINGLE = re.compile(
    "(?:医院|卫生院|诊所|门诊部?|疗养院|敬老院|养老院|福利院|幼儿园|学校|宾馆|酒店|饭店|大厦|招待所|"
    "山庄|度假村|度假中心|会议中心|公园|景区|乐园|基地|示范园|市场|商场|商厦|超市|药店|药房|(?:水|火|热|风)?电站|"
    "发电厂|热电厂|林场|农场|牧场|煤矿|[铁铜金锰钨]矿)$"
)
# A name that says so of itself; 工贸 and 生物工程 make things.
_AGENT = re.compile(
    "商贸|经贸|贸易|物资|供销|经销|销售|进出口|咨询|设计|勘测|劳务|中介|代理|广告|连锁|批发|零售"
)
_BRACKET = re.compile(r"\s*[（(][^（）()]*")
_BRANCHES = re.compile("限.{0,4}分支|限分公司|分支机构经营|分公司经营|限.{0,3}(?:下属|属下)")


class _Node(NamedTuple):
    """What all firms of one node share: parts, partners by name, and the weak sides in words."""

    gap: float
    partners: float
    named: str
    doubt: str  # about the gap
    short: str  # what the county lacks


class Region(NamedTuple):
    """The part ``region``, the priority behind it and the distance; any may be NaN."""

    part: float
    priority: float
    km: float


class _Firm(NamedTuple):
    """What one firm brings to every node; any number may be NaN."""

    region: float
    scale: float
    name: float
    place: Region
    capital: float


def score(
    targets: pd.DataFrame,
    fits: pd.DataFrame,
    survey: Survey,
    links: pd.DataFrame | None,
    profile: Profile,
    graph: "Graph",
) -> pd.DataFrame:
    """Score every target firm that fits an open node (``TABLES["scores"]``), best first.

    ``targets`` are firms that passed the gates, ``fits`` their fits (``TABLES["match"]``),
    ``links`` their links to local firms (``None``: not looked for, so ``name`` is unknown). Ties
    stand in the order of firm ids.
    """
    rows = _graded(_candidates(targets, fits, profile, graph), targets)
    settles = _settles(rows, targets, profile.settle, graph)
    nodes = _nodes(survey, profile, graph, rows["node"].unique())
    firms = dict(zip(targets["firm_id"].tolist(), _firms(targets, links, profile), strict=True))
    weights = {part: getattr(profile.weights, part) for part in PARTS}
    parts = np.array(
        [
            # in the order of PARTS
            (fit, nodes[node].gap * settle, nodes[node].partners, *firms[firm][:3])
            for firm, node, fit, settle in zip(
                *(rows[c].tolist() for c in ("firm_id", "node", "fit")), settles, strict=True
            )
        ],
        dtype=float,
    ).reshape(-1, len(PARTS))
    parts = parts.round(4)
    shown = pd.DataFrame({"sector": parts[:, 0], "gap": parts[:, 1], "grade": rows["grade"].array})
    may = fills(shown, profile.entry).to_numpy(dtype=bool)
    chosen = _best_rows(rows, may, weighted_mean(parts, np.array(list(weights.values()))))
    table = _table(rows.iloc[chosen], parts[chosen], targets, graph)
    table["partner_firms"] = [nodes[node].named for node in table["node"].tolist()]
    table["weak_points"] = [
        "；".join(_weak_points(dict(zip(PARTS, values, strict=True)), weights, grade, node, firm))
        for values, grade, node, firm in zip(
            parts[chosen].tolist(),
            table["grade"].tolist(),
            (
                _settled(nodes[node], settles[row])
                for node, row in zip(table["node"].tolist(), chosen.tolist(), strict=True)
            ),
            (firms[firm] for firm in table["firm_id"].tolist()),
            strict=True,
        )
    ]
    intervals = [_interval(values, weights) for values in parts[chosen].tolist()]
    table[["score", "low", "high"]] = np.array(intervals, dtype=float).reshape(-1, 3)
    table = table.sort_values(["score", "firm_id"], ascending=[False, True], ignore_index=True)
    return table[list(TABLES["scores"])]


def weighted_mean(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return Σ w·part / Σ w over the known parts.

    ``parts`` is rows × parts with NaN for unknown; ``weights`` is one vector of parts, or parts ×
    draws, which gives rows × draws. Rows of which no part with weight is known give NaN.
    """
    known = ~np.isnan(parts)
    total = known.astype(float) @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: np.ndarray = np.nan_to_num(parts) @ weights / total
    return mean


def contributions(
    row: Mapping[str, Any], weights: Weights | Mapping[str, float]
) -> dict[str, float]:
    """Return what each part adds to the score of a row of scores; unknown parts add 0.

    ``math.fsum`` of the values is the score, to the last bit.
    """
    if isinstance(weights, Weights):
        weights = weights.model_dump()
    values = [float(row[COLUMN[part]]) for part in PARTS]
    added = _contributions(values, [weights[part] for part in PARTS])
    return dict(zip(PARTS, added, strict=True))


def _contributions(values: Iterable[float], weights: Iterable[float]) -> list[float]:
    pairs = list(zip(values, weights, strict=True))
    total = math.fsum([weight for value, weight in pairs if not math.isnan(value)])
    if not total:
        return [0.0] * len(pairs)
    return [0.0 if math.isnan(value) else weight * value / total for value, weight in pairs]


def _interval(values: list[float], weights: Mapping[str, float]) -> tuple[float, float, float]:
    """Return score, low and high of one firm."""
    order = list(weights.values())
    mean = math.fsum(_contributions(values, order))
    if not any(map(math.isnan, values)):
        return mean, mean, mean
    low, high = (
        min(1.0, math.fsum(_contributions([fill if math.isnan(v) else v for v in values], order)))
        for fill in (0.0, 1.0)
    )
    if not any(weight for v, weight in zip(values, order, strict=True) if not math.isnan(v)):
        return math.nan, low, high
    return mean, min(low, mean), max(high, mean)


# --- rows --------------------------------------------------------------------------------------


def _candidates(
    targets: pd.DataFrame, fits: pd.DataFrame, profile: Profile, graph: "Graph"
) -> pd.DataFrame:
    closed = closed_nodes(profile, graph)
    is_open = [node for node in graph if node not in closed]
    use = (
        fits["node"].isin(is_open)
        & (fits["fit"] >= profile.gates.min_fit)
        & fits["firm_id"].isin(targets["firm_id"])
    )
    return fits.loc[use, ["firm_id", "node", "fit", "grade", "activity", "evidence"]]


def _graded(rows: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """The rows; evidence that only branches may act on is graded ``uncertain``."""
    scopes = dict(_pairs(targets, "scope"))
    limited = {firm: scope for firm, scope in scopes.items() if _BRANCHES.search(scope)}
    grades = [
        "uncertain" if firm in limited and _branch_only(quote, limited[firm]) else grade
        for firm, quote, grade in zip(
            *(rows[c].tolist() for c in ("firm_id", "evidence", "grade")), strict=True
        )
    ]
    return rows.assign(grade=grades)


def _branch_only(quote: str, scope: str) -> bool:
    """Whether the quoted words of a scope are left to branches or subsidiaries."""
    if _BRANCHES.search(quote):
        return True
    start = scope.find(quote) if quote else -1
    end = start + len(quote)
    items = read_scope(scope)
    said = [n for n, item in enumerate(items) if start <= item.start < end]
    if start < 0 or not said:
        return False
    last = [items[said[-1]], *takewhile(lambda i: i.place == "verb", items[said[-1] + 1 :])]
    behind = _BRACKET.match(scope, last[-1].end)
    return any(item.branch for item in last) or bool(behind and _BRANCHES.search(behind[0]))


@lru_cache(maxsize=1 << 16)
def _kind_of_firm(name: str) -> str:
    """What a name says of the firm: ``single``, ``agent`` or "" (see :class:`Settle`)."""
    parts = parse_name(name)
    body = parts.brand + parts.trade
    if _SINGLE.search(body):
        return "single"
    return "agent" if _AGENT.search(body) else ""


def _settles(
    rows: pd.DataFrame, targets: pd.DataFrame, settle: Settle, graph: "Graph"
) -> list[float]:
    """How far each row's business can be set up elsewhere, 0…1."""
    names = dict(_pairs(targets, "name"))
    worth = settle.model_dump()
    found = []
    for firm, node, activity in zip(
        *(rows[c].tolist() for c in ("firm_id", "node", "activity")), strict=True
    ):
        data = graph.nodes[node]
        value = settled(activity, data["activities"], data["needs"], worth)
        most = worth.get(_kind_of_firm(names[firm]), 1.0)
        found.append(min(value, most))
    return found


def settled(
    activity: str,
    activities: Iterable[str],
    needs: Iterable[str],
    worth: Mapping[str, float],
) -> float:
    """Return how far a business can be set up in another county, 0…1.

    ``activity`` is what the firm does at the node ("" unknown: the best of the node's
    ``activities``), ``needs`` what the node needs, ``worth`` the profile's ``settle``.
    """
    built = not _BUILT.isdisjoint(needs)
    values = [
        worth["serve"] if one == "operate" and not built else worth[one]
        for one in ((activity,) if activity else activities)
    ]
    if not _BOUND.isdisjoint(needs) and activity not in ("trade", "build"):
        values.append(worth["resource"])
    return max(values)


def fills(rows: pd.DataFrame, entry: Entry) -> "pd.Series[bool]":
    """Return which rows show a gap filled well enough for the shortlist.

    ``rows`` has the columns ``sector``, ``gap`` and ``grade``.
    """
    return (
        rows["gap"].ge(entry.gap)
        & rows["sector"].ge(entry.fit)
        & rows["grade"].isin(GRADES[GRADES.index(entry.grade) :])
    )


def _best_rows(rows: pd.DataFrame, may: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the position of each firm's best row, first of those that ``may`` be chosen."""
    keys = pd.DataFrame(
        {
            "firm": rows["firm_id"].to_numpy(),
            "not": ~may,
            "score": -np.nan_to_num(scores, nan=-1.0),
            "fit": -rows["fit"].to_numpy(dtype=float),
            "node": rows["node"].to_numpy(),
        }
    )
    ordered = keys.sort_values(["firm", "not", "score", "fit", "node"], kind="stable")
    best: np.ndarray = ordered.drop_duplicates("firm").index.to_numpy()
    return best


def _table(
    rows: pd.DataFrame, parts: np.ndarray, targets: pd.DataFrame, graph: "Graph"
) -> pd.DataFrame:
    firms = targets.drop_duplicates("firm_id").set_index("firm_id").reindex(rows["firm_id"])
    place = text_of(firms["province"]) + text_of(firms["city"]) + text_of(firms["county"])
    region = text_of(firms["region"])
    stated = region.where(region.ne(""), place)
    data = {
        "firm_id": rows["firm_id"].to_numpy(),
        "name": firms["name"].to_numpy(),
        "region": stated.to_numpy(),
        "zone": text_of(firms["zone"]).to_numpy(),
        "chain": [graph.nodes[node]["chain"] for node in rows["node"].tolist()],
        "node": rows["node"].to_numpy(),
        "node_name": [graph.nodes[node]["name"] for node in rows["node"].tolist()],
        "grade": rows["grade"].to_numpy(),
        "evidence": rows["evidence"].to_numpy(),
    }
    data |= {COLUMN[part]: parts[:, index] for index, part in enumerate(PARTS)}
    return pd.DataFrame(data)


# --- what a node brings ------------------------------------------------------------------------


def _nodes(
    survey: Survey, profile: Profile, graph: "Graph", wanted: Iterable[str]
) -> dict[str, _Node]:
    status = dict(zip(survey.gaps["node"], survey.gaps["status"], strict=True))
    worth = _worth(survey, profile)
    doubts = _doubts(survey.gaps)
    local: dict[str, list[tuple[str, str, float, float]]] = {}
    for node, *firm in survey.coverage.itertuples(index=False, name=None):
        local.setdefault(node, []).append(tuple(firm))
    found = {}
    for node in wanted:
        data = graph.nodes[node]
        sides = [_partners(graph.pred[node], local), _partners(graph.succ[node], local)]
        shares = [
            _share(firms, neighbours, status, profile)
            for firms, neighbours in zip(sides, (graph.pred[node], graph.succ[node]), strict=True)
        ]
        found[node] = _Node(
            gap=worth[node] * profile.chain_weight(data["chain"]),
            partners=_mean(*shares),
            named=_named(sides),
            doubt=doubts[node],
            short=_short(data["needs"], profile),
        )
    return found


def _worth(survey: Survey, profile: Profile) -> dict[str, float]:
    """What filling each node is worth: mean of its known gap parts × what is left to fill."""
    weights = profile.gap_weights.model_dump()
    mean = weighted_mean(
        survey.gaps[list(weights)].to_numpy(dtype=float), np.array(list(weights.values()))
    )
    expected = survey.coverage.groupby("node")["weight"].sum()
    share = survey.gaps["node"].map(expected).fillna(0.0) / profile.levels.strong
    left = (1 - share).clip(lower=0.0).where(survey.gaps["kind"] != "", 0.0)
    worth = (mean * left).where(survey.gaps["status"] != "no-data")
    return dict(zip(survey.gaps["node"], worth, strict=True))


_DOUBTS = {
    "pull": "本地对该环节的牵引弱",
    "structure": "只补该环节，链条仍难贯通",
    "feasibility": "要素条件一般",
    "supply": "可招的同类企业少，比选余地小",
}


def _doubts(gaps: pd.DataFrame) -> dict[str, str]:
    """The weakest side of each node's gap in words."""
    found = {}
    columns = ["node", "status", "local_firms", *_DOUBTS]
    for node, status, local, *values in zip(*(gaps[c].tolist() for c in columns), strict=True):
        known = {part: v for part, v in zip(_DOUBTS, values, strict=True) if not math.isnan(v)}
        if status in ("strong", "present"):
            found[node] = f"本地已有同类企业（{local.split('、')[0]}等）"
        else:
            found[node] = _DOUBTS[min(known, key=lambda part: known[part])] if known else ""
    return found


def _partners(
    neighbours: Iterable[str], local: Mapping[str, list[tuple[str, str, float, float]]]
) -> list[tuple[str, float]]:
    """Local firms at the neighbour nodes, each once: name and weight there, heaviest first."""
    best: dict[str, tuple[float, float, str]] = {}
    for node in neighbours:
        for firm, name, weight, anchor in local.get(node, ()):
            if firm not in best or weight > best[firm][1]:
                best[firm] = (anchor, weight, name)
    order = sorted(best.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
    return [(name, weight) for _, (_, weight, name) in order]


def _share(
    firms: list[tuple[str, float]],
    neighbours: Iterable[str],
    status: Mapping[str, str],
    profile: Profile,
) -> float:
    if all(status[node] == "no-data" for node in neighbours):  # also where there are none
        return math.nan
    return saturating(sum(weight for _, weight in firms), profile.levels.partners)


def _named(sides: list[list[tuple[str, float]]]) -> str:
    texts = [
        f"{direction}：{'、'.join(name for name, _ in firms[:_SHOWN])}"
        for direction, firms in zip(("上游", "下游"), sides, strict=True)
        if firms
    ]
    return "；".join(texts)


def _settled(node: _Node, settle: float) -> _Node:
    """The node with the doubt that what the firm does can come here at all."""
    return node if settle >= _STAYS else node._replace(doubt=_STAYING)


def _short(needs: Iterable[str], profile: Profile) -> str:
    short = [
        NEEDS.get(need, need)
        for need in needs
        if (known := profile.endowments.get(need)) is not None and known < _SCARCE
    ]
    return "、".join(short)


# --- what a firm brings ------------------------------------------------------------------------


def _firms(targets: pd.DataFrame, links: pd.DataFrame | None, profile: Profile) -> list[_Firm]:
    kin = _kin(links)
    places: dict[Place, Region] = {}
    found = []
    columns = ["firm_id", "province", "city", "county", "zone", "currency", "honours"]
    text = (text_of(targets[column]).tolist() for column in columns)
    capital = pd.to_numeric(targets["capital"], errors="coerce").astype(float)
    ages = _ages(targets["established"], profile.as_of)
    for firm, *where, currency, honours, amount, age in zip(
        *text, capital.tolist(), ages, strict=True
    ):
        place = Place(*where)
        if place not in places:
            places[place] = region_of(place, profile)
        yuan = amount if currency in ("", "CNY") else math.nan
        name = math.nan if kin is None else kin.get(firm, 0.0)
        region = places[place]
        found.append(_Firm(region.part, scale(yuan, age, honours), name, region, yuan))
    return found


def _kin(links: pd.DataFrame | None) -> dict[str, float] | None:
    if links is None:
        return None
    return dict(links.groupby("left_id")["confidence"].max())


def region_of(place: Place, profile: Profile) -> Region:
    """Return what a place is worth to the county."""
    km = distance_km(place, profile.place)
    if place.zone in profile.zones:
        priority = profile.zones[place.zone]
    elif place.province == profile.home.province:
        priority = profile.in_province
    else:
        priority = profile.elsewhere if place.province else math.nan
    closeness = math.nan if km is None else 1 / (1 + km / profile.levels.near_km)
    return Region(_mean(priority, closeness), priority, math.nan if km is None else km)


def _ages(established: pd.Series, as_of: date | None) -> list[float]:
    """Years since registration; NaN where unknown or after ``as_of``."""
    if as_of is None:
        return [math.nan] * len(established)
    dates = pd.to_datetime(established, errors="coerce", format="%Y-%m-%d")
    years = (pd.Timestamp(as_of) - dates).dt.days / 365.25
    return [float(year) for year in years.where(years >= 0)]


def scale(capital: float, age: float, honours: str) -> float:
    """Return the part ``scale``: capital in 万元 of yuan or NaN, age in years or NaN, titles."""
    titles = [value for word, value in _HONOURS.items() if word in honours]
    lift = max(titles, default=_OTHER_HONOUR) if honours else math.nan
    if math.isnan(capital):
        return lift
    size = min(1.0, max(0.0, math.log10(max(capital, 1e-9) / 50) / 3))
    strength = size if math.isnan(age) else (2 * size + min(1.0, age / _FULL_AGE)) / 3
    return strength if math.isnan(lift) else max(strength, lift)


def _pairs(firms: pd.DataFrame, column: str) -> Iterable[tuple[str, str]]:
    return zip(firms["firm_id"].tolist(), text_of(firms[column]).tolist(), strict=True)


def _mean(*values: float) -> float:
    """Mean of the known values; NaN if none is."""
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


# --- words -------------------------------------------------------------------------------------

_UNKNOWN_WORDS = {
    "gap": "本地现状无数据，缺口价值不详",
    "partners": "本地上下游无数据",
    "region": "所在地不详",
    "scale": "注册资本不详，企业实力无从判断",
    "name": "与本地企业的关系未核对",
}


def _weak_points(
    parts: Mapping[str, float], weights: Mapping[str, float], grade: str, node: _Node, firm: _Firm
) -> list[str]:
    """The weakest points, worst first: by weight × what the part lacks; unknown may lack all.

    That a firm has no kin among local firms is the rule and no weak point. What the county lacks
    and the weakest side of the gap follow if there is room.
    """
    lacks = sorted(
        (-weights[part] * (1 if math.isnan(value) else 1 - value), index, part)
        for index, (part, value) in enumerate(parts.items())
        if weights[part] and not (part == "name" and value >= 0)
    )
    weak = [part for *_, part in lacks if not parts[part] >= _WEAK.get(part, 1.0)]
    texts = [_weak_text(part, parts[part], grade, node, firm) for part in weak]
    if node.short:
        texts.append(f"要素短板：{node.short}")
        texts = [text for text in texts if text != _DOUBTS["feasibility"]]
    elif not math.isnan(parts["gap"]):
        texts.append(node.doubt)
    return [text for text in dict.fromkeys(texts) if text][:_SHOWN]


def _weak_text(part: str, value: float, grade: str, node: _Node, firm: _Firm) -> str:
    if math.isnan(value):
        return _UNKNOWN_WORDS[part]
    match part:
        case "sector":
            return f"契合度{value:.2f}{'，依据存疑' if grade == 'uncertain' else ''}"
        case "gap":
            return node.doubt
        case "partners":
            return "本地上下游企业少" if node.named else "本地没有上下游企业"
        case "region":
            far = "" if math.isnan(firm.place.km) else f"路程约{firm.place.km:.0f}公里"
            return (
                far if far and firm.place.priority >= _FIRST else f"不在优先片区{far and '，'}{far}"
            )
        case _:
            size = "" if math.isnan(firm.capital) else f"，注册资本{firm.capital:,.0f}万元"
            return f"企业实力{value:.2f}{size}"
