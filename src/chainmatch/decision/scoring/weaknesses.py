"""The weak points of a line of the shortlist, in words."""

import math
from collections.abc import Mapping

from chainmatch.decision.scoring.firms import FirmFacts
from chainmatch.decision.scoring.nodes import DOUBTS, NodeFacts
from chainmatch.util.rounding import figure, rounded

_SHOWN = 3  # partners named on each side, weak points named for each firm
_FIRST = 0.8  # a zone of this priority is a priority zone
_STAYS = 0.5  # what settles less than this is named as a doubt
_STAYING = "以就地服务、施工或买卖为主，难以到外县落户"
# A known part below this is a weak point.
_WEAK = {"sector": 0.6, "gap": 0.4, "partners": 0.4, "region": 0.6, "scale": 0.5}
_UNKNOWN_WORDS = {
    "gap": "本地现状无数据，缺口价值不详",
    "partners": "本地上下游无数据",
    "region": "所在地不详",
    "scale": "注册资本不详，企业实力无从判断",
    "name": "与本地企业的关系未核对",
}


def doubted(node: NodeFacts, settle: float) -> NodeFacts:
    """The node with the doubt that what the firm does can come here at all."""
    return node if settle >= _STAYS else node._replace(doubt=_STAYING)


def weak_points(
    parts: Mapping[str, float],
    weights: Mapping[str, float],
    grade: str,
    node: NodeFacts,
    firm: FirmFacts,
) -> list[str]:
    """The weakest points, worst first: by weight × what the part lacks; unknown may lack all.

    That a firm has no kin among local firms is the rule and no weak point. What the county lacks
    and the weakest side of the gap follow if there is room.
    """
    lacks = sorted(
        (-weights[part] * (1 if math.isnan(value) else 1 - value), index, part)
        for index, (part, value) in enumerate(parts.items())
        if weights[part] and not (part == "name" and value >= 0)
    )
    weak = [part for *_, part in lacks if not parts[part] >= _WEAK.get(part, 1.0)]
    texts = [_weak_text(part, parts[part], grade, node, firm) for part in weak]
    if node.short:
        texts.append(f"要素短板：{node.short}")
        texts = [text for text in texts if text != DOUBTS["feasibility"]]
    elif not math.isnan(parts["gap"]):
        texts.append(node.doubt)
    return [text for text in dict.fromkeys(texts) if text][:_SHOWN]


def _weak_text(part: str, value: float, grade: str, node: NodeFacts, firm: FirmFacts) -> str:
    if math.isnan(value):
        return _UNKNOWN_WORDS[part]
    match part:
        case "sector":
            return f"契合度{figure(value)}{'，依据存疑' if grade == 'uncertain' else ''}"
        case "gap":
            return node.doubt
        case "partners":
            return "本地上下游企业少" if value > 0 else "本地没有上下游企业"
        case "region":
            far = "" if math.isnan(firm.place.km) else f"路程约{rounded(firm.place.km, 0)}公里"
            return (
                far if far and firm.place.priority >= _FIRST else f"不在优先片区{far and '，'}{far}"
            )
        case _:
            size = "" if math.isnan(firm.capital) else f"，注册资本{rounded(firm.capital, 0):,}万元"
            return f"企业实力{figure(value)}{size}"
