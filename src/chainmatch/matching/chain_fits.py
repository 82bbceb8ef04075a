"""Fits to nodes add up to one number for each chain."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ahocorasick_rs
import numpy as np

from chainmatch.matching.combine import Fits
from chainmatch.matching.fit_model import FitModel, logistic, read_other_trades, summarise_chain
from chainmatch.matching.pieces import SCOPE
from chainmatch.matching.string_batch import lay, normalised
from chainmatch.util.text import normalise

if TYPE_CHECKING:
    import networkx as nx


class NameWords:
    """What the names of firms say about chains: their words, and those of trades outside all."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self.chains = list(words)
        told: dict[str, set[int]] = {}
        for number, own in enumerate(words.values()):
            for word in own:
                told.setdefault(normalise(word), set()).add(number)
        others = [word for word in read_other_trades() if word not in told]
        self._told = [*map(sorted, told.values()), *([] for _ in others)]
        self._automaton = ahocorasick_rs.AhoCorasick([*told, *others])

    def say(self, names: Sequence[str]) -> np.ndarray:
        """Return a row a name and a column a chain.

        1 if the name holds a word of the chain; else -1 if it holds one of a trade outside all
        chains; else 0.
        """
        laid = normalised(lay(names))
        found = self._automaton.find_matches_as_indexes(laid.text, overlapping=True)
        rows = laid.at([start for _, start, _ in found])
        said = np.zeros((len(names), len(self.chains)))
        for row, (word, _, _) in zip(rows.tolist(), found, strict=True):
            if not self._told[word]:
                said[row] = np.minimum(said[row], -1.0)
        for row, (word, _, _) in zip(rows.tolist(), found, strict=True):
            said[row, self._told[word]] = 1.0
        return said


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

    def fits(self, fits: Fits, items: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Return a row a firm and a column a chain, 0…1.

        A chain of which neither scope nor name speaks has 0.
        """
        shape = (len(names), len(self.names))
        said = self.words.say(names)
        values: dict[int, list[float]] = {int(pair): [] for pair in np.flatnonzero(said > 0)}
        pairs = fits.row * shape[1] + self._chain[fits.node]
        for pair, value in zip(pairs.tolist(), fits.fit.tolist(), strict=True):
            values.setdefault(pair, []).append(value)
        speaking = self._speaking(fits, shape)
        result = np.zeros(shape)
        for pair, own in values.items():
            row, chain = divmod(pair, shape[1])
            summary = summarise_chain(
                own, int(speaking[row, chain]), int(items[row]), float(said[row, chain])
            )
            result[row, chain] = self._fit(summary._asdict())
        return result

    def _fit(self, summary: Mapping[str, float]) -> float:
        return logistic(
            self._weights["intercept"]
            + math.fsum(self._weights[name] * value for name, value in summary.items())
        )

    def _speaking(self, fits: Fits, shape: tuple[int, int]) -> np.ndarray:
        """Count the items of each scope that speak for each chain."""
        pieces = fits.pieces
        scope = pieces.field == SCOPE
        pair = pieces.row[scope] * shape[1] + self._chain[pieces.node[scope]]
        distinct = np.unique((pair << 32) + pieces.order[scope])
        return np.bincount(distinct >> 32, minlength=shape[0] * shape[1]).reshape(shape)
