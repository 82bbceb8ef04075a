"""Transferability: can the business be put up a second time, in another county?"""

from typing import TYPE_CHECKING

import numpy as np

from chainmatch.parts.base import Facts, Part, Values, numbers

if TYPE_CHECKING:
    import pandas as pd


_SINGLE, _AGENT = 0.2, 0.5


def _value(facts: "pd.DataFrame") -> Values:
    kind = np.where(facts["single"], _SINGLE, 1.0) * np.where(facts["agent"], _AGENT, 1.0)
    own = (0.3 + 0.7 * numbers(facts, "making")) * (1 - numbers(facts, "refused"))
    found: Values = numbers(facts, "settle") * kind * own
    return found


_HARDLY = 0.2  # below it a scope says next to nothing that is made
_BESIDES = "经营范围除了生产，还有不少销售、服务一类的内容"
_INSTEAD = "经营范围以销售、服务一类的内容为主"
_RUN = ("operator", "local", "public")  # where nobody is expected to make things
_BOUND = {
    "operator": "项目要有资源和投资规模才会异地开发",
    "base": "要有场址和项目才会落户",
    "grower": "种养环节多由本地农户和合作社做",
    "site": "依附矿山、电站等场址，难以搬迁",
    "local": "就地服务或销售半径小，一般不到外县落户",
    "public": "公共事业，不属于招商对象",
}


def _weakness(facts: Facts) -> str:
    if facts["refused"] > 0:
        return f"经营范围还有“{facts['refused_phrase']}”，本县不能接收，只能引进其余部分"
    if facts["single"]:
        return "名称就是一处机构或场所，不像会到外县再办一个"
    if facts["agent"]:
        return "名称自称贸易、工程、咨询或投资一类，不一定自己生产"
    if facts["making"] < 0.5 and facts["settles"] not in _RUN:
        return _BESIDES if facts["making"] >= _HARDLY else _INSTEAD
    return _BOUND.get(facts["settles"], "")


def _reason(facts: Facts) -> str:
    if facts["making"] < 0.8 or facts["settles"] != "anywhere" or facts["single"] or facts["agent"]:
        return ""
    return "以生产为主，属可以异地设厂的一类"


TRANSFERABILITY = Part(
    name="transferability",
    title="可落户性",
    english="Transferability",
    meaning="能不能到外县再办一个：环节能否异地建，企业是不是自己生产，是不是一处场所",
    formula="settle · kind · (0.3 + 0.7 · making) · (1 - refused); kind = 0.2 for the name of one "
    "place, 0.5 for that of a trader, builder or agent, else 1",
    weight=0.19,
    value=_value,
    weak=0.75,
    weakness=_weakness,
    warns=lambda facts: facts["refused"] > 0,
    reason=_reason,
    unknown="没有经营范围，或没写明做什么，看不出是不是自己生产",
    question="是否自己生产，有几处生产基地，有无外地建厂先例",
)
