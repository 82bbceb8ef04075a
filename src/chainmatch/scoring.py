"""Parts and scores: what a target firm is worth to the county, part by part.

Every part is 0…1 or unknown (NaN), rounded to four digits before it is used, so that the table
holds exactly what the score was computed from.

sector
    The firm's fit to the node.
gap
    The score of the node's gap × the priority of its chain; 0 where the node is held already,
    unknown where the local list could not have shown it.
partners
    Mean over the two sides of the node of ``min(1, Σ weight / levels.partners)`` over the local
    firms one supply away, each firm once, with weight = fit × size as in :mod:`chainmatch.gaps`.
    A side whose nodes all lack data is unknown; a side without nodes is left out.
region
    Mean of the priority of the firm's zone (``zones``, ``in_province``, ``elsewhere``) and of
    closeness ``1 / (1 + km / levels.near_km)``; of one of them where the other is unknown.
scale
    Mean of capital, ``log10(capital / 50) / 3`` between 500 thousand and 500 million yuan, and age,
    ``years / 10``, both within 0…1; titles held lift it to at least their own value and never
    lower it. Unknown if nothing is known; capital in a foreign currency is unknown.
name
    The highest confidence of a link to a local firm (same group or brand); 0 if there is none.

``score = Σ w·part / Σ w`` over the known parts. ``low`` and ``high`` put 0 and 1 for each unknown
part. A firm is scored at the node where its score is highest (then by fit, then by node id).
"""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.columns import NEEDS, TABLES
from chainmatch.places import Place, distance_km
from chainmatch.profile import Profile, Weights, closed_nodes

if TYPE_CHECKING:
    import networkx as nx

    from chainmatch.gaps import Survey

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
_WEAK = 0.6  # a known part below this is a weak point
_SCARCE = 0.4


class _Node(NamedTuple):
    """What all firms of one node share. ``short`` names what the county lacks for it."""

    gap: float
    status: str
    partners: float
    named: str
    short: str


class _Firm(NamedTuple):
    """What one firm brings to every node. ``km`` and ``capital`` may be NaN."""

    region: float
    scale: float
    name: float
    km: float
    capital: float


def score(
    targets: pd.DataFrame,
    fits: pd.DataFrame,
    survey: "Survey",
    links: pd.DataFrame | None,
    profile: Profile,
    graph: "Graph",
) -> pd.DataFrame:
    """Score every target firm that fits an open node (``TABLES["scores"]``), best first.

    ``targets`` are firms that passed the gates, ``fits`` their fits (``TABLES["match"]``), ``links``
    their links to local firms (``None``: not looked for, so ``name`` is unknown). Ties stand in the
    order of firm ids.
    """
    rows = _candidates(targets, fits, profile, graph)
    nodes = _nodes(survey, profile, graph, rows["node"].unique())
    firms = dict(zip(targets["firm_id"], _firms(targets, links, profile), strict=True))
    weights = profile.weights.model_dump()
    parts = np.array(
        [
            (fit, nodes[node].gap, nodes[node].partners, *firms[firm][:3])
            for firm, node, fit in zip(rows["firm_id"], rows["node"], rows["fit"], strict=True)
        ],
        dtype=float,
    ).reshape(-1, len(PARTS))
    parts = parts.round(4)
    chosen = _best_rows(rows, weighted_mean(parts, np.array([weights[part] for part in PARTS])))
    table = _table(rows.iloc[chosen], parts[chosen], targets, graph)
    table["partner_firms"] = [nodes[node].named for node in table["node"]]
    table["weak_points"] = [
        "；".join(_weak_points(dict(zip(PARTS, values, strict=True)), weights, grade, node, firm))
        for values, grade, node, firm in zip(
            parts[chosen],
            table["grade"],
            (nodes[node] for node in table["node"]),
            (firms[firm] for firm in table["firm_id"]),
            strict=True,
        )
    ]
    table[["score", "low", "high"]] = [_interval(values, weights) for values in parts[chosen]]
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


def contributions(row: Mapping[str, Any], weights: Weights | Mapping[str, float]) -> dict[str, float]:
    """Return what each part adds to the score of a row of scores; unknown parts add 0.

    ``math.fsum`` of the values is the score, to the last bit.
    """
    if isinstance(weights, Weights):
        weights = weights.model_dump()
    values = [float(row[COLUMN[part]]) for part in PARTS]
    added = _contributions(values, [weights[part] for part in PARTS])
    return dict(zip(PARTS, added, strict=True))


def _contributions(values: Iterable[float], weights: list[float]) -> list[float]:
    pairs = list(zip(values, weights, strict=True))
    total = math.fsum(weight for value, weight in pairs if not math.isnan(value))
    if not total:
        return [0.0] * len(pairs)
    return [0.0 if math.isnan(value) else weight * value / total for value, weight in pairs]


