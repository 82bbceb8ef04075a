"""How far what a firm does can be set up in another county."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from chainmatch.names import parse_name
from chainmatch.profile import Settle
from chainmatch.util.missing import texts_by_firm

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

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


@lru_cache(maxsize=1 << 16)
def _kind_of_firm(name: str) -> str:
    """What a name says of the firm: ``single``, ``agent`` or "" (see :class:`Settle`)."""
    parts = parse_name(name)
    body = parts.brand + parts.trade
    if _SINGLE.search(body):
        return "single"
    return "agent" if _AGENT.search(body) else ""


def settles(
    rows: pd.DataFrame, targets: pd.DataFrame, settle: Settle, graph: "Graph"
) -> list[float]:
    """How far each row's business can be set up elsewhere, 0…1."""
    names = texts_by_firm(targets, "name")
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
