"""Which verbs of a clause reach which of its segments.

Only the kinds of the segments and their order count: where there are verbs, not which. So
``片剂、颗粒剂的生产`` and ``核桃、板栗的收购`` are worked out alike.
"""

from collections.abc import Sequence
from typing import NamedTuple

OWN = -1  # as number of a segment: the segment itself

Verbs = int
"""A set of places of verbs, one bit each: 0 an earlier clause, 2 n + 1 in front of the object of
segment n, 2 n + 2 behind it."""

NO_VERBS: Verbs = 0
INCOMING: Verbs = 1


class Shape(NamedTuple):
    """What of a segment counts for where verbs reach, but for the signs behind it.

    ``before`` and ``after``: whether verbs stand around the object; ``trade`` is one that stands
    alone (住宿) and gives none its verb. ``excludes`` is ``drop`` for X除外, ``open`` for 不含X,
    ``open-bare`` if nothing stands in front of it.
    """

    before: bool
    after: bool
    only_verbs: bool
    trade: bool
    excludes: str


EXCLUDES = ("", "drop", "open", "open-bare")
# The shape of each number: one bit for each flag, the number of what it excludes above them.
SHAPES = [
    Shape(bool(n & 1), bool(n & 2), bool(n & 4), bool(n & 8), EXCLUDES[n >> 4]) for n in range(64)
]


class Kind(NamedTuple):
    """A shape with what stands behind it: the strongest sign (a joiner counts as 、), a colon."""

    shape: Shape
    sign: str
    colon: bool


Reached = tuple[Verbs, str, int, int]
"""What a segment's verbs are: the verbs, their place, and the first and the last segment that they
stand in, :data:`OWN` for this one."""


class VerbScope(NamedTuple):
    """One :data:`Reached` a segment, None for what is excluded or says nothing.

    ``outgoing`` are the verbs that reach bare clauses behind this one.
    """

    segments: list[Reached | None]
    outgoing: Verbs


def verb_scope(kinds: Sequence[Kind], mixed: bool, incoming: bool) -> VerbScope:
    """Walk the segments of a clause.

    ``mixed`` says that both 、 and , stand in it (then , separates lists); ``incoming`` that verbs
    of an earlier ``生产、销售：`` reach a clause without any verb.
    """
    walk = _Walk(kinds, mixed)
    for number in _offered(kinds):
        walk.take(number)
    if incoming and not any(own and own[0] for own in walk.segments):
        walk.give_all(INCOMING)
    return VerbScope(walk.segments, walk.outgoing)


def places(verbs: Verbs) -> list[int]:
    """Return the bits that are set, ascending."""
    found = []
    while verbs:
        lowest = verbs & -verbs
        found.append(lowest.bit_length() - 1)
        verbs ^= lowest
    return found


def _offered(kinds: Sequence[Kind]) -> list[int]:
    """Leave out what is excluded: from 不含… to the next sign that is no 、, and X除外."""
    offered = []
    excluding, sign = False, ""
    for number, kind in enumerate(kinds):
        excluding = excluding and sign == "、"
        if not excluding and kind.shape.excludes in ("", "open"):
            offered.append(number)
        excluding = excluding or kind.shape.excludes.startswith("open")
        sign = kind.sign
    return offered


class _Walk:
    """Gives each segment its verbs, in one pass."""

    def __init__(self, kinds: Sequence[Kind], mixed: bool) -> None:
        self.segments: list[Reached | None] = [None] * len(kinds)
        self.outgoing = NO_VERBS
        self._kinds = kinds
        self._mixed = mixed
        self._named = False  # something other than verbs was seen
        self._reach = NO_VERBS  # verbs that reach forward
        self._reach_start = 0  # the segments they stand in
        self._reach_end = 0
        self._group: list[int] = []  # segments that a verb behind them would still reach
        self._closed = False  # the group has its verbs; a further verb adds to them

    def give_all(self, incoming: Verbs) -> None:
        """Verbs of an earlier clause reach everything in this one, and go on."""
        self.segments = [own and (incoming, "before", *own[2:]) for own in self.segments]
        self.outgoing = incoming

    def take(self, number: int) -> None:
        (has_before, has_after, only_verbs, trade, _), _, colon = self._kinds[number]
        before = 2 << 2 * number if has_before else NO_VERBS
        after = 4 << 2 * number if has_after else NO_VERBS
        if only_verbs:
            if before or after:
                self._take_verbs(number, before | after, trade and not colon, colon)
            return
        apart = self._mixed and number and self._kinds[number - 1].sign == ","
        if self._closed or apart:
            self._group, self._closed = [], False
        self._take_object(number, before, after)
        if colon:
            self._group, self._closed = [], False
        self._named = True

    def _take_verbs(self, number: int, verbs: Verbs, alone: bool, colon: bool) -> None:
        group = self._group[:]
        self._append(number, (verbs, "verb", OWN, OWN))
        if alone:
            return
        if colon or not self._named:
            self._reach_forward(number, verbs)
            self._group, self._closed = [], False
            if colon:
                self.outgoing = self._reach
            return
        for earlier in group:
            self._give(earlier, number, verbs)
        self._closed = True

    def _take_object(self, number: int, before: Verbs, after: Verbs) -> None:
        if before:
            self._reach_forward(number, before)
            self._group = []
        start = self._reach_start if before and self._reach_start != number else OWN
        if after:
            if not before:
                self._reach_back(number, after)
            verbs = before | after | (self._reach if before else NO_VERBS)
            self._append(number, (verbs, "own", start, OWN))
            self._closed = True
        elif before:
            self._append(number, (self._reach, "own", start, OWN))
        elif self._reach:
            self._append(number, (self._reach, "before", self._reach_start, self._reach_end))
        else:
            self._append(number, _BARE)

    def _reach_forward(self, number: int, verbs: Verbs) -> None:
        """Verbs before anything is named add up (生产、销售); later ones replace the earlier."""
        if self._named or not self._reach:
            self._reach_start = number
        self._reach = verbs if self._named else self._reach | verbs
        self._reach_end = number

    def _reach_back(self, number: int, verbs: Verbs) -> None:
        self._group = [earlier for earlier in self._group if not self._verbs_of(earlier)]
        for earlier in self._group:
            self._give(earlier, number, verbs)

    def _give(self, earlier: int, number: int, verbs: Verbs) -> None:
        """Give a segment the verbs of one behind it, with those that it has."""
        own, place, first, _ = self.segments[earlier] or _BARE
        self.segments[earlier] = (own | verbs, place if own else "after", first, number)

    def _verbs_of(self, number: int) -> Verbs:
        reached = self.segments[number]
        return reached[0] if reached else NO_VERBS

    def _append(self, number: int, reached: Reached) -> None:
        self.segments[number] = reached
        self._group.append(number)


_BARE: Reached = (NO_VERBS, "bare", OWN, OWN)
