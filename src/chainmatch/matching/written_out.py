"""What a list of verbs says when it is written out.

``铅锌矿采选、冶炼`` says 铅锌矿采选 and 铅锌矿冶炼, ``鱼、虾养殖`` says 鱼养殖 and 虾养殖. A term
that ends in a verb (铅锌矿冶炼) is found only so: object and verb do not stand side by side.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from chainmatch.matching.arrays import Ints
from chainmatch.matching.grammar import Reading, ScopeBatch
from chainmatch.matching.grammar.clause_verbs import PLACES
from chainmatch.matching.grammar.segments import activities_of
from chainmatch.matching.lexicon import Lexicon
from chainmatch.schema.verbs import VERBS

_VERB = PLACES.index("verb")
# Who sells several things sells each, and says no more of them than that.
_DOING = {verb for verb, does in VERBS.items() if does != {"trade"}} | {"收购", "购销"}
_LONGEST = 8  # characters of an object that are looked at
_FARTHEST = 6  # verbs in a row that are looked at
_IN_FRONT = re.compile("^(?:等|的|之|类|产品|项目|业务|、)*")


class WrittenOut(NamedTuple):
    """Terms that objects and verbs apart from them make; arrays with one entry a term and owner.

    ``segment`` is that of the object, ``verb`` that of the verb; ``done`` the mask of what the verb
    says; ``term`` and ``node`` are numbers of the lexicon.
    """

    segment: Ints
    verb: Ints
    done: Ints
    term: Ints
    node: Ints


class VerbTerms:
    """Finds terms that end in a verb, where the verb stands elsewhere in the clause."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._objects: dict[str, set[str]] = {}  # verb → the objects of terms that end in it
        longest = max(map(len, _DOING))
        for term in lexicon.terms:
            for length in range(1, min(longest, len(term) - 1) + 1):
                if (verb := term[-length:]) in _DOING:
                    self._objects.setdefault(verb, set()).add(term[:-length])
        self._verb = lru_cache(maxsize=1 << 12)(self._read_verb)
        self._ends = np.zeros(0x110000, bool)
        self._ends[[ord(one[-1]) for own in self._objects.values() for one in own]] = True

    def find(self, batch: ScopeBatch, read: Reading) -> WrittenOut:
        """Return the terms of all clauses that were read."""
        objects, verbs = self._pairs(batch, read)
        number: dict[tuple[str, str], int] = {}
        which: list[tuple[int, int, int]] = []
        cores = (read.core_start[objects], read.core_end[objects])
        columns = (objects, verbs, *cores, *_spans(read, objects, verbs))
        spans = (column.tolist() for column in columns)
        for row, at, start, end, first, last in zip(*spans, strict=True):
            verb, heads, ends = self._verb(batch.text[first:last])
            if batch.text[end - 1] in ends and _ends_in(thing := batch.text[start:end], heads):
                which.append((row, at, number.setdefault((thing, verb), len(number))))
        return self._terms(list(number), np.array(which, np.int64).reshape(-1, 3))

    def _pairs(self, batch: ScopeBatch, read: Reading) -> tuple[Ints, Ints]:
        """Return objects and the segments of verbs elsewhere that reach them."""
        segment = np.flatnonzero((read.activities > 0) & (read.place != _VERB))
        segment = segment[self._ends[batch.codes[np.maximum(read.core_end[segment], 1) - 1]]]
        found: list[tuple[Ints, Ints]] = []
        for step, verb in ((-1, read.verb_last[segment]), (1, read.verb_first[segment])):
            own, at = segment[verb * step < segment * step], verb[verb * step < segment * step]
            for _ in range(_FARTHEST):
                found.append((own, at))
                more = (read.place[at] == _VERB) & ((at + step) * step < own * step)
                own, at = own[more], at[more] + step
                only = read.place[at] == _VERB
                own, at = own[only], at[only]
        objects, verbs = (np.concatenate(column) for column in zip(*found, strict=True))
        return objects, verbs

    def _read_verb(self, words: str) -> tuple[str, frozenset[str], frozenset[str]]:
        """Return a verb without fillers, the objects of its terms, and their last signs."""
        verb = _IN_FRONT.sub("", words, count=1)
        heads = frozenset(
            head for n in range(1, len(verb) + 1) for head in self._objects.get(verb[:n], ())
        )
        return verb, heads, frozenset(head[-1] for head in heads)

    def _terms(self, pairs: Sequence[tuple[str, str]], which: Ints) -> WrittenOut:
        hits = self._lexicon.find_many([thing + verb for thing, verb in pairs])
        length = np.array([len(thing) for thing, _ in pairs], np.int64)[hits.text]
        across = np.flatnonzero((hits.start < length) & (hits.end > length) & ~hits.hint)
        done = np.array([activities_of(verb) for _, verb in pairs], np.int64)
        order = np.argsort(hits.text[across], kind="stable")
        across = across[order]
        first = np.searchsorted(hits.text[across], which[:, 2], "left")
        count = np.searchsorted(hits.text[across], which[:, 2], "right") - first
        row = np.repeat(np.arange(len(which)), count)
        offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        hit = across[first[row] + offset]
        segment, verb, pair = which[row].T
        return WrittenOut(segment, verb, done[pair], hits.term[hit], hits.node[hit])


def _ends_in(thing: str, heads: frozenset[str]) -> bool:
    return any(thing[-n:] in heads for n in range(1, min(len(thing), _LONGEST) + 1))


def _spans(read: Reading, objects: Ints, verbs: Ints) -> tuple[Ints, Ints]:
    """Return where the words of the verbs stand: in front of their object, behind it, or alone."""
    alone, behind = read.place[verbs] == _VERB, verbs > objects
    first = np.where(behind & ~alone, read.core_end[verbs], read.start[verbs])
    last = np.where(behind | alone, read.end[verbs], read.core_start[verbs])
    return first, last
