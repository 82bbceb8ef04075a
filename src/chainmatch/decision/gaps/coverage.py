"""What local firms do at each node, and which of them pull others."""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from chainmatch.decision.gaps.introducing import introduced
from chainmatch.decision.gaps.sides import FAR, Sides
from chainmatch.profile import Profile
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.columns import TABLES
from chainmatch.util.missing import text_of
from chainmatch.util.rounding import percent

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"


def counts(activity: str, node_activities: Iterable[str]) -> bool:
    """Return whether an activity covers a node: trade does so only where nothing else counts.

    A bare item (activity "") counts; its doubt is in the fit already.
    """
    if activity == "trade":
        return set(node_activities) == {"trade"}
    return activity == "" or activity in node_activities


def sizes_of(firms: pd.DataFrame) -> dict[str, float]:
    """Return firm id → size, 1…3, from registered capital."""
    capital = pd.to_numeric(firms["capital"], errors="coerce")
    yuan = text_of(firms["currency"]).isin(["", "CNY"])
    known = capital.where(yuan).fillna(0.0)
    return {
        firm: min(3.0, max(1.0, math.log10(value / 100))) if value > 1000 else 1.0
        for firm, value in zip(firms["firm_id"].tolist(), known.tolist(), strict=True)
    }


def known_fits(fits: pd.DataFrame, graph: "Graph") -> pd.DataFrame:
    """The rows that name a node of the graph; ``counts`` says whether their activity covers it."""
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


def coverage_of(
    fits: pd.DataFrame,
    profile: Profile,
    sizes: Mapping[str, float],
    anchors: pd.DataFrame,
) -> pd.DataFrame:
    """Return which local firms stand at which node; the columns are those of ``Survey``."""
    strength = dict(zip(anchors["firm_id"], anchors["anchor"], strict=True))
    use = fits[fits["counts"] & (fits["fit"] >= profile.levels.fit)]
    columns = ("node", "firm_id", "name", "fit", "node_name", "grade", "evidence")
    rows = [
        (
            *(node, firm, name, fit * sizes.get(firm, 1.0), strength.get(firm, 0.0)),
            introduced(name, node_name, grade, quote),
        )
        for node, firm, name, fit, node_name, grade, quote in zip(
            *(text_of(use[c]).tolist() for c in columns), strict=True
        )
    ]
    rows.sort(key=lambda row: (row[0], -row[3], -row[4], row[1]))
    return pd.DataFrame(rows, columns=["node", "firm_id", "name", "weight", "anchor", "introduced"])


def anchors_of(
    fits: pd.DataFrame,
    firms: pd.DataFrame,
    sides: Mapping[str, Sides],
    sizes: Mapping[str, float],
) -> pd.DataFrame:
    """Return every local firm at its strongest node (``TABLES["locals"]``), strongest first."""
    hanging = {
        node: math.fsum(len(side.near) + FAR * len(side.far) for side in both)
        for node, both in sides.items()
    }
    columns = ["firm_id", "chain", "node", "node_name", "fit", "grade", "evidence"]
    best: dict[str, tuple[float, list[object]]] = {}
    for counting, firm, *rest in zip(
        fits["counts"].tolist(), *(fits[c].tolist() for c in columns), strict=True
    ):
        anchor = round(counting * rest[3] * sizes.get(firm, 1.0) * hanging[rest[1]], 4)
        if firm not in best or anchor > best[firm][0]:
            best[firm] = (anchor, rest)
    rows = []
    for firm, name, category in zip(
        firms["firm_id"].tolist(),
        firms["name"].tolist(),
        text_of(firms["category"]).tolist(),
        strict=True,
    ):
        anchor, rest = best.get(firm, (0.0, ["", "", "", math.nan, "", ""]))
        rows.append((firm, name, category, *rest, anchor))
    table = pd.DataFrame(rows, columns=list(TABLES["locals"]))
    return table.sort_values(["anchor", "firm_id"], ascending=[False, True], ignore_index=True)


def blind_nodes(
    graph: "Graph", fits: pd.DataFrame, locals: pd.DataFrame, profile: Profile
) -> dict[str, str]:
    """Nodes at which the list could not have shown a firm, each with the reason."""
    if not len(locals):
        return dict.fromkeys(graph, "没有本地企业名单")
    text = text_of(locals["scope"]).ne("") | text_of(locals["products"]).ne("")
    if text.mean() < profile.levels.text:
        return dict.fromkeys(graph, f"本地名单只有{percent(text.mean())}的企业有经营范围")
    shown = set(fits["activity"])
    blind = {}
    for node, data in graph.nodes(data=True):
        if node in profile.unlisted:
            blind[node] = profile.unlisted[node]
        elif not any(counts(activity, data["activities"]) for activity in shown - {""}):
            kinds = "、".join(ACTIVITIES[a] for a in data["activities"])
            blind[node] = f"本地名单中没有一家登记这类{kinds}活动"
    return blind
