"""What a title, the name of a sheet or the heading of a group says of the rows below it.

A place (一、西安市（12家）) is where they lie, a word of ownership (国有企业) is their class, an
honour (国家级) is theirs, anything else is the trade that they are in; the words stand in
``data/words/headings.csv``.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from chainmatch.places.locating import locate, zone_names
from chainmatch.tables.values import is_blank, text_of
from chainmatch.util.resources import data_rows
from chainmatch.util.text import simplified

_DIGITS = "一二三四五六七八九十百零〇两"
NUMBERED = re.compile(
    rf"(?:[{_DIGITS}]{{1,6}}[、.．]|[(（][{_DIGITS}]+[)）]|第[{_DIGITS}]{{1,6}}[章节类部批])"
)
_COUNT = (
    rf"(?:共|计|合计|共计|总计|小计)?(?:\d+|[{_DIGITS}]+)[家户个项条件宗](?:企业|公司|项目|单位)?"
)
COUNTED = re.compile(rf"[(（\[【]{_COUNT}[)）\]】]$|[:：\s]{_COUNT}$|(?:共|计){_COUNT}$")
_TITLE_END = re.compile(
    r"(?:名单|名录|清单|目录|(?:一览|汇总|统计|明细|情况|登记|项目|信息|公示)表|花名册|台账)"
    r"(?:[(（].{0,12}[)）])?$"
)
_LIST_END = re.compile(
    r"(?:的)?(?:企业|公司|项目|单位|名单|名录|汇总|一览表|统计表|清单|表|情况|部分){1,9}$"
)
_OPENING = re.compile(
    r"^(?:附件|附表|附)?\s*\d*[:：.、-]?(?:关于)?(?:公布|公示|印发|认定|拟认定)?(?:\d{4}年度?)?"
)
_PLACE_END = re.compile("(?:省|市|县|区|州|盟|旗|地区)$")
_SITE_END = re.compile(
    "(?:镇|乡|街道|街道办|办事处|园区|开发区|高新区|经开区|工业区|示范区|新区|管委会)$"
)
_TRADE_END = re.compile("(?:类|板块|片区|领域|行业|产业|系列|企业|项目|组|档|级|批)$")
FIRM_END = re.compile(
    r"(?:公司|厂|社|店|集团|农场|林场|牧场|商行|经营部|门市部|研究院|研究所|事务所|酒店|中心|医院|学校|大学|银行)"
    r"(?:[(（][^()（）]*[)）])?$"
)
_UNIT = re.compile(
    r"单位[:：]?\s*[(（]?(?P<unit>(?:人民币)?[百千]?[万亿]?(?:元|美元|港元|欧元|日元|人民币))(?![/／每])"
)
_LONGEST_PLACE = 12
_FEW = 0.2


@cache
def _words(kind: str) -> tuple[str, ...]:
    rows = data_rows("words/headings.csv")
    words = (word for row in rows if row["kind"] == kind for word in row["words"].split())
    return tuple(sorted(words, key=len, reverse=True))


@lru_cache(maxsize=1 << 10)
def is_place(text: str) -> bool:
    """Return whether a text as a whole is the name of a place: 商洛市, 陕西省西安市, 长三角地区."""
    if not 2 <= len(text) <= _LONGEST_PLACE or FIRM_END.search(text):
        return False
    if text.removesuffix("地区") in zone_names() or _SITE_END.search(text):
        return True
    place = locate(region=text)
    return bool(place.province) and (bool(_PLACE_END.search(text)) or text in place[:3])


def core_of(text: str) -> str:
    """Return a heading without its number, its count and a closing 企业名单."""
    found = re.sub(r"\s+", "", simplified(text))
    found = COUNTED.sub("", NUMBERED.sub("", found)).strip(":：、.()（）【】[]—-")
    short = _LIST_END.sub("", found)
    return short if is_place(short) else found


def says(text: str, table: str) -> dict[str, str]:
    """Return column → value that a heading gives to the rows below it, {} if nothing."""
    core = core_of(text)
    if not core or any(word in core for word in _words("nothing")):
        return {}
    if is_place(core):
        return {"region": core}
    if table == "leads":
        return {"industry": core}
    for kind in ("category", "honours"):
        if any(word in core for word in _words(kind)):
            return {kind: core}
    return {} if _TITLE_END.search(core) else {"products": core}


def speaks_for_itself(text: str) -> bool:
    """Return whether a lone cell is a heading without any number or count: 西安市, 食品加工类."""
    short = len(text) <= _LONGEST_PLACE and _TRADE_END.search(text)
    return not FIRM_END.search(text) and bool(
        short or is_place(core_of(text)) or _TITLE_END.search(text)
    )


def lies_elsewhere(region: str, names: Sequence[str]) -> bool:
    """Return whether the names of firms speak of other provinces than a title does."""
    here = locate(region=region).province
    said = [province for name in names if (province := locate(name=name).province)]
    return sum(province != here for province in said) > _FEW * len(said)


def title_says(
    titles: Sequence[str], sheet: str, table: str, columns: Mapping[str, object]
) -> dict[str, str]:
    """Return column → value that the titles of a list and the name of its sheet give to all rows.

    A title names who made a list, which is where its firms lie, but not where it is one of firms
    to be won from elsewhere (招商目标企业). ``columns`` are those that the list has.
    """
    said: dict[str, str] = {}
    given = says(sheet, table) if sheet else {}
    title = " ".join(titles)
    stranger = table == "firms" and any(word in title for word in _words("stranger"))
    if not stranger:
        place = next(filter(None, map(_place_in, titles)), "")
        if place:
            said["region"] = place
        owners = [word for word in _words("category") if word in title]
        if table == "firms" and owners and all(word in owners[0] for word in owners):
            said["category"] = owners[0]
    if given.keys() <= {"region", "category"}:
        said |= given
    if "address" in columns:
        said.pop("region", None)
    return {name: value for name, value in said.items() if name not in columns}


def _place_in(title: str) -> str:
    """Return the place that a title opens with, as it is written there."""
    text = _OPENING.sub("", re.sub(r"\s+", "", simplified(title)), count=1)
    whole = locate(region=text)
    if not whole.province:
        return ""
    for end in range(2, min(len(text), 2 * _LONGEST_PLACE) + 1):
        if locate(region=text[:end])[:3] == whole[:3]:
            return text[: end + 1] if _PLACE_END.search(text[: end + 1]) else text[:end]
    return ""


def unit_of(titles: Sequence[str]) -> str:
    """Return the unit of money that the titles of a list state (单位：亿元), "" if none."""
    for title in titles:
        found = _UNIT.search(re.sub(r"\s+", "", simplified(title)))
        if found:
            return found["unit"]
    return ""


def titles_of(rows: Sequence[Sequence[object]]) -> list[str]:
    """Return the texts of the rows above a header, a text for each row."""
    texts = (" ".join(text_of(value) for value in row if not is_blank(value)) for row in rows)
    return [text for text in texts if text]
