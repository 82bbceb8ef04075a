"""The table of scores: every firm at its best node."""

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.decision.gaps import Survey
from chainmatch.decision.scoring.firms import firm_facts
from chainmatch.decision.scoring.grades import fills, graded
from chainmatch.decision.scoring.mean import COLUMN, PARTS, interval, weighted_mean
from chainmatch.decision.scoring.nodes import node_facts
from chainmatch.decision.scoring.settling import settles as settles_of
from chainmatch.decision.scoring.weaknesses import doubted, weak_points
from chainmatch.profile import Profile, closed_nodes
from chainmatch.schema.columns import TABLES
from chainmatch.util.missing import text_of

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"


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
    rows = graded(_candidates(targets, fits, profile, graph), targets)
    settles = settles_of(rows, targets, profile.settle, graph)
    nodes = node_facts(survey, profile, graph, rows["node"].unique())
    firms = dict(zip(targets["firm_id"].tolist(), firm_facts(targets, links, profile), strict=True))
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
        "；".join(weak_points(dict(zip(PARTS, values, strict=True)), weights, grade, node, firm))
        for values, grade, node, firm in zip(
            parts[chosen].tolist(),
            table["grade"].tolist(),
            (
                doubted(nodes[node], settles[row])
                for node, row in zip(table["node"].tolist(), chosen.tolist(), strict=True)
            ),
            (firms[firm] for firm in table["firm_id"].tolist()),
            strict=True,
        )
    ]
    intervals = [interval(values, weights) for values in parts[chosen].tolist()]
    table[["score", "low", "high"]] = np.array(intervals, dtype=float).reshape(-1, 3)
    table = table.sort_values(["score", "firm_id"], ascending=[False, True], ignore_index=True)
    return table[list(TABLES["scores"])]


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
