"""What was counted in 200,000 registrations, and scores learned from it."""

import json
import math
from collections.abc import Sequence
from functools import cache
from operator import mul
from typing import Any, cast

from chainmatch.util.resources import data_folder


@cache
def learned() -> dict[str, Any]:
    """Return the learned figures: trade words and the weights of the similarity."""
    text = (data_folder("learned") / "names.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


@cache
def trade_words() -> frozenset[str]:
    """Return the words that end the core of many names behind many brands."""
    return frozenset(learned()["trade_words"])


@cache
def _brand_counts() -> dict[str, int]:
    groups: dict[str, str] = learned()["brands"]
    return {brand: int(count) for count, brands in groups.items() for brand in brands.split()}


def brand_count(brand: str) -> int:
    """Return how many of 200,000 registered firms bear a brand; 0 stands for two or fewer."""
    return _brand_counts().get(brand, 0)


@cache
def _scope_pairs() -> frozenset[str]:
    return frozenset(learned()["scope_pairs"].split())


def describes(brand: str) -> bool:
    """Return whether what stands in the place of a brand is the words of a trade (外轮供应).

    Most of its character pairs are then common in business scopes.
    """
    pairs = [brand[i : i + 2] for i in range(len(brand) - 1)]
    known = _scope_pairs()
    return sum(pair in known for pair in pairs) >= 0.6 * len(pairs)


@cache
def weights(model: str, features: tuple[str, ...]) -> tuple[float, tuple[float, ...]]:
    """Return the constant and the weights of a learned score."""
    found = learned()[model]
    return found["constant"], tuple(found[name] for name in features)


def logistic(model: str, features: tuple[str, ...], values: Sequence[float]) -> float:
    """Return the score 0…1 of one row of features."""
    constant, found = weights(model, features)
    total = constant + sum(map(mul, found, values))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
