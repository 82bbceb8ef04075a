"""How two rows relate: one firm beyond doubt, or ``same``, ``branch``, ``group`` with confidence.

A relation depends on the two rows alone. Two different valid codes are two firms.
"""

import re
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz

from chainmatch.names import (
    MORE,
    ParsedName,
    brand_count,
    clean_code,
    describes,
    differences,
    explain_names,
    other_names,
    parsed_name,
    same_firm,
    same_places,
    spelling_confidence,
    spelling_kinds,
    valid_code,
)
from chainmatch.names.parsing import place_words

# Links below this confidence are not worth an officer's minute; a possible slip of the pen is.
MIN_CONFIDENCE = {"same": 0.05, "branch": 0.2, "group": 0.5}
_LIKELY = 0.5  # from here on a link is more likely right than not
# Co-operatives bear the name of their town.
_VILLAGE = {"供销社", "合作社", "合作联社", "信用社"}


class Firm(NamedTuple):
    """What tells who the firm of a row is."""

    row: int  # position in its table
    firm_id: str
    name: str
    code: str  # valid code or ""
    province: str
    city: str
    address: str
    parsed: ParsedName
    others: tuple[ParsedName, ...] = ()  # what it was called before, or is called now


class Link(NamedTuple):
    """One relation between a row of the left and a row of the right table (positions)."""

    left: int
    right: int
    relation: str
    confidence: float
    why: str


_BETWEEN = re.compile(r"[,，;；、/|\n]+")
_STREET = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:路|街|大道|道|巷|弄)[东南西北中]?\d+(?:弄\d+)?号")


def firms_of(table: pd.DataFrame) -> list[Firm]:
    """Prepare the rows of a firms table; columns that it lacks are unknown."""
    columns = [
        table[name].fillna("").astype(str).tolist() if name in table else [""] * len(table)
        for name in ("firm_id", "name", "code", "province", "city", "address", "former_names")
    ]
    firms = []
    for row, (firm_id, name, code, province, city, address, former) in enumerate(
        zip(*columns, strict=True)
    ):
        clean = clean_code(code)
        firms.append(
            Firm(
                row,
                firm_id,
                name,
                clean if valid_code(clean) else "",
                province,
                city,
                address,
                parsed_name(name),
                tuple(map(parsed_name, (*other_names(name), *_BETWEEN.split(former))))
                if former
                else tuple(map(parsed_name, other_names(name))),
            )
        )
    return firms


def _next_door(a: Firm, b: Firm) -> bool:
    """Return whether two firms of one prefecture have the same street and number."""
    if not a.city or a.city != b.city:
        return False
    first, second = _STREET.search(a.address), _STREET.search(b.address)
    return bool(first and second and first[0] == second[0])


def _differ(a: str, b: str) -> bool:
    """Return whether two values are both known and not equal."""
    return bool(a) and bool(b) and a != b


def _places_differ(a: Firm, b: Firm) -> bool:
    return _differ(a.province, b.province) or _differ(a.city, b.city)


def _alike(a: ParsedName, b: ParsedName) -> bool:
    """Return whether two names could be spellings or a renaming of one firm under one code."""
    return a.branch == b.branch and (
        fuzz.ratio(a.core, b.core) >= 60 or a.parts.brand == b.parts.brand != ""
    )


def certain(a: Firm, b: Firm) -> str:
    """Return why two rows are one firm beyond doubt, or "" """
    if _differ(a.code, b.code):
        return ""
    if a.code and a.code == b.code and _alike(a.parsed, b.parsed):
        spelled = "" if a.parsed.key == b.parsed.key else f"（{explain_names(a.parsed, b.parsed)}）"
        return f"统一社会信用代码相同{spelled}"
    if same_firm(a.parsed, b.parsed) and not _places_differ(a, b):
        return explain_names(a.parsed, b.parsed) + (
            "" if a.code and b.code else "，其中一方无有效信用代码" if a.code or b.code else ""
        )
    return ""


def relation(a: Firm, b: Firm, probability: float) -> Link | None:
    """Return the closest relation of two firms, or None.

    ``probability`` that the names are written for one firm (or a branch and its firm).
    """
    why = certain(a, b)
    if why:
        confidence = 0.99 if a.code and a.code == b.code else 0.97
        return Link(a.row, b.row, "same", confidence, why)
    if a.code and a.code == b.code:
        return _same_code(a, b)
    if not _differ(a.code, b.code) and not _places_differ(a, b):
        why = _renamed(a, b) or _renamed(b, a)
        if why:
            return Link(a.row, b.row, "same", 0.9, why)
    first, second = a.parsed, b.parsed
    found = _branch(a, b, probability) if bool(first.branch) != bool(second.branch) else None
    if found is None and not _differ(a.code, b.code):
        found = _same(a, b, probability)
    return found or _group(a, b)


def _renamed(a: Firm, b: Firm) -> str:
    """Say that ``a`` bears, or bore, the name of ``b``, as its row says; "" where it does not."""
    for other in a.others:
        if same_firm(other, b.parsed) or any(same_firm(other, one) for one in b.others):
            return f"已更名：“{a.name}”一行写明又名“{other.normal}”"
    return ""


def _same_code(a: Firm, b: Firm) -> Link:
    if a.parsed.branch != b.parsed.branch:
        return Link(a.row, b.row, "branch", 0.95, "统一社会信用代码相同，一方名称带分支机构")
    return Link(
        a.row, b.row, "same", 0.7, "统一社会信用代码相同但名称不同，可能更名或代码填错，请核对"
    )


