"""Gap: what is the node worth to the county?"""

import math
from typing import TYPE_CHECKING

from chainmatch.parts.base import Facts, Part, Values, numbers

if TYPE_CHECKING:
    import pandas as pd


def _value(facts: "pd.DataFrame") -> Values:
    return numbers(facts, "gap")


def _weakness(facts: Facts) -> str:
    if math.isnan(facts["gap"]) or not facts["node_name"]:
        return ""
    if facts["unwished"]:
        return f"县里优先的是“{facts['unwished']}”，经营范围没有写到生产这个"
    return f"补“{facts['node_name']}”对本县的价值不算高"


GAP = Part(
    name="gap",
    title="缺口价值",
    english="Worth of the gap",
    meaning="补这一环节对本县的价值：资源、项目、县里优先、要素、链条",
    formula="gap score of the node",
    weight=0.10,
    value=_value,
    weak=0.4,
    warns=lambda facts: bool(facts["unwished"]),
    weakness=_weakness,
    reason=lambda facts: facts["gap_reason"],
    unknown="本地现状无数据，缺口价值不详",
    question="本地在这一环节的企业情况",
    here=True,
)
