"""How surely two names, or a name among its candidates, are written for one firm.

The features of a pair can be read aloud; what they count is learned.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from chainmatch.names.alignment import SLIPS, differ_in_number, differences, same_places
from chainmatch.names.learned import brand_count, logistic
from chainmatch.names.parsing import ParsedName, parsed_name

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
    "laid",
    *SLIPS,
)


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
    kinds = differences(a, b)
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
        branches and a.branch != b.branch and not kinds,
        not one_branch and differ_in_number(a, b),
        swap and abs(len(brands[0]) - len(brands[1])) == 0,
        (brand_count(brands[0]) > 0) + known if swap else 0,
        min(Levenshtein.distance(a.core, b.core, score_cutoff=4), 4) / 4,
        0 < Levenshtein.distance(left, right, score_cutoff=1) < 2,
        min(len(shorter), 6) / 6,
        not (a.parts.brand and b.parts.brand),
        bool(kinds),
        *(slip in kinds for slip in SLIPS),
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


class Similarity(NamedTuple):
    """``value`` 0…1 that two names are written for one firm, and what it rests on.

    ``parts`` holds the similarity of each part, ``why`` one Chinese sentence.
    """

    value: float
    parts: dict[str, float]
    why: str


def _pair_score(a: ParsedName, b: ParsedName) -> float:
    return logistic("pair", FEATURES, pair_features(a, b))


# A pair among the other candidates for one question: is it the best, and by how much?
CONTEXT_FEATURES = (
    "pair",
    "cosine",
    "lead",
    "behind",
    "province_equal",
    "province_conflict",
    "city_equal",
    "city_conflict",
    "twins",
    "brand_mates",
    "place_missing",
    "same_firm",
    "branch_one",
)


class Candidate(NamedTuple):
    """One possible answer. ``probability`` that the question is written for this firm or for a
    branch of it (or the other way round); ``same`` where only the spelling differs."""

    position: int
    probability: float
    same: bool


def judge(
    question: str,
    found: Sequence[tuple[int, str, float]],
    places: Sequence[tuple[str, str]] = (),
    home: tuple[str, str] = ("", ""),
) -> list[Candidate]:
    """Return calibrated candidates, best first.

    ``found`` holds (position, name, cosine) of what :class:`NameIndex` returned for ``question``;
    ``places`` the (province, city) of each, ``home`` that of the question; "" is unknown.
    """
    values = context_features(question, found, places, home)
    result = [
        Candidate(position, logistic("context", CONTEXT_FEATURES, row), bool(row[11]))
        for (position, _, _), row in zip(found, values, strict=True)
    ]
    return sorted(result, key=lambda candidate: (-candidate.probability, candidate.position))


def context_features(
    question: str,
    found: Sequence[tuple[int, str, float]],
    places: Sequence[tuple[str, str]] = (),
    home: tuple[str, str] = ("", ""),
) -> list[list[float]]:
    """Return the values of ``CONTEXT_FEATURES`` for each candidate of one question."""
    asked = parsed_name(question)
    parsed = [parsed_name(name) for _, name, _ in found]
    scores = [_pair_score(asked, other) for other in parsed]
    logits = [math.log((score + 1e-6) / (1 - score + 1e-6)) for score in scores]
    ordered = sorted(logits, reverse=True)
    rows = []
    for number, (other, logit, (_, _, cosine)) in enumerate(
        zip(parsed, logits, found, strict=True)
    ):
        rival = ordered[0] if logit < ordered[0] else (ordered[1] if len(ordered) > 1 else -14.0)
        province, city = places[number] if places else ("", "")
        known = bool(home[0] and province)
        known_city = known and home[0] == province and bool(home[1] and city)
        rows.append(
            [
                logit,
                cosine,
                min(max(logit - rival, 0.0), 6.0),
                min(max(rival - logit, 0.0), 6.0),
                known and home[0] == province,
                known and home[0] != province,
                known_city and home[1] == city,
                known_city and home[1] != city,
                math.log1p(sum(p.core == other.core for p in parsed) - 1),
                math.log1p(sum(p.parts.brand == other.parts.brand for p in parsed) - 1),
                same_places(asked, other) == 0,
                same_firm(asked, other),
                bool(asked.branch) != bool(other.branch),
            ]
        )
    return rows


def name_similarity(a: str, b: str) -> Similarity:
    """Return how surely two names are written for one firm, from the names alone.

    A branch and its firm score as one firm; ``identity.linking`` tells them apart.
    """
    first, second = parsed_name(a), parsed_name(b)
    values = dict(zip(FEATURES, pair_features(first, second), strict=True))
    place = same_places(first, second)
    parts = {
        "place": (place + 1) / 2,
        "brand": values["brand_ratio"],
        "trade": values["trade_ratio"],
        "form": 1.0 if first.kind == second.kind else 0.0,
        "branch": values["branch_ratio"] if first.branch and second.branch
        else float(first.branch == second.branch),
    }  # fmt: skip
    return Similarity(_pair_score(first, second), parts, explain_names(first, second))
