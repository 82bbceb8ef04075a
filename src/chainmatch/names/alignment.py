"""Two names laid side by side: in what they differ, if they can be spellings of one name."""

import re
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from chainmatch.names.normal import key_of
from chainmatch.names.parsing import ParsedName

# In what two spellings of a name differ: the legal form; the place; one goes on after the firm's
# name; one slip: two characters changed about, a character behind the brand, one more, another; or
# more than one slip, and all that stands beside speaks for one firm.
SLIPS = ("swap", "tail", "missing", "other")
MORE = "more"
DIFFERENCES = ("form", "place", "branch", *SLIPS, MORE)

# Numbers that count firms and shops; those of 百货, 五金 and 三川 do not.
_NUMERALS = "〇零一二三四五六七八九十百"
_ORDINAL = re.compile(
    rf"第[{_NUMERALS}]+|\d+|(?<![{_NUMERALS}])[{_NUMERALS}]++(?=[分厂店部局处公汽建交矿号路村组队轻商]|$)"
)
_COMPANY = re.compile(r"(?:有限责任|股份有限|有限|股份|合作)?公司$")
_FORMS = ("有限责任公司", "股份有限公司", "有限公司")
_SHORTEST = 6  # a character is too much of a shorter name
_SHORTEST_CORE = 3


def same_places(a: ParsedName, b: ParsedName) -> float:
    """Return 1 where the finest places are equal, 0 where one is missing, -1 in conflict."""
    if not a.places or not b.places:
        return 1.0 if not a.places and not b.places else 0.0
    if a.places[-1] == b.places[-1]:
        return 1.0
    first, second = set(a.places), set(b.places)
    return 0.0 if first <= second or second <= first else -1.0


def differ_in_number(a: ParsedName, b: ParsedName) -> bool:
    """Return whether two names count differently: 第二 and 第四."""
    return _ORDINAL.findall(a.core + a.branch) != _ORDINAL.findall(b.core + b.branch)


def _two_firms(a: ParsedName, b: ParsedName) -> bool:
    """Return whether names are two registrations however close they are."""
    if differ_in_number(a, b) and bool(a.branch) == bool(b.branch):
        return True
    # 某某控股集团有限公司 and 某某控股股份有限公司
    kinds = {a.kind, b.kind} - {"", "集团"}
    return a.core == b.core and len(kinds) > 1 and "集团" in "".join(kinds)


def could_be_one(a: ParsedName, b: ParsedName) -> bool:
    """Return whether two names that differ in more than one slip could still be one firm's.

    A brand with two trades is two firms, so is a trade with two brands (青岭板栗, 双峰板栗).
    """
    if _two_firms(a, b) or same_places(a, b) < 0 or bool(a.branch) != bool(b.branch):
        return False
    left, right = a.core + a.branch, b.core + b.branch
    trades = a.parts.trade, b.parts.trade
    other_trade = (
        a.parts.brand == b.parts.brand and all(trades) and not set.intersection(*map(set, trades))
    )
    other_brand = not set(a.core[:2]) & set(b.core[:2])
    return not (other_trade or other_brand) and 3 * OSA.distance(left, right) <= max(
        len(left), len(right)
    )


def differences(a: ParsedName, b: ParsedName) -> tuple[str, ...]:
    """Return in which of ``DIFFERENCES`` two names differ; () where they are two firms' names.

    Of the ways to hold one name beside the other (whole, without the legal form, without the place,
    without either) the one counts that leaves the least; more than one slip is another name.
    """
    one_branch = bool(a.branch) != bool(b.branch)
    if _two_firms(a, b):
        return ()
    # A slip in its 公司 hides where a firm ends and its branch begins.
    if one_branch and len(a.key) >= _SHORTEST and OSA.distance(a.key, b.key, score_cutoff=1) == 1:
        return (_slip(a, b, a.key, b.key),)
    branch = ("branch",) if one_branch else ()
    found: list[tuple[str, ...]] = []
    for left, right, kept in _aligned(a, b, one_branch):
        if left == right:
            found.append((*kept, *branch) or ("form",))
        elif (
            min(len(left), len(right)) >= _SHORTEST_CORE
            and min(len(a.key), len(b.key)) >= _SHORTEST
            and OSA.distance(left, right, score_cutoff=1) == 1
        ):
            found.append((*kept, *branch, _slip(a, b, left, right)))
    return min(found, key=len, default=())


def _aligned(
    a: ParsedName, b: ParsedName, firms: bool
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield two names side by side, each with the differences that are left out of it."""
    ends = ("", "") if firms else (a.branch, b.branch)
    wholes = (a.firm_key, b.firm_key) if firms else (a.key, b.key)
    form = ("form",) if a.parts.form != b.parts.form else ()
    yield *wholes, ()
    yield _stem(wholes[0]), _stem(wholes[1]), ("form",)
    place = same_places(a, b)
    if place < 0 or not (a.core and b.core):
        return
    lost = ("place",) if place == 0 else ()
    forms = key_of(a.parts.form), key_of(b.parts.form)
    yield a.core + forms[0] + ends[0], b.core + forms[1] + ends[1], lost
    left, right = _stem(a.core + ends[0]), _stem(b.core + ends[1])
    cut = len(a.core + ends[0]) - len(left) != len(b.core + ends[1]) - len(right)
    yield left, right, (*(("form",) if form or cut else ()), *lost)
    shorter, longer = sorted((a, b), key=lambda name: len(name.key))
    head = longer.key.removesuffix(shorter.key)
    if head and head == longer.parts.place:
        yield "", "", ("place",)


def _stem(key: str) -> str:
    """Return a key without its 有限公司, also where a slip is in that (有限公信, 有公限司)."""
    stem = _COMPANY.sub("", key)
    if len(stem) < len(key) or not {"限", "公", "司"} & set(key[-3:]):
        return stem
    for form in _FORMS:
        for length in (len(form), len(form) - 1, len(form) + 1):
            if len(key) - length > 2 and OSA.distance(key[-length:], form, score_cutoff=1) == 1:
                return key[:-length]
    return key


def _slip(a: ParsedName, b: ParsedName, left: str, right: str) -> str:
    """Return the kind of the one slip between two names, ``left`` and ``right`` where it is.

    Real neighbours often differ in another character of the brand, hardly ever in the others.
    """
    if len(left) == len(right) and sorted(left) == sorted(right):
        return "swap"
    # A slip in the trade makes it part of the brand, so the shorter brand is the true one.
    shorter = min(len(a.parts.brand), len(b.parts.brand))
    if a.branch == b.branch and shorter >= 2 and a.core[:shorter] == b.core[:shorter]:
        return "tail"
    return "other" if len(left) == len(right) else "missing"
