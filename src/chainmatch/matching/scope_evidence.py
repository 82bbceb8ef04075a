"""Evidence in scopes: whose terms they hold, and what the firm does with each."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import ahocorasick_rs
import numpy as np

from chainmatch.matching.activity_rule import EVIDENCE_KINDS, compare_many, is_stated
from chainmatch.matching.arrays import Flags, Floats, Ints, concat_rows, expand_ranges, take
from chainmatch.matching.evidence import SCOPE, EvidenceColumns
from chainmatch.matching.fit_model import SPEAKING, FitModel
from chainmatch.matching.grammar import (
    Reading,
    ScopeBatch,
    TokenSegments,
    cut,
    read_clauses,
    read_tokens,
)
from chainmatch.matching.grammar.clause_verbs import PLACES
from chainmatch.matching.grammar.cleaning import FILL, GONE
from chainmatch.matching.grammar.scope_batch import CUTTING
from chainmatch.matching.lexicon import Hits, Lexicon
from chainmatch.matching.string_batch import ROW, StringBatch, code_points
from chainmatch.matching.written_out import VerbTerms

_GENERIC = EVIDENCE_KINDS.index("generic")
_STATING = [EVIDENCE_KINDS.index(kind) for kind in ("stated", "reached", "bare", "bare-make")]
QUOTE = 60  # longest quotation, in characters
_BLANK = np.zeros(0x110000, bool)
_BLANK[[code for code in range(0x3001) if chr(code).isspace()]] = True
_STATED = np.array([is_stated(place) for place in PLACES])
_NO_TEXT = [ord(sign) for sign in (ROW, FILL, GONE)]

# A term is the head of its item if nothing but these stands behind it.
_BEHIND_HEAD = re.compile(
    "(?:系列|产品|制品|商品|等|类|及|和|与|或|、|以及|的(?=系列|产品|项目|业务|服务|工程)|项目|业务|服务|工程|专用|及其|原料|半成品|成品|市场|企业|"
    r"用品|品|基地|场|厂|\(|\x1f|,|/|（|-|之|(?:专业)?领域内?|第?[一二三、IⅠⅡⅢ]{1,12}类)"
)


class _Terms(NamedTuple):
    """Terms in segments of tokens; arrays with one entry a term and owner.

    ``token`` is the number of a token's text, or of a token; ``segment`` that of one of its
    segments, from 0; ``start:end`` is relative to the token; ``strength`` (0…1) is what the term
    counts before any activity is known.
    """

    token: Ints
    segment: Ints
    start: Ints
    end: Ints
    node: Ints
    hint: Flags
    is_technique: Flags
    is_generic: Flags
    strength: Floats


class ScopeEvidence:
    """Finds the evidence in scopes, many at a time."""

    def __init__(self, lexicon: Lexicon, model: FitModel, wanted: Sequence[frozenset[str]]) -> None:
        self._lexicon = lexicon
        self._wanted = wanted
        # A term that no token can hold: the clauses around it are searched as they stand.
        self._crossing = ahocorasick_rs.AhoCorasick(lexicon.terms_with(CUTTING))
        self._verbs = VerbTerms(lexicon)
        common = model.factors["common"]
        self.distinctive = np.array(
            [1.0 - common * (1.0 - model.specificity(term)) for term in lexicon.terms], float
        )
        """What is left of each term's strength for being common, 0…1."""
        self._techniques = np.array(["技术" in term for term in lexicon.terms], bool)
        self._modifier, self._hint, self._branch = (
            model.factors[name] for name in ("modifier", "hint", "branch")
        )
        self._factors = np.array([model.factors.get(kind, 0.0) for kind in EVIDENCE_KINDS])

    def find(self, scopes: Sequence[str]) -> tuple[EvidenceColumns, Ints]:
        """Return the evidence in scopes, and how many items each has."""
        batch = cut(scopes)
        segments = read_tokens(batch.token_texts)
        hits = self._lexicon.find_many(batch.token_texts)
        _, terms = self._terms(hits, batch.token_texts, segments)
        counts = np.bincount(terms.token, minlength=len(batch.token_texts))
        count = counts[batch.tokens.text]  # of each token
        crossed = self._crossed(batch)
        host = batch.clauses.host
        outer = np.where(host < 0, np.arange(len(host)), host)[batch.tokens.clause]
        wanted = batch.clauses.colon | crossed
        wanted[outer[count > 0]] = True
        read = read_clauses(batch, segments, wanted)
        speaking = np.flatnonzero((count > 0) & ~crossed[outer])
        which, row = expand_ranges(
            (np.cumsum(counts) - counts)[batch.tokens.text[speaking]], count[speaking]
        )
        found = take(terms, row)._replace(token=speaking[which])
        if crossed.any():
            found = concat_rows([found, self._crossing_terms(batch, segments, crossed)])
        evidence = [self._evidence(batch, read, found), self._written_out(batch, read, crossed)]
        return concat_rows(evidence), read.items

    def _terms(
        self, hits: Hits, texts: StringBatch, segments: TokenSegments
    ) -> tuple[Ints, _Terms]:
        """Return which hits begin in a segment, and their terms; ``texts`` are those of tokens."""
        counts = np.bincount(segments.token, minlength=len(texts))
        first = np.cumsum(counts) - counts
        hit, row = expand_ranges(first[hits.text], counts[hits.text])
        start = hits.start[hit]
        inside = (segments.start[row] <= start) & (start < segments.end[row])
        hit, row = hit[inside], row[inside]
        text, start, end, term, node, hint = take(hits, hit)
        core_end = segments.core_end[row]
        head = end >= core_end
        others = np.flatnonzero(~head)
        spans = ((texts.starts[text] + offset)[others].tolist() for offset in (end, core_end))
        head[others] = [
            _BEHIND_HEAD.match(texts.text, first, last) is not None
            and "的" not in texts.text[first + 1 : last]  # 畜禽与水产品的饲料
            for first, last in zip(*spans, strict=True)
        ]
        strength = self.distinctive[term] * np.where(head, 1.0, self._modifier)
        return hit, _Terms(
            text,
            row - first[text],
            start,
            end,
            node,
            hint,
            self._techniques[term],
            self._lexicon.generic[term],
            strength,
        )

    def _crossed(self, batch: ScopeBatch) -> Flags:
        """Return which clauses hold a term that no token can hold."""
        clauses, outer = batch.clauses, batch.outer
        found = self._crossing.find_matches_as_indexes(batch.text, overlapping=True)
        _, start, end = np.array(found, np.int64).reshape(-1, 3).T
        at = np.searchsorted(clauses.start[:outer], start, "right") - 1
        crossed = np.zeros(len(clauses.start), bool)
        crossed[at[(at >= 0) & (end <= clauses.end[at])]] = True
        return crossed

    def _crossing_terms(self, batch: ScopeBatch, segments: TokenSegments, crossed: Flags) -> _Terms:
        """Return the terms in clauses with one that no token can hold; ``token`` is a token."""
        clauses = np.flatnonzero(crossed)
        spans = zip(batch.clauses.start[clauses], batch.clauses.end[clauses], strict=True)
        hits = self._lexicon.find_many([batch.text[start:end] for start, end in spans])
        position = batch.clauses.start[clauses][hits.text] + hits.start
        hit, token = _tokens_at(batch, position)
        start = position[hit] - batch.tokens.start[token]
        length = (hits.end - hits.start)[hit]
        text = batch.tokens.text[token]
        own = take(hits, hit)._replace(text=text, start=start, end=start + length)
        which, terms = self._terms(own, batch.token_texts, segments)
        return terms._replace(token=token[which])

    def _evidence(self, batch: ScopeBatch, read: Reading, terms: _Terms) -> EvidenceColumns:
        segment = read.first[terms.token] + terms.segment
        offered = read.activities[segment] >= 0
        terms, segment = take(terms, offered), segment[offered]
        kind, activity = compare_many(
            read.activities[segment], _STATED[read.place[segment]], self._wanted, terms.node,
            terms.is_technique,
        )  # fmt: skip
        strength = terms.strength * np.where(read.branch[segment], self._branch, 1.0)
        strength = strength * self._factors[kind] * np.where(terms.hint, self._hint, 1.0)
        apart = _qualifying(batch, read, segment, terms.node, strength)
        strength = strength * np.where(apart, self._modifier, 1.0)
        kind = np.where(terms.is_generic & np.isin(kind, _STATING), _GENERIC, kind)
        start, end = (batch.tokens.start[terms.token] + at for at in (terms.start, terms.end))
        scope = batch.clauses.scope[batch.tokens.clause[terms.token]]
        first, last = _quotations(batch, read, segment, start, end)
        offset = batch.starts[scope]
        return EvidenceColumns(
            scope, terms.node, np.full(len(scope), SCOPE), first - offset, last - offset,
            start - offset, activity, strength, read.order[segment], terms.hint, kind,
        )  # fmt: skip

    def _written_out(self, batch: ScopeBatch, read: Reading, crossed: Flags) -> EvidenceColumns:
        """Return the evidence of terms whose verb stands elsewhere in the clause."""
        found = self._verbs.find(batch, read)
        found = take(found, ~crossed[read.clause[found.segment]])
        segment = found.segment
        kind, activity = compare_many(
            found.done, np.zeros(len(segment), bool), self._wanted, found.node,
            self._techniques[found.term],
        )  # fmt: skip
        strength = self.distinctive[found.term] * self._factors[kind]
        strength = strength * np.where(read.branch[segment], self._branch, 1.0)
        scope = batch.clauses.scope[read.clause[segment]]
        offset = batch.starts[scope]
        first = np.minimum(read.start[segment], read.start[found.verb]) - offset
        last = np.maximum(read.end[segment], read.end[found.verb]) - offset
        return EvidenceColumns(
            scope, found.node, np.full(len(scope), SCOPE), first, last,
            read.core_start[segment] - offset, activity, strength, read.order[segment],
            np.zeros(len(scope), bool), kind,
        )  # fmt: skip


