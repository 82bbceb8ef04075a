"""Evidence in scopes: what their wordings claim meets what the firm does with each."""

from collections.abc import Sequence

import ahocorasick_rs
import numpy as np

from chainmatch.matching.activity_rule import HOWS, Meetings
from chainmatch.matching.fit_model import FitModel
from chainmatch.matching.grammar import Page, Reader, Reading, cut
from chainmatch.matching.grammar.cleaning import FILL, GONE
from chainmatch.matching.grammar.scope_batch import CUTTING
from chainmatch.matching.grammar.sequences import PLACES
from chainmatch.matching.lexicon import Hits, Lexicon
from chainmatch.matching.pieces import SCOPE, Pieces
from chainmatch.matching.quoting import quotations
from chainmatch.matching.ragged import expanded
from chainmatch.matching.string_batch import ROW, WIDTHS, code_points, points_of
from chainmatch.matching.term_owners import (
    FROM,
    HINT,
    IS_TECHNIQUE,
    NODE,
    SEGMENT,
    TO,
    Claims,
    TokenClaims,
    Weights,
)


class ScopeEvidence:
    """Finds the evidence in scopes, many at a time; what was seen before is only looked up."""

    def __init__(
        self,
        lexicon: Lexicon,
        weights: Weights,
        model: FitModel,
        wanted: Sequence[frozenset[str]],
    ) -> None:
        self._lexicon = lexicon
        self._meetings = Meetings(wanted, PLACES)
        # A wording that no token can hold: the clauses around it are searched as they stand.
        crossing = lexicon.words_with(CUTTING)
        self._crossing = {
            width: ahocorasick_rs.BytesAhoCorasick([points_of(word, width) for word in crossing])
            for width in WIDTHS
        }
        self._hint = model.factors["hint"]
        self._branch = model.factors["branch"]
        self._factors = np.array([model.factors.get(how, 0.0) for how in HOWS])
        self._reader = Reader()
        self._claims = TokenClaims(lexicon, weights, self._reader.vocabulary)

    def find(self, scopes: Sequence[str]) -> tuple[Pieces, np.ndarray]:
        """Return the evidence in scopes, and how many items each has."""
        if (left := self._reader.forget()) is not None:
            self._claims.keep(left)
        page = cut(scopes)
        numbers = self._reader.vocabulary.number(page.tokens.texts)[page.tokens.text]
        runs = self._claims.runs(numbers)
        crossed = self._crossed(page)
        read = self._reader.read(page, numbers, self._wanted_clauses(page, runs, crossed))
        host = page.clauses.host
        outer = np.where(host < 0, np.arange(len(host)), host)[page.tokens.clause]
        telling = np.flatnonzero((runs[:, 1] > 0) & ~crossed[outer])
        which, row = expanded(runs[telling, 0], runs[telling, 1])
        token, claims = telling[which], self._claims.claims(row)
        if crossed.any():
            more, told = self._crossing_claims(page, numbers, crossed)
            token = np.concatenate([token, more])
            claims = Claims(*map(np.concatenate, zip(claims, told, strict=True)))
        return self._pieces(page, read, token, claims), read.items

    def _wanted_clauses(self, page: Page, runs: np.ndarray, crossed: np.ndarray) -> np.ndarray:
        """Return which clauses to read: those with a wording, or whose verbs may reach on."""
        clauses = page.clauses
        told = page.tokens.clause[runs[:, 1] > 0]
        wanted: np.ndarray = clauses.colon | crossed
        wanted[np.where(clauses.host[told] < 0, told, clauses.host[told])] = True
        return wanted

    def _crossed(self, page: Page) -> np.ndarray:
        """Return which clauses hold a wording that no token can hold."""
        clauses = page.clauses
        crossed = np.zeros(len(clauses.start), bool)
        width = page.codes.itemsize
        found = self._crossing[width].find_matches_as_indexes(
            page.codes.tobytes(), overlapping=True
        )
        for _, *span in found:
            start, end = (place // width for place in span)
            if start * width != span[0]:
                continue  # it begins in the middle of a character
            at = int(np.searchsorted(clauses.start[: clauses.outer], start, "right")) - 1
            if at >= 0 and end <= clauses.end[at]:
                crossed[at] = True
        return crossed

    def _crossing_claims(
        self, page: Page, numbers: np.ndarray, crossed: np.ndarray
    ) -> tuple[np.ndarray, Claims]:
        """Return the claims in clauses with a wording that no token can hold, and their tokens."""
        clauses = np.flatnonzero(crossed)
        spans = zip(page.clauses.start[clauses], page.clauses.end[clauses], strict=True)
        hits = self._lexicon.find_many([page.text[start:end] for start, end in spans])
        place = page.clauses.start[clauses][hits.text] + hits.start
        hit, token = self._holding(page, numbers, place)
        start = place[hit] - page.tokens.start[token]
        end = start + (hits.end - hits.start)[hit]
        own = Hits(np.arange(len(hit)), start, end, hits.word[hit], hits.claims[hit])
        texts = self._reader.vocabulary.laid(numbers[token])
        which, claims = self._claims.claims_of(own, numbers[token], texts)
        return token[which], claims

    def _holding(
        self, page: Page, numbers: np.ndarray, places: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return which places stand in tokens, where nothing is left out, and in which."""
        start = page.tokens.start
        outer = int((page.clauses.host[page.tokens.clause] < 0).sum())  # they come first
        token = np.concatenate(
            [
                first + np.searchsorted(start[first:last], places, "right") - 1
                for first, last in ((0, outer), (outer, len(start)))
            ]
        )
        place = np.tile(np.arange(len(places)), 2)
        kept = (token >= np.repeat([0, outer], len(places))) & (token < len(start))
        token, place = token[kept], place[kept]
        texts, offset = self._reader.vocabulary.laid(numbers[token]), places[place] - start[token]
        at = np.where(offset < texts.sizes, texts.starts[:-1] + offset, 0)
        nothing = [ord(sign) for sign in (ROW, FILL, GONE)]
        held = np.flatnonzero(~np.isin(code_points(texts.text)[at], nothing))
        held = held[np.argsort(place[held], kind="stable")]
        return place[held], token[held]

    def _pieces(self, page: Page, read: Reading, token: np.ndarray, claims: Claims) -> Pieces:
        segment = read.first[token] + claims.rows[:, SEGMENT]
        said = read.activities[segment] >= 0
        token, segment = token[said], segment[said]
        rows, strength = claims.rows[said], claims.strength[said]
        how, activity = self._meetings.look_up(
            read.activities[segment], read.place[segment], rows[:, NODE], rows[:, IS_TECHNIQUE]
        )
        strength = strength * np.where(read.branch[segment], self._branch, 1.0)
        strength = strength * self._factors[how] * np.where(rows[:, HINT] > 0, self._hint, 1.0)
        start, end = (page.tokens.start[token] + rows[:, column] for column in (FROM, TO))
        scope = page.clauses.scope[page.tokens.clause[token]]
        first, last = quotations(page, read, segment, start, end)
        offset = page.starts[scope]
        return Pieces(
            scope, rows[:, NODE], np.full(len(scope), SCOPE), first - offset, last - offset,
            start - offset, activity, strength, read.order[segment], rows[:, HINT] > 0, how,
        )  # fmt: skip