def _interval(values: np.ndarray, weights: Mapping[str, float]) -> tuple[float, float, float]:
    """Return score, low and high of one firm."""
    order = [weights[part] for part in PARTS]
    low, high = (
        min(1.0, math.fsum(_contributions(np.where(np.isnan(values), fill, values), order)))
        for fill in (0.0, 1.0)
    )
    if not any(w for v, w in zip(values, order, strict=True) if not math.isnan(v)):
        return math.nan, low, high
    mean = math.fsum(_contributions(values, order))
    return mean, min(low, mean), max(high, mean)


# --- rows --------------------------------------------------------------------------------------


def _candidates(
    targets: pd.DataFrame, fits: pd.DataFrame, profile: Profile, graph: "Graph"
) -> pd.DataFrame:
    is_open = [node for node in graph if node not in closed_nodes(profile, graph)]
    use = (
        fits["node"].isin(is_open)
        & (fits["fit"] >= profile.gates.min_fit)
        & fits["firm_id"].isin(targets["firm_id"])
    )
    return fits.loc[use, ["firm_id", "node", "fit", "grade", "evidence"]]


def _best_rows(rows: pd.DataFrame, scores: np.ndarray) -> np.ndarray:
    """Return the position of each firm's best row."""
    keys = pd.DataFrame(
        {
            "firm": rows["firm_id"].to_numpy(),
            "score": -np.nan_to_num(scores, nan=-1.0),
            "fit": -rows["fit"].to_numpy(dtype=float),
            "node": rows["node"].to_numpy(),
        }
    )
    ordered = keys.sort_values(["firm", "score", "fit", "node"], kind="stable")
    best: np.ndarray = ordered.drop_duplicates("firm").index.to_numpy()
    return best


def _table(
    rows: pd.DataFrame, parts: np.ndarray, targets: pd.DataFrame, graph: "Graph"
) -> pd.DataFrame:
    firms = targets.drop_duplicates("firm_id").set_index("firm_id").reindex(rows["firm_id"])
    places = firms[["province", "city", "county"]].fillna("")
    region = firms["region"].fillna("")
    stated = region.where(region.ne(""), places["province"] + places["city"] + places["county"])
    data = {
        "firm_id": rows["firm_id"].to_numpy(),
        "name": firms["name"].to_numpy(),
        "region": stated.to_numpy(),
        "zone": firms["zone"].fillna("").to_numpy(),
        "chain": [graph.nodes[node]["chain"] for node in rows["node"]],
        "node": rows["node"].to_numpy(),
        "node_name": [graph.nodes[node]["name"] for node in rows["node"]],
        "grade": rows["grade"].to_numpy(),
        "evidence": rows["evidence"].to_numpy(),
    }
    data |= {COLUMN[part]: parts[:, index] for index, part in enumerate(PARTS)}
    return pd.DataFrame(data)


# --- what a node brings ------------------------------------------------------------------------


def _nodes(
    survey: "Survey", profile: Profile, graph: "Graph", wanted: Iterable[str]
) -> dict[str, _Node]:
    columns = ["node", "status", "kind", "score"]
    gaps = {row[0]: row for row in survey.gaps[columns].itertuples(index=False, name=None)}
    local: dict[str, list[tuple[str, str, float, float]]] = {}
    for node, *firm in survey.coverage.itertuples(index=False, name=None):
        local.setdefault(node, []).append(tuple(firm))
    status = {node: row[1] for node, row in gaps.items()}
    found = {}
    for node in wanted:
        data = graph.nodes[node]
        sides = [_partners(graph.pred[node], local), _partners(graph.succ[node], local)]
        shares = [
            _share(firms, neighbours, status, profile)
            for firms, neighbours in zip(sides, (graph.pred[node], graph.succ[node]), strict=True)
        ]
        known = [share for share in shares if not math.isnan(share)]
        found[node] = _Node(
            gap=_gap(gaps[node][2], gaps[node][3], status[node], profile.chain_weight(data["chain"])),
            status=status[node],
            partners=sum(known) / len(known) if known else math.nan,
            named=_named(sides),
            short=_short(data["needs"], profile),
        )
    return found


def _gap(kind: str, value: float, status: str, priority: float) -> float:
    if status == "no-data":
        return math.nan
    return value * priority if kind else 0.0


