"""What names no trade is blanked out of a batch of scopes; positions stay.

Every expression stops at a ``string_batch.ROW``, so that no scope looks at its neighbours.
Alternatives begin with a character, not with an option: then the search can skip what begins none.
"""

import re
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from chainmatch.matching.string_batch import ROW

FILL = "\x1f"  # stands for bracketed text
GONE = "\x1e"  # stands for excluded text
END = ";"  # every clause and every scope ends in one

# Sentences of the law and of the registry: they name no trade of the firm.
_REST = f"[^;。{ROW}]"
_SHORT_REST = f"[^;。){ROW}]"
_OPENING = f"[^){ROW}]*"
_APPROVED = (
    f"(?:相关部门)?(?:批准|审批|许可){_SHORT_REST}{{0,24}}(?:不得|方可){_SHORT_REST}{{0,24}}"
)
_APPROVAL = f"须经(?:相关部门)?(?:审批|批准)的(?:项目|经营项目)?{_SHORT_REST}{{0,50}}"
_BOILERPLATE = re.compile(
    f"法律[、,]?(?:行政)?法规{_REST}{{0,40}}?(?:禁止|应当许可|规定){_REST}*[;。]?"
    f"|依法{_APPROVAL}|{_APPROVAL}"
    f"|企业依法自主选择经营项目{_OPENING}|市场主体自主选择经营{_REST}*"
    f"|未经{_APPROVED}|经{_APPROVED}"
    f"|凭(?:有效)?(?:营业执照|许可证|资质)[^,;。){ROW}]{{0,24}}(?:经营|活动)"
    f"|国家限定(?:公司|企业)经营{_SHORT_REST}{{0,30}}|限定(?:公司|企业)经营{_SHORT_REST}{{0,30}}"
)
# Read backwards from its colon, which is sooner: nearly all that begins like a heading is none.
_HEADING = re.compile(
    ":(?:准为准核关机记登以)?(?:目项|围范)(?:(?:营经)?(?:般一|可许(?:置前|置后)?)|营经)?"
)
_BRACKET = re.compile(rf"\([^(){ROW}]*+(?:\([^(){ROW}]*+\)[^(){ROW}]*+)*+\)")
_BRACKETS = re.compile(f"({_BRACKET.pattern})")
_REMOVED = "[外尘臭湿草虫锈雪霜油氧磷硫渣鼠颤垢螨冰味斑毛污杂铁氟砷盐菌四]"  # 除尘 excludes none
_EXCEPT = re.compile(
    f"除(?<=[;,、:{FILL}但]除)(?!{_REMOVED})"
    "[^;]{1,120}?(?:以外|之外|(?<!户|国|海|野|省|境|室)外)(?![贸销科线卖观包墙])"
)
_EXCLUDING = (
    r"[,、\s]*(?:(?:以上|均|但|其中|上述|经营范围|各项|项目|内容|产品|商品|都)*)"
    r"(?:不含|不包|除|非|不得|禁止|严禁|不涉及|不从事|不设|不另附|不经营|不准|不提供|未经|国家.{0,12}(?:禁止|限制))"
)
_EXCLUDING_BRACKET = re.compile(rf"^{_EXCLUDING}|(?:除外|以外|外)[,。\s]*$|除外")
# An exclusion that the end of the clause cuts off, or what the law says (blanks by now): its
# bracket may have gone with that. Where 外 closes one, that is its end.
_IN_CLAUSE = rf"(?:[^;。\n{ROW} 外]++| (?! ))*+"
_UNCLOSED_EXCLUSION = re.compile(
    rf"(?<=\()(?!除{_REMOVED})(?={_EXCLUDING})(?={_IN_CLAUSE}(?!外)){_EXCLUDING}{_IN_CLAUSE}"
)
_CONDITION = re.compile(
    r"许可证|资质证|资质|审批|批准|凭|有效期|依法|以上|具体|另行|为准|核定|方可|前置|证书|国家有关|法律|法规|规定|范围内"
)
# What a thing is made of, or for: （所用原料矿渣、粉煤灰）, 以棉、麻为面料的服装.
_MATERIAL = re.compile(
    r"^\s*(?:(?:主要|所用)*(?:原料|原材料|用料)|所用|以.{1,40}为|用于|适用|供|仅限|只限|限于|利用|采用|使用)"
    "|(?:原料|原材料)(?:为|是|:|来源|均)|(?:仅|只)限.{0,6}(?:使用|购买|自用|收购|销售)"
)
_MADE_OF = re.compile(
    f"以(?<![可所予加用得]以)[^;。:(){ROW}]{{1,40}}?"
    "为(?:主要|主|基本|基础)?(?:原料|原材料|材料|主料|原|基料|燃料|面料|介质)的?"
)
# Who invests in a thing does not do it; one segment, so that no verb but the last one counts.
_INVESTED = re.compile(
    f"对(?<![针面相核]对)([^;。:(){ROW}]{{2,80}}?)(?=(?:等|项目|行业|产业|领域|业|类)*的?投资)"
)
_BRANCH_ONLY = re.compile("限.{0,4}分支|限分公司|分支机构经营|分公司经营|限.{0,3}(?:下属|属下)")
_SEPARATOR = re.compile("[、, ]|(?<=[植殖育工造发产售务理建])[和与及]")
PLAIN = (("(", " "), (")", " "), ("。", END), ("\n", END), (ROW, END))