def _same(a: Firm, b: Firm, probability: float) -> Link | None:
    """Judge two names that are close but not equal, at most one of them with a code."""
    first, second = a.parsed, b.parsed
    why = explain_names(first, second)
    if same_firm(first, second):
        where = "省份" if _differ(a.province, b.province) else "城市"
        # One name may be registered once in every province, and by rule once in a prefecture.
        confidence = 0.3 if where == "省份" else 0.8
        return _link(a, b, "same", min(confidence, probability), f"{why}，但{where}不同，请核对")
    kinds = () if _places_differ(a, b) else spelling_kinds(first, second, probability)
    if not kinds or "branch" in kinds:
        return None
    confidence = spelling_confidence(first, second, kinds, probability)
    if MORE in kinds and confidence < _LIKELY:
        return None
    if _next_door(a, b):
        confidence, why = max(0.6, confidence), f"{why}，注册地址相同"
    else:
        why = f"{why}，请核对"
    return _link(a, b, "same", confidence, why)


def _branch(a: Firm, b: Firm, probability: float) -> Link | None:
    """Judge a firm and a name that goes on after the firm's full name."""
    branch, firm = (a, b) if a.parsed.branch else (b, a)
    head, whole = branch.parsed, firm.parsed
    place = same_places(head, whole)
    alike = head.core == whole.core and head.kind == whole.kind
    if head.firm_key == whole.key:
        confidence = 0.97
    elif alike and place > 0:
        confidence = 0.93
    elif alike and place == 0 and not describes(head.parts.brand):
        confidence = 0.5  # 广厦建设集团 and 河北广厦建设集团 are two firms
    elif "branch" in (kinds := differences(head, whole)):
        # A branch sits elsewhere, which the probability takes for another firm.
        one_slip = len(kinds) == 2 and not {"place", "form"} & set(kinds) and len(whole.key) > 7
        confidence = spelling_confidence(head, whole, kinds, probability)
        confidence = max(confidence, 0.4 if one_slip else 0.0)
    else:
        return None
    if not head.places and not whole.places and _differ(a.province, b.province):
        confidence = min(confidence, 0.9)
    return _link(a, b, "branch", confidence, f"“{branch.name}”是“{firm.name}”的分支机构")


def _shared_town(a: Firm, b: Firm) -> str:
    """Return the prefecture of both firms, else the finest place of both names, else ""."""
    if a.city and a.city == b.city:
        return a.city
    own, other = a.parsed.places[-1:], b.parsed.places[-1:]
    if not own or own != other or _places_differ(a, b):
        return ""
    word = place_words().get(own[0])
    return "" if word is None or word.level < 2 else own[0]  # a province is no town


def _trades(a: ParsedName, b: ParsedName, near: bool) -> tuple[float, list[str]]:
    """Return what the trades of two names of one brand add to the confidence, and say it."""
    if a.core == b.core == a.parts.brand and not near:
        return -0.4, []  # 外轮供应 in two towns: words of a trade that nobody counted
    if a.core == b.core:
        return (0.2 if len(a.parts.brand) < 4 else 0.05), ["行业相同"]
    shorter, longer = sorted((a.parts.trade, b.parts.trade), key=len)
    return (0.1, ["行业相近"]) if near and shorter and shorter in longer else (0.0, [])


def _group(a: Firm, b: Firm) -> Link | None:
    """Judge two firms that share a brand (or a firm and the firm that its name begins with)."""
    first, second = a.parsed, b.parsed
    brand = first.parts.brand
    if first.firm_key == second.firm_key and first.branch and second.branch:
        return _link(a, b, "group", 0.95, f"同一企业“{first.firm_key}”的两个分支机构")
    if len(brand) < 2 or brand != second.parts.brand or describes(brand):
        return None
    notes = [f"字号“{brand}”相同"]
    town = _shared_town(a, b)
    count = brand_count(brand)
    if (len(brand) > 3 and count) or {first.kind, second.kind} & _VILLAGE:
        return None  # many firms: the words describe a trade or a place
    # How rare the brand is decides: brands of four characters and more belong to one house almost
    # always, of three often, of two seldom. The weights follow pairs that were read one by one.
    confidence = 0.8 if len(brand) > 3 else 0.45 if len(brand) == 3 else 0.15
    confidence -= 0.1 + 0.02 * min(count, 10) if count else 0.0
    if town:
        confidence += 0.1 if len(brand) > 3 else 0.3
        notes.append(f"同在{town}")
    elif _differ(a.province, b.province):
        confidence -= 0.1 if len(brand) < 4 else 0.0
    if any("集团" in kind or "股份" in kind for kind in (first.kind, second.kind)):
        confidence += 0.1
        notes.append("一方为集团或股份公司")
    more, note = _trades(first, second, bool(town))
    confidence += more
    notes += note
    if _next_door(a, b):
        confidence = max(confidence, 0.9 if len(brand) > 2 else 0.85)
        notes.append("注册地址在同一门牌")
    return _link(a, b, "group", min(confidence, 0.9), "，".join(notes))


def _link(a: Firm, b: Firm, relation: str, confidence: float, why: str) -> Link | None:
    if confidence < MIN_CONFIDENCE[relation]:
        return None
    return Link(a.row, b.row, relation, round(min(confidence, 0.97), 3), why)
