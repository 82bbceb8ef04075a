"""Write the bundled sample: 4,413 invented targets, 575 local firms, 43 leads; messy as an office.

``python scripts/make_sample.py [FOLDER]`` writes targets.xlsx, local.csv, leads.xlsx and README.md,
by default into data/sample. The same words and seed give the same bytes.
"""

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
import yaml

from sample_scopes import Dice, Trade, mixed, read_trades, scope_of

SEED = 20260101
TARGETS, LOCAL = 4413, 575
DUPLICATES, SAME, BRANCHES_OF_LOCAL, PARENTS, NAMELESS = 60, 12, 10, 13, 5
HERE = Path(__file__).parent
ROOT = HERE.parent
_WRITTEN = datetime(2026, 1, 1)
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Spot(NamedTuple):
    """A real division with an invented town in it."""

    code: str
    province: str
    city: str
    county: str
    town: str


@dataclass(frozen=True)
class Firm:
    """One invented firm before it is written into a list."""

    name: str
    brand: str
    code: str
    spot: Spot
    trade: Trade
    capital: str | float | None
    founded: date
    scope: str
    address: str
    status: str = "存续"
    honours: str = ""
    note: str = ""


# --- codes and places --------------------------------------------------------------------------


def check_digit(code: str) -> str:
    """Return the last character of a unified social credit code (GB 32100-2015)."""
    total = sum(_LETTERS.index(letter) * 3**at % 31 for at, letter in enumerate(code))
    return _LETTERS[-total % 31]


def make_code(dice: Dice, region: str, digits: bool) -> str:
    """Return a valid code whose organisation part no office has issued: XX… or, in digits, 000…."""
    while True:
        count, most = (6, 9) if digits else (7, 30)
        body = "".join(_LETTERS[dice.number(0, most)] for _ in range(count))
        head = "91" + region + ("000" if digits else "XX") + body
        last = check_digit(head)
        if last.isdigit() or not digits:
            return head + last


