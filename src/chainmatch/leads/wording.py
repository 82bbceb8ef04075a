"""How like one wording is to another, and where texts hold what is like the wordings of leads.

Likeness is counted in characters and in pairs of neighbours: the mean of the shares that both
wordings have in common, and a bonus where both end alike (食用油瓶, 塑料瓶), since in Chinese what
a thing is stands last. A wording of a node that the lead names is worth the more, the more like it
is to the lead's own; pieces of that count by how much of it the item around them says.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import ahocorasick_rs
import networkx as nx

from chainmatch.leads.clauses import GENERIC, TAIL
from chainmatch.leads.reading import Mention, Named
from chainmatch.matching.fit_model import read_model
from chainmatch.matching.lexicon import Lexicon
from chainmatch.matching.string_batch import ROW, StringBatch
from chainmatch.schema.verbs import VERBS

SAME_END = 0.2  # bonus where both wordings end in the same character
MATE = 0.3  # how close a firm of the node is that says nothing like it
NEAR_MATE = 0.4  # if it says what the lead itself has or does
MODIFIES = 0.6  # a wording that something else follows on, which it only modifies
ELSEWHERE = 0.6  # what stands beside a thing, named elsewhere in the text
BESIDE = 0.35  # share of what stands beside a thing
CONTEXT = 0.25  # share of what the lead itself has or does, where nothing stands beside the thing
LONG, MOST = 5, 0.5  # of a long wording half says enough without a fit at its node
LEAST_TOLD, RARE = 0.4, 0.45  # how close the commonest wording is; specificity of a telling one
PLACES = 4  # that are kept of a thing in a text
_ITEM = 24  # characters around a wording that are shown at most

_GENERIC_END = re.compile(f"(?:{GENERIC.pattern})$")
_COMING = frozenset(("make", "grow", "trade", "operate"))
_END = re.compile(f"(?:{TAIL.pattern})$")
_REST = re.compile(f"(?:{TAIL.pattern})(?:[及和与或等类为]|$)")
_CUT = re.compile(rf"[、,;。:()\s{ROW}]")


Own = frozenset[str]  # words of what a lead itself has or does


class Place(NamedTuple):
    """Where a text holds something like a wanted thing, and how close it is, 0…1.

    ``alone`` says that the words are enough without a fit at the node of the thing.
    """

    close: float
    start: int
    end: int
    alone: bool

    def at(self, offset: int) -> "Place":
        """Return the place moved by an offset."""
        return self._replace(start=self.start + offset, end=self.end + offset)


@lru_cache(maxsize=1 << 16)
def likeness(one: str, other: str) -> float:
    """Return how like two wordings are, 0…1; 1 only for the same."""
    one, other = bare(one), bare(other)
    mine, yours = _grams(one), _grams(other)
    both = len(mine & yours)
    if not both:
        return 0.0
    shares = (both / len(mine) + both / len(yours)) / 2
    inside = one in other or other in one
    return min(1.0, shares + SAME_END * (one[-1] == other[-1] and not inside))


@lru_cache(maxsize=1 << 14)
def bare(word: str) -> str:
    """A wording without what at its end only says how a thing comes about (猪养殖), or of what
    wide kind it is (烘干设备).

    A service is what its verb says (水电机组检修).
    """
    for size in (4, 3, 2):
        if len(word) > size and _COMING.intersection(VERBS.get(word[-size:], ())):
            return word[:-size]
    generic = _GENERIC_END.search(word)
    return word[: generic.start()] if generic and generic.start() > 1 else word


@lru_cache(maxsize=1 << 14)
def _grams(word: str) -> frozenset[str]:
    pairs = (word[index : index + 2] for index in range(len(word) - 1))
    return frozenset((*word, *pairs))


def core_of(thing: str) -> str:
    """Return a thing without the forms of organisation and making at its end (导览系统服务商)."""
    found = _END.search(thing)
    return thing[: found.start()] or thing if found else thing


class Wordings:
    """What is looked for in texts: the things of mentions, and all that is like them."""

    def __init__(
        self,
        mentions: Iterable[tuple[Mention, Own]],
        graph: "nx.DiGraph[str]",
        lexicon: Lexicon,
    ) -> None:
        """``mentions`` stand with the words of what their lead itself has or does."""
        self._numbers: dict[tuple[str, Named, Own], int] = {}
        self._things: list[Named] = []
        self._own: list[Own] = []
        self._forms: dict[str, dict[int, float]] = defaultdict(dict)
        self._around: dict[str, set[int]] = defaultdict(set)
        for mention, own in mentions:
            for thing in mention.things:
                key = (mention.node, thing, own)
                if key not in self._numbers:
                    self._numbers[key] = len(self._numbers)
                    self._things.append(thing)
                    self._own.append(own)
                    self._look_for(self._numbers[key], mention.node, thing, own, graph, lexicon)
        terms = sorted(self._forms.keys() | self._around.keys())
        self._things_of = [tuple(self._forms.get(term, {}).items()) for term in terms]
        self._things_around = [frozenset(self._around.get(term, ())) for term in terms]
        self._automaton = ahocorasick_rs.AhoCorasick(terms)

    def _look_for(
        self,
        number: int,
        node: str,
        thing: Named,
        own: Own,
        graph: "nx.DiGraph[str]",
        lexicon: Lexicon,
    ) -> None:
        self._forms[thing.word][number] = 1.0
        for kind, worth in (("objects", 1.0), ("hints", 0.8)) if node else ():
            for term in graph.nodes[node][kind]:
                if like := likeness(thing.word, term):
                    close = worth * (MATE + (1 - MATE) * like)
                    self._forms[term][number] = max(close, self._forms[term].get(number, 0.0))
        for piece in pieces(core_of(thing.word)):
            self._forms[piece].setdefault(number, 0.0)
        around = {word for word in own if word not in thing.word}
        if thing.beside:
            around = {hit.term for hit in lexicon.find(thing.beside)}
            around.update(term for kind in thing.kinds for term in graph.nodes[kind]["objects"])
        for term in around:
            self._around[term].add(number)

    def numbers(self, mention: Mention, own: Own) -> list[int]:
        """Return the numbers of the things of a mention of a lead that has or does ``own``."""
        return [self._numbers[mention.node, thing, own] for thing in mention.things]

    def find(self, batch: StringBatch) -> "Said":
        """Find the things in normalised texts."""
        hits = [
            (start, end, term)
            for term, start, end in self._automaton.find_matches_as_indexes(
                batch.text, overlapping=True
            )
            if end - start > 2 or _whole(batch.text, start, end)
        ]
        hits.sort(key=lambda hit: (hit[0], -hit[1]))
        said = Said(self, batch)
        reach: dict[int, int] = {}  # of each thing, where its last form ends
        texts = batch.at([start for start, _, _ in hits]).tolist()
        for text, (start, end, number) in zip(texts, hits, strict=True):
            if self._things_around[number]:
                said.near_terms[text].append(number)
            for thing, close in self._things_of[number]:
                if end > reach.get(thing, -1):  # else 饲料 in 猪饲料
                    reach[thing] = end
                    alone = close > 0 and (end - start > 2 or _begins(batch.text, start))
                    said.hits.setdefault((text, thing), []).append((close, start, end, alone))
        said.count()
        return said

    def around(self, terms: Iterable[int]) -> frozenset[int]:
        """Return the things beside or around which some terms stand."""
        return frozenset().union(*(self._things_around[term] for term in terms))

    def weighed(
        self, thing: int, place: Place, text: str, item: tuple[int, int], near: bool
    ) -> Place:
        """Weigh in how much of the thing its item says, and what stands beside the thing: in the
        item or elsewhere; where nothing does, what the lead has or does.
        """
        named, close, alone = self._things[thing], place.close, place.alone
        if not _REST.match(text, place.end, item[1]):  # 露营 in 露营灯
            close, alone = close * MODIFIES, False
        if close < 1.0 or named.beside:
            phrase = text[item[0] : item[1]]
            wanted = _grams(bare(named.word))
            said = sum(1 for gram in wanted if gram in phrase) / len(wanted)
            close = max(close, MATE + (1 - MATE) * said)
            alone = alone or (len(bare(named.word)) >= LONG and said >= MOST)
        if named.beside:
            share = len(set(named.beside) & set(phrase)) / len(set(named.beside))
            last = 1.0 if named.beside[-1] in phrase else 0.0
            share = max(share, last, ELSEWHERE if near else 0.0)
            close *= 1 - BESIDE + BESIDE * share
        elif self._own[thing] and not near:
            close *= 1 - CONTEXT
        close = min(close, telling(named.word))
        return place._replace(close=max(close, NEAR_MATE if near else MATE), alone=alone)


class Said:
    """What is said in many texts of the things that were looked for."""

    def __init__(self, wordings: Wordings, batch: StringBatch) -> None:
        self._wordings, self._batch = wordings, batch
        self._cuts = [found.start() for found in _CUT.finditer(batch.text)]
        self.hits: dict[tuple[int, int], list[tuple[float, int, int, bool]]] = {}
        self.near_terms: dict[int, list[int]] = defaultdict(list)
        self.alone: dict[int, list[int]] = defaultdict(list)
        self._near: dict[int, frozenset[int]] = {}
        self._known: dict[tuple[int, int], tuple[Place, ...]] = {}

    def count(self) -> None:
        """Note which texts might say a thing without a fit at its node."""
        for (text, thing), hits in self.hits.items():
            if len(hits) > 1 or hits[0][3]:
                self.alone[thing].append(text)

    def near(self, text: int, thing: int) -> bool:
        """Whether a text says what stands beside a thing, or what its lead has or does."""
        if text not in self._near:
            self._near[text] = self._wordings.around(self.near_terms.get(text, ()))
        return thing in self._near[text]

    def _item(self, start: int, end: int) -> tuple[int, int]:
        """Return :func:`item_around`, from the signs of all texts found once."""
        before, after = bisect_left(self._cuts, start) - 1, bisect_left(self._cuts, end)
        left = self._cuts[before] + 1 if before >= 0 else 0
        right = self._cuts[after] if after < len(self._cuts) else len(self._batch.text)
        return max(left, start - _ITEM), min(right, end + _ITEM)

    def places(self, text: int, thing: int) -> tuple[Place, ...]:
        """Return where a text says a thing, closest first."""
        key = text, thing
        if key not in self.hits:
            return ()
        if key not in self._known:
            offset, near = int(self._batch.starts[text]), self.near(text, thing)
            weigh, whole = self._wordings.weighed, self._batch.text
            found = [
                weigh(thing, Place(*hit), whole, self._item(hit[1], hit[2]), near)
                for hit in self.hits[key]
            ]
            found.sort(key=lambda place: (-place.close, place.start))
            self._known[key] = tuple(place.at(-offset) for place in found[:PLACES])
        return self._known[key]


@lru_cache(maxsize=1 << 12)
def telling(word: str) -> float:
    """Return how close a firm can be at most that says a wording: 食品 and 环保工程 say little."""
    return LEAST_TOLD + (1 - LEAST_TOLD) * min(1.0, read_model().specificity(word) / RARE)


def pieces(word: str) -> Iterator[str]:
    """Yield the pairs of characters of a word that say more than that somebody does something."""
    for part in GENERIC.split(word):
        for at in range(len(part) - 1):
            if part[at : at + 2] not in VERBS:
                yield part[at : at + 2]


def _begins(text: str, start: int) -> bool:
    return not text[start - 1].isalnum() or text[start - 2 : start] in VERBS


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a word of two characters stands for itself there: beside a sign or a verb."""
    return _begins(text, start) or not text[end].isalnum() or text[end : end + 2] in VERBS


def item_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the item of a normalised text around a span."""
    first = max(0, start - _ITEM)
    left = max((found.end() for found in _CUT.finditer(text, first, start)), default=first)
    right = _CUT.search(text, end, end + _ITEM)
    return left, right.start() if right else min(len(text), end + _ITEM)


def closest(things: Sequence[Named], others: Sequence[Named]) -> float:
    """Return how like the likest of two lists of things are, with what stands beside them."""
    pairs = [(one, other) for one in things for other in others]
    words = [likeness(one.word, other.word) for one, other in pairs]
    wholes = [likeness(one.beside + one.word, other.beside + other.word) for one, other in pairs]
    return max((*words, *wholes), default=0.0)
