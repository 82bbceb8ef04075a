"""The weighted mean of the known parts, its interval, and what each part adds to it."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from chainmatch.parts import Part, parts_of
from chainmatch.schema.words import unknown as is_unknown


def weighted_mean(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return Σ w·part / Σ w over the known parts.

    ``parts`` is rows × parts with NaN for unknown; ``weights`` is one vector of parts, or parts ×
    draws, which gives rows × draws. Rows of which no part with weight is known give NaN.
    """
    known = ~np.isnan(parts)
    total = known.astype(float) @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: np.ndarray = np.nan_to_num(parts) @ weights / total
    return mean


def contributions(row: Mapping[str, Any], weights: Mapping[str, float]) -> dict[str, float]:
    """Return what each part adds to the score of a row of scores, by the name of the part.

    ``weights`` names the parts of the row's run; unknown parts add 0. ``math.fsum`` of the values
    is the score, to the last bit.
    """
    parts = parts_of(weights)
    values = [float(row[part.column]) for part in parts]
    added = _contributions(values, [weights[part.name] for part in parts])
    return dict(zip((part.name for part in parts), added, strict=True))


def _contributions(values: Iterable[float], weights: Iterable[float]) -> list[float]:
    pairs = list(zip(values, weights, strict=True))
    total = math.fsum([weight for value, weight in pairs if not math.isnan(value)])
    if not total:
        return [0.0] * len(pairs)
    return [0.0 if math.isnan(value) else weight * value / total for value, weight in pairs]


def interval(values: list[float], weights: Mapping[str, float]) -> tuple[float, float, float]:
    """Return score, low and high of one firm."""
    order = list(weights.values())
    mean = math.fsum(_contributions(values, order))
    if not any(map(math.isnan, values)):
        return mean, mean, mean
    low, high = (
        min(1.0, math.fsum(_contributions([fill if math.isnan(v) else v for v in values], order)))
        for fill in (0.0, 1.0)
    )
    if not any(weight for v, weight in zip(values, order, strict=True) if not math.isnan(v)):
        return math.nan, low, high
    return mean, min(low, mean), max(high, mean)


def widest(row: Mapping[str, Any], weights: Mapping[str, float]) -> Part | None:
    """Return the unknown part that widens the interval of a row of scores most, if there is one."""
    blank = [part for part in parts_of(weights) if is_unknown(row[part.column])]
    best = max(blank, key=lambda part: weights[part.name], default=None)
    return best if best and weights[best.name] else None