class Masked(NamedTuple):
    """Scopes in which only items are left, clauses closed by :data:`END`.

    ``text`` is as long as the scopes; what stands in brackets is :data:`FILL` in it, what is
    excluded :data:`GONE`. ``inner`` are the brackets that hold items: where the text in each
    begins, and the text.
    """

    text: str
    inner: list[tuple[int, str]]


def without_law(text: str) -> str:
    """Blank out what the law and the registry say; a heading becomes ends of clauses."""
    text = _BOILERPLATE.sub(lambda found: " " * len(found[0]), text)
    return _HEADING.sub(lambda found: END * len(found[0]), text[::-1])[::-1]


def masked(text: str) -> Masked:
    """Blank out brackets and exclusions."""
    parts = _BRACKETS.split(text)  # what stands outside brackets and the brackets, in turn
    brackets = parts[1::2]
    ends = list(accumulate(map(len, parts)))[1::2]
    inner = [
        (end - len(bracket) + 1, items)
        for bracket, end in zip(brackets, ends, strict=True)
        if (items := _items(bracket))
    ]
    parts[1::2] = map(FILL.__mul__, map(len, brackets))
    outer = _UNCLOSED_EXCLUSION.sub(lambda found: GONE * len(found[0]), "".join(parts))
    return Masked(_without_exceptions(_plain(_without_purposes(outer))), inner)


def brackets(clause: str) -> list[re.Match[str]]:
    """Return the brackets of a clause."""
    return list(_BRACKET.finditer(clause))


def is_branch_only(text: str) -> bool:
    """Return whether a text leaves a trade to branches or subsidiaries (限分支机构经营)."""
    return _BRANCH_ONLY.search(text) is not None


def _plain(text: str) -> str:
    """Leave no bracket, and one sign for the end of a clause."""
    for sign, plain in PLAIN:  # sooner than str.translate
        text = text.replace(sign, plain)
    return text


def _without_purposes(text: str) -> str:
    """Blank out what things are made of; leave what somebody invests in as one segment."""
    if "为" in text:
        text = _MADE_OF.sub(lambda found: " " * len(found[0]), text)
    if "投资" in text:
        text = _INVESTED.sub(lambda found: _SEPARATOR.sub(FILL, found[0]), text)
    return text


def _without_exceptions(text: str) -> str:
    """Blank out 除X外."""
    if "除" not in text:
        return text
    return _EXCEPT.sub(lambda found: GONE * len(found[0]), f"{END}{text}")[1:]


@lru_cache(maxsize=1 << 12)
def _items(bracket: str) -> str:
    """Return what a bracket names; "" where it is an exclusion or a condition."""
    content = bracket[1:-1]
    if (
        not content.strip()
        or _EXCLUDING_BRACKET.search(content)
        or _CONDITION.search(content)
        or _MATERIAL.search(content)
        or is_branch_only(content)
    ):
        return ""
    return _without_exceptions(_plain(content))
