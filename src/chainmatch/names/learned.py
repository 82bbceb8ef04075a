"""What was counted in registrations: words of trades, common brands, score weights.

``_PLAIN`` stands in where there is none: no words, no brands, and round weights set by hand, under
which names are one firm's as far as they are alike and no place or number speaks against it.
"""

import json
from functools import cache
from typing import Any, cast

from chainmatch.util.resources import learned_file, reads_learned

_PLAIN: dict[str, Any] = {
    "trade_words": [],
    "brands": {},
    "scope_pairs": "",
    "pair": {
        "constant": -14,
        "key_ratio": 14,
        "core_ratio": 4,
        "same_key": 4,
        "same_firm": 3,
        "place_conflict": -6,
        "number_conflict": -4,
        "branch_differs": -6,
        "kind_conflict": -2,
    },
    "context": {
        "constant": -1,
        "pair": 0.7,
        "behind": -0.7,
        "province_conflict": -4,
        "city_conflict": -3,
    },
    "spelling": {"constant": 0, "names": 1},
}


@reads_learned
@cache
def learned() -> dict[str, Any]:
    """Return the learned figures: trade words and the weights of the similarity."""
    file = learned_file("names.json")
    found = json.loads(file.read_text(encoding="utf-8")) if file else {}
    return _PLAIN | cast("dict[str, Any]", found)


@reads_learned
@cache
def trade_words() -> frozenset[str]:
    """Return the words that end the core of many names behind many brands."""
    return frozenset(learned()["trade_words"])


@reads_learned
@cache
def _brand_counts() -> dict[str, int]:
    groups: dict[str, str] = learned()["brands"]
    return {brand: int(count) for count, brands in groups.items() for brand in brands.split()}


def brand_count(brand: str) -> int:
    """Return how many of 200,000 registered firms bear a brand; 0 stands for two or fewer."""
    return _brand_counts().get(brand, 0)


@reads_learned
@cache
def _scope_pairs() -> frozenset[str]:
    return frozenset(learned()["scope_pairs"].split())


def describes(brand: str) -> bool:
    """Return whether what stands in the place of a brand is the wording of a trade (外轮供应).

    Most of its character pairs are then common in business scopes.
    """
    pairs = [brand[i : i + 2] for i in range(len(brand) - 1)]
    known = _scope_pairs()
    return sum(pair in known for pair in pairs) >= 0.6 * len(pairs)
