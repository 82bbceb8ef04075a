"""The words of the chains, found in running Chinese text with word boundaries.

Substring search is not enough: 售电 stands in 销**售电**子产品, 康养 in 健**康养**殖. A wording
counts only if no longer wording owns it, no false friend of its node covers it, it does not lie
across two other wordings, and words begin and end there (:mod:`.word_boundaries`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from threading import Lock
from typing import NamedTuple

import ahocorasick_rs
import networkx as nx
import numpy as np

from chainmatch.matching.ragged import Stack, different, expanded, sizes
from chainmatch.matching.string_batch import lay, normalised
from chainmatch.matching.word_boundaries import SHORT, Borders, read_borders

KEPT = 1 << 16  # decisions that are kept


class Claim(NamedTuple):
    """A node's claim to a wording; ``hint`` if the wording speaks for it but does not decide."""

    node: str
    chain: str
    hint: bool


class Hit(NamedTuple):
    """A wording in a text: span, wording and the nodes that claim it here."""

    start: int
    end: int
    word: str
    claims: tuple[Claim, ...]


class Hits(NamedTuple):
    """Wordings in many texts, in order of text and position; arrays with one entry a wording.

    ``text`` is the number of the text, ``start:end`` the span in it, ``word`` the number of the
    wording, ``claims`` that of the claims that stand, in ``Lexicon.claims``.
    """

    text: np.ndarray
    start: np.ndarray
    end: np.ndarray
    word: np.ndarray
    claims: np.ndarray


