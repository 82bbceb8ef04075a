"""Two names that differ: in what, and how surely they are spellings of one firm's name.

The confidence is learned from changed names and from names of real neighbours
(:mod:`chainmatch.training.naming`); it means what it says in a list that is like both.
"""

import math
import re

from rapidfuzz.distance import OSA

from chainmatch.names.comparing import differ_in_number, same_places
from chainmatch.names.learned import brand_count, describes
from chainmatch.names.parsing import ParsedName
from chainmatch.names.weighing import logistic

# In what two spellings of a name differ: the legal form; the place; two characters changed about; a
# character behind the brand; one character more; another character.
DIFFERENCES = ("form", "place", "swap", "tail", "missing", "other")
SPELLING_FEATURES = ("names", *DIFFERENCES, "known_brand", "brandless")
_SLIPS = frozenset(("swap", "tail", "missing", "other"))

_COMPANY = re.compile(r"(?:有限责任|股份有限|有限|股份|合作)?公司$")
_SHORTEST = 6  # a character is too much of a shorter name
# The questions that the confidence was learned from are made of changes. Lists that people keep
# hold far fewer, and real neighbours differ so: neither a slip of the pen nor a place that is left
# out before a common brand, or before none, takes a firm off a list.
_DOUBTFUL = 0.89


def difference(a: ParsedName, b: ParsedName) -> str:
    """Return in which of ``DIFFERENCES`` two names differ; "" where they are two firms' names."""
    if differ_in_number(a, b):
        return ""
    if _COMPANY.sub("", a.key) == _COMPANY.sub("", b.key) != "":
        return "form"
    if a.core == b.core != "" and a.branch == b.branch:
        kinds = {a.kind, b.kind} - {"", "集团"}
        if len(kinds) > 1 and "集团" in "".join(kinds):
            return ""  # 某某控股集团有限公司 and 某某控股股份有限公司 are two registrations
        place = same_places(a, b)
        return "" if place < 0 else "place" if place == 0 else "form"
    shorter, longer = sorted((a, b), key=lambda name: len(name.key))
    head = longer.key.removesuffix(shorter.key)
    if head and head == longer.parts.place:
        return "place"
    if len(shorter.key) < _SHORTEST or OSA.distance(a.key, b.key, score_cutoff=1) != 1:
        return ""
    return _slip(a, b)


def _slip(a: ParsedName, b: ParsedName) -> str:
    """Return the kind of the one slip between two names.

    Real neighbours often differ in another character of the brand, hardly ever in the others.
    """
    if len(a.key) == len(b.key) and sorted(a.key) == sorted(b.key):
        return "swap"
    # A slip in the trade makes it part of the brand, so the shorter brand is the true one.
    shorter = min(len(a.parts.brand), len(b.parts.brand))
    if a.branch == b.branch and shorter >= 2 and a.core[:shorter] == b.core[:shorter]:
        return "tail"
    return "other" if len(a.key) == len(b.key) else "missing"


def _brands(a: ParsedName, b: ParsedName) -> set[str]:
    return {a.parts.brand, b.parts.brand} - {""}


def _brandless(a: ParsedName, b: ParsedName) -> bool:
    """Return whether what stands for a brand is nothing, or the wording of a trade."""
    brands = _brands(a, b)
    return not brands or any(map(describes, brands))


def spelling_features(a: ParsedName, b: ParsedName, kind: str, probability: float) -> list[float]:
    """Return the values of ``SPELLING_FEATURES`` for two names that differ in ``kind``."""
    logit = math.log((probability + 1e-4) / (1 - probability + 1e-4))
    brands = _brands(a, b)
    return [
        logit,
        *(kind == one for one in DIFFERENCES),
        # Of two names that differ in the brand, a slip is seldom a brand that others bear too.
        all(map(brand_count, brands)),
        kind == "place" and _brandless(a, b),
    ]


def spelling_confidence(a: ParsedName, b: ParsedName, kind: str, probability: float) -> float:
    """Return how surely two names that differ in ``kind`` are written for one firm, 0…1.

    ``probability``: of the names among their rivals, from :func:`chainmatch.names.judge`.
    """
    features = spelling_features(a, b, kind, probability)
    confidence = logistic("spelling", SPELLING_FEATURES, features)
    common = any(map(brand_count, _brands(a, b))) or _brandless(a, b)
    doubtful = kind in _SLIPS or (kind == "place" and common)
    return min(confidence, _DOUBTFUL) if doubtful else confidence
