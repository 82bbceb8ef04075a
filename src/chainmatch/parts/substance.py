"""Substance: does more than one sign say that the firm can carry a second works?"""

import math
from typing import TYPE_CHECKING

import numpy as np

from chainmatch.parts.base import Facts, Part, Values, numbers, ramp
from chainmatch.util.rounding import rounded

if TYPE_CHECKING:
    import pandas as pd


_GROUP, _PLANT, _AGE, _STAFF = 0.35, 0.35, 0.2, 0.4


def _value(facts: "pd.DataFrame") -> Values:
    capital = numbers(facts, "capital")
    size = 0.55 * ramp(capital, 100, 1000) + 0.45 * ramp(capital, 1000, 10000)
    honour = numbers(facts, "honour")
    signs = (
        _PLANT * np.nan_to_num(numbers(facts, "plant"))
        + _GROUP * facts["group"].to_numpy(dtype=float)
        + _AGE * np.clip(np.nan_to_num(numbers(facts, "age")) / 10, 0.0, 1.0)
        + _STAFF * np.nan_to_num(ramp(numbers(facts, "staff"), 10, 300))
    )
    strength = 0.75 * size + 0.25 * np.minimum(1.0, signs)
    found: Values = np.fmax(strength, honour)  # unknown only where both are
    return found


def _size(facts: Facts) -> str:
    found = [f"注册资本{facts['money']}"] if facts["money"] else []
    if not math.isnan(facts["age"]) and facts["age"] >= 1:
        found.append(f"登记{math.floor(facts['age'])}年")
    if facts["staff"] > 0:
        found.append(f"参保{rounded(facts['staff'], 0):,}人")
    return "、".join(found)


def _weakness(facts: Facts) -> str:
    if not facts["money"]:
        return "注册资本不详，实力须先核实"
    office = "，登记地址像是写字楼或住宅" if facts["plant"] == 0 else ""
    if facts["capital"] < 1000:
        return f"注册资本{facts['money']}，规模偏小{office}"
    return f"注册资本{facts['money']}，实力中等{office}"


SUBSTANCE = Part(
    name="substance",
    title="企业实力",
    english="Substance",
    meaning="有没有实力办第二个厂：资本（外币折算）、年限、厂址、集团、荣誉、参保人数，几样一起看",
    formula="max(0.75 · size + 0.25 · min(1, signs), honour); size = 0.55 · ramp(capital, "
    "100…1,000) + 0.45 · ramp(capital, 1,000…10,000) in 万元 of yuan by logarithm; signs = 0.35 "
    "plant + 0.35 group + 0.2 min(1, age/10) + 0.4 ramp(staff, 10…300)",
    weight=0.38,
    value=_value,
    weak=0.7,
    weakness=_weakness,
    reason=_size,
    unknown="注册资本不详，企业实力无从判断",
    question="注册资本、参保人数和所获荣誉（上市、专精特新、高新技术企业等）",
)
