"""Anchors (链主): the local firms that pull others, each with the sentence why.

Anchor strength of a firm is the largest over its nodes of

``fit · size² · √(1 + hanging) · settle``

with ``hanging`` what stands beside the node, where a neighbour counts 1 one supply away and 0.4 two
supplies away, and ``settle`` the profile's value for how such a business settles: who serves a
place (a shop, an inn, a travel agency) hangs on it and pulls nobody. Branches, shops and names of
one inn or hall are no anchors.
"""

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from chainmatch.decision.coverage import UNKNOWN_SIZE, known_fits, sizes_of
from chainmatch.decision.neighbours import FAR, Sides
from chainmatch.names import parsed_name
from chainmatch.profile import Profile
from chainmatch.schema.columns import TABLES
from chainmatch.schema.currencies import money_text
from chainmatch.util.missing import text_of

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

_FOLLOWS = re.compile(
    "(?:店|药房|门市部|超市|商场|商城|专柜|宾馆|酒店|饭店|招待所|住宿部|旅社|加油站|营业部|经营部|"
    "分公司|分厂|分店|项目部|办事处|代表处)(?:[（(][^（）()]*[）)])?$"
)


def follows(name: str) -> bool:
    """Return whether a name is that of a branch, a shop or an inn."""
    return bool(_FOLLOWS.search(name) or parsed_name(name).branch)


def anchors_of(
    fits: pd.DataFrame,
    firms: pd.DataFrame,
    sides: Mapping[str, Sides],
    graph: "Graph",
    profile: Profile,
) -> pd.DataFrame:
    """Return every local firm at its strongest node (``TABLES["locals"]``), strongest first."""
    hanging = {
        node: math.fsum(len(side.near) + FAR * len(side.far) for side in both)
        for node, both in sides.items()
    }
    settle = profile.settle.model_dump()
    sizes = sizes_of(firms)
    small = {
        firm for firm, name in firms[["firm_id", "name"]].itertuples(index=False) if follows(name)
    }
    best: dict[str, tuple[float, tuple[object, ...]]] = {}
    columns = ["firm_id", "chain", "node", "node_name", "fit", "grade", "evidence", "counts"]
    known = known_fits(fits, graph)
    for firm, chain, node, node_name, fit, grade, evidence, counted in zip(
        *(known[c].tolist() for c in columns), strict=True
    ):
        weight = 0.0 if firm in small or not counted else settle[graph.nodes[node]["settles"]]
        size = sizes.get(firm, UNKNOWN_SIZE)
        strength = round(fit * size**2 * math.sqrt(1 + hanging[node]) * weight, 4)
        if firm not in best or strength > best[firm][0]:
            best[firm] = (strength, (chain, node, node_name, fit, grade, evidence))
    rows = []
    for firm, name, category, capital, currency in zip(
        firms["firm_id"].tolist(),
        firms["name"].tolist(),
        text_of(firms["category"]).tolist(),
        pd.to_numeric(firms["capital"], errors="coerce").astype(float).tolist(),
        text_of(firms["currency"]).tolist(),
        strict=True,
    ):
        strength, rest = best.get(firm, (0.0, ("", "", "", math.nan, "", "")))
        sentence = _why(strength, rest, money_text(capital, currency), sides, graph)
        rows.append((firm, name, category, *rest, strength, sentence))
    table = pd.DataFrame(rows, columns=list(TABLES["locals"])).astype({"anchor": float})
    return table.sort_values(["anchor", "firm_id"], ascending=[False, True], ignore_index=True)


def _why(
    strength: float,
    rest: tuple[object, ...],
    money: str,
    sides: Mapping[str, Sides],
    graph: "Graph",
) -> str:
    if not strength:
        return ""
    node = str(rest[1])
    beside = [graph.nodes[m]["name"] for side in sides[node] for m in side.near]
    shown = "、".join(beside[:3]) + (f"等{len(beside)}个环节" if len(beside) > 3 else "")
    size = f"注册资本{money}，" if money else "注册资本不详，"
    pulls = f"；直接上下游有{shown}" if beside else ""
    return f"{size}经营范围写有“{rest[5]}”（{rest[2]}）{pulls}。"