class Places:
    """Counties to choose from, weighted by prefecture, each with its real division code."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self._counties: dict[tuple[str, str], list[tuple[str, str]]] = {}
        with (ROOT / "data/places/divisions.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                there = int(row["since"]) <= _YEAR and int(row["until"] or _YEAR + 1) > _YEAR
                if row["level"] == "3" and there:
                    key = (row["province"], row["city"])
                    self._counties.setdefault(key, []).append((row["code"], row["name"]))
        self._weights = {
            (province, city): float(weight)
            for province, cities in names["places"].items()
            for city, weight in cities.items()
        }
        self._towns = names["towns"].split()

    def draw(self, dice: Dice) -> Spot:
        province, city = dice.weighted(self._weights)
        code, county = dice.pick(self._counties.get((province, city)) or [(_DIRECT[city])])
        return Spot(code, province, city, county, dice.pick(self._towns))


_YEAR = 2023  # of the divisions: a later change of them draws no other firms
_DIRECT = {"东莞": ("441900", ""), "中山": ("442000", "")}
_MUNICIPAL = ("北京", "天津", "上海", "重庆")
_HOME = ("611025", "陕西", "商洛", "X县")


def full_place(spot: Spot) -> str:
    """Return province, prefecture and county in full: 江苏省苏州市吴中区."""
    if spot.province in _MUNICIPAL:
        return f"{spot.province}市{spot.county}"
    return f"{spot.province}省{spot.city}市{spot.county}"


# --- names -------------------------------------------------------------------------------------


class Names:
    """Invented company names, none twice."""

    def __init__(self, dice: Dice, names: Mapping[str, Any]) -> None:
        self._dice = dice
        self._first, self._second = names["brand_first"], names["brand_second"]
        self._last = names["brand_last"]
        self._used: set[str] = set()
        self.brands: list[str] = []

    def brand(self) -> str:
        dice = self._dice
        if self.brands and dice.chance(0.05):
            return dice.pick(self.brands)
        brand = dice.pick(self._first) + dice.pick(self._second)
        if dice.chance(0.35):
            brand += dice.pick(self._last)
        self.brands.append(brand)
        return brand

    def new(self, trade: Trade, spot: Spot, year: int) -> tuple[str, str]:
        """Return a name that was not given before, and its brand."""
        while True:
            brand = self.brand()
            name = self._name(trade, spot, year, brand)
            if name not in self._used:
                self._used.add(name)
                return name, brand

    def _name(self, trade: Trade, spot: Spot, year: int, brand: str) -> str:
        dice, line = self._dice, self._dice.pick(trade.names)
        if trade.outlet:
            return self._outlet(trade, spot, brand, line)
        form = _form(dice, trade, year)
        city = spot.city or spot.province
        place = dice.weighted(
            {
                city: 12,
                f"{city}市": 5,
                spot.province: 3,
                _short_county(spot): 2,
                f"{spot.province}{city}": 0.4 if city != spot.province else 0,
                "": 1.2,
            }
        )
        if spot.county == "X县":
            place = dice.weighted({"商洛": 4, "商洛市": 3, "陕西": 2, "X县": 3, "商洛市X县": 0.5})
        elif place and dice.chance(0.09):
            bracket = f"（{place.removesuffix('市') or city}）"
            return dice.pick((f"{brand}{bracket}{line}{form}", f"{brand}{line}{bracket}{form}"))
        return f"{place}{brand}{line}{form}"

    def _outlet(self, trade: Trade, spot: Spot, brand: str, line: str) -> str:
        dice = self._dice
        where = f"{spot.county or spot.city}{_town(spot)}"
        if trade.outlet == "银行":
            return f"{brand}{line}股份有限公司{where}{dice.pick(('支行', '分理处', '储蓄所'))}"
        if trade.outlet == "保险":
            end = dice.pick(("支公司", "营销服务部", "营业部"))
            return f"{brand}{line}股份有限公司{spot.county or spot.city}{end}"
        if trade.outlet == "邮政":
            return f"{brand}{line}有限公司{where}{dice.pick(('支局', '营业厅', '营业所'))}"
        return f"{brand}{line}有限公司{where}加油站"


def _town(spot: Spot) -> str:
    for suffix in ("街道", "镇"):
        spot = spot._replace(town=spot.town.removesuffix(suffix))
    return spot.town


def _short_county(spot: Spot) -> str:
    """Return the county where names carry it: 昆山市 does, a district does not."""
    return spot.county if spot.county.endswith(("县", "市")) and len(spot.county) < 5 else spot.city


def _form(dice: Dice, trade: Trade, year: int) -> str:
    grown = bool({"种植", "养殖", "栽培", "种植、加工"} & set(trade.verbs))
    if grown and year >= 2008 and dice.chance(0.4):
        return "专业合作社"
    if trade.makes and trade.seller < 0.3 and year < 1998 and dice.chance(0.3):
        return "厂"
    big = trade.size in "lx" and trade.size != ""
    return dice.weighted(
        {
            "有限公司": 76,
            "有限责任公司": 14,
            "股份有限公司": 9 if big else 2,
            "集团有限公司": 3 if big else 0.6,
        }
    )


# --- firms -------------------------------------------------------------------------------------


class Maker:
    """Makes firms of any trade, away or at home."""

    def __init__(self, dice: Dice, trades: Sequence[Trade], words: Mapping[str, Any]) -> None:
        self._dice, self._places, self._names = dice, Places(words), Names(dice, words)
        self._trades = [trade for trade in trades if not trade.templates]
        self._usual = [trade for trade in self._trades if trade.local >= 8]
        self._roads, self._parks = words["roads"].split(), words["parks"].split()
        self._home = {town: text.split() for town, text in words["home_towns"].items()}

    def target(self, trade: Trade) -> Firm:
        return self._firm(trade, self._places.draw(self._dice))

    def local(self, trade: Trade) -> Firm:
        town = self._dice.weighted({town: 3 if "街道" in town else 1 for town in self._home})
        return self._firm(trade, Spot(*_HOME, town))

    def kin(self, trade: Trade, brand: str, line: str, scope: str) -> Firm:
        """Return a target of a brand that is at home in the county, well and alive."""
        firm = self._firm(replace(trade, seller=0.0, size="l"), self._places.draw(self._dice))
        form = self._dice.pick(("有限公司", "集团有限公司", "股份有限公司"))
        name = f"{firm.spot.city}{brand}{line}{form}"
        told = replace(firm, name=name, brand=brand, scope=scope)
        return replace(told, trade=trade, status="存续")

    def written(self, trade: Trade, line: str) -> Firm:
        """Return a local firm that is written out in ``sample_home.yaml``."""
        _, words, capital, year, town, scope, brand, _ = line.split("|")
        firm = self._firm(trade, Spot(*_HOME, town))
        brand = brand or self._names.brand()
        name = f"{self._dice.pick(('商洛', '商洛市', '陕西'))}{brand}{words}"
        day = firm.founded.replace(year=int(year))
        code = make_code(self._dice, _HOME[0], False)
        told = replace(firm, name=name, brand=brand, scope=scope, founded=day, code=code)
        return replace(told, capital=f"{int(capital):,}万元", status="存续")

    def _firm(self, trade: Trade, spot: Spot) -> Firm:
        dice = self._dice
        founded = _founded(dice)
        name, brand = self._names.new(trade, spot, founded.year)
        # A county's own list holds fewer firms that only sell under the name of a maker.
        home = spot.county == "X县"
        share = trade.seller * (0.4 if home and trade.seller < 0.5 else 1)
        sells_only = dice.chance(share)
        foreign = trade.size != "" and not home and dice.chance(0.06)
        old_code = founded.year < 2015 and dice.chance(0.22)
        return Firm(
            name=name,
            brand=brand,
            code=make_code(dice, spot.code, old_code),
            spot=spot,
            trade=trade,
            capital=_capital(dice, trade.size, foreign),
            founded=founded,
            scope=self._scope(trade, founded.year, sells_only, brand, home),
            address=self._address(spot),
            status=_status(dice),
            honours=_honours(dice, trade) if not sells_only else "",
        )

    def _scope(self, trade: Trade, year: int, sells_only: bool, brand: str, home: bool) -> str:
        """Return a scope; one firm in thirty does a bit of everything."""
        dice = self._dice
        text = scope_of(dice, trade, year, sells_only, brand)
        if trade.templates or not dice.chance(0.033):
            return text
        return mixed(dice, text, dice.draw(self._usual if home else self._trades, 3))

    def _address(self, spot: Spot) -> str:
        dice = self._dice
        if spot.county == "X县":
            village = dice.pick(self._home[spot.town])
            house = dice.pick(("", "一组", "二组", "三组", f"{dice.number(1, 90)}号"))
            return dice.pick(("陕西省商洛市X县", "商洛市X县", "X县")) + spot.town + village + house
        start = dice.pick((full_place(spot), full_place(spot), f"{spot.city}市{spot.county}"))
        road = f"{dice.pick(self._roads)}{dice.number(1, 999)}号"
        park = f"{dice.pick(self._parks)}{dice.number(1, 30)}号厂房"
        forms = {
            f"{start}{spot.town}{road}": 5,
            f"{start}{road}": 4,
            f"{start}{park}": 2,
            f"{start}{road}{dice.number(2, 28)}层{dice.number(201, 2899)}室": 3,
        }
        text = dice.weighted(forms)
        return text.translate(_WIDE) if dice.chance(0.04) else text


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


_YEARS = {1986: 1, 1992: 2, 1996: 4, 2000: 6, 2004: 7, 2009: 6, 2014: 6, 2019: 6, 2023: 4}


def _founded(dice: Dice) -> date:
    year = dice.weighted(_YEARS)
    year = max(1984, min(2025, year + dice.number(-2, 2)))
    return date(year, dice.number(1, 12), dice.number(1, 28))


_SPELLINGS = {
    "cell": 3,
    "{:,.4f}(万元人民币)": 4,
    "{:,g}万元": 4,
    "{:g}（万元）": 2,
    "{:g}": 2,
    "{:g}万人民币": 1,
}
_SIZES = {"s": (1.3, 1.4), "m": (2.2, 1.5), "l": (3.2, 1.3), "x": (4.6, 0.8)}
_STEPS = (1, 1.2, 1.5, 1.6, 2, 2.5, 3, 3.6, 5, 6, 8)


def _capital(dice: Dice, size: str, foreign: bool) -> str | float | None:
    """Return registered capital in one of the spellings of an office, or nothing."""
    if size == "" or dice.chance(0.03):
        return dice.pick((None, None, "N/A", "—", 0))
    least, spread = _SIZES[size]
    whole = int(10 ** int(least + spread * dice.uniform()) * dice.pick(_STEPS))
    amount = float(max(3, whole))
    if dice.chance(0.12):
        amount += dice.number(1, 99) / 10
    if foreign:
        return dice.pick(("{:,.4f}(万美元)", "{:g}万美元", "{:g}(万港元)", "{:g}万欧元")).format(
            max(5.0, amount / 8)
        )
    spelling = dice.weighted(_SPELLINGS)
    if amount >= 10_000 and dice.chance(0.15):
        spelling = "{:g}亿元"
        amount /= 10_000
    text = amount if spelling == "cell" else spelling.format(round(amount, 4))
    return text.translate(_WIDE) if isinstance(text, str) and dice.chance(0.02) else text


def _status(dice: Dice) -> str:
    return dice.weighted(
        {
            "存续": 60,
            "在业": 16,
            "存续（在营、开业、在册）": 15,
            "开业": 5,
            "": 2.4,
            "注销": 0.9,
            "吊销，未注销": 0.6,
            "清算": 0.1,
        }
    )


def _honours(dice: Dice, trade: Trade) -> str:
    if not (trade.makes and trade.chain and dice.chance(0.16)):
        return ""
    farm = trade.chain == "特色农产"
    return dice.weighted(
        {
            "高新技术企业": 5,
            "农业产业化省级重点龙头企业" if farm else "专精特新中小企业": 4,
            "市级龙头企业" if farm else "科技型中小企业": 3,
            "高新技术企业、专精特新“小巨人”企业": 1,
            "新三板挂牌": 0.5,
        }
    )


def by_weight(trades: Sequence[Trade], count: int) -> list[Trade]:
    """Return ``count`` trades in proportion to their weight, largest remainders first."""
    total = sum(trade.n for trade in trades)
    shares = [trade.n * count / total for trade in trades]
    whole = [int(share) for share in shares]
    order = sorted(range(len(trades)), key=lambda at: (whole[at] - shares[at], at))
    for at in order[: count - sum(whole)]:
        whole[at] += 1
    return [trade for trade, times in zip(trades, whole, strict=True) for _ in range(times)]


# --- the same firm under another spelling ------------------------------------------------------


def respelled(dice: Dice, firm: Firm) -> Firm:
    """Return the firm as a second clerk would enter it."""
    spot = firm.spot
    name = firm.name
    changes = [
        name.replace("（", "(").replace("）", ")"),
        name.replace("有限公司", " 有限公司"),
        name.replace("有限责任公司", "有限公司"),
        name.replace(f"{spot.city}市", spot.city, 1),
        name.replace(spot.city, f"{spot.city}市", 1) if f"{spot.city}市" not in name else name,
        f"{name}（存续）",
        f"{name}。",
        name.translate(str.maketrans("业国东华电广", "業國東華電廣")),
        name.removeprefix(spot.city).removeprefix("市") if name.startswith(spot.city) else name,
        f"{spot.province}{name}" if name.startswith(firm.brand) else name,
        f" {name}　",
    ]
    fresh = [change for change in changes if change != name]
    keeps_code = dice.chance(0.6)
    return replace(
        firm,
        name=dice.pick(fresh),
        code=firm.code if keeps_code else "",
        scope=firm.scope if dice.chance(0.6) else firm.scope.rstrip("。").split("；")[0],
        honours="",
    )


def branch_of(dice: Dice, firm: Firm, spot: Spot, where: str) -> Firm:
    """Return a branch of ``firm`` registered at ``spot``."""
    end = dice.pick(("分公司", "分公司", "分厂" if firm.trade.makes else "分公司"))
    return replace(
        firm,
        name=f"{firm.name}{where}{end}",
        code=make_code(dice, spot.code, False),
        spot=spot,
        capital=None,
        founded=firm.founded.replace(year=min(2025, firm.founded.year + 3)),
        honours="",
        status="存续",
    )


# --- the two lists -----------------------------------------------------------------------------


class Lists(NamedTuple):
    """Targets in file order (None: a row without a name), local firms, and what they hold."""

    targets: list[Firm | None]
    local: list[Firm]
    unique: int
    related: int
    twice: int
    kin: int


def build(
    dice: Dice, words: Mapping[str, Any], trades: Sequence[Trade], home: Sequence[str]
) -> Lists:
    """Return both lists; what hides in them is counted by the constants at the top."""
    maker = Maker(dice, trades, words)
    by_id = {trade.id: trade for trade in trades}
    drawn = [maker.local(trade) for trade in trades for _ in range(trade.local)]
    written = [maker.written(by_id[line.split("|")[0]], line) for line in home]
    kin = _kin(maker, by_id, home)
    unique = TARGETS - DUPLICATES - SAME - BRANCHES_OF_LOCAL - NAMELESS
    base = kin + [maker.target(trade) for trade in by_weight(trades, unique - len(kin))]

    parents = dice.draw([f for f in base if f.trade.id in _BRANCHING and "公司" in f.name], PARENTS)
    private = [f for f in drawn if f.trade.chain and f.trade.owner == "私企" and "公司" in f.name]
    known = dice.draw(private, SAME + BRANCHES_OF_LOCAL)
    copies = dice.draw([f for f in base if f.trade.size and f not in parents], DUPLICATES)
    targets: list[Firm | None] = [
        *base,
        *(respelled(dice, f) for f in copies),
        *(respelled(dice, f) for f in known[:SAME]),
        *(_away(dice, maker, f) for f in known[SAME:]),
    ]
    targets = dice.draw(targets, len(targets))
    for _ in range(NAMELESS):
        targets.insert(dice.number(200, len(targets) - 1), None)

    towns = list(words["home_towns"])
    own = drawn + written
    own += [branch_of(dice, f, Spot(*_HOME, dice.pick(towns)), "X县") for f in parents]
    twice = dice.draw(known, LOCAL - len(own))
    own += [replace(respelled(dice, f), code=f.code) for f in twice]
    related = sum(1 for f in base if f.trade.chain)
    return Lists(targets, dice.draw(own, len(own)), len(base), related, len(twice), len(kin))


# Trades whose firms have branches in a county.
_BRANCHING = (
    *("建筑施工", "建材店", "物流运输", "通信安防", "药品批发", "软件信息", "服装纺织"),
    *("茶叶", "畜禽养殖", "中药材种植", "光伏电站", "农资农机", "输变电设备"),
)


def _kin(maker: Maker, by_id: Mapping[str, Trade], home: Sequence[str]) -> list[Firm]:
    """Return one target for every written firm that has kin."""
    told = [(brand, kin.split(":")) for *_, brand, kin in (line.split("|") for line in home)]
    return [maker.kin(by_id[kin[0]], brand, *kin[1:]) for brand, kin in told if brand]


def _away(dice: Dice, maker: Maker, firm: Firm) -> Firm:
    spot = maker.target(firm.trade).spot
    far = branch_of(dice, firm, spot, spot.city)
    return replace(far, address=f"{full_place(spot)}{spot.town}")


# --- files -------------------------------------------------------------------------------------

_TARGET_HEADERS = (
    *("序号", "企业名称", "统一社会信用代码", "所在\n地区", "注册资本\n（万元）", "成立日期"),
    *("登记状态", "经营范围/主营业务", "注册地址", "资质荣誉", "联系人", "联系电话", "备注"),
)
_LEAD_HEADERS = (
    *("编号", "线索类型", "标题", "内容"),
    *("所属产业", "所在地区", "金额（万元）", "登记日期"),
)
_LOCAL_HEADERS = (
    *("单位名称", "企业类别", "统一信用代码", "经营范围"),
    *("注册资金", "成立时间", "镇办", "地址"),
)
_PERSONS = ("张某", "李某", "王某", "刘某", "陈某", "")
_NOTES = ("", "", "", "待核实", "2025年丝博会收集", "商会提供", "转自市招商局")


class Book:
    """A workbook with a fixed date, so that the same cells are the same bytes."""

    def __init__(self, path: Path, sheet: str) -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(str(path), options)
        self.book.set_properties({"created": _WRITTEN, "title": "虚构样例"})
        self.sheet = self.book.add_worksheet(sheet)
        self.title = self.book.add_format({"bold": True, "align": "center", "font_size": 16})
        self.head = self.book.add_format({"bold": True, "text_wrap": True, "border": 1})
        self.day = self.book.add_format({"num_format": "yyyy/m/d"})
        self.row = 0

    def write(self, cells: Sequence[object], form: Any = None) -> None:
        for at, cell in enumerate(cells):
            if isinstance(cell, date):
                self.sheet.write_datetime(self.row, at, datetime(*cell.timetuple()[:3]), self.day)
            elif isinstance(cell, (int, float)):
                self.sheet.write_number(self.row, at, cell, form)
            elif cell:
                self.sheet.write_string(self.row, at, str(cell), form)
        self.row += 1

    def heading(self, text: str, width: int) -> None:
        self.sheet.merge_range(self.row, 0, self.row, width - 1, text, self.title)
        self.row += 1


def _code_cell(dice: Dice, firm: Firm) -> object:
    """Return the code as typed: eaten as a number, mistyped, missing, mostly right."""
    if not firm.code or dice.chance(0.03):
        return None
    if firm.code.isdigit() and dice.chance(0.9):
        return f"{int(firm.code):.5E}" if dice.chance(0.02) else float(firm.code)
    if dice.chance(0.006):
        return firm.code[:-1] + ("0" if firm.code[-1] != "0" else "1")
    if dice.chance(0.002):
        return int(firm.spot.code + f"{dice.number(0, 999_999_999):09}")
    spaced = f"{firm.code[:8]} {firm.code[8:]}"
    forms = {firm.code: 60, firm.code.lower(): 1, f" {firm.code}": 1, spaced: 0.5}
    return dice.weighted(forms)


def _date_cell(dice: Dice, day: date) -> object:
    forms = {
        "cell": 45,
        f"{day:%Y-%m-%d}": 32,
        f"{day.year}/{day.month}/{day.day}": 10,
        f"{day.year}年{day.month}月{day.day}日": 10,
        f"{day.year}.{day.month}": 1,
        "": 2,
    }
    text = dice.weighted(forms)
    return day if text == "cell" else text


def _region_cell(dice: Dice, spot: Spot) -> str:
    return dice.weighted(
        {
            spot.city: 30,
            spot.province: 20,
            f"{spot.province}{spot.city}" if spot.province != spot.city else spot.city: 22,
            f"{spot.province}-{spot.city}": 10,
            full_place(spot): 8,
            (spot.county or spot.city): 6,
            "": 3,
        }
    )


def _target_row(dice: Dice, number: int, firm: Firm) -> list[object]:
    return [
        number,
        firm.name,
        _code_cell(dice, firm),
        _region_cell(dice, firm.spot),
        firm.capital,
        _date_cell(dice, firm.founded),
        firm.status,
        None if dice.chance(0.008) else firm.scope,
        None if dice.chance(0.02) else firm.address,
        firm.honours,
        dice.pick(_PERSONS),
        "000-0000000",
        dice.pick(_NOTES) if dice.chance(0.2) else "",
    ]


def write_targets(dice: Dice, path: Path, firms: Sequence[Firm | None]) -> None:
    width = len(_TARGET_HEADERS)
    book = Book(path, "目标企业")
    book.heading("X县招商目标企业信息汇总表", width)
    book.heading("（虚构样例：京津冀、长三角、粤港澳、成渝、关中等地）", width)
    book.write(["填报单位：X县招商服务中心", *[None] * 8, "填报日期：2025年12月"])
    book.write(_TARGET_HEADERS, book.head)
    book.sheet.freeze_panes(book.row, 2)
    for at, wide in enumerate((6, 34, 22, 12, 16, 12, 10, 60, 40, 20, 8, 14, 14)):
        book.sheet.set_column(at, at, wide)
    for number, firm in enumerate(firms, 1):
        if firm is None:
            region = dice.pick(("江苏", "广东", "上海"))
            book.write([number, dice.pick((None, "—", "/")), None, region, *[None] * 8, "名称待补"])
        else:
            book.write(_target_row(dice, number, firm))
        if number % 900 == 0:
            book.write([])
        if number == 2700:
            book.write([None, "　", None, " "])
            book.write(_TARGET_HEADERS, book.head)
    book.write([])
    book.write(["合计", f"{len(firms)}家"])
    book.write(["填表说明：本表为虚构样例，联系人、电话一律不填真实信息。"])
    book.book.close()


def write_local(dice: Dice, path: Path, firms: Sequence[Firm]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_LOCAL_HEADERS)
    for firm in firms:
        day = _date_cell(dice, firm.founded)
        owner = firm.trade.owner
        if firm.trade.size != "" and owner != "私企" and dice.chance(0.35):
            owner = dice.pick(("私企", "国企", "省属企业"))
        capital = f"{firm.capital:g}" if isinstance(firm.capital, float) else firm.capital
        writer.writerow(
            [
                firm.name,
                owner,
                "" if dice.chance(0.02) else firm.code,
                firm.scope,
                capital or "N/A",
                f"{day:%Y/%m/%d}" if isinstance(day, date) else day,
                "" if dice.chance(0.12) else firm.spot.town,
                firm.address if "X县" in firm.address else f"商洛市X县{firm.spot.town}",
            ]
        )
    path.write_bytes(text.getvalue().encode("gb18030"))


def _leads() -> Iterator[list[object]]:
    """Yield the leads in order of their dates, as the office numbered them."""
    kinds = yaml.safe_load((HERE / "sample_leads.yaml").read_text(encoding="utf-8"))
    rows = [[kind, *line.split("|")] for kind, lines in kinds.items() for line in lines]
    rows.sort(key=lambda row: row[6])
    for number, (kind, title, text, industry, place, amount, day) in enumerate(rows, 1):
        sum_ = int(amount) if amount else None
        yield [f"X{number:03}", kind, title, text, industry, place, sum_, date.fromisoformat(day)]


def write_leads(path: Path) -> None:
    book = Book(path, "线索清单")
    book.heading("X县招商引资线索登记表（虚构样例）", len(_LEAD_HEADERS))
    book.write(_LEAD_HEADERS, book.head)
    for at, wide in enumerate((8, 18, 30, 80, 12, 16, 12, 12)):
        book.sheet.set_column(at, at, wide)
    for row in _leads():
        book.write(row)
    book.book.close()


def readme(lists: Lists) -> str:
    """Return the text of README.md with the counts of this sample."""
    text = (HERE / "sample_readme.md").read_text(encoding="utf-8")
    return text.format(
        targets=len(lists.targets),
        local=len(lists.local),
        seed=SEED,
        unique=lists.unique,
        chains=lists.related,
        duplicates=DUPLICATES,
        here=SAME + BRANCHES_OF_LOCAL,
        same=SAME,
        away=BRANCHES_OF_LOCAL,
        parents=PARENTS,
        kin=lists.kin,
        nameless=NAMELESS,
        twice=lists.twice,
    )


def main(folder: Path) -> None:
    """Write the sample into ``folder``."""
    words = yaml.safe_load((HERE / "sample_names.yaml").read_text(encoding="utf-8"))
    banks = yaml.safe_load((HERE / "sample_words.yaml").read_text(encoding="utf-8"))
    home = yaml.safe_load((HERE / "sample_home.yaml").read_text(encoding="utf-8"))
    dice = Dice(SEED)
    lists = build(dice, words, read_trades(banks), home)
    folder.mkdir(parents=True, exist_ok=True)
    write_targets(dice, folder / "targets.xlsx", lists.targets)
    write_local(dice, folder / "local.csv", lists.local)
    write_leads(folder / "leads.xlsx")
    (folder / "README.md").write_text(readme(lists), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data" / "sample")
