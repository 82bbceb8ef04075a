"""How surely two names that differ are spellings of one firm's name.

The confidence is learned from changed names and from names of real neighbours
(:mod:`chainmatch.training.naming`); it means what it says in a list that is like both.
"""

import math
from collections.abc import Sequence

from chainmatch.names.alignment import DIFFERENCES, MORE, SLIPS, could_be_one, differences
from chainmatch.names.learned import brand_count, describes, logistic
from chainmatch.names.parsing import ParsedName

SPELLING_FEATURES = ("names", *DIFFERENCES, "several", "known_brand", "brandless")

# The questions that the confidence was learned from are made of changes. Lists that people keep
# hold far fewer, and real neighbours differ so: neither a slip of the pen nor a place that is left
# out before a common brand, or before none, takes a firm off a list, nor do two differences.
_DOUBTFUL = 0.89


def _brands(a: ParsedName, b: ParsedName) -> set[str]:
    return {a.parts.brand, b.parts.brand} - {""}


def _brandless(a: ParsedName, b: ParsedName) -> bool:
    """Return whether what stands for a brand is nothing, or the words of a trade."""
    brands = _brands(a, b)
    return not brands or any(map(describes, brands))


def spelling_kinds(a: ParsedName, b: ParsedName, probability: float) -> tuple[str, ...]:
    """Return in what two names differ, as spellings of one; () where they are two firms' names.

    Where it is more than one slip, ``probability`` has to speak for one firm.
    """
    kinds = differences(a, b)
    return (MORE,) if not kinds and probability >= 0.5 and could_be_one(a, b) else kinds


def spelling_features(
    a: ParsedName, b: ParsedName, kinds: Sequence[str], probability: float
) -> list[float]:
    """Return the values of ``SPELLING_FEATURES`` for two names that differ in ``kinds``."""
    logit = math.log((probability + 1e-4) / (1 - probability + 1e-4))
    brands = _brands(a, b)
    return [
        logit,
        *(kind in kinds for kind in DIFFERENCES),
        len(kinds) > 1,
        # Of two names that differ in the brand, a slip is seldom a brand that others bear too.
        all(map(brand_count, brands)),
        "place" in kinds and _brandless(a, b),
    ]


def spelling_confidence(
    a: ParsedName, b: ParsedName, kinds: Sequence[str], probability: float
) -> float:
    """Return how surely two names that differ in ``kinds`` are written for one firm, 0…1.

    ``probability``: of the names among their rivals, from :func:`chainmatch.names.judge`.
    """
    features = spelling_features(a, b, kinds, probability)
    confidence = logistic("spelling", SPELLING_FEATURES, features)
    common = any(map(brand_count, _brands(a, b))) or _brandless(a, b)
    doubtful = (
        len(kinds) > 1
        or "more" in kinds
        or not set(SLIPS).isdisjoint(kinds)
        or ("place" in kinds and common)
    )
    return min(confidence, _DOUBTFUL) if doubtful else confidence
