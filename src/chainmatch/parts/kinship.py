"""Kinship: is it kin to a firm that is here already (以商招商)?"""

from typing import TYPE_CHECKING

from chainmatch.parts.base import Facts, Part, Values, numbers

if TYPE_CHECKING:
    import pandas as pd


def _value(facts: "pd.DataFrame") -> Values:
    return numbers(facts, "kin")


def _reason(facts: Facts) -> str:
    return f"与本地企业“{facts['kin_name']}”疑似同集团" if facts["kin_name"] else ""


KINSHIP = Part(
    name="kinship",
    title="亲缘关系",
    english="Kinship",
    meaning="与本地企业同集团或同字号（以商招商）",
    formula="the highest confidence of a link to a local firm; 0 if there is none",
    weight=0.02,
    value=_value,
    reason=_reason,
    unknown="与本地企业的关系未核对",
    question="与本地企业有无同集团、同字号关系",
    here=True,
)
