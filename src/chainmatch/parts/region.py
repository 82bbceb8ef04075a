"""Region: does it sit where the county looks for investors, and how far is it?"""

from typing import TYPE_CHECKING

import numpy as np

from chainmatch.parts.base import Facts, Part, Values, numbers
from chainmatch.util.rounding import rounded

if TYPE_CHECKING:
    import pandas as pd


def _value(facts: "pd.DataFrame") -> Values:
    pair = np.stack([numbers(facts, "priority"), numbers(facts, "closeness")])
    known = ~np.isnan(pair)
    with np.errstate(invalid="ignore"):
        found: Values = np.nansum(pair, axis=0) / known.sum(axis=0)
    return found


def _weakness(facts: Facts) -> str:
    far = f"直线距离约{_tens(facts['km']):,}公里" if facts["km"] >= 1 else ""
    if facts["zoned"]:
        return far
    return f"不在优先片区{far and '，'}{far}"


def _tens(km: float) -> int:
    """Return whole kilometres, from 100 on in tens: places are known to their city only."""
    return 10 * int(rounded(km / 10, 0)) if km >= 100 else int(rounded(km, 0))


REGION = Part(
    name="region",
    title="区域因素",
    english="Region",
    meaning="是否重点片区、离本县远近",
    formula="mean of the known of priority and closeness = 1 / (1 + km / levels.near_km)",
    weight=0.02,
    value=_value,
    weak=0.6,
    weakness=_weakness,
    unknown="所在地不详",
    question="企业所在的省、市、县",
    column="region_part",
)
