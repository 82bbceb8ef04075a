"""What evidence adds up to: the numbers of the matcher, learned on labelled firms.

A fit is a logistic function of a few sums of the strengths of its evidence; so is the number of a
chain, of its fits. The weights come from :mod:`chainmatch.training`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from chainmatch.matching.evidence import Evidence
from chainmatch.util.resources import data_folder, learned_file, reads_learned

# How strongly evidence speaks by the way it stands, 0…1; set by hand.
FACTORS = {
    "stated": 1.0,  # the firm does with the thing what the node does, stated on the item
    "reached": 0.9,  # the verb stands before or behind the list
    "bare": 0.8,  # no verb, and the node is not about making: 水力发电, 民宿
    "bare-make": 0.5,  # no verb, and it could be made or sold
    "technique": 0.3,  # technical services around the thing, which any dealer offers
    "own-sale": 0.25,  # the node sells, but the firm sells what it makes
    "only-trade": 0.1,  # sold, not made
    "other": 0.15,  # another activity than the node's
    "modifier": 0.15,  # the term is not the head of its item
    "hint": 0.3,
    "branch": 0.3,  # only branches may do it
    "common": 0.7,  # how much a common term loses
    "name": 0.6,
    "code": 0.9,
}
# Without learned weights, round numbers set by hand: evidence on the item itself and early makes a
# fit sure; a chain is as sure as its surest node, a little surer with more of them.
_PLAIN = {
    "weights": {
        "intercept": -3.0,
        "best": 1.0,
        "breadth": 1.0,
        "lead": 4.0,
        "focus": 2.0,
        "name": 2.0,
        "stated": 2.0,
    },
    "chain_weights": {
        "intercept": -0.5,
        "best": 1.0,
        "further": 1.0,
        "items": 1.0,
        "length": 0.0,
        "name": 2.0,
    },
}
_UNCOUNTED = {"registrations": 100_000, "words": {}}  # every term is taken as rare
FLOOR = 0.05  # a fit below this is not worth a line
SPEAKING = 0.3  # evidence from here on says that an item is about the node
ALONE = 0.3  # a name says what a firm deals with, not what it does: so much counts by itself
NAME_ONLY = 1.75  # where there is nothing else to read, two in three names are right


class Fit(NamedTuple):
    """How surely a firm does what a node names, and why; evidence strongest first.

    ``main`` is how far the node is its main business, 0…1.
    """

    node: str
    fit: float
    main: float
    grade: str
    activity: str
    evidence: tuple[Evidence, ...]

    @property
    def quote(self) -> str:
        """The strongest phrase, word for word as the firm wrote it."""
        return self.evidence[0].quote


@dataclass(frozen=True)
class FitModel:
    """The numbers of the matcher. ``weights`` belong to the logistic functions."""

    weights: Mapping[str, float]
    chain_weights: Mapping[str, float]
    registrations: int
    frequencies: Mapping[str, int]
    factors: Mapping[str, float] = field(default_factory=lambda: FACTORS)

    def specificity(self, term: str) -> float:
        """Return how distinctive a term is: 1 for one firm in 100,000, towards 0 for one in 10.

        Inverse document frequency on a log scale; a term that was not counted is taken as rare.
        """
        share = self.frequencies.get(term, 1) / self.registrations
        return min(1.0, max(0.05, (math.log10(1 / share) - 1) / 4))


@reads_learned
@lru_cache(maxsize=1)
def read_model() -> FitModel:
    """Read the learned numbers; what there is none of is taken by hand-set ones."""
    learned: dict[str, Any] = _read("fit.json") or _PLAIN
    counted: dict[str, Any] = _read("frequencies.json") or _UNCOUNTED
    return FitModel(
        learned["weights"], learned["chain_weights"], counted["registrations"], counted["words"]
    )


def _read(name: str) -> Any:
    file = learned_file(name)
    return json.loads(file.read_text(encoding="utf-8")) if file else None


@lru_cache(maxsize=1)
def read_other_trades() -> tuple[str, ...]:
    """Read the words of names that speak of a trade outside all chains."""
    text = (data_folder("names") / "other_trades.txt").read_text(encoding="utf-8")
    return tuple(word for line in text.splitlines() if line[:1] != "#" for word in line.split())


class Summary(NamedTuple):
    """What the evidence for one node adds up to; the features of the fit, each in 0…1."""

    best: float  # strongest evidence
    breadth: float  # how much further, different evidence there is
    lead: float  # strongest evidence when what stands late counts less
    focus: float  # share of the scope's items that speak for the node
    name: float  # strongest evidence in the name, less where nothing else bears it out
    stated: float  # strongest evidence in main products or industry code


class ChainSummary(NamedTuple):
    """What the fits to one chain add up to; the features of the chain's number."""

    best: float  # log-odds of the best fit
    further: float  # sum of the second to fourth fit, 0…3
    items: float  # share of eight items of the scope that speak for the chain, 0…1
    length: float  # logarithm of the scope's items: a long scope says each thing less surely
    name: float  # 1 if the name holds a word of the chain, -1 if one of a trade outside all


def summarise_chain(fits: Sequence[float], speaking: int, items: int, named: float) -> ChainSummary:
    """Add up the fits of a firm to one chain, best first; none counts as one of 0.01.

    ``speaking`` of the ``items`` of its scope speak for the chain; ``named`` is what its name says.
    """
    return ChainSummary(
        best=logit(fits[0] if fits else 0.01),
        further=math.fsum(fits[1:4]),
        items=min(1.0, speaking / 8),
        length=math.log1p(items),
        name=named,
    )


def logistic(value: float) -> float:
    """Return ``1 / (1 + e^-value)``."""
    return float(logistics(np.array([value]))[0])


def logistics(values: np.ndarray) -> np.ndarray:
    """Return :func:`logistic` of many values.

    The powers one by one: arrays may be worked on in another way than their last elements.
    """
    powers = map(math.exp, (-np.clip(values, -30.0, 30.0)).tolist())
    found: np.ndarray = 1 / (1 + np.fromiter(powers, np.float64, len(values)))
    return found


def logit(share: float) -> float:
    """Return the inverse of :func:`logistic`, finite at 0 and 1."""
    share = min(1 - 1e-6, max(1e-6, share))
    return math.log(share / (1 - share))
