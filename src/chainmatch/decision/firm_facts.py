"""Facts of one target firm that hold at every node: capital, age, place, name, what it makes.

**Making** is the share of a scope that makes things: over its items, each weighing
``1 / (1 + 0.25 · items in front)``, 1 for an item that is made or grown, 0.5 for one without a
verb, 0.35 for one that is operated, 0.2 for research, 0 for what is sold, served or built. Unknown
where no scope says anything.

**Plant**: an address in a village, a town or an industrial zone is one where things can be made, a
suite, a floor or a tower is an office.
"""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from chainmatch.decision.county import County, Own
from chainmatch.decision.refusals import Refusals
from chainmatch.matching.grammar import Item
from chainmatch.names import parse_name
from chainmatch.places.locating import Place, distance_km
from chainmatch.profile import Profile
from chainmatch.schema.currencies import in_yuan, money_text
from chainmatch.util.missing import text_of
from chainmatch.util.text import normalise

# What a title held says about a firm's strength; the strongest counts.
_HONOURS = {
    "上市": 1.0,
    "单项冠军": 1.0,
    "世界500强": 1.0,
    "中国500强": 1.0,
    "小巨人": 0.9,
    "重点龙头": 0.9,
    "专精特新": 0.8,
    "龙头": 0.8,
    "高新技术": 0.7,
    "瞪羚": 0.7,
    "规上": 0.6,
    "规模以上": 0.6,
}
_OTHER_HONOUR = 0.5

_GROUNDS = "(?:度假区|风景区|风景名胜区|景区|温泉|溶洞|开发区|新区|园区|新城)"
# A name whose body ends so is one place, not an investor that could open a second one.
_SINGLE = re.compile(
    "(?:医院|卫生院|诊所|门诊部?|疗养院|敬老院|养老院|福利院|幼儿园|学校|宾馆|酒店|饭店|宾舍|旅馆|大厦|"
    "招待所|山庄|度假村|度假中心|会议中心|公园|景区|乐园|基地|示范园|温泉|溶洞|滑雪场|高尔夫|市场|商场|商厦|超市|药店|药房|"
    "(?:水|火|热|风)?电站|发电厂|热电厂|林场|农场|牧场|煤矿|[铁铜金锰钨]矿)$"
    # a company that develops one zone, or runs one city's works
    f"|^(?:(?!{_GROUNDS}).)*+{_GROUNDS}.*(?:开发|发展|投资|建设|旅游)"
    "|(?:自来水|供水|供热|热力|热电|污水处理|燃气|公交|公共交通|环卫|城投|城建|城市建设)$"
)
# A name that says so of itself; 工贸 and 生物工程 make things.
_AGENT = re.compile(
    "商贸|经贸|科贸|贸易|物资|供销|经销|销售|进出口|咨询|设计|勘测|劳务|中介|代理|广告|连锁|批发|零售|"
    "酒店管理|物业|投资|置业|房地产|旅行|物流|运输|客运|货运|建筑(?!材|五金|陶瓷|机械)|安装|装饰(?!材|品)|装修|"
    "园林|绿化|商行|市政|医药$|路桥|(?<!生物|环境|环保|食品|机电|医药)工程有限"
)
_OFFICE = re.compile("室|[0-9A-Za-z]房|大厦|单元|写字楼|商务|公寓|住宅|大楼|商铺")
_FOR = "机械|设备|机具|装备|生产线|包装|专用机|添加剂|助剂|模具"
_TOOL = f"(?:(?![及和与])[\u4e00-\u9fff]){{0,4}}(?:{_FOR})"
_WORKS = re.compile("厂房|厂区|工业[区园](?!.*(?:大厦|写字楼))")
_FLOOR = re.compile("[一二三四五六七八九十0-9](?:楼|层)")
_ZONE = re.compile("开发区|园区|产业园|产业基地")
_PLANT = re.compile(f"{_ZONE.pattern}|村|镇|乡|工业|经济区|[东西南北]厂")
_MAKES = {"make": 1.0, "grow": 1.0, "operate": 0.35, "research": 0.2}
_BARE = 0.5


