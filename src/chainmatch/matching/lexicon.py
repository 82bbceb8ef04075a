"""The terms of the chains, found in running Chinese text with word boundaries.

Substring search is not enough: 售电 stands in 销**售电**子产品, 康养 in 健**康养**殖. A term
counts only if no longer term owns it, no false friend of its node covers it, it does not lie
across two other terms, and words begin and end there (:mod:`.word_boundaries`). A false friend
that begins with ``…`` (…轮胎) takes every term of its node out of the text that holds it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, groupby
from typing import NamedTuple

import ahocorasick_rs
import networkx as nx
import numpy as np

from chainmatch.matching.arrays import Flags, Ints, expand_ranges, run_lengths
from chainmatch.matching.string_batch import StringBatch, concat, normalise_batch
from chainmatch.matching.word_boundaries import SHORT, WordBoundaries, read_boundaries

ANYWHERE = "…"  # in front of a false friend: it need not touch the term


class Owner(NamedTuple):
    """A node that owns a term; ``hint`` if the term speaks for it but does not decide."""

    node: str
    chain: str
    hint: bool


class Hit(NamedTuple):
    """A term in a text: its span, the term, and the nodes that own it here."""

    start: int
    end: int
    term: str
    owners: tuple[Owner, ...]


class Hits(NamedTuple):
    """Terms in many texts, by text and position; arrays with one entry a term and owner.

    ``text`` is the number of the text, ``start:end`` the span in it, ``term`` a number in
    ``Lexicon.terms``, ``node`` one in ``Lexicon.nodes``.
    """

    text: Ints
    start: Ints
    end: Ints
    term: Ints
    node: Ints
    hint: Flags


class Lexicon:
    """All objects, hints and false friends of a chain graph in one automaton.

    ``terms`` and ``nodes`` are sorted.
    """

    def __init__(
        self,
        graph: "nx.DiGraph[str]",
        boundaries: Mapping[str, Sequence[str]] | None = None,
        licences: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Take a chain graph, what breaks short terms, and generic items with the nodes they may
        mean (``data/words/generic_items.csv``).
        """
        owners, friends, barred = _wordings(graph)
        licences = licences or {}
        _add_licences(graph, licences, owners, friends)
        self.nodes = sorted(graph)
        self.terms = sorted(owners.keys() | friends.keys() | barred.keys())
        self.generic = np.array([term in licences for term in self.terms], bool)
        self._owners = [owners.get(term, []) for term in self.terms]
        self._friends = [friends.get(term, set()) for term in self.terms]
        self._automaton = ahocorasick_rs.AhoCorasick(self.terms)
        self._boundaries = WordBoundaries(
            self.terms,
            [bool(own) for own in self._owners],
            read_boundaries() if boundaries is None else boundaries,
        )
        self._losing = lru_cache(maxsize=1 << 16)(self._losing_owners)
        # The owners of all terms, one after another.
        self._count = np.array([len(own) for own in self._owners], np.int64)
        self._first = np.cumsum(self._count) - self._count
        self._everyone = list(chain.from_iterable(self._owners))
        number = {node: number for number, node in enumerate(self.nodes)}
        self._node = np.array([number[owner.node] for owner in self._everyone], np.int64)
        self._hint = np.array([owner.hint for owner in self._everyone], bool)
        self._barred = {
            self.terms.index(term): [number[node] for node in nodes]
            for term, nodes in barred.items()
        }
        self._bars = np.zeros(len(self.terms), bool)
        self._bars[list(self._barred)] = True

    def find(self, text: str) -> list[Hit]:
        """Return what a normalised text names, in order of position."""
        _, *spans, owner = self._find(concat([text]))
        found = zip(*(column.tolist() for column in (*spans, owner)), strict=True)
        return [
            Hit(start, end, self.terms[term], tuple(self._everyone[row] for *_, row in own))
            for (start, end, term), own in groupby(found, key=lambda hit: hit[:3])
        ]

    def find_many(self, texts: Sequence[str]) -> Hits:
        """Return what normalised texts name; none of them looks at another."""
        text, start, end, term, owner = self._find(concat(texts))
        return Hits(text, start, end, term, self._node[owner], self._hint[owner])

    def _find(self, batch: StringBatch) -> tuple[Ints, ...]:
        """Return text, start, end, term and owner of each hit; owners are numbered as a whole."""
        found = self._automaton.find_matches_as_indexes(batch.text, overlapping=True)
        flat = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found))
        term, start, end = flat.reshape(-1, 3).T
        whole = ~self._boundaries.crosses(batch.text, term, start, end)
        term, start, end = term[whole], start[whole], end[whole]
        order = np.lexsort((term, -end, start))
        term, start, end = term[order], start[order], end[order]
        count = self._count[term]
        hit, owner = expand_ranges(self._first[term], count)
        kept = np.ones(len(hit), bool)
        kept[self._yielding(term, start, end, np.cumsum(count) - count)] = False
        hit, owner = hit[kept], owner[kept]
        text = batch.at(start[hit])
        kept = ~self._out_of_place(batch, term, start, text, self._node[owner])
        hit, owner, text = hit[kept], owner[kept], text[kept]
        offset = batch.starts[text]
        return text, start[hit] - offset, end[hit] - offset, term[hit], owner

    def _out_of_place(
        self, batch: StringBatch, term: Ints, start: Ints, text: Ints, node: Ints
    ) -> Flags:
        """Return which hits, by text and node, stand in a text that is about another trade."""
        bars = np.flatnonzero(self._bars[term])
        nodes = len(self.nodes)
        keys = [
            at * nodes + barred
            for at, bar in zip(batch.at(start[bars]).tolist(), term[bars].tolist(), strict=True)
            for barred in self._barred[bar]
        ]
        return np.isin(text * nodes + node, keys)

    def terms_with(self, signs: str) -> list[str]:
        """Return the terms that hold one of ``signs``."""
        return list(filter(re.compile(f"[{re.escape(signs)}]").search, self.terms))

    def short_terms(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield (term, start, end) of every short term, whether it is a word there or not."""
        for term, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if end - start <= SHORT and self._owners[term]:
                yield self.terms[term], start, end

    def _yielding(self, term: Ints, start: Ints, end: Ints, first: Ints) -> list[int]:
        """Return the owners that give way where terms overlap; those of a hit begin at ``first``.

        The hits are sorted by position, longer ones first.
        """
        opens = start >= np.append(0, np.maximum.accumulate(end))[: len(start)]
        group = np.cumsum(opens) - 1
        begins = np.flatnonzero(opens)
        own, rival = expand_ranges(begins[group], run_lengths(begins, len(start))[group])
        meet = (own != rival) & (start[rival] < end[own]) & (start[own] < end[rival])
        own, rival = own[meet], rival[meet]
        pairs = (first[own], term[own], term[rival], start[rival] - start[own])
        return [
            number + losing
            for number, *pair in zip(*(column.tolist() for column in pairs), strict=True)
            for losing in self._losing(*pair)
        ]

    def _losing_owners(self, term: int, rival: int, offset: int) -> list[int]:
        """Return which owners of a term give way to a rival that begins ``offset`` behind it."""
        owners = enumerate(self._owners[term])
        return [number for number, owner in owners if self._yields(owner, term, rival, offset)]

    def _yields(self, owner: Owner, term: int, rival: int, offset: int) -> bool:
        """Whether an owner of a term gives way to a rival that overlaps it."""
        own, other = len(self.terms[term]), len(self.terms[rival])
        covers = offset <= 0 and own <= offset + other and other > own
        if covers and owner.node in self._friends[rival]:
            return True
        others = self._owners[rival]
        if not others:
            return False
        if not covers:
            crosses = offset < 0 < offset + other < own or 0 < offset < own < offset + other
            return crosses and (other > own or (other == own and offset < 0))
        same = [one for one in others if one.node == owner.node]
        if same:
            return any(one.hint <= owner.hint for one in same)
        return own != offset + other or any(one.chain == owner.chain for one in others)


def _wordings(
    graph: "nx.DiGraph[str]",
) -> tuple[dict[str, list[Owner]], dict[str, set[str]], dict[str, set[str]]]:
    """Return the owners of each term, whose false friend it is, and whom it bars anywhere."""
    owners: dict[str, list[Owner]] = {}
    friends: dict[str, set[str]] = {}
    barred: dict[str, set[str]] = {}
    for node, data in graph.nodes(data=True):
        for kind in ("objects", "hints"):
            owner = Owner(node, data["chain"], kind == "hints")
            for term in normalise_batch(concat(data[kind])):
                owners.setdefault(term, []).append(owner)
        for term in normalise_batch(concat(data["false_friends"])):
            if term.startswith(ANYWHERE):
                barred.setdefault(term.lstrip(ANYWHERE), set()).add(node)
            else:
                friends.setdefault(term, set()).add(node)
    return owners, friends, barred


def _add_licences(
    graph: "nx.DiGraph[str]",
    licences: Mapping[str, Sequence[str]],
    owners: dict[str, list[Owner]],
    friends: dict[str, set[str]],
) -> None:
    """Let nodes own the generic items that may mean them; one that means none bars all."""
    for item, nodes in licences.items():
        own = [owner for owner in owners.get(item, ()) if not owner.hint]
        if own:
            owners[item] = own
        known = {owner.node for owner in own}
        for node in nodes:
            if node in graph and node not in known:
                owners.setdefault(item, []).append(Owner(node, graph.nodes[node]["chain"], True))
        if item not in owners:
            friends.setdefault(item, set()).update(graph)
