"""Partners: which local firms name the very product that it would buy or sell?"""

from typing import TYPE_CHECKING

import numpy as np

from chainmatch.parts.base import Facts, Part, Values, numbers

if TYPE_CHECKING:
    import pandas as pd


def _value(facts: "pd.DataFrame") -> Values:
    size = np.nan_to_num(numbers(facts, "partner_size"))
    found: Values = size / (size + 2.0)
    return found


def _reason(facts: Facts) -> str:
    found = [f"本地{facts['supplier']}可洽谈供货"] if facts["supplier"] else []
    if facts["buyer"]:
        found.append(f"本地{facts['buyer']}可洽谈采购")
    return "，".join(found)


PARTNERS = Part(
    name="partners",
    title="本地配套",
    english="Local partners",
    meaning="本地有没有企业写明做它的原料或用它的产品",
    formula="S / (S + 2), S the sum of the sizes of the local firms whose own phrase names the "
    "product that would be bought or sold",
    weight=0.03,
    value=_value,
    reason=_reason,
    question="需要哪些本地配套，产品卖给谁",
    here=True,
)
