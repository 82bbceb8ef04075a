"""Fits to nodes add up to one number for each chain."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ahocorasick_rs
import numpy as np

from chainmatch.matching.arrays import Floats, Ints
from chainmatch.matching.combine import Fits
from chainmatch.matching.evidence import SCOPE
from chainmatch.matching.fit_model import FitModel, logistic, read_other_trades, summarise_chain
from chainmatch.matching.string_batch import concat, normalise_batch
from chainmatch.util.text import normalise

if TYPE_CHECKING:
    import networkx as nx


class NameWords:
    """What the names of firms say about chains: their words, and those of trades outside all."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self.chains = list(words)
        chains: dict[str, set[int]] = {}
        for number, own in enumerate(words.values()):
            for word in own:
                chains.setdefault(normalise(word), set()).add(number)
        others = [word for word in read_other_trades() if word not in chains]
        self._chains = [*map(sorted, chains.values()), *([] for _ in others)]
        self._automaton = ahocorasick_rs.AhoCorasick([*chains, *others])

    def signs(self, names: Sequence[str]) -> Floats:
        """Return what n names say of each chain, as an array of n rows and one column a chain.

        1 if the name holds a word of the chain; else -1 if it holds one of a trade outside all
        chains; else 0.
        """
        batch = normalise_batch(concat(names))
        found = self._automaton.find_matches_as_indexes(batch.text, overlapping=True)
        rows = batch.at([start for _, start, _ in found]).tolist()
        signs = np.zeros((len(names), len(self.chains)))
        for row, (word, _, _) in zip(rows, found, strict=True):
            if not self._chains[word]:
                signs[row] = -1.0
        for row, (word, _, _) in zip(rows, found, strict=True):
            signs[row, self._chains[word]] = 1.0
        return signs


class ChainFits:
    """How surely firms belong to chains: a logistic function of what their fits add up to."""

    def __init__(self, graph: "nx.DiGraph[Any]", nodes: Sequence[str], model: FitModel) -> None:
        self.words = NameWords({c: data["names"] for c, data in graph.graph["chains"].items()})
        self._chain = np.array([self.names.index(graph.nodes[n]["chain"]) for n in nodes], np.int64)
        self._weights = model.chain_weights

    @property
    def names(self) -> list[str]:
        """The chains in the order of the columns."""
        return self.words.chains

    def fits(self, fits: Fits, items: Ints, names: Sequence[str]) -> Floats:
        """Return how surely n firms belong to each chain, 0…1: n rows, one column a chain.

        ``items`` are the numbers of items of their scopes. A chain of which neither scope nor name
        speaks has 0.
        """
        shape = (len(names), len(self.names))
        signs = self.words.signs(names)
        values: dict[int, list[float]] = {int(pair): [] for pair in np.flatnonzero(signs > 0)}
        pairs = fits.row * shape[1] + self._chain[fits.node]
        for pair, value in zip(pairs.tolist(), fits.fit.tolist(), strict=True):
            values.setdefault(pair, []).append(value)
        speaking = self._speaking(fits, shape)
        result = np.zeros(shape)
        for pair, own in values.items():
            row, chain = divmod(pair, shape[1])
            summary = summarise_chain(
                own, int(speaking[row, chain]), int(items[row]), float(signs[row, chain])
            )
            result[row, chain] = self._fit(summary._asdict())
        return result

    def _fit(self, summary: Mapping[str, float]) -> float:
        return logistic(
            self._weights["intercept"]
            + math.fsum(self._weights[name] * value for name, value in summary.items())
        )

    def _speaking(self, fits: Fits, shape: tuple[int, int]) -> Ints:
        """Count the items of each scope that speak for each chain."""
        evidence = fits.evidence
        scope = evidence.field == SCOPE
        pair = evidence.row[scope] * shape[1] + self._chain[evidence.node[scope]]
        distinct = np.unique((pair << 32) + evidence.order[scope])
        return np.bincount(distinct >> 32, minlength=shape[0] * shape[1]).reshape(shape)
