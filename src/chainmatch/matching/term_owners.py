"""What the wordings in a token claim: nodes, and how strongly before any activity is known."""

import re
from typing import NamedTuple

import numpy as np

from chainmatch.matching.fit_model import FitModel
from chainmatch.matching.grammar.segments import CORE_END, END, START
from chainmatch.matching.grammar.vocabulary import Vocabulary
from chainmatch.matching.lexicon import Hits, Lexicon
from chainmatch.matching.ragged import Stack, expanded, keep_runs
from chainmatch.matching.string_batch import Laid

# Columns of claims. Positions are relative to the token.
SEGMENT, FROM, TO, NODE, HINT, IS_TECHNIQUE = range(6)

# A wording is the head of its item if nothing but these stands behind it.
_BEHIND_HEAD = re.compile(
    "(?:系列|产品|制品|商品|等|类|及|和|与|或|、|以及|的|项目|业务|服务|工程|专用|及其|原料|半成品|成品|市场|企业|"
    r"用品|品|基地|场|厂|\(|\x1f|,|/|（|-|之|(?:专业)?领域内?|第?[一二三、IⅠⅡⅢ]+类)"
)


class Claims(NamedTuple):
    """Claims with their strength, 0…1; ``rows`` has the columns above."""

    rows: np.ndarray
    strength: np.ndarray


class TokenClaims:
    """The claims of each token of a vocabulary, found when it is first seen."""

    def __init__(self, lexicon: Lexicon, weights: "Weights", vocabulary: Vocabulary) -> None:
        self._lexicon = lexicon
        self._weights = weights
        self._vocabulary = vocabulary
        self._runs = Stack(2, np.int32)  # of each token: its first claim, and how many
        self._rows = Stack(6, np.int32)
        self._strength = Stack(1, np.float64)

    def keep(self, left: np.ndarray) -> None:
        """Keep the claims of the tokens that the vocabulary kept.

        Those that nobody has looked at yet, as after an interrupted page, come last and stay so.
        """
        keep_runs(self._runs, [self._rows, self._strength], left[left < len(self._runs)])

    def runs(self, numbers: np.ndarray) -> np.ndarray:
        """Return one row a token: its first claim, and how many there are."""
        seen, now = len(self._runs), len(self._vocabulary)
        if seen < now:
            self._find(seen, now)
        return self._runs.take(numbers)

    def claims(self, rows: np.ndarray) -> Claims:
        """Return claims by their numbers."""
        return Claims(self._rows.take(rows), self._strength.take(rows)[:, 0])

    def claims_of(self, hits: Hits, tokens: np.ndarray, texts: Laid) -> tuple[np.ndarray, Claims]:
        """Return the claims of wordings, and the number of the hit of each.

        ``tokens`` are the tokens in which they stand, ``texts`` what ``hits.text`` numbers.
        """
        runs = self._vocabulary.read(tokens)
        hit, row = expanded(runs[:, 0], runs[:, 1])
        segment = self._vocabulary.segments(row)
        inside = (segment[:, START] <= hits.start[hit]) & (hits.start[hit] < segment[:, END])
        hit, row, segment = hit[inside], row[inside], segment[inside]
        end, core_end = hits.end[hit], segment[:, CORE_END]
        head = end >= core_end
        offset = texts.starts[hits.text[hit]]
        others = np.flatnonzero(~head)
        spans = ((offset + places)[others].tolist() for places in (end, core_end))
        head[others] = [
            _BEHIND_HEAD.match(texts.text, opening, closing) is not None
            for opening, closing in zip(*spans, strict=True)
        ]
        which, nodes, hints = self._weights.claimed(hits.claims[hit])
        own = hit[which]
        rows = np.stack(
            [
                (row - runs[hit, 0])[which], hits.start[own], hits.end[own],
                nodes, hints, self._weights.technique[hits.word[own]],
            ],
            axis=1,
        )  # fmt: skip
        return own, Claims(rows, self._weights.strength(hits.word[own], head[which]))

    def _find(self, seen: int, now: int) -> None:
        """Look for wordings in the tokens that are new."""
        texts = self._vocabulary.laid(np.arange(seen, now))
        hits = self._lexicon.find_many(texts)
        which, claims = self.claims_of(hits, hits.text + seen, texts)
        counts = np.bincount(hits.text[which], minlength=now - seen)
        self._runs.push(np.stack([len(self._rows) + np.cumsum(counts) - counts, counts], axis=1))
        self._rows.push(claims.rows)
        self._strength.push(claims.strength[:, None])


class Weights:
    """What wordings count before any activity is known."""

    def __init__(self, lexicon: Lexicon, model: FitModel) -> None:
        self._lexicon = lexicon
        self._modifier = model.factors["modifier"]
        self._number = {node: number for number, node in enumerate(lexicon.nodes)}
        common = model.factors["common"]
        left = [1.0 - common * (1.0 - model.specificity(word)) for word in lexicon.words]
        self.distinct = np.array(left, float)
        """What is left of each wording's strength for being common, 0…1."""
        self.technique = np.array(["技术" in word for word in lexicon.words], bool)
        """Whether a wording names a technique."""
        self._runs = Stack(2)  # of each number of claims: the first, and how many
        self._claims = Stack(2)  # node and hint

    def claimed(self, claims: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the nodes that claim, and whether as a hint, with the entry of each."""
        for own in self._lexicon.claims[len(self._runs) :]:
            self._runs.push([(len(self._claims), len(own))])
            self._claims.push([(self._number[node], hint) for node, _, hint in own])
        runs = self._runs.take(claims)
        which, row = expanded(runs[:, 0], runs[:, 1])
        return which, *self._claims.take(row).T

    def strength(self, words: np.ndarray, head: np.ndarray) -> np.ndarray:
        """Return the strength of wordings, which are the head of their item or not."""
        strength: np.ndarray = self.distinct[words] * np.where(head, 1.0, self._modifier)
        return strength
