"""The hard facts in the prose of a lead: amounts, land, plant, output, places, conditions."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from chainmatch.places.locating import locate, zone_names

# What was read once is not tried again from its middle: a long row of digits takes no longer.
_NUMBER = r"(?<!\d)(?<!\d,)(\d++(?:,\d++)*+(?:\.\d++)?+)"
_RANGE = rf"{_NUMBER}(?:\s*+[-~—–至到]++\s*+{_NUMBER})?+"
_UNIT = "万亿|亿|千万|百万|万|千"
_FACTORS = {"": 1.0, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12}

# 3000万至5000万元: the first number may carry its own unit.
_MONEY = re.compile(
    rf"{_NUMBER}\s*+({_UNIT})?元?\s*+(?:[-~—–至到]++\s*+{_NUMBER}\s*+({_UNIT})?)?元"
)
_AREA = re.compile(rf"{_RANGE}\s*+({_UNIT})?余?\s*+(亩|公顷|平方米|平米|㎡|m2|平方公里)")
_POWER = re.compile(rf"{_RANGE}\s*+(万)?\s*+(千瓦|兆瓦|MW|kW|GW)", re.IGNORECASE)
_PEOPLE = re.compile(rf"(?:用工|就业|员工|招工|工人)[^,;。\d]{{0,4}}{_RANGE}\s*+余?人")
_MASS = re.compile(
    rf"{_RANGE}\s*+({_UNIT})?余?\s*+(吨|袋|棒|头|羽|尾|只|台|套|件|瓶|箱|床|座|院|家)"
)

_SQUARE_METRES = {
    **dict.fromkeys(("平方米", "平米", "㎡", "m2"), 1.0),
    "亩": 2000 / 3,
    "公顷": 1e4,
    "平方公里": 1e6,
}
_KILOWATTS = {"千瓦": 1.0, "kw": 1.0, "兆瓦": 1e3, "mw": 1e3, "gw": 1e6}
_TURNOVER = re.compile("产值|营收|收入|销售额|年销售|税收|利税|利润|补贴|租金|月租|单价|每")
_PLANT = re.compile("厂房|车间|仓库|库房|建筑面积|场房|用房")
_SITE = re.compile("占地|供地|用地|净地|厂区|地块|园区|建设用地|工业用地")
_AT_LEAST = re.compile("以上|不低于|不少于|起$|至少")
_AT_MOST = re.compile("以下|以内|不超过|不高于|上限")

# What the text asks of a site, as an endowment of a profile (``columns.NEEDS``).
_NEEDS = {
    "water": "水源|用水|水质",
    "power": "用电|电价|用能|双回路",
    "grid": "接入系统|接网|并网",
    "heat": "蒸汽|供热",
    "gas": "天然气供应|管道气",
    "land": "用地|净地|供地|亩地|建设指标",
    "plant": "厂房|车间|仓库",
    "forest": "林地|林下",
    "farmland": "种植基地|流转土地|茶园|药园",
    "ore": "矿山|原矿|钨原料|矿石",
    "env-capacity": "环评|环境容量|排放",
    "cold-chain": "冷库|冷链",
    "labour": "用工|劳动力|工人",
    "scenery": "景区|景观|生态环境",
}
_NEED_WORDS = {need: re.compile(words) for need, words in _NEEDS.items()}
_CONDITION = re.compile(
    "要求|不低于|以上|以下|不少于|不超过|成本|万级|十万级|百级|已取得|已完成|已建成|批复|预留|"
    "租用|租赁|洁净|指标|控规|环评|优质|靠近|单体规模|用工|占地|供地|面积"
)


class Figure(NamedTuple):
    """A number with its range; ``what`` says of what.

    ``amount`` in 万元 (``turnover`` too), ``land`` and ``farmland`` in 亩, ``plant`` in square
    metres, ``power`` in kW, ``people``, ``quantity`` in the unit that stands in the phrase.
    ``low``…``high`` is the range; one of them is infinite or 0 where only one side is said.
    """

    what: str
    low: float
    high: float
    phrase: str


def read_figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a normalised text in order of position."""
    found = [
        (position, Figure(what, low, high, phrase))
        for position, what, low, high, phrase in (*_money(text), *_areas(text), *_others(text))
    ]
    return tuple(figure for _, figure in sorted(found))


