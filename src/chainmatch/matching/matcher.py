"""Holds firms against the nodes of the chains."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from chainmatch.matching.activity_rule import HOWS
from chainmatch.matching.chain_fits import ChainFits
from chainmatch.matching.combine import fits
from chainmatch.matching.evidence import ScopeEvidence
from chainmatch.matching.fit_model import Fit, FitModel, read_model
from chainmatch.matching.lexicon import Lexicon
from chainmatch.matching.matches import Match, Matches, Texts
from chainmatch.matching.pieces import CODE, NAME, PRODUCTS, Pieces, joined
from chainmatch.matching.string_batch import lay, normalised
from chainmatch.matching.term_owners import Weights

if TYPE_CHECKING:
    import networkx as nx

PAGE = 8192  # firms that are read at once; more gain nothing and take memory
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"  # letters in front of industry codes


class Matcher:
    """Reads firms against the chains of a graph.

    What it has read before it finds again sooner; what it says of a firm never depends on that, nor
    on the firms beside it. Threads may share one: they take turns.

    Parameters
    ----------
    graph : networkx.DiGraph
        From :func:`chainmatch.read_chains`.
    model : FitModel, optional
        Learned numbers; default the bundled ones.
    """

    def __init__(self, graph: "nx.DiGraph[Any]", model: FitModel | None = None) -> None:
        self._turn = Lock()
        self.graph = graph
        self.model = model or read_model()
        self.lexicon = Lexicon(graph)
        self.nodes = self.lexicon.nodes
        self.chains = ChainFits(graph, self.nodes, self.model)
        wanted = [frozenset(graph.nodes[node]["activities"]) for node in self.nodes]
        self._weights = Weights(self.lexicon, self.model)
        self._scopes = ScopeEvidence(self.lexicon, self._weights, self.model, wanted)
        self._codes: dict[str, list[int]] = {}
        for number, node in enumerate(self.nodes):
            for code in graph.nodes[node]["codes"]:
                self._codes.setdefault(code.rstrip("?"), []).append(number)

    def __reduce__(self) -> tuple[type["Matcher"], tuple["nx.DiGraph[Any]", FitModel]]:
        return type(self), (self.graph, self.model)

    def match(
        self, scope: str, name: str = "", products: str = "", industry_code: str = ""
    ) -> Match:
        """Match one firm: everything that its texts say for any node."""
        return self.match_page(Texts([scope], [name], [products], [industry_code]))[0]

    def fits(
        self, scope: str, name: str = "", products: str = "", industry_code: str = ""
    ) -> tuple[Fit, ...]:
        """Return the fits of one firm of at least 0.05, best first, ties by node id."""
        return self.match(scope, name, products, industry_code).clear

    def match_many(self, firms: Iterable[Sequence[str]]) -> Iterator[Matches]:
        """Match a stream of (scope, name, products, industry_code), a page at a time."""
        stream = iter(firms)
        while page := list(islice(stream, PAGE)):
            yield self.match_page(Texts(*zip(*page, strict=True)))

    def match_page(self, texts: Texts) -> Matches:
        """Match firms together; for more than some thousands see :meth:`match_many`."""
        with self._turn:  # what is kept of earlier scopes grows while these are read
            return self._match_page(texts)

    def _match_page(self, texts: Texts) -> Matches:
        texts = Texts(*map(lay, texts))
        pieces, items = self._scopes.find(texts.scope)
        parts = [pieces, *self._products(texts.products), self._names(texts.name)]
        parts += self._by_code(texts.industry_code)
        found = fits(joined(parts), items, len(self.nodes), self.model)
        return Matches(self, texts, items, found)

    def _products(self, products: Sequence[str]) -> Iterator[Pieces]:
        if any(products):
            rows = np.flatnonzero([bool(text) for text in products])
            found, _ = self._scopes.find([products[row] for row in rows.tolist()])
            yield Pieces(
                rows[found.row], found.node, np.full(len(found), PRODUCTS), *found.columns[3:]
            )

    def _names(self, names: Sequence[str]) -> Pieces:
        factors = self.model.factors
        hits = self.lexicon.find_many(normalised(lay(names)))
        which, node, hint = self._weights.claimed(hits.claims)
        strength = factors["name"] * self._weights.distinct[hits.word[which]]
        strength = strength * np.where(hint > 0, factors["hint"], 1.0)
        span = (hits.start[which], hits.end[which])
        return _beside("name", NAME, hits.text[which], node, span, strength, hint > 0)

    def _by_code(self, codes: Sequence[str]) -> Iterator[Pieces]:
        if not any(codes):
            return
        rows = []
        for row, text in enumerate(codes):
            if code := text.strip().lstrip(_SECTIONS):
                start = text.index(code)
                rows += [(row, node, start, len(code)) for node in self._codes.get(code, ())]
        if rows:
            row, node, start, length = np.array(rows, np.int64).T
            strength = np.full(len(rows), self.model.factors["code"])
            span = (start, start + length)
            yield _beside("code", CODE, row, node, span, strength, np.zeros(len(rows), bool))


def _beside(
    how: str,
    field: int,
    row: np.ndarray,
    node: np.ndarray,
    span: tuple[np.ndarray, np.ndarray],
    strength: np.ndarray,
    hint: np.ndarray,
) -> Pieces:
    """Return evidence that stands beside the scope: it has no activity and no item."""
    nothing = np.zeros(len(row), np.int64)
    told = (nothing, strength, nothing, hint, nothing + HOWS.index(how))
    return Pieces(row, node, nothing + field, *span, span[0], *told)
