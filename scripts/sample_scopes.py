"""Word the business scopes of the invented sample: old style, standard items, lists, exclusions."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


class Dice:
    """Seeded choices. Only ``random()`` is used: its sequence is the same in every Python."""

    def __init__(self, seed: int) -> None:
        self._next = random.Random(seed).random

    def chance(self, share: float) -> bool:
        return self._next() < share

    def number(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return low + int(self._next() * (high - low + 1))

    def uniform(self) -> float:
        return self._next()

    def pick(self, things: Sequence[T]) -> T:
        return things[int(self._next() * len(things))]

    def draw(self, things: Sequence[T], count: int) -> list[T]:
        """Return up to ``count`` different things in random order."""
        pool = list(things)
        count = min(count, len(pool))
        for at in range(count):
            other = at + int(self._next() * (len(pool) - at))
            pool[at], pool[other] = pool[other], pool[at]
        return pool[:count]

    def weighted(self, weights: Mapping[T, float]) -> T:
        left = self._next() * sum(weights.values())
        for thing, weight in weights.items():
            left -= weight
            if left < 0:
                return thing
        return list(weights)[-1]


@dataclass(frozen=True)
class Trade:
    """The word bank of one trade, as ``sample_words.yaml`` explains it."""

    id: str
    chain: str
    names: tuple[str, ...]
    n: float
    local: int
    seller: float
    size: str
    owner: str
    outlet: str
    templates: tuple[str, ...]
    verbs: tuple[str, ...]
    makes: tuple[str, ...]
    sells: tuple[str, ...]
    services: tuple[str, ...]
    items: tuple[str, ...]
    sales: tuple[str, ...]
    licensed: tuple[str, ...]
    without: tuple[str, ...]


def read_trades(words: Mapping[str, Mapping[str, Any]]) -> list[Trade]:
    """Return the trades of the word file in its order."""
    lists = _words("names verbs makes sells services items sales licensed without")
    return [
        Trade(
            id=name,
            chain=bank.get("chain", ""),
            n=bank.get("n", 0),
            local=bank.get("local", 0),
            seller=bank.get("seller", 0.18 if bank.get("makes") else 0.05),
            size=bank.get("size", "s"),
            owner=bank.get("owner", "私企"),
            outlet=bank.get("outlet", ""),
            templates=tuple(filter(None, bank.get("template", "").split("|"))),
            **{key: tuple(bank.get(key, "").split()) for key in lists},
        )
        for name, bank in words.items()
    ]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_GOODS = _words(
    "日用百货 五金交电 建筑材料 办公用品 劳保用品 电子产品 机械设备 金属材料 化工产品 "
    "针纺织品 包装材料 装饰材料 家用电器 文体用品 农副产品 通讯器材 汽车配件 仪器仪表 "
    "工艺品 服装 木材 橡塑制品 水暖器材 计算机耗材"
)
_SIDES = _words(
    "房屋租赁 场地租赁 普通货运 仓储服务 技术咨询、技术服务 会议服务 商务信息咨询 "
    "设备租赁 企业管理咨询 道路货物运输 物业管理 装卸服务 自有房屋出租 餐饮服务 "
    "住宿服务 广告设计、制作 投资管理 农产品收购 停车场管理服务 养老服务信息咨询 "
    "售电服务 展览展示服务"
)
_STANDARD_SIDES = _words(
    "国内贸易代理 企业管理咨询 信息咨询服务（不含许可类信息咨询服务） 住房租赁 "
    "非居住房地产租赁 机械设备租赁 普通货物仓储服务（不含危险化学品等需许可审批的项目） "
    "包装服务 互联网销售（除销售需要许可的商品） 广告设计、代理 会议及展览服务 "
    "市场营销策划 社会经济咨询服务 专用设备修理 金属制品销售 日用百货销售 办公用品销售 "
    "五金产品零售 电子产品销售 劳动保护用品销售 化工产品销售（不含许可类化工产品） "
    "物业管理 以自有资金从事投资活动 装卸搬运 机械设备销售 建筑材料销售 新材料技术研发 "
    "金属材料销售 国内货物运输代理 工程和技术研究和试验发展 家用电器销售 "
    "教育咨询服务（不含涉许可审批的教育培训活动）"
)
_TECHNICAL = "技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广"
_TRADE_PHRASES = (
    "货物进出口、技术进出口",
    "货物及技术的进出口业务",
    "自营和代理各类商品及技术的进出口业务",
    "自营和代理各类商品及技术的进出口业务（国家限定公司经营或禁止进出口的商品及技术除外）",
    "经营进出口业务（国家限制公司经营和国家禁止进出口的商品除外）",
    "经营本企业自产产品及技术的出口业务和本企业所需的机械设备、零配件、原辅材料及技术的进口业务",
    "货物进出口（专营专控商品除外）",
)
_EXCLUDED = (
    "国家专营专控商品",
    "国家限制和禁止经营的商品",
    "危险化学品",
    "国家法律法规禁止或限制的项目",
    "前置许可项目",
)
_LICENCE_NOTES = (
    "（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
    "（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
    "(依法须经批准的项目，经相关部门批准后方可开展经营活动)〓",
    "【依法须经批准的项目，经相关部门批准后方可开展经营活动】",
    "（依法须经批准的项目,经相关部门批准后依批准的内容开展经营活动。）",
    "（以上范围国家有专项规定的从其规定）",
    "（涉及许可经营的凭许可证经营）",
    "（以上经营范围凡涉及国家专项审批的，凭批准文件、证件经营）",
    "***",
    "^",
)
_STANDARD_NOTE = "（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）"
_LICENSED_NOTE = (
    "（依法须经批准的项目，经相关部门批准后方可开展经营活动，"
    "具体经营项目以相关部门批准文件或许可证件为准）"
)
_SALE_WORDS = ("销售", "经营", "批发", "零售")


def scope_of(dice: Dice, trade: Trade, year: int, sells_only: bool, brand: str) -> str:
    """Return a business scope as a firm of this trade and age would have it."""
    if trade.templates:
        return dice.pick(trade.templates).replace("{A}", f"{brand}店")
    if dice.chance(0.85 if year >= 2020 else 0.18):
        text = _standard(dice, trade, sells_only)
    else:
        text = _finished(dice, _old(dice, trade, sells_only))
    return _typed(dice, text)


# --- the old style -----------------------------------------------------------------------------


def _listed(dice: Dice, things: Sequence[str], low: int, high: int) -> str:
    """Return a list of objects, rarely with commas, rarely with a vague last word."""
    words = dice.draw(things, dice.number(low, high))
    if dice.chance(0.07):
        words[-1] += dice.pick(("及配件", "系列产品", "等", "及相关产品"))
    return ("、" if dice.chance(0.9) else "，").join(words)


def _without(dice: Dice, trade: Trade) -> str:
    """Return an exclusion in brackets, most often what is usual in the trade."""
    usual = bool(trade.without) and dice.chance(0.6)
    word = dice.pick(trade.without if usual else _EXCLUDED)
    form = dice.pick(("（不含{}）", "（{}除外）", "（除{}外）", "（除{}）", "（不得经营{}）"))
    return form.format(word)


# What is built or treated is not sold as goods are.
_WORKS = {"建设", "开发", "开发、建设", "投资建设", "处理", "综合利用"}


def _make_clause(dice: Dice, trade: Trade) -> str:
    if set(trade.verbs) <= _WORKS:
        verb, few = dice.pick(trade.verbs), _listed(dice, trade.makes, 1, 3)
        return dice.pick((f"{few}{verb}", f"{few}的{verb}", f"{verb}{few}", f"{few}{verb}、运营"))
    verb, few = dice.pick(trade.verbs), _listed(dice, trade.makes, 1, 4)
    many = _listed(dice, trade.makes, 3, 8)
    forms: dict[str, float] = {
        f"{verb}、销售：{many}": 14,
        f"{few}{verb}、销售": 14,
        f"{few}的{verb}、销售": 9,
        f"{verb}{few}": 9,
        f"{verb}、销售{few}": 9,
        f"{many}{verb}": 6,
        f"{verb}：{many}；销售自产产品": 5,
        f"{verb}、销售{few}，并提供相关技术咨询和售后服务": 4,
        "；".join(f"{word}{verb}" for word in dice.draw(trade.makes, 3)): 5,
        f"{few}（{verb}）": 1,
        f"专业{verb}{few}": 2,
        f"{few}": 5,
        f"从事{few}的{verb}和销售": 3,
        f"许可经营项目：无。一般经营项目：{few}{verb}、销售": 4,
        f"主营：{few}{verb}。兼营：{_listed(dice, _GOODS, 2, 4)}": 2,
    }
    return dice.weighted(forms)


def _sell_clause(dice: Dice, trade: Trade, shop: bool) -> str:
    """Return what is sold; a ``shop`` may name anything beside it."""
    own = trade.sells + (trade.makes[:5] if dice.chance(0.3) else ())
    high = len(own) if dice.chance(0.15) else 7
    goods = _listed(dice, own, 2, high)
    branches = "零售（仅限分支机构经营）"
    forms: dict[str, float] = {
        f"{goods}销售": 10,
        f"{goods}批发、零售": 8,
        f"销售：{goods}": 8,
        f"批发、零售：{goods}": 5,
        f"{goods}的销售": 6,
        f"经营{goods}": 3,
        f"{goods}": 4,
        f"{goods}、{'、'.join(dice.draw(_GOODS, dice.number(3, 14)))}批发兼零售": 8 if shop else 1,
        f"国内贸易；{goods}购销": 2,
        ";".join(f"{word}{dice.pick(('批发', '零售'))}" for word in dice.draw(own, 6)): 2,
        ";".join(f"{word}{branches}" for word in dice.draw(own, 4)): 2 if shop else 0.5,
        f"一般经营项目：销售{goods}": 2,
    }
    return dice.weighted(forms)


def _old(dice: Dice, trade: Trade, sells_only: bool) -> list[str]:
    """Return the clauses of a scope in the old style, the main one first."""
    clauses = []
    if sells_only:
        clauses.append(_sell_clause(dice, trade, True))
    else:
        if trade.makes and (not trade.services or dice.chance(0.85)):
            clauses.append(_make_clause(dice, trade))
        if trade.services and (not clauses or dice.chance(0.35)):
            low, high = (1, 2) if clauses else (2, 6)
            clauses.append(_listed(dice, trade.services, low, high))
        if dice.chance(0.45 if trade.makes else 0.25):
            clauses.append(_sell_clause(dice, trade, False))
    if not sells_only and dice.chance(0.22):
        clauses.append(dice.pick(_SIDES))
    if sells_only and dice.chance(0.15) and trade.services:
        clauses.append(dice.pick(trade.services))
    if dice.chance(0.12) and len(clauses) > 1:
        clauses.append("；".join(dice.draw(_SIDES, dice.number(2, 3))))
    if dice.chance(0.13):
        at = dice.number(0, len(clauses) - 1)
        clauses[at] += _without(dice, trade)
    if dice.chance(0.13):
        clauses.append(dice.pick(_TRADE_PHRASES))
    return clauses


def mixed(dice: Dice, text: str, others: Sequence[Trade]) -> str:
    """Return ``text`` and what a firm that does a bit of everything adds from other trades."""
    clauses = [text.rstrip("。^*〓")]
    for other in others:
        clauses += _old(dice, other, dice.chance(0.5))
    return "；".join(clauses)


def _finished(dice: Dice, clauses: list[str]) -> str:
    joint = dice.weighted({"；": 7.0, "。": 3.0, "，": 1.0, ";": 2.0})
    text = joint.join(clauses)
    if dice.chance(0.6):
        text += "。"
    if dice.chance(0.34):
        text += dice.pick(_LICENCE_NOTES)
    if dice.chance(0.025):
        text = "法律、法规、国务院决定规定禁止的不得经营；应当许可的凭许可文件经营；" + text
    return text


# --- standard items, as registered since 2020 ----------------------------------------------------


def _standard(dice: Dice, trade: Trade, sells_only: bool) -> str:
    general: list[str] = []
    licensed = list(trade.licensed)
    if sells_only:
        general += dice.draw(trade.sales, dice.number(2, 6))
        licensed = [item for item in licensed if item.endswith(_SALE_WORDS)]
    else:
        general += dice.draw(trade.items, dice.number(1, 4))
        general += dice.draw(trade.sales, dice.number(0, 3 if trade.makes else 1))
    if dice.chance(0.45):
        general.append(_TECHNICAL)
    general += dice.draw(_STANDARD_SIDES, dice.weighted({0: 3.0, 2: 4.0, 4: 3.0, 7: 2.0, 12: 0.6}))
    if dice.chance(0.33):
        general += ["货物进出口", "技术进出口"][: dice.number(1, 2)]
    general = list(dict.fromkeys(general))
    first = f"一般项目：{'；'.join(general)}{_STANDARD_NOTE}"
    allowed = dice.draw(licensed, dice.number(1, 2)) if dice.chance(0.62) else []
    if not allowed:
        return first + "。" * dice.chance(0.5)
    second = f"许可项目：{'；'.join(allowed)}{_LICENSED_NOTE}"
    return f"{second}{first}" if dice.chance(0.4) else f"{first}{second}"


def _typed(dice: Dice, text: str) -> str:
    """Return the text as it reaches a spreadsheet: narrow marks, stray blanks, a cut end."""
    if dice.chance(0.25):
        text = text.replace("；", ";").replace("：", ":")
    if dice.chance(0.3):
        text = text.replace("（", "(").replace("）", ")")
    if dice.chance(0.03):
        text = text.replace("、", " 、", 1)
    if dice.chance(0.008) and len(text) > 60:
        text = text[: len(text) - dice.number(5, 20)]
    return text