_Found = tuple[int, str, float, float, str]


def _money(text: str) -> Iterator[_Found]:
    for found in _MONEY.finditer(text):
        first, unit, second, last_unit = found.groups()
        high_unit = last_unit or unit or ""
        low_unit = unit or (high_unit if second else "")
        low = _value(first) * _FACTORS[low_unit] / 1e4
        high = _value(second) * _FACTORS[high_unit] / 1e4 if second else low
        start, end = _clause_around(text, found.start(), found.end())
        what = "turnover" if _TURNOVER.search(text, start, found.start()) else "amount"
        yield found.start(), what, *_opened(text, found, low, high, end), found[0]


def _areas(text: str) -> Iterator[_Found]:
    for found in _AREA.finditer(text):
        first, second, factor, unit = found.groups()
        scale = _FACTORS[factor or ""] * _SQUARE_METRES[unit]
        low = _value(first) * scale
        high = _value(second) * scale if second else low
        start, end = _clause_around(text, found.start(), found.end())
        before = text[start : found.start()]
        if unit in ("平方米", "平米", "㎡", "m2") and not _SITE.search(before[-6:]):
            what, divisor = "plant", 1.0
        elif _SITE.search(before) and not _PLANT.search(before[-4:]) and low < 7e6:
            what, divisor = "land", 2000 / 3
        else:
            what, divisor = "farmland", 2000 / 3
        low, high = _opened(text, found, low / divisor, high / divisor, end)
        yield found.start(), what, low, high, found[0]


def _others(text: str) -> Iterator[_Found]:
    for found in _POWER.finditer(text):
        scale = _KILOWATTS[found[4].lower()] * (1e4 if found[3] else 1.0)
        yield _plain(text, found, "power", scale)
    for found in _PEOPLE.finditer(text):
        yield _plain(text, found, "people", 1.0)
    for found in _MASS.finditer(text):
        yield _plain(text, found, "quantity", _FACTORS[found[3] or ""])


def _plain(text: str, found: re.Match[str], what: str, scale: float) -> _Found:
    low = _value(found[1]) * scale
    high = _value(found[2]) * scale if found[2] else low
    _, end = _clause_around(text, found.start(), found.end())
    return (found.start(), what, *_opened(text, found, low, high, end), found[0])


def _opened(
    text: str, found: re.Match[str], low: float, high: float, end: int
) -> tuple[float, float]:
    """Open one side of a range where the words beside it do (1万平方米以上)."""
    beside = text[max(0, found.start() - 4) : found.start()] + text[found.end() : end][:2]
    if _AT_LEAST.search(beside):
        return low, math.inf
    if _AT_MOST.search(beside):
        return 0.0, high
    return round(min(low, high), 2), round(max(low, high), 2)


def _value(digits: str) -> float:
    return float(digits.replace(",", ""))


def _clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    left = max(text.rfind(sign, 0, start) for sign in ",;。!?\n") + 1
    rights = [at for sign in ",;。!?\n" if (at := text.find(sign, end)) >= 0]
    return left, min(rights, default=len(text))


def read_zones(text: str) -> tuple[str, ...]:
    """Return the economic zones and provinces that a normalised phrase names, in its order."""
    named = {zone: text.find(zone) for zone in zone_names() if zone in text}
    if not named and (place := locate(region=text)).province and text.startswith(place.province):
        return (place.province,)
    return tuple(sorted(named, key=lambda zone: named[zone]))


def read_needs(text: str) -> tuple[str, ...]:
    """Return what a normalised text asks of a site, as ids of ``columns.NEEDS``."""
    return tuple(need for need, words in _NEED_WORDS.items() if words.search(text))


def read_conditions(text: str) -> tuple[str, ...]:
    """Return the clauses of a normalised text that state a condition, word for word."""
    clauses = re.split(r"[,;。!?\n]", text)
    return tuple(clause.strip() for clause in clauses if _CONDITION.search(clause))