def _partners(
    neighbours: Iterable[str], local: Mapping[str, list[tuple[str, str, float, float]]]
) -> list[tuple[str, float]]:
    """Local firms at the neighbour nodes, each once: name and weight, strongest anchor first."""
    best: dict[str, tuple[float, float, str]] = {}
    for node in neighbours:
        for firm, name, weight, anchor in local.get(node, ()):
            if firm not in best or weight > best[firm][1]:
                best[firm] = (anchor, weight, name)
    order = sorted(best.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
    return [(name, weight) for _, (_, weight, name) in order]


def _share(
    firms: list[tuple[str, float]],
    neighbours: Iterable[str],
    status: Mapping[str, str],
    profile: Profile,
) -> float:
    if all(status[node] == "no-data" for node in neighbours):  # also where there are none
        return math.nan
    return min(1.0, sum(weight for _, weight in firms) / profile.levels.partners)


def _named(sides: list[list[tuple[str, float]]]) -> str:
    texts = [
        f"{direction}：{'、'.join(name for name, _ in firms[:_SHOWN])}"
        for direction, firms in zip(("上游", "下游"), sides, strict=True)
        if firms
    ]
    return "；".join(texts)


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
    places: dict[Place, tuple[float, float]] = {}
    found = []
    columns = ["firm_id", "province", "city", "county", "zone", "currency", "honours"]
    text = (targets[column].fillna("") for column in columns)
    capital = pd.to_numeric(targets["capital"], errors="coerce").astype(float)
    ages = _ages(targets["established"], profile.as_of)
    for firm, *where, currency, honours, amount, age in zip(*text, capital, ages, strict=True):
        place = Place(*where)
        if place not in places:
            places[place] = _region(place, profile)
        region, km = places[place]
        yuan = amount if currency in ("", "CNY") else math.nan
        name = math.nan if kin is None else kin.get(firm, 0.0)
        found.append(_Firm(region, scale(yuan, age, honours), name, km, yuan))
    return found


def _kin(links: pd.DataFrame | None) -> dict[str, float] | None:
    if links is None:
        return None
    return links.groupby("left_id")["confidence"].max().to_dict()


def _region(place: Place, profile: Profile) -> tuple[float, float]:
    """Return the part and the distance in km."""
    km = distance_km(place, profile.place)
    parts = [] if km is None else [1 / (1 + km / profile.levels.near_km)]
    if place.zone in profile.zones:
        parts.append(profile.zones[place.zone])
    elif place.province:
        same = place.province == profile.home.province
        parts.append(profile.in_province if same else profile.elsewhere)
    mean = sum(parts) / len(parts) if parts else math.nan
    return mean, math.nan if km is None else km


def _ages(established: pd.Series, as_of: date | None) -> list[float]:
    """Years since registration; NaN where unknown or after ``as_of``."""
    if as_of is None:
        return [math.nan] * len(established)
    dates = pd.to_datetime(established.fillna(""), errors="coerce", format="%Y-%m-%d")
    years = (pd.Timestamp(as_of) - dates).dt.days / 365.25
    return [float(year) for year in years.where(years >= 0)]


def scale(capital: float, age: float, honours: str) -> float:
    """Return the part ``scale``: capital in 万元 of yuan or NaN, age in years or NaN, titles."""
    known = []
    if not math.isnan(capital):
        known.append(min(1.0, max(0.0, math.log10(max(capital, 1e-9) / 50) / 3)))
    if not math.isnan(age):
        known.append(min(1.0, age / _FULL_AGE))
    titles = [value for word, value in _HONOURS.items() if word in honours]
    lift = max(titles) if titles else _OTHER_HONOUR if honours else math.nan
    mean = sum(known) / len(known) if known else math.nan
    return max((v for v in (mean, lift) if not math.isnan(v)), default=math.nan)


# --- words -------------------------------------------------------------------------------------

_UNKNOWN_WORDS = {
    "gap": "本地现状无数据，缺口价值不详",
    "partners": "本地上下游无数据",
    "region": "所在地不详",
    "scale": "注册资本、成立日期均不详",
    "name": "与本地企业的关系未核对",
}


def _weak_points(
    parts: Mapping[str, float], weights: Mapping[str, float], grade: str, node: _Node, firm: _Firm
) -> list[str]:
    """The weakest points, worst first: by weight × what the part lacks; unknown lacks one half.

    The absence of kin among local firms is the rule and no weak point.
    """
    worst = sorted(
        (
            (-weights[part] * (0.5 if math.isnan(value) else 1 - value), index, part)
            for index, (part, value) in enumerate(parts.items())
            if (part != "name" or math.isnan(value)) and not value >= _WEAK and weights[part]
        ),
    )
    texts = [_weak_text(part, parts[part], grade, node, firm) for *_, part in worst]
    if node.short:
        texts.append(f"要素短板：{node.short}")
    return texts[:_SHOWN]


def _weak_text(part: str, value: float, grade: str, node: _Node, firm: _Firm) -> str:
    if math.isnan(value):
        return _UNKNOWN_WORDS[part]
    match part:
        case "sector":
            doubt = "，依据存疑" if grade == "uncertain" else ""
            return f"契合度仅{value:.2f}{doubt}"
        case "gap":
            return "本地已有同类企业" if node.status in ("strong", "present") else f"缺口价值仅{value:.2f}"
        case "partners":
            return "本地上下游企业少" if node.named else "本地没有上下游企业"
        case "region":
            return "片区优先度低" if math.isnan(firm.km) else f"片区优先度低或路远（约{firm.km:.0f}公里）"
        case _:
            small = "" if math.isnan(firm.capital) else f"（注册资本{firm.capital:,.0f}万元）"
            return f"企业规模小{small}"