def firm_facts(
    targets: pd.DataFrame,
    items: Sequence[Sequence[Item]],
    county: County,
) -> pd.DataFrame:
    """Return the facts of each target that its own row says, indexed by firm id.

    Columns of ``parts.FACTS``. ``items`` are those of the targets' scopes, in their order.
    """
    profile = county.profile
    capital = pd.to_numeric(targets["capital"], errors="coerce").astype(float).tolist()
    text = {
        name: text_of(targets[name]).tolist()
        for name in ("name", "currency", "address", "honours", "scope", "products")
    }
    own = [
        own_of(name, scope, products, own_items, county.own)
        for name, scope, products, own_items in zip(
            text["name"], text["scope"], text["products"], items, strict=True
        )
    ]
    refusals = Refusals(county.refusals)
    refused = [refusals.done(*pair) for pair in zip(text["scope"], items, strict=True)]
    facts = pd.DataFrame(
        {
            "name": text["name"],
            "capital": list(map(in_yuan, capital, text["currency"])),
            "money": list(map(money_text, capital, text["currency"])),
            "age": _ages(targets["established"], profile.as_of),
            "plant": list(map(plant_of, text["address"])),
            "group": [bool(re.search("集团|股份", name)) for name in text["name"]],
            "honour": list(map(honour_of, text["honours"])),
            "staff": _numbers(targets, "staff"),
            "making": list(map(making_of, items)),
            "single": [is_single(name) for name in text["name"]],
            "agent": [is_agent(name) for name in text["name"]],
            "refused": [found.share if found else 0.0 for found in refused],
            "refused_phrase": [found.phrase if found else "" for found in refused],
            "own": [found.much for found in own],
            "own_word": [found.word for found in own],
            "own_product": [found.product for found in own],
        },
        index=pd.Index(targets["firm_id"].tolist(), name="firm_id"),
    )
    return facts.join(_places(targets, profile))


def _numbers(targets: pd.DataFrame, column: str) -> list[float]:
    if column not in targets:
        return [math.nan] * len(targets)
    return [float(v) for v in pd.to_numeric(targets[column], errors="coerce")]


def making_of(items: Sequence[Item]) -> float:
    """Return the share of a scope's items that makes things, 0…1; NaN where there is none."""
    best: dict[int, float] = {}
    for item in items:
        if item.place != "verb":
            value = max((_MAKES.get(a, 0.0) for a in item.activities), default=_BARE)
            best[item.order] = max(best.get(item.order, 0.0), value)
    if not best:
        return math.nan
    weights = {order: 1 / (1 + 0.25 * order) for order in best}
    return math.fsum(weights[o] * v for o, v in best.items()) / math.fsum(weights.values())


def own_of(name: str, scope: str, products: str, items: Sequence[Item], own: Sequence[Own]) -> Own:
    """Return the word of what the county has that a firm makes things of; ``much`` is its weight.

    It counts in the name and the products, and in items that are not only sold, served or built;
    full in the name, the products and the first three items, 0.6 further on; less for a firm
    of which making is less than half. ``own`` stands longest word first.
    """
    nothing = Own("", "", 0.0)
    plain = normalise("\n".join((scope, name, products)))
    if not any(word.word in plain for word in own):
        return nothing
    making = making_of(items)
    sells = 1.0 if making != making else min(1.0, making / 0.5)  # who mostly sells makes less of it
    texts = [(plain[len(scope) :], 1.0)]
    for item in items:
        if item.place != "verb" and (not item.activities or item.activities & {"make", "grow"}):
            texts.append((plain[item.start : item.end], 1.0 if item.order < 3 else 0.6))
    best = nothing
    for text, weight in texts:
        for word in own:
            worth = round(word.much * weight * sells, 4)
            if worth > best.much and _made_of(word.word, text):
                best = word._replace(much=worth)
    return best


