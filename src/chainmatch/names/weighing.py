"""A learned score: a weighted sum of features, read as a probability."""

import math
from collections.abc import Sequence
from functools import cache
from operator import mul

from chainmatch.names.learned import learned
from chainmatch.util.resources import reads_learned


@reads_learned
@cache
def weights(model: str, features: tuple[str, ...]) -> tuple[float, tuple[float, ...]]:
    """Return the constant and the weights of a learned score."""
    found = learned()[model]
    return found["constant"], tuple(found.get(name, 0.0) for name in features)


def logistic(model: str, features: tuple[str, ...], values: Sequence[float]) -> float:
    """Return the score 0…1 of one row of features."""
    constant, found = weights(model, features)
    total = constant + math.fsum(map(mul, found, values))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
