"""The parts of a gap's score: what a node is worth to the county."""

import math
from typing import TYPE_CHECKING

import numpy as np

from chainmatch.parts.base import Facts, Part, Values, has, numbers

if TYPE_CHECKING:
    import pandas as pd


def _demand(facts: "pd.DataFrame") -> Values:
    project = np.nan_to_num(numbers(facts, "project"))
    anchored = numbers(facts, "anchored")
    found: Values = 1 - (1 - project) * (1 - 0.5 * np.nan_to_num(anchored))
    found[np.isnan(anchored) & (project == 0)] = np.nan
    return found


def _structure(facts: "pd.DataFrame") -> Values:
    pair = np.stack([numbers(facts, "paths"), numbers(facts, "usual")])
    with np.errstate(invalid="ignore"):
        found: Values = np.nansum(pair, axis=0) / (~np.isnan(pair)).sum(axis=0)
    return found


def _supply(facts: "pd.DataFrame") -> Values:
    found: Values = np.minimum(1.0, numbers(facts, "targets") / numbers(facts, "enough"))
    return found


def _resource_reason(facts: Facts) -> str:
    return has(facts)


def _demand_reason(facts: Facts) -> str:
    if facts["project"] >= 0.3:
        return f"{facts['project_name']}要用“{facts['node_name']}”"
    if facts["anchored"] >= 0.5 and facts["anchor_names"]:
        return f"上下游有本地{facts['anchor_names']}"
    return ""


def _resource_weakness(facts: Facts) -> str:
    if facts["reach"] > 0:
        # Far down a chain nobody can say whether it is this very product that is used.
        return f"本县的{facts['reached']}不多" if facts["reach_steps"] <= 1 else ""
    missing = f"县情里没有它要用的原料（{facts['reached']}）"
    return missing if facts["reached"] else "不加工本县的资源"


GAP_PARTS = (
    Part(
        name="resources",
        title="资源依托",
        english="Resources",
        meaning="离本县已有的矿产、农林特产、景观有多近",
        formula="the most, over the resources of the profile, of much carried downstream, 0.9 "
        "a step; unknown for a node that lives on no raw material",
        weight=0.31,
        value=lambda facts: numbers(facts, "reach"),
        weak=0.4,
        weakness=_resource_weakness,
        reason=_resource_reason,
    ),
    Part(
        name="demand",
        title="项目与龙头带动",
        english="Anchors and projects",
        meaning="在建项目和本地龙头企业会不会用它、供它",
        formula="1 - (1 - project) · (1 - 0.5 · anchored)",
        weight=0.16,
        value=_demand,
        weak=0.2,
        weakness=lambda facts: "县情里没有写明要用它的项目，本地上下游也没有够大的企业",
        reason=_demand_reason,
    ),
    Part(
        name="priority",
        title="县里优先",
        english="Priority",
        meaning="县情配置里写明要优先招引的程度",
        formula="weight of the wish of the profile that names it, 0 if none does; unknown if the "
        "profile names no wish at all",
        weight=0.30,
        value=lambda facts: numbers(facts, "wish"),
        reason=lambda facts: f"县里优先发展{facts['wished']}" if facts["wished"] else "",
        weak=0.0,
    ),
    Part(
        name="feasibility",
        title="要素条件",
        english="Site conditions",
        meaning="用地、用水、电力、劳动力、环境容量等够不够",
        formula="½ min + ½ mean of the known endowments that the node needs",
        weight=0.16,
        value=lambda facts: numbers(facts, "endowment"),
        weak=0.5,
        weakness=lambda facts: (
            f"要素短板：{facts['shortages']}" if facts["shortages"] else "要素条件一般"
        ),
    ),
    Part(
        name="structure",
        title="链条结构",
        english="Structure",
        meaning="补上后打通多少条从源头到市场的路径，产业构成相近的地方常不常有",
        formula="mean of the known of paths and usual",
        weight=0.04,
        value=_structure,
        weak=0.4,
        weakness=lambda facts: "单补它还接不通从源头到市场的链条" if facts["paths"] == 0 else "",
    ),
    Part(
        name="supply",
        title="招商资源",
        english="Supply",
        meaning="目标企业里有多少家做这个",
        formula="min(1, targets / levels.targets)",
        weight=0.03,
        value=_supply,
        weak=0.5,
        weakness=lambda facts: (
            "目标名单里没有做这一环节的企业"
            if facts["targets"] == 0
            else f"目标名单里做这一环节的只有{_count(facts['targets'])}家"
        ),
    ),
)


def _count(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.0f}"