def _qualifying(
    batch: ScopeBatch, read: Reading, segment: Ints, node: Ints, strength: Floats
) -> Flags:
    """Return which terms in brackets only say what the item in front is for, or made of.

    饲料（猪、牛、羊）生产 makes feed. Where the item in front speaks clearly for another node, what
    stands in the bracket is a kind of it only if it ends nearly as the item does: 肥料（有机肥）.
    """
    host = read.host[segment]
    found = host >= 0
    inside = np.flatnonzero(found)
    if not len(inside):
        return found
    nodes = int(node.max()) + 1
    clear = strength >= SPEAKING
    own_nodes = np.unique(segment[clear] * nodes + node[clear])
    last, before = (batch.codes[np.maximum(read.core_end, n) - n] for n in (1, 2))
    own = host[inside]
    other = np.isin(own, own_nodes // nodes) & ~np.isin(own * nodes + node[inside], own_nodes)
    kind = segment[inside]
    alike = (last[own] == last[kind]) | (before[own] == last[kind]) | (last[own] == before[kind])
    found[inside] = other & ~alike
    return found


def _tokens_at(batch: ScopeBatch, positions: Ints) -> tuple[Ints, Ints]:
    """Return which positions stand in tokens, where nothing is left out, and in which tokens."""
    start, texts = batch.tokens.start, batch.token_texts
    outer = int((batch.clauses.host[batch.tokens.clause] < 0).sum())  # they come first
    token = np.concatenate(
        [
            first + np.searchsorted(start[first:last], positions, "right") - 1
            for first, last in ((0, outer), (outer, len(start)))
        ]
    )
    number = np.tile(np.arange(len(positions)), 2)
    kept = (token >= np.repeat([0, outer], len(positions))) & (token < len(start))
    token, number = token[kept], number[kept]
    text, offset = batch.tokens.text[token], positions[number] - start[token]
    at = np.where(offset < texts.lengths[text], texts.starts[text] + offset, 0)
    held = np.flatnonzero(~np.isin(code_points(texts.text)[at], _NO_TEXT))
    held = held[np.argsort(number[held], kind="stable")]
    return number[held], token[held]


def _quotations(
    batch: ScopeBatch, read: Reading, segment: Ints, start: Ints, end: Ints
) -> tuple[Ints, Ints]:
    """Return the spans to quote for terms at ``start:end``, each in its segment.

    The item with its verb if that is short enough, else the item, else the term.
    """
    first = np.minimum(read.start[segment], read.verb_start[segment])
    last = np.maximum(read.end[segment], read.verb_end[segment])
    codes = batch.codes
    # A condition in front of the item: (凭许可证经营)肉类加工.
    for number in np.flatnonzero(codes[first] == ord("(")).tolist():
        closed = batch.text.rfind(")", int(first[number]), int(start[number])) + 1
        first[number] = max(int(first[number]), closed)
    long = last - first > QUOTE
    first = np.where(long, read.start[segment], first)
    last = np.where(long, np.maximum(read.end[segment], end), last)
    long = last - first > QUOTE
    first, last = np.where(long, start, first), np.where(long, end, last)
    while (blank := (first < last) & _BLANK[codes[first]]).any():
        first += blank
    while (blank := (first < last) & _BLANK[codes[last - 1]]).any():
        last -= blank
    return first, last
