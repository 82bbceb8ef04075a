"""The words of the chains, found in running Chinese text with word boundaries.

Substring search is not enough: 售电 stands in 销**售电**子产品, 康养 in 健**康养**殖. A wording
counts only if no longer wording owns it, no false friend of its node covers it, it does not lie
across two other wordings, and, for short ones, words begin and end there.

Where a short wording straddles two words is learned once from a registry with the segmenter: the
characters beside it that break it (``data/learned/borders.json``). The segmenter itself is asked
only for wordings that are not in that table, such as those of a county's own chain.
"""

import json
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import ahocorasick_rs
import networkx as nx

from chainmatch.resources import data_folder
from chainmatch.text import normalise
from chainmatch.verbs import VERBS

SHORT = 2  # wordings up to this length are checked against the segmenter
_HAN = ("\u3400", "\u9fff")


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


class Lexicon:
    """All objects, hints and false friends of a chain graph in one automaton."""

    def __init__(
        self, graph: "nx.DiGraph[str]", borders: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._borders = read_borders() if borders is None else borders
        claims: dict[str, list[Claim]] = {}
        friends: dict[str, set[str]] = {}
        for node, data in graph.nodes(data=True):
            for kind in ("objects", "hints"):
                for word in data[kind]:
                    claim = Claim(node, data["chain"], kind == "hints")
                    claims.setdefault(normalise(word), []).append(claim)
            for word in data["false_friends"]:
                friends.setdefault(normalise(word), set()).add(node)
        self.words = sorted(claims.keys() | friends.keys())
        self._claims = [tuple(claims.get(word, ())) for word in self.words]
        self._friends = [frozenset(friends.get(word, ())) for word in self.words]
        self._automaton = ahocorasick_rs.AhoCorasick(self.words)
        # A verb that begins with a wording's last sign, or ends with its first, may break it.
        heads, tails = {verb[0] for verb in VERBS}, {verb[1] for verb in VERBS if len(verb) > 1}
        self._breakable = [
            bool(self._claims[number])
            and (len(word) <= SHORT or word[-1] in heads or word[0] in tails)
            for number, word in enumerate(self.words)
        ]

    def find(self, text: str) -> list[Hit]:
        """Return what a normalised text names, in order of position."""
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not found:
            return []
        spans = [
            (start, -end, word)
            for word, start, end in found
            if not self._breakable[word] or self._is_word(text, start, end)
        ]
        if len(spans) == 1:
            return self._alone(*spans[0])
        spans.sort()
        hits: list[Hit] = []
        for group in _overlapping(spans):
            hits += self._resolve(group) if len(group) > 1 else self._alone(*group[0])
        return hits

    def _alone(self, start: int, minus_end: int, word: int) -> list[Hit]:
        claims = self._claims[word]
        return [Hit(start, -minus_end, self.words[word], claims)] if claims else []

    def short_words(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield (wording, start, end) of every short wording, whether it is a word there or not."""
        for word, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if end - start <= SHORT and self._claims[word]:
                yield self.words[word], start, end

    def _is_word(self, text: str, start: int, end: int) -> bool:
        """Whether ``text[start:end]`` begins and ends where words do."""
        before, behind = text[max(0, start - 1) : start], text[end : end + 1]
        if text[end - 1] + behind in VERBS and text[end : end + 2] not in VERBS:
            return False  # 食用菌种|植, but not 味精|制造
        if before + text[start] in VERBS and text[max(0, start - 2) : start] not in VERBS:
            return False  # 销|售电
        if end - start > SHORT or not (_is_han(before) or _is_han(behind)):
            return True
        known = self._borders.get(text[start:end])
        if known is None:
            return all(cuts_at(text, start, end))
        return not (before and before in known[0]) and not (behind and behind in known[1])

    def _resolve(self, spans: list[tuple[int, int, int]]) -> Iterator[Hit]:
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
            if claims:
                yield Hit(start, end, self.words[word], claims)

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


def _overlapping(spans: list[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    """Cut sorted (start, -end, word) into runs in which each overlaps an earlier one."""
    group: list[tuple[int, int, int]] = []
    reach = -1
    for span in spans:
        if span[0] >= reach and group:
            yield group
            group = []
        group.append(span)
        reach = max(reach, -span[1])
    if group:
        yield group


def cuts_at(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Ask the segmenter whether words begin at ``start`` and end at ``end`` of a text."""
    left = max(0, start - 4)
    cuts = _cuts(text[left : end + 4])
    return start - left in cuts, end - left in cuts


@cache
def read_borders() -> Mapping[str, Sequence[str]]:
    """Return short wording → (characters before, characters behind) that break it."""
    path = data_folder("learned") / "borders.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _is_han(char: str) -> bool:
    return _HAN[0] <= char <= _HAN[1]


@lru_cache(maxsize=1 << 14)
def _cuts(text: str) -> frozenset[int]:
    ends = [0]
    for word in _segmenter().cut(text, HMM=False):
        ends.append(ends[-1] + len(word))
    return frozenset(ends)


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    try:
        import rjieba

        return _Rjieba(rjieba)
    except ImportError:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.tmp_dir = tempfile.gettempdir()
        return tokenizer


class _Rjieba:
    """The compiled segmenter under the interface of the plain one."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def cut(self, text: str, HMM: bool) -> list[str]:  # noqa: N803
        return list(self._module.cut(text, HMM))
