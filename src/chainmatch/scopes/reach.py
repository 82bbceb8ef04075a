"""Which verbs of a clause reach which of its segments.

Only the kinds of the segments and their order count, not their words: ``片剂、颗粒剂的生产`` and
``核桃、板栗的收购`` are worked out alike but for the activity. So each sequence is walked once.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from chainmatch.scopes.segments import NOTHING, Kind


class Reached(NamedTuple):
    """What a segment's verbs are.

    ``first`` and ``last`` number the segments that they stand in; ``order`` counts the segments
    before this one that name something.
    """

    activities: frozenset[str]
    place: str
    first: int
    last: int
    order: int


class Reach(NamedTuple):
    """One :class:`Reached` a segment, None for what is excluded or says nothing.

    ``handed_on`` are the verbs that reach bare clauses behind this one.
    """

    segments: tuple[Reached | None, ...]
    handed_on: frozenset[str]


@lru_cache(maxsize=1 << 13)
def reach(kinds: tuple[Kind, ...], mixed: bool, carried: frozenset[str]) -> Reach:
    """Walk the segments of a clause.

    ``mixed`` says that both 、 and , stand in it (then , separates lists); ``carried`` are the
    verbs of an earlier ``生产、销售：`` that reach a clause without any verb.
    """
    walk = _Walk(kinds, mixed)
    for number in _offered(kinds):
        walk.take(number)
    if carried and not any(walk.activities.values()):
        walk.give_all(carried)
    return Reach(tuple(walk.reached()), walk.handed_on)


def _offered(kinds: Sequence[Kind]) -> list[int]:
    """Leave out what is excluded: from 不含… to the next sign that is no 、, and X除外."""
    offered = []
    excluding, sign = False, ""
    for number, kind in enumerate(kinds):
        excluding = excluding and sign == "、"
        if not excluding and kind.excludes in ("", "open"):
            offered.append(number)
        excluding = excluding or kind.excludes.startswith("open")
        sign = kind.sign
    return offered


class _Walk:
    """Gives each segment its verbs, in one pass."""

    def __init__(self, kinds: Sequence[Kind], mixed: bool) -> None:
        self.activities: dict[int, frozenset[str]] = {}
        self.handed_on = NOTHING
        self._kinds = kinds
        self._mixed = mixed
        self._place: dict[int, str] = {}
        self._span: dict[int, tuple[int, int]] = {}
        self._named = False  # something other than verbs was seen
        self._reach = NOTHING  # verbs that reach forward
        self._reach_span = (0, 0)  # the segments they stand in
        self._group: list[int] = []  # segments that a verb behind them would still reach
        self._closed = False  # the group has its verbs; a further verb adds to them

    def reached(self) -> Iterator[Reached | None]:
        order = 0
        for number in range(len(self._kinds)):
            if number in self.activities:
                place = self._place[number]
                yield Reached(self.activities[number], place, *self._span[number], order)
                order += place != "verb"
            else:
                yield None

    def give_all(self, carried: frozenset[str]) -> None:
        """Verbs of an earlier clause reach everything in this one, and go on."""
        self.activities = dict.fromkeys(self.activities, carried)
        self._place = dict.fromkeys(self._place, "before")
        self.handed_on = carried

    def take(self, number: int) -> None:
        kind = self._kinds[number]
        if kind.only_verbs:
            if kind.before or kind.after:
                self._take_verbs(number, kind)
            return
        sign = self._kinds[number - 1].sign if number else ""
        if self._closed or (self._mixed and sign == ","):
            self._group, self._closed = [], False
        self._take_object(number, kind.before, kind.after)
        if kind.colon:
            self._group, self._closed = [], False
        self._named = True

    def _take_verbs(self, number: int, kind: Kind) -> None:
        verbs = kind.before | kind.after
        group = self._group[:]
        self._append(number, verbs, "verb")
        if kind.trade and not kind.colon:
            return
        if kind.colon or not self._named:
            self._reach_forward(number, verbs)
            self._group, self._closed = [], False
            if kind.colon:
                self.handed_on = self._reach
            return
        for earlier in group:
            self._give(earlier, number, self.activities[earlier] | verbs)
        self._closed = True

    def _take_object(self, number: int, before: frozenset[str], after: frozenset[str]) -> None:
        if before:
            self._reach_forward(number, before)
            self._group = []
        if after:
            if not before:
                self._reach_back(number, after)
            self._append(number, before | after | (self._reach if before else NOTHING), "own")
            self._closed = True
        elif self._reach:
            self._append(number, self._reach, "own" if before else "before")
        else:
            self._append(number, NOTHING, "bare")

    def _reach_forward(self, number: int, verbs: frozenset[str]) -> None:
        """Verbs before anything is named add up (生产、销售); later ones replace the earlier."""
        more = not self._named
        start = self._reach_span[0] if more and self._reach else number
        self._reach = self._reach | verbs if more else verbs
        self._reach_span = (start, number)

    def _reach_back(self, number: int, verbs: frozenset[str]) -> None:
        self._group = [earlier for earlier in self._group if not self.activities[earlier]]
        for earlier in self._group:
            self._give(earlier, number, verbs)

    def _give(self, earlier: int, number: int, activities: frozenset[str]) -> None:
        """Give a segment the verbs of one behind it."""
        if not self.activities[earlier]:
            self._place[earlier] = "after"
        self.activities[earlier] = activities
        self._span[earlier] = (self._span[earlier][0], number)

    def _append(self, number: int, activities: frozenset[str], place: str) -> None:
        self.activities[number], self._place[number] = activities, place
        span = (number, number)
        if place == "before":
            span = self._reach_span
        elif place == "own" and self._kinds[number].before:
            span = (self._reach_span[0], number)
        self._span[number] = span
        self._group.append(number)