class Lexicon:
    """All objects, hints and false friends of a chain graph in one automaton.

    ``claims`` holds what may stand of the claims to a wording, number 0 none. Threads may share
    one: they take turns.
    """

    def __init__(
        self, graph: "nx.DiGraph[str]", borders: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        claims: dict[str, list[Claim]] = {}
        friends: dict[str, set[str]] = {}
        for node, data in graph.nodes(data=True):
            for kind in ("objects", "hints"):
                claim = Claim(node, data["chain"], kind == "hints")
                for word in normalised(lay(data[kind])):
                    claims.setdefault(word, []).append(claim)
            for word in normalised(lay(data["false_friends"])):
                friends.setdefault(word, set()).add(node)
        self.nodes = sorted(graph)
        self.words = sorted(claims.keys() | friends.keys())
        self._claims = [tuple(claims.get(word, ())) for word in self.words]
        self._friends = [frozenset(friends.get(word, ())) for word in self.words]
        self._automaton = ahocorasick_rs.AhoCorasick(self.words)
        self._borders = Borders(
            self.words,
            [bool(own) for own in self._claims],
            read_borders() if borders is None else borders,
        )
        self._turn = Lock()
        self.claims: list[tuple[Claim, ...]] = [()]
        self._claim_numbers: dict[tuple[Claim, ...], int] = {(): 0}
        self._alone = np.array([self._number(claims) for claims in self._claims], np.int64)
        self._longest = max(map(len, self.words), default=0)
        self._forget()

    def _forget(self) -> None:
        """Forget how overlapping wordings were settled."""
        self._settled_groups: dict[bytes, int] = {}
        self._standing = Stack(1)

    def find(self, text: str) -> list[Hit]:
        """Return what a normalised text names, in order of position."""
        found = self.find_many([text])
        return [
            Hit(start, end, self.words[word], self.claims[claims])
            for start, end, word, claims in zip(
                found.start.tolist(), found.end.tolist(),
                found.word.tolist(), found.claims.tolist(), strict=True,
            )
        ]  # fmt: skip

    def find_many(self, texts: Sequence[str]) -> Hits:
        """Return what normalised texts name; none of them looks at another."""
        with self._turn:  # what was settled before grows
            if len(self._settled_groups) > KEPT:
                self._forget()
            return self._find_many(texts)

    def _find_many(self, texts: Sequence[str]) -> Hits:
        laid = lay(texts)
        found = self._automaton.find_matches_as_indexes(laid.text, overlapping=True)
        if not found:
            return Hits(*np.zeros((5, 0), np.int64))
        flat = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found))
        word, start, end = flat.reshape(-1, 3).T
        whole = np.ones(len(word), bool)
        whole[self._borders.broken(laid.text, word, start, end)] = False
        word, start, end = self._sorted(word[whole], start[whole], end[whole])
        claims = self._settled(word, start, end)
        kept = np.flatnonzero(claims)
        word, start, end, claims = word[kept], start[kept], end[kept], claims[kept]
        text = laid.at(start)
        offset = laid.starts[text]
        return Hits(text, start - offset, end - offset, word, claims)

    def _sorted(
        self, word: np.ndarray, start: np.ndarray, end: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sort wordings by where they begin, longer ones first; as one number each: sooner."""
        words, most = len(self.words), self._longest + 1
        keys = np.sort((start * most + self._longest - (end - start)) * words + word)
        place, word = np.divmod(keys, words)
        start, shorter = np.divmod(place, most)
        return word, start, start + self._longest - shorter

    def _settled(self, word: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return the numbers of the claims that stand, 0 for none, of wordings sorted by place.

        A wording alone stands if a node claims it. Those that overlap are settled together, once
        for all places where the same ones overlap in the same way.
        """
        claims: np.ndarray = self._alone[word]
        reach = np.maximum.accumulate(end)
        first = np.flatnonzero(start >= np.append(0, reach)[: len(start)])
        size = sizes(first, len(word))
        first, size = first[size > 1], size[size > 1]
        if len(first):
            group, row = expanded(first, size)
            base = start[first][group]
            spans = np.stack([word[row], start[row] - base, end[row] - base], axis=1)
            groups, which = different(spans.astype(np.int32), size)
            at = np.array([self._settle(key) for key in groups.to_pylist()], np.int64)
            claims[row] = self._standing.rows[expanded(at[which], size)[1], 0]
        return claims

    def _settle(self, key: bytes) -> int:
        """Return where the claims that stand of some overlapping wordings begin in the stack."""
        known = self._settled_groups.get(key)
        if known is not None:
            return known
        spans = [
            (start, -end, word)
            for word, start, end in np.frombuffer(key, np.int32).reshape(-1, 3).tolist()
        ]
        first = len(self._standing)
        self._standing.push([(number,) for number in self._resolve(spans)])
        self._settled_groups[key] = first
        return first

    def claimed_words(self) -> list[str]:
        """Return the wordings that a node claims, false friends left out."""
        return [word for word, own in zip(self.words, self._claims, strict=True) if own]

    def words_with(self, signs: str) -> list[str]:
        """Return the wordings that hold one of ``signs``."""
        return list(filter(re.compile(f"[{re.escape(signs)}]").search, self.words))

    def short_words(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield (wording, start, end) of every short wording, whether it is a word there or not."""
        for word, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if end - start <= SHORT and self._claims[word]:
                yield self.words[word], start, end

    def _resolve(self, spans: list[tuple[int, int, int]]) -> Iterator[int]:
        """Decide which claims stand among wordings that overlap each other."""
        for span in spans:
            start, end, word = span[0], -span[1], span[2]
            claims = self._claims[word]
            for a, minus_b, rival in spans if claims else ():
                if a < end and start < -minus_b and (a, minus_b, rival) != span:
                    over = (a, -minus_b)
                    claims = tuple(
                        c for c in claims if not self._yields(c, (start, end), over, rival)
                    )
            yield self._number(claims)

    def _number(self, claims: tuple[Claim, ...]) -> int:
        """Return the number of claims in ``self.claims``."""
        number = self._claim_numbers.setdefault(claims, len(self.claims))
        if number == len(self.claims):
            self.claims.append(claims)
        return number

    def _yields(
        self, claim: Claim, span: tuple[int, int], over: tuple[int, int], rival: int
    ) -> bool:
        """Whether a claim gives way to a rival wording that overlaps it."""
        longer = over[1] - over[0] > span[1] - span[0]
        covers = over[0] <= span[0] and span[1] <= over[1] and longer
        if covers and claim.node in self._friends[rival]:
            return True
        owners = self._claims[rival]
        if not owners:
            return False
        if not covers:
            crosses = over[0] < span[0] < over[1] < span[1] or span[0] < over[0] < span[1] < over[1]
            earlier = over[1] - over[0] == span[1] - span[0] and over[0] < span[0]
            return crosses and (longer or earlier)
        if any(owner.node == claim.node for owner in owners):
            return any(owner.node == claim.node and owner.hint <= claim.hint for owner in owners)
        same_head = over[1] == span[1]
        return not same_head or any(owner.chain == claim.chain for owner in owners)