def _made_of(word: str, text: str) -> bool:
    """Whether a text names a product, and not only what is for it (板栗脱壳机械, 饲料添加剂)."""
    if word not in text:
        return False
    return re.search(f"{re.escape(word)}(?!{_TOOL})", text) is not None


def plant_of(address: str) -> float:
    """Return 1 for an address where things can be made, 0 for an office, NaN where unsure.

    A factory building is one on any floor; a floor in a development zone may be either.
    """
    if _WORKS.search(address):
        return 1.0
    if _OFFICE.search(address):
        return 0.0
    if _FLOOR.search(address):
        return math.nan if _ZONE.search(address) else 0.0
    return 1.0 if _PLANT.search(address) else math.nan


def honour_of(titles: str) -> float:
    """Return the strength of the best title held, 0…1; NaN where none is stated."""
    if not titles.strip():
        return math.nan
    return max((value for word, value in _HONOURS.items() if word in titles), default=_OTHER_HONOUR)


def _body(name: str) -> str:
    parts = parse_name(name)
    return parts.brand + parts.trade


def is_single(name: str) -> bool:
    """Return whether a name is that of one place (某某大酒店, 水电站)."""
    return bool(_SINGLE.search(_body(name)))


def is_agent(name: str) -> bool:
    """Return whether a name says of itself that it trades, builds, advises or invests."""
    return bool(_AGENT.search(_body(name)) or _AGENT.search(name))


def _ages(established: pd.Series, as_of: date | None) -> list[float]:
    """Years since registration; NaN where unknown or after ``as_of``."""
    if as_of is None:
        return [math.nan] * len(established)
    dates = pd.to_datetime(established, errors="coerce", format="%Y-%m-%d")
    years = (pd.Timestamp(as_of) - dates).dt.days / 365.25
    return [float(year) for year in years.where(years >= 0)]


def _places(targets: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    known: dict[Place, tuple[float, float, float, bool]] = {}
    columns = ("province", "city", "county", "zone")
    rows = []
    for where in zip(*(text_of(targets[c]).tolist() for c in columns), strict=True):
        place = Place(*where)
        if place not in known:
            known[place] = (*region_of(place, profile), place.zone in profile.zones)
        rows.append(known[place])
    names = ["priority", "closeness", "km", "zoned"]
    places = pd.DataFrame(rows, columns=names, index=targets["firm_id"].tolist())
    return places.astype(dict.fromkeys(names[:3], float))


def region_of(place: Place, profile: Profile) -> tuple[float, float, float]:
    """Return priority, closeness and distance of a place; NaN where unknown."""
    km = distance_km(place, profile.place)
    if place.zone in profile.zones:
        priority = profile.zones[place.zone]
    elif place.province == profile.home.province:
        priority = profile.in_province
    else:
        priority = profile.elsewhere if place.province else math.nan
    if km is None:
        return priority, math.nan, math.nan
    return priority, 1 / (1 + km / profile.levels.near_km), km


def kin_of(links: pd.DataFrame | None, firms: Iterable[str]) -> pd.DataFrame:
    """Return the highest confidence of a link to a local firm, and that firm, by firm id."""
    ids = pd.Index(list(firms), name="firm_id")
    if links is None:
        return pd.DataFrame({"kin": np.nan, "kin_name": ""}, index=ids)
    best: dict[str, tuple[float, str]] = {}
    for firm, name, confidence in links[["left_id", "right_name", "confidence"]].itertuples(
        index=False
    ):
        if confidence > best.get(firm, (0.0, ""))[0]:
            best[firm] = (confidence, name)
    found: list[tuple[float, str]] = [best.get(firm, (0.0, "")) for firm in ids]
    return pd.DataFrame(found, columns=["kin", "kin_name"], index=ids)
