"""The places that a text says, from the province down."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from chainmatch.places.gazetteer import Entry, Unit, gazetteer, of_today
from chainmatch.util.text import simplified

# Only so much of a text is read: a place stands at its beginning.
_REACH = 40
_ZONE = (
    r"(?:自由贸易(?:试验区|港区?)|自贸(?:试验)?[区港]|[一-龥]{1,4}片区|国家级|省级"
    r"|(?:高新(?:技术)?(?:产业)?|经济(?:技术)?|经|综合)(?:开发|保税|实验|试验|示范)?区"
    r"|(?:临空|临港|空港|航空港|循环|出口加工|综合|国际)[一-龥]{0,4}区|开发区|保税区|产业园区?|工业园区?|政务区|新区)"
)
# What may stand before the first place and between two places. Nothing is given back: 地址: can be
# read in two ways.
_FILLER = re.compile(
    r"(?:中华人民共和国|中国|邮编|(?:注册|生产|经营|办公|通讯|联系|详细|营业|单位|公司|企业|工厂)*(?:地址|住所地?|厂址)"
    r"|注册地|所在地|总部|(?:现)?(?:位于|坐落[于在])|[一-龥]{1,8}[:：]|市辖区|(?:省|自治区)?直辖县级行政(?:单位|区划)|"
    + _ZONE
    + r"|[\s　0-9'\"“”()（）\[\]【】·.。．,，、;；:：/\\|_—>~→-])*+"
)
# A town may stand before its county: 浙江省织里镇吴兴区.
_TOWN = re.compile(_FILLER.pattern + r"[一-龥]{1,5}(?:镇|乡|街道)" + _FILLER.pattern)
# A short form before one of these is a road, a lake, an estate or a town: 南京路, 洛阳镇. 五一路
# is a road of its own: 常州五一路 lies in 常州.
_ROAD = re.compile(
    r"(?![三五六七八十]一|五四|三八|一二九|九一八|二七)[东南西北中一二三四五六七八九十\d]{0,3}"
    r"(?:路(?![通桥面达安畅]|[南北]区)|街|大街|大道|道|巷|里弄|弄|胡同|大厦|大楼|广场|花园|花苑|小区|新村|风情"
    r"|商城|村|桥(?![东西]区)|门(?!头沟)|湾|庄|楼|苑|镇|乡|圩|屯|街道|[小特]吃|火锅|拉面|大学|学院)"
    r"|[湖河江山海]?[东南西北中]?(?:路|大道|街)|湖(?!镇|乡|街道|区)"
)
# A full name before one of these is part of another word: 深圳市场, 广州市政 (not 合肥市政务区).
_NO_SUFFIX = re.compile(r"场|政(?!务|府|协)|容(?=[管环整局卫执]|$)")


class Reading(NamedTuple):
    """What a text says, and whether it says so in full (深圳市, not 深圳)."""

    unit: Unit
    full: bool


NOTHING = Reading(("", "", ""), False)


def within(entry: Entry, unit: Unit) -> bool:
    """Return whether ``entry`` lies in ``unit`` or holds it: nothing known contradicts."""
    return (
        (not unit[0] or entry.province == unit[0])
        and (not unit[1] or not entry.city or entry.city == unit[1])
        and (not unit[2] or not entry.county or entry.county == unit[2])
    )


def common(entries: Sequence[Entry]) -> Unit:
    """Return what all entries share, from the province down."""
    if len(entries) == 1:
        return entries[0].unit
    shared: list[str] = []
    for values in zip(*(entry.unit for entry in entries), strict=True):
        if len(set(values)) > 1:
            break
        shared.append(values[0])
    return (*shared, "", "", "")[:3]  # type: ignore[return-value]


def is_place(text: str, end: int, entry: Entry) -> bool:
    """Return whether the word that ends at ``end`` can be a place and not a road or a market."""
    if entry.full:
        return text[end - 1] != "市" or _NO_SUFFIX.match(text, end) is None
    return _ROAD.match(text, end) is None


def read(text: str, context: Unit, loose: bool) -> Reading:
    """Read the chain of places at the head of ``text``.

    ``context`` decides between places of one name; it never adds anything by itself. ``loose``
    lets a county's short form stand alone (in a region column it is one, in a name perhaps).
    """
    text = simplified("".join(text[:_REACH].split()))
    words = gazetteer()
    chain: list[Entry] = []
    expected = 0
    matches = words.automaton.find_matches_as_indexes(text)
    for number, (index, start, end) in enumerate(matches, 1):
        gap = start > expected and not _FILLER.fullmatch(text, expected, start)
        if gap and not _TOWN.fullmatch(text, expected, start):
            if chain:
                break
            continue
        # 商洛镇安县 is no town 商洛镇: a place that begins here leaves no room for a road.
        followed = number < len(matches) and matches[number][1] == end
        meanings = [
            entry
            for entry in words.entries[index]
            if (followed or is_place(text, end, entry))
            and (not gap or (entry.full and (chain or entry.level < 3)))
        ]
        plain = text[start:end] in words.common_words
        deeper = _next(meanings, chain, plain) if chain else _first(meanings, context, loose, plain)
        if not deeper:
            break
        chain, expected = deeper, end
    if not chain:
        return _lone_full_name(text, context)
    return Reading(common(of_today(chain)), chain[0].full or chain[0].level < 3)


def _first(meanings: list[Entry], context: Unit, loose: bool, plain: bool) -> list[Entry]:
    """Choose among the meanings of the first place in a text; empty where it is none.

    What the name meant once stays beside it: 巢湖市 is a county where no 庐江县 follows.
    """
    if not meanings:
        return []
    current = of_today(meanings)
    fitting = [entry for entry in current if within(entry, context)] if context[0] else []
    chosen = fitting or [entry for entry in current if entry.level == current[0].level]
    if chosen[0].level == 3 and not fitting and (plain or not (loose or chosen[0].full)):
        return []
    return chosen + [entry for entry in meanings if entry.former and entry not in chosen]


def _next(meanings: list[Entry], chain: list[Entry], plain: bool) -> list[Entry]:
    """Choose the meanings that lie below the chain so far; empty where the chain ends."""
    current = of_today(chain)
    for above in (current,) if current is chain else (current, chain):
        deeper = [entry for entry in meanings if any(_below(entry, one) for one in above)]
        # 无为县 lies in 芜湖 and lay in 巢湖; who lies there goes before who lay there.
        deeper = [entry for entry in deeper if any(entry.city == a.city for a in above)] or deeper
        if deeper:
            # 河北新华 is a brand, 石家庄新华 a district.
            brand = plain and above[0].level == 1 and deeper[0].level == 3 and not deeper[0].full
            return [] if brand else deeper
    said_twice = any(entry.unit == above.unit for entry in meanings for above in chain)
    return chain if said_twice else []  # 北京市北京市海淀区


def _below(entry: Entry, above: Entry) -> bool:
    return (
        entry.level > above.level
        and entry.province == above.province
        and (not above.city or above.city in (entry.city, entry.was))
    )


def _lone_full_name(text: str, context: Unit) -> Reading:
    """Read a place with its suffix anywhere in the text, where it can mean only one place."""
    words = gazetteer()
    for index, start, end in words.automaton.find_matches_as_indexes(text):
        if end - start < 3 or text[end - 1] == "区":
            continue
        meanings = [
            entry
            for entry in words.entries[index]
            if entry.full and is_place(text, end, entry) and within(entry, context)
        ]
        if meanings:
            return Reading(common(of_today(meanings)), False)
    return NOTHING


def read_inside(name: str, context: Unit) -> Reading:
    """Read a province or prefecture in the middle of a name: 铁道部宝鸡工程机械厂."""
    words = gazetteer()
    for index, _, end in words.automaton.find_matches_as_indexes(name):
        meanings = of_today(
            [
                entry
                for entry in words.entries[index]
                if entry.level < 3 and is_place(name, end, entry) and within(entry, context)
            ]
        )
        if meanings:
            return Reading(common([e for e in meanings if e.level == meanings[0].level]), False)
    return NOTHING
