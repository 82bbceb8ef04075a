"""Holds firms against the nodes of the chains."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from chainmatch.matching.activity_rule import EVIDENCE_KINDS
from chainmatch.matching.ambiguous import read_rivals, yielding
from chainmatch.matching.arrays import Flags, Floats, Ints, concat_rows, take
from chainmatch.matching.chain_fits import ChainFits
from chainmatch.matching.combine import combine
from chainmatch.matching.evidence import CODE, NAME, PRODUCTS, EvidenceColumns
from chainmatch.matching.fit_model import Fit, FitModel, read_model
from chainmatch.matching.generic_items import read_generic_items, settle
from chainmatch.matching.lexicon import Lexicon
from chainmatch.matching.matches import Match, Matches, Texts
from chainmatch.matching.scope_evidence import ScopeEvidence
from chainmatch.matching.string_batch import concat, normalise_batch

if TYPE_CHECKING:
    import networkx as nx

BATCH_SIZE = 8192  # firms that are read at once; more gain nothing and take memory
_NAMED = [EVIDENCE_KINDS.index(kind) for kind in ("bare", "bare-make")]
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"  # letters in front of industry codes


class Matcher:
    """Reads firms against the chains of a graph.

    It keeps nothing of what it reads: what it says of a firm depends on that firm alone. Threads
    may share one.

    Parameters
    ----------
    graph : networkx.DiGraph
        From :func:`chainmatch.read_chains`.
    model : FitModel, optional
        Learned numbers; default the bundled ones.
    """

    def __init__(self, graph: "nx.DiGraph[Any]", model: FitModel | None = None) -> None:
        self.graph = graph
        self.model = model or read_model()
        self.lexicon = Lexicon(graph, licences=read_generic_items())
        self.nodes = self.lexicon.nodes
        self.chains = ChainFits(graph, self.nodes, self.model)
        wanted = [frozenset(graph.nodes[node]["activities"]) for node in self.nodes]
        self._scopes = ScopeEvidence(self.lexicon, self.model, wanted)
        self._factor = np.array([self.model.factors.get(kind, 1.0) for kind in EVIDENCE_KINDS])
        self._rivals = read_rivals(graph, self.nodes)
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
        return self.match_batch(Texts([scope], [name], [products], [industry_code]))[0]

    def fits(
        self, scope: str, name: str = "", products: str = "", industry_code: str = ""
    ) -> tuple[Fit, ...]:
        """Return the fits of one firm of at least 0.05, best first, ties by node id."""
        return self.match(scope, name, products, industry_code).clear

    def match_many(self, firms: Iterable[Sequence[str]]) -> Iterator[Matches]:
        """Match a stream of (scope, name, products, industry_code), a batch at a time."""
        stream = iter(firms)
        while batch := list(islice(stream, BATCH_SIZE)):
            yield self.match_batch(Texts(*zip(*batch, strict=True)))

    def match_batch(self, texts: Texts) -> Matches:
        """Match firms together; for more than some thousands see :meth:`match_many`."""
        texts = Texts(*map(concat, texts))
        evidence, items = self._scopes.find(texts.scope)
        parts = [evidence, *self._listed(texts.products, PRODUCTS), self._names(texts.name)]
        parts += [*self._by_code(texts.industry_code), *self._listed(texts.industry_code, CODE)]
        found = settle(concat_rows(parts), len(self.nodes))
        found = found._replace(strength=yielding(found, self._rivals))
        fits = combine(found, items, len(self.nodes), self.model)
        return Matches(self, texts, items, fits)

    def _listed(self, texts: Sequence[str], field: int) -> Iterator[EvidenceColumns]:
        """Read main products, or names of industries; what only stands there is what they do."""
        rows = np.flatnonzero([any(map(_is_han, text)) for text in texts] if any(texts) else [])
        if not len(rows):
            return
        found, _ = self._scopes.find([texts[row] for row in rows.tolist()])
        named = np.isin(found.kind, _NAMED)
        strength = np.where(named, found.strength / self._factor[found.kind], found.strength)
        kind = np.where(named, EVIDENCE_KINDS.index("stated"), found.kind)
        yield found._replace(
            row=rows[found.row], field=np.full(len(found.row), field), strength=strength, kind=kind
        )

    def _names(self, names: Sequence[str]) -> EvidenceColumns:
        factors = self.model.factors
        hits = self.lexicon.find_many(normalise_batch(concat(names)))
        hits = take(hits, ~self.lexicon.generic[hits.term])
        strength = factors["name"] * self._scopes.distinctive[hits.term]
        strength = strength * np.where(hits.hint, factors["hint"], 1.0)
        span = (hits.start, hits.end)
        return _beside_scope("name", NAME, hits.text, hits.node, span, strength, hits.hint)

    def _by_code(self, codes: Sequence[str]) -> Iterator[EvidenceColumns]:
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
            yield _beside_scope("code", CODE, row, node, span, strength, np.zeros(len(rows), bool))


def _is_han(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def _beside_scope(
    kind: str,
    field: int,
    row: Ints,
    node: Ints,
    span: tuple[Ints, Ints],
    strength: Floats,
    hint: Flags,
) -> EvidenceColumns:
    """Return evidence that stands beside the scope: it has no activity and no item."""
    nothing = np.zeros(len(row), np.int64)
    kinds = nothing + EVIDENCE_KINDS.index(kind)
    return EvidenceColumns(
        row, node, nothing + field, *span, span[0], nothing, strength, nothing, hint, kinds
    )
