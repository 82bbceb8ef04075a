"""Resources: does what the firm makes use what the county has?"""

from typing import TYPE_CHECKING

import numpy as np

from chainmatch.parts.base import Facts, Part, Values, main_fit, near, numbers

if TYPE_CHECKING:
    import pandas as pd


def _value(facts: "pd.DataFrame") -> Values:
    downstream = np.nan_to_num(numbers(facts, "reach")) * main_fit(facts)
    found: Values = np.maximum(downstream, np.nan_to_num(numbers(facts, "own")))
    return found


def _reason(facts: Facts) -> str:
    if facts["own_word"]:
        return f"写有“{facts['own_word']}”，本县有{facts['own_product']}"
    return near(facts)


RESOURCES = Part(
    name="resources",
    title="资源契合",
    english="Use of the county's resources",
    meaning="产品用不用得上本县已有的资源",
    formula="max(reach · √(fit · main), own)",
    weight=0.22,
    value=_value,
    weak=0.3,
    weakness=lambda facts: "" if facts["own_word"] else "经营范围没有写到本县的资源",
    reason=_reason,
    question="主要原料是什么、从哪里来",
    here=True,
)
