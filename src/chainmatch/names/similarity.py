"""How surely two names, or a name among its candidates, are written for one firm."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from chainmatch.names.comparing import (
    FEATURES,
    explain_names,
    pair_features,
    same_firm,
    same_places,
)
from chainmatch.names.parsing import ParsedName, parsed_name
from chainmatch.names.weighing import logistic


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
