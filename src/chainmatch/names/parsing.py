"""A company name cut into place, brand, trade, legal form and branch part."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from chainmatch.names.learned import trade_words
from chainmatch.names.normal import key_of, normal_name
from chainmatch.places.divisions import Division, divisions, renamed
from chainmatch.util.resources import data_folder, reads_learned

_AREA = re.compile(
    r"(?:国家级?)?(?:经济技术|高新技术产业|高新技术|高新|经济|综合)(?:开发|示范|产业)?区|经济特区|保税区|新区|开发区|工业园区?"
)
_TOWN = re.compile(r"[\u4e00-\u9fff]{2,3}?(?:镇|乡|街道)(?=.{4})")

_SUFFIX = re.compile("(?:地区|市|县|区|盟|旗)$")
_FORMER = 4  # level of the stem of a former district: a place only behind another (上海南汇)


class PlaceWord(NamedTuple):
    """A word for a place: its short form, level (0 country, 1 province …) and provinces."""

    short: str
    level: int
    provinces: frozenset[str]
    full: bool


@cache
def place_words() -> dict[str, PlaceWord]:
    """Return the words for places at the head of a name: word → short form, level, provinces."""
    text = (data_folder("places") / "common_words.txt").read_text(encoding="utf-8")
    common = frozenset(text.split())
    words = {"中国": _Meaning("中国", 0, True)}
    provinces: dict[str, set[str]] = {"中国": set()}
    for division in divisions():
        for word, meaning in _forms(division):
            if len(word) < 2 or (not meaning.full and meaning.level > 2 and word in common):
                continue
            provinces.setdefault(word, set()).add(division.province)
            if word not in words or meaning.level < words[word].level:
                words[word] = meaning
    return {
        word: PlaceWord(short, level, frozenset(provinces[word]), full)
        for word, (short, level, full) in words.items()
    }


class _Meaning(NamedTuple):
    short: str
    level: int
    full: bool


def _forms(division: Division) -> Iterator[tuple[str, _Meaning]]:
    """Yield the full name of a division and its stem, each with what it means."""
    stem = division.short
    if division.until:
        stem = _SUFFIX.sub("", division.name)
    stem = stem if len(stem) > 1 else division.name
    # A former name keeps its own stem, but where the whole division bears another name today.
    short = renamed().get(division.name, stem)
    yield division.name, _Meaning(short, division.level, True)
    yield stem, _Meaning(short, _FORMER if division.until else division.level, False)


def leading_places(text: str, provinces: frozenset[str]) -> tuple[int, list[str]]:
    """Return how far the places at the head of ``text`` reach, and their short forms.

    ``provinces``: those of a place in brackets; 海林 in 海林装饰(上海) is a brand then.
    """
    words = place_words()
    position = 0
    found: list[str] = []
    for _ in range(4):
        for length in range(min(11, len(text) - position - 2), 1, -1):
            word = words.get(text[position : position + length])
            if word is None or text[position + length] in "路街":
                continue
            if word.level == _FORMER and not found:
                continue
            if provinces and word.level and not word.full and not provinces & word.provinces:
                continue
            position += length
            found.append(word.short)
            provinces = (provinces & word.provinces) or word.provinces
            break
        else:
            area = _AREA.match(text, position) if found else None
            area = area or (_TOWN.match(text, position) if found else None)
            if area is None or len(text) - area.end() < 2:
                break
            found.append(area[0])
            position = area.end()
    return position, found


class NameParts(NamedTuple):
    """The parts of a company name in normal form; a part that is not there is empty.

    ``place`` as written, ``brand`` (字号), ``trade`` (行业), ``form`` (组织形式) of the firm, and
    ``branch``: what stands behind the firm's full name (柞水县分公司).
    """

    place: str
    brand: str
    trade: str
    form: str
    branch: str


# The name of a firm ends with its first 公司 (or bank, or co-operative); the rest is a branch.
_HEAD = re.compile(
    r"^(.{2,}?(?:公司|银行(?!股份|有限)|合作联社|信用社(?!联)|供销(?:合作)?社(?!联)|总厂))"
    r"(?!有限|股份|\(集团\)|\(有限|集团)(.+)$"
)
_FORM = re.compile(
    r"(?:(?:控股)?集团|\((?:控股)?集团\)|控股)?(?:股份)?(?:有限责任|有限|合作)?总?公司$"
    r"|农民专业合作社(?:联合社)?$|专业合作社$|合作社$|合作联社$|供销社$|信用社$|\((?:有限|普通|特殊普通)合伙\)$|有限合伙$"
    r"|股份合作制?企业$|个人独资企业$|总厂$|分厂$|厂$|研究院$|研究所$|设计院$|经营部$|门市部$|经销部$|销售部$|服务部$|供应站$"
    r"|加油站$|商行$|商店$|药店$|中心$|总店$|分店$|店$|商场$|工作室$|总社$|总站$|集团$"
)
_BRACKETED = re.compile(r"\(([^()]*)\)")
_GROUP_WORDS = frozenset(("集团", "控股", "控股集团", "有限合伙", "普通合伙", "特殊普通合伙"))


class ParsedName(NamedTuple):
    """What comparing needs of one name. ``places`` are short forms, senior first."""

    normal: str
    key: str  # normal form without marks
    firm_key: str  # the same without the branch part
    parts: NameParts
    places: tuple[str, ...]
    core: str  # brand + trade
    kind: str  # class of the legal form
    branch: str  # branch part without marks


def cut_trade(core: str, words: frozenset[str]) -> int:
    """Return where the trade begins in ``core``: the longest tail made of trade words."""
    start = len(core)
    while start > 0:
        for length in range(min(6, start), 1, -1):
            # A brand has two characters or none.
            if start - length != 1 and core[start - length : start] in words:
                start -= length
                break
        else:
            break
    return start


def _kind(form: str) -> str:
    """Return the class of a legal form; 有限公司 and 有限责任公司 are one."""
    group = "集团" if "集团" in form else ""
    if not form.endswith("公司"):
        return form.strip("()") or group
    if "股份" in form:
        return group + "股份"
    return group + ("有限" if "有限" in form else "公司")


class _Brackets(NamedTuple):
    """What stood in brackets, and the ``rest`` of a name without it."""

    rest: str
    form: str = ""  # (集团), (有限合伙)
    text: str = ""  # the places as written
    places: tuple[str, ...] = ()
    provinces: frozenset[str] = frozenset()  # of the places


def _brackets(rest: str) -> _Brackets:
    """Take the places and the words of a legal form out of the brackets of a name."""
    if "(" not in rest:
        return _Brackets(rest)
    form = text = ""
    places: list[str] = []
    provinces: frozenset[str] = frozenset()
    words = place_words()
    for bracket in _BRACKETED.finditer(rest):
        word = words.get(bracket[1])
        if word is not None:
            places.append(word.short)
            text += bracket[1]
            provinces |= word.provinces
        elif bracket[1] in _GROUP_WORDS:
            form = bracket[1] + form
    rest = _BRACKETED.sub(lambda m: "" if m[1] in words or m[1] in _GROUP_WORDS else m[0], rest)
    return _Brackets(rest, form, text, tuple(places), provinces)


def _place_behind(rest: str) -> str:
    """Return the province or prefecture before the legal form: 世壮仪表(重庆) without brackets."""
    words = place_words()
    for length in (3, 2):
        word = words.get(rest[-length:])
        if len(rest) >= length + 4 and word is not None and 1 <= word.level <= 2:
            return rest[-length:]
    return ""


@reads_learned
@lru_cache(maxsize=1 << 16)
def parsed_name(name: str) -> ParsedName:
    """Parse a name for comparing; remembered, because candidates come up again and again."""
    normal = normal_name(name)
    head = _HEAD.match(normal)
    firm, branch = (head[1], head[2]) if head else (normal, "")
    if branch and not key_of(branch):
        branch = ""
    form_match = _FORM.search(firm)
    form = form_match[0] if form_match and form_match.start() > 1 else ""
    rest = firm[: len(firm) - len(form)] if form else firm
    brackets = _brackets(rest)
    rest, form = brackets.rest, brackets.form + form
    end, places = leading_places(rest, brackets.provinces)
    behind = "" if places or brackets.places else _place_behind(rest)
    if behind:
        rest, places = rest.removesuffix(behind), [place_words()[behind].short]
    core = key_of(rest[end:])
    if not core and places:  # 上海公司: nothing but a place
        core, end = rest, 0
        places = []
    cut = cut_trade(core, trade_words())
    parts = NameParts(rest[:end] + brackets.text + behind, core[:cut], core[cut:], form, branch)
    return ParsedName(
        normal,
        key_of(normal),
        key_of(firm),
        parts,
        (*places, *brackets.places),
        core,
        _kind(form),
        key_of(branch),
    )


def parse_name(name: str) -> NameParts:
    """Cut a company name into place, brand, trade, legal form and branch part."""
    return parsed_name(name).parts
