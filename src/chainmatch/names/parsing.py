"""A company name cut into place, brand, trade, legal form and branch part."""

import re
from functools import lru_cache
from typing import NamedTuple

from chainmatch.names.learned import trade_words
from chainmatch.names.normal import key_of, normal_name
from chainmatch.names.placewords import leading_places, place_words
from chainmatch.util.resources import reads_learned


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
    core = key_of(rest[end:])
    if not core and places:  # 上海公司: nothing but a place
        core, end = rest, 0
        places = []
    cut = cut_trade(core, trade_words())
    parts = NameParts(rest[:end] + brackets.text, core[:cut], core[cut:], form, branch)
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
