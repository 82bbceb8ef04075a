"""Coverage: what local firms do at each node, and what the list could not show.

**Size** of a firm: ``log10(capital / 10) / 2`` with the capital in 万元 of yuan, within 0.1…2.5:
one half at one million yuan, 1 at ten million; 0.3 where the capital is unknown.

**Coverage** ``E(n)`` is the sum over local firms of fit × size. A firm counts from ``levels.fit``
on, and only with an activity that the node counts; selling is no coverage, but where the node names
``trade`` first. A firm below that level which states a counting activity *mentions* the node,
unless the same phrase says another node four times as surely (有色金属冶炼 names no tungsten).

Status is ``strong`` from ``levels.strong`` on, ``present`` from ``levels.present`` on and from half
of that where eight firms or more cover or mention it, each counting fit × size; ``weak`` where any
firm does, else ``missing``; ``no-data`` in the place of missing where the list could not have shown
a firm: it is empty or without scopes, no row of it shows any activity that the node counts, or such
doers stand in no list (``unlisted`` of the profile or of the node).
"""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from chainmatch.profile import Profile
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.currencies import in_yuan
from chainmatch.util.missing import text_of
from chainmatch.util.rounding import percent

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

UNKNOWN_SIZE = 0.3
_OWN = 0.25  # of the best fit that the same phrase has
_MANY = 8  # firms that are a trade, however small each


def counts(activity: str, node_activities: Iterable[str]) -> bool:
    """Return whether an activity covers a node: trade does so only where it is named first.

    A bare item (activity "") counts; its doubt is in the fit already.
    """
    wanted = tuple(node_activities)
    if activity == "trade":
        return wanted[:1] == ("trade",)
    return activity == "" or activity in wanted


def size_of(capital: float, currency: str) -> float:
    """Return the size of a firm, 0.1…2.5, from its capital in 万 of a currency."""
    yuan = in_yuan(capital, currency)
    if math.isnan(yuan):
        return UNKNOWN_SIZE
    return min(2.5, max(0.1, math.log10(max(yuan, 1e-3) / 10) / 2))


def sizes_of(firms: pd.DataFrame) -> dict[str, float]:
    """Return firm id → size."""
    capital = pd.to_numeric(firms["capital"], errors="coerce").astype(float)
    rows = (firms["firm_id"].tolist(), capital.tolist(), text_of(firms["currency"]).tolist())
    return {firm: size_of(amount, unit) for firm, amount, unit in zip(*rows, strict=True)}


def known_fits(fits: pd.DataFrame, graph: "Graph") -> pd.DataFrame:
    """Return the rows that name a node; ``counts``: whether their activity covers it."""
    found = fits[fits["node"].isin(list(graph))]
    pairs = list(zip(found["node"].tolist(), text_of(found["activity"]).tolist(), strict=True))
    answer = {
        (node, activity): counts(activity, graph.nodes[node]["activities"])
        for node, activity in set(pairs)
    }
    return found.assign(
        activity=[activity for _, activity in pairs], counts=[answer[pair] for pair in pairs]
    )


def supplies(fits: pd.DataFrame, graph: "Graph", profile: Profile) -> pd.DataFrame:
    """Return which target firms count for the part ``supply`` of which nodes: firm_id, node."""
    known = known_fits(fits, graph)
    good = known[known["counts"] & (known["fit"] >= profile.levels.fit)]
    return good[["firm_id", "node"]].drop_duplicates()


COVERAGE = ("node", "firm_id", "name", "fit", "size", "weight", "grade", "evidence", "covers")


def coverage_of(
    fits: pd.DataFrame, locals: pd.DataFrame, graph: "Graph", profile: Profile
) -> pd.DataFrame:
    """Return which local firms stand at which node, heaviest there first (:data:`COVERAGE`).

    ``covers`` is False for a firm that only mentions the node; ``weight`` is fit × size.
    """
    known = known_fits(fits, graph)
    enough = known["fit"] >= profile.levels.fit
    best = known.groupby(["firm_id", "evidence"])["fit"].transform("max")
    mentions = known["activity"].ne("") & (known["fit"] >= _OWN * best)
    use = known[known["counts"] & (enough | mentions)]
    sizes = sizes_of(locals)
    size = [sizes.get(firm, UNKNOWN_SIZE) for firm in use["firm_id"].tolist()]
    fit = use["fit"].astype(float)
    table = use.assign(size=size, weight=fit * size, covers=fit >= profile.levels.fit)
    table = table[list(COVERAGE)].astype({"size": float, "weight": float, "covers": bool})
    return table.sort_values(
        ["node", "covers", "weight", "firm_id"],
        ascending=[True, False, False, True],
        ignore_index=True,
    )


def amounts_of(coverage: pd.DataFrame) -> dict[str, float]:
    """Return node → coverage E."""
    found: dict[str, list[float]] = {}
    own = coverage[coverage["covers"]]
    for node, weight in zip(own["node"].tolist(), own["weight"].tolist(), strict=True):
        found.setdefault(node, []).append(weight)
    return {node: math.fsum(weights) for node, weights in found.items()}


def status_of(
    graph: "Graph", coverage: pd.DataFrame, blind: Mapping[str, str], profile: Profile
) -> dict[str, str]:
    """Return the status of every node."""
    amounts = amounts_of(coverage)
    named = coverage.groupby("node")["weight"].agg(["size", "sum"])
    many = named["size"].ge(_MANY) & named["sum"].ge(profile.levels.present / 2)
    trades = set(named.index[many])
    found = {}
    for node in graph:
        amount = amounts.get(node, 0.0)
        if amount >= profile.levels.strong:
            found[node] = "strong"
        elif amount >= profile.levels.present or node in trades:
            found[node] = "present"
        elif node in named.index:
            found[node] = "weak"
        else:
            found[node] = "no-data" if node in blind else "missing"
    return found


def blind_nodes(
    graph: "Graph", fits: pd.DataFrame, locals: pd.DataFrame, profile: Profile
) -> dict[str, str]:
    """Return the nodes at which the list could not have shown a firm, each with the reason."""
    if not len(locals):
        return dict.fromkeys(graph, "没有本地企业名单")
    text = text_of(locals["scope"]).ne("") | text_of(locals["products"]).ne("")
    if text.mean() < profile.levels.text:
        return dict.fromkeys(graph, f"本地名单只有{percent(float(text.mean()))}的企业有经营范围")
    shown = set(known_fits(fits, graph)["activity"])
    blind = {}
    for node, data in graph.nodes(data=True):
        said = (profile.unlisted.get(word) for word in (node, *data.get("was", ())))
        reason = next(filter(None, said), data["unlisted"])
        if reason:
            blind[node] = reason
        elif not any(counts(activity, data["activities"]) for activity in shown - {""}):
            kinds = "、".join(ACTIVITIES[a] for a in data["activities"])
            blind[node] = f"本地名单中没有一家登记这类{kinds}活动"
    return blind
