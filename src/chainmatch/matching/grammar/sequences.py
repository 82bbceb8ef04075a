"""Where verbs reach in many clauses: each sequence of kinds of segments is worked out once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chainmatch.matching.grammar.blocks import (
    ALONE,
    FOLLOWS,
    GOES_ON,
    Segments,
    amid,
    cut_blocks,
    kind,
)
from chainmatch.matching.grammar.verb_scope import CARRIED, OWN, places, reach
from chainmatch.matching.ragged import Stack, different, expanded, sizes

PLACES = ("own", "before", "after", "bare", "verb")
_PLACE_NUMBERS = {place: number for number, place in enumerate(PLACES)}
EXCLUDED = -1  # in the place of activities: excluded, or says nothing

# Columns of what was worked out: the number of the place; the segments in which the verbs stand,
# counted from the first of the block; where the verbs begin in their stack, and how many. A verb
# is given by its place in the block, -1 stands for those of an earlier clause.
_PLACE, _FIRST, _LAST, _VERBS, _COUNT = range(5)


class Found(NamedTuple):
    """Where verbs reach; arrays with one entry a segment.

    ``activities`` is a mask or :data:`EXCLUDED`, ``place`` the number of one of :data:`PLACES`,
    ``first`` and ``last`` number the segments in which the verbs stand.
    """

    activities: np.ndarray
    place: np.ndarray
    first: np.ndarray
    last: np.ndarray


class _Sequence(NamedTuple):
    """What was worked out for a sequence: its first row, and the verbs that it hands on.

    Of these ``places`` are those in its own segments, ``through`` says whether the ones that were
    carried into it go on.
    """

    row: int
    places: tuple[int, ...]
    through: bool


class Sequences:
    """Where verbs reach, for sequences of kinds."""

    def __init__(self) -> None:
        # By whether verbs are carried into it.
        self._known: dict[bool, dict[bytes, _Sequence]] = {False: {}, True: {}}
        self._rows = Stack(5, np.int32)
        self._verbs = Stack(1, np.int32)
        self._new_rows: list[tuple[int, ...]] = []  # not yet on the stacks
        self._new_verbs: list[tuple[int]] = []

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))

    def look_up(
        self, segments: Segments, first: np.ndarray, mixed: np.ndarray, follows: np.ndarray
    ) -> Found:
        """Find where the verbs of clauses reach; for the parameters see :func:`.cut_blocks`.

        Segments that verbs reach alike are looked at once: in a row of bare objects only
        the first can differ from the others, for what stands in front of it, and only the last can
        reach what stands behind.
        """
        blocks = cut_blocks(segments, first, mixed, follows)
        keeps = ~amid(blocks)
        kept = np.flatnonzero(keeps)
        place = np.cumsum(keeps) - keeps  # of those amid others: the place of the last of them
        starts = place[blocks.opens]
        verbs = np.stack([segments.before[kept], segments.after[kept]], axis=1).ravel()
        row, carried = self._find(blocks.code[kept], verbs, starts, blocks.joins)
        block = np.cumsum(blocks.opens) - 1
        offset, own = starts[block], np.arange(len(place))
        rows = self._rows.take(row[block] + place - offset)
        return Found(
            self._activities(rows, verbs, offset, carried[block]),
            rows[:, _PLACE],
            np.where(rows[:, _FIRST] == OWN, own, kept[rows[:, _FIRST] + offset]),
            np.where(rows[:, _LAST] == OWN, own, kept[rows[:, _LAST] + offset]),
        )

    def _activities(
        self, rows: np.ndarray, verbs: np.ndarray, offset: np.ndarray, carried: np.ndarray
    ) -> np.ndarray:
        """Join the activities of the verbs that reach each segment."""
        joined = np.where(rows[:, _COUNT] < 0, EXCLUDED, 0)
        reached = np.flatnonzero(rows[:, _COUNT] > 0)
        if len(reached):
            counts = rows[reached, _COUNT]
            which, number = expanded(rows[reached, _VERBS], counts)
            verb, segment = self._verbs.take(number)[:, 0], reached[which]
            told = verbs[np.maximum(verb, 0) + 2 * offset[segment]]
            told = np.where(verb < 0, carried[segment], told)
            joined[reached] = np.bitwise_or.reduceat(told, np.cumsum(counts) - counts)
        return joined

    def _find(
        self, codes: np.ndarray, verbs: np.ndarray, starts: np.ndarray, joins: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the first row of each block, and the activities that are carried into it."""
        size = sizes(starts, len(codes))
        runs, which = different(codes.astype(np.uint16), size)
        keys, known = runs.to_pylist(), self._known[False]
        found = [known.get(key) or self._work_out(key, False) for key in keys]
        row = np.array([sequence.row for sequence in found], np.int64)[which]
        handing = np.array([bool(sequence.places) for sequence in found], bool)[which]
        carried = np.zeros(len(starts), np.int64)
        blocks = (which.tolist(), starts.tolist(), joins.tolist())
        at = 0
        for opening in np.flatnonzero(handing).tolist():
            if opening >= at:  # else it was come across on the way from an earlier one
                at = self._hand_on(opening, keys, blocks, verbs, row, carried)
        self._put_away()
        return row, carried

    def _hand_on(
        self,
        at: int,
        keys: Sequence[bytes],
        blocks: tuple[list[int], ...],
        verbs: np.ndarray,
        row: np.ndarray,
        carried: np.ndarray,
    ) -> int:
        """Carry verbs from a block into those behind it; return the first that they don't reach.

        ``blocks`` are the number of the key of each, where it begins, and how it joins the one
        before it.
        """
        handed_on, (which, starts, joins) = 0, blocks
        while True:
            own = handed_on if joins[at] == FOLLOWS else 0
            sequence = self._sequence(keys[which[at]], own > 0)
            row[at], carried[at] = sequence.row, own
            if sequence.places or joins[at] != GOES_ON:
                handed_on = own if sequence.through else 0
            for place in sequence.places:
                handed_on |= int(verbs[place + 2 * starts[at]])
            at += 1
            if not handed_on or at == len(row) or joins[at] == ALONE:
                return at

    def _sequence(self, key: bytes, carried: bool) -> _Sequence:
        return self._known[carried].get(key) or self._work_out(key, carried)

    def _work_out(self, key: bytes, carried: bool) -> _Sequence:
        kinds = [kind(code) for code in np.frombuffer(key, np.uint16).tolist()]
        result = reach(kinds, any(own.sign == "," for own in kinds), carried)
        own = tuple(place - 1 for place in places(result.handed_on & ~CARRIED))
        first_row = len(self._rows) + len(self._new_rows)
        found = _Sequence(first_row, own, bool(result.handed_on & CARRIED))
        self._known[carried][key] = found
        for reached in result.segments:
            if reached is None:
                self._new_rows.append((0, OWN, OWN, 0, -1))
                continue
            verbs, place, first, last = reached
            told = [(verb - 1,) for verb in places(verbs)]
            at = len(self._verbs) + len(self._new_verbs)
            self._new_rows.append((_PLACE_NUMBERS[place], first, last, at, len(told)))
            self._new_verbs += told
        return found

    def _put_away(self) -> None:
        """Put what is new on the stacks."""
        self._rows.push(self._new_rows)
        self._verbs.push(self._new_verbs)
        self._new_rows, self._new_verbs = [], []
