"""Two parsed names side by side: features that can be read aloud, and what they say."""

import re

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from chainmatch.names.learned import brand_count
from chainmatch.names.parsing import ParsedName

# Numbers that count firms and shops; those of 百货, 五金 and 三川 do not.
_NUMERALS = "〇零一二三四五六七八九十百"
_ORDINAL = re.compile(
    rf"第[{_NUMERALS}]+|\d+|[{_NUMERALS}]+(?=[分厂店部局处公汽建交矿号路村组队轻商]|$)"
)
FEATURES = (
    "same_key",
    "same_firm",
    "core_equal",
    "core_ratio",
    "key_ratio",
    "brand_equal",
    "brand_ratio",
    "trade_ratio",
    "contained",
    "place_equal",
    "place_missing",
    "place_conflict",
    "kind_equal",
    "kind_conflict",
    "branch_one",
    "branch_ratio",
    "branch_differs",
    "number_conflict",
    "brand_swap",
    "brand_swap_known",
    "core_edits",
    "one_edit",
    "short_core",
    "brandless",
)


def same_places(a: ParsedName, b: ParsedName) -> float:
    """Return 1 where the finest places are equal, 0 where one is missing, -1 in conflict."""
    if not a.places or not b.places:
        return 1.0 if not a.places and not b.places else 0.0
    if a.places[-1] == b.places[-1]:
        return 1.0
    first, second = set(a.places), set(b.places)
    return 0.0 if first <= second or second <= first else -1.0


def same_firm(a: ParsedName, b: ParsedName) -> bool:
    """Return whether two names are one but for spelling.

    Either nothing but marks differs, or the finest place, the core, the class of the legal form and
    the branch are equal.
    """
    if a.key == b.key:
        return bool(a.key)
    return (
        a.core == b.core != ""
        and a.kind == b.kind
        and a.branch == b.branch
        and a.places[-1:] == b.places[-1:]
    )


def differ_in_number(a: ParsedName, b: ParsedName) -> bool:
    """Return whether two names count differently: 第二 and 第四."""
    return _ORDINAL.findall(a.core + a.branch) != _ORDINAL.findall(b.core + b.branch)


def _ratio(a: str, b: str) -> float:
    return fuzz.ratio(a, b) / 100 if a or b else 1.0


def pair_features(a: ParsedName, b: ParsedName) -> list[float]:
    """Return the values of ``FEATURES`` for two names, context-free and symmetrical."""
    one_branch = bool(a.branch) != bool(b.branch)
    place = same_places(a, b)
    left, right = (a.firm_key, b.firm_key) if one_branch else (a.key, b.key)
    shorter, longer = sorted((a.core, b.core), key=len)
    branches = bool(a.branch) and bool(b.branch)
    brands = a.parts.brand, b.parts.brand
    # Another character in the brand is a slip, or another firm: surely so where both are known.
    swap = brands[0] != brands[1] and all(brands) and a.core != b.core
    known = swap and brand_count(brands[0]) > 0 and brand_count(brands[1]) > 0
    kind_conflict = (a.kind != b.kind) and bool(a.kind) and bool(b.kind)
    return [
        a.key == b.key,
        same_firm(a, b),
        a.core == b.core and bool(a.core),
        _ratio(a.core, b.core),
        _ratio(left, right),
        a.parts.brand == b.parts.brand and bool(a.parts.brand),
        _ratio(a.parts.brand, b.parts.brand),
        _ratio(a.parts.trade, b.parts.trade),
        len(shorter) >= 2 and shorter in longer,
        place > 0,
        place == 0,
        place < 0,
        a.kind == b.kind,
        kind_conflict,
        one_branch,
        _ratio(a.branch, b.branch) if branches else 0.0,
        branches and a.branch != b.branch,
        not one_branch and differ_in_number(a, b),
        swap and abs(len(brands[0]) - len(brands[1])) == 0,
        (brand_count(brands[0]) > 0) + known if swap else 0,
        min(Levenshtein.distance(a.core, b.core, score_cutoff=4), 4) / 4,
        0 < Levenshtein.distance(left, right, score_cutoff=1) < 2,
        min(len(shorter), 6) / 6,
        not (a.parts.brand and b.parts.brand),
    ]


def explain_names(a: ParsedName, b: ParsedName) -> str:
    """Say in one Chinese sentence in what two parsed names agree and differ."""
    if a.key == b.key:
        return "名称规范后相同"
    notes = []
    for title, left, right in (
        ("地名", "".join(a.places), "".join(b.places)),
        ("字号", a.parts.brand, b.parts.brand),
        ("行业", a.parts.trade, b.parts.trade),
        ("组织形式", a.parts.form, b.parts.form),
        ("分支", a.branch, b.branch),
    ):
        if left != right:
            notes.append(f"{title}“{left or '无'}”与“{right or '无'}”")
    same = "字号相同，" if a.parts.brand and a.parts.brand == b.parts.brand else ""
    return same + ("、".join(notes) + "不同" if notes else "仅标点或写法不同")
