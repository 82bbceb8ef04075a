"""Fit: is what the node names the firm's main business, and not just one line of its text?"""

import math

from chainmatch.parts.base import Facts, Part, main_fit

_MAIN = 0.4  # from here on there is little else


def _weakness(facts: Facts) -> str:
    name = facts["node_name"]
    if not name:
        return "经营内容与各产业链都对不上，主业须先核实"
    if math.isnan(facts["making"]):
        return f"经营范围没有写明做什么，归入“{name}”只凭名称或产品，须先核实"
    if facts["rival_phrase"]:
        other = f"“{facts['rival_phrase']}”（{facts['rival']}）"
        return f"经营范围还写有{other}，以哪样为主须先核实"
    if facts["rival"]:
        return f"是“{name}”还是“{facts['rival']}”，或两样都做，须先核实"
    doubt = "，依据存疑，须先核实" if facts["grade"] == "uncertain" else ""
    if facts["main"] < _MAIN:
        return f"除“{name}”外，经营范围还写有别的内容{doubt}"
    return f"归入“{name}”{doubt}".replace("”，", "”的") if doubt else ""


def _reason(facts: Facts) -> str:
    if not facts["evidence"] or facts["grade"] == "uncertain":
        return ""
    return f"经营范围写有“{facts['evidence']}”"


FIT = Part(
    name="fit",
    title="主业契合",
    english="Fit of the main business",
    meaning="这一环节是不是企业的主业：开头写什么、占多大比例、名称怎么说",
    formula="√(fit · main)",
    weight=0.04,
    value=main_fit,
    weak=0.7,
    weakness=_weakness,
    warns=lambda facts: bool(facts["rival"]),
    reason=_reason,
    question="主营产品",
)
