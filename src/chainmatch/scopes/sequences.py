"""Where verbs reach in many clauses: each sequence of kinds of segments is worked out once."""

from functools import cache
from typing import NamedTuple

import numpy as np

from chainmatch.scopes.page import SIGNS
from chainmatch.scopes.reach import CARRIED, OWN, SHAPES, Kind, places, reach
from chainmatch.scopes.stack import Stack, expanded

PLACES = ("own", "before", "after", "bare", "verb")
_PLACE_NUMBERS = {place: number for number, place in enumerate(PLACES)}
EXCLUDED = -1  # in the place of activities: excluded, or says nothing

# Columns of what was worked out: the number of the place; the segments in which the verbs stand,
# counted from the first of the clause; where the verbs begin in their stack, and how many. A verb
# is given by its place in the clause, -1 stands for those of an earlier clause.
_PLACE, _FIRST, _LAST, _VERBS, _COUNT = range(5)
_COMMA = SIGNS.index(",")
_SIGNS = len(SIGNS)
_WIDTH = 2  # bytes of a code


class Segments(NamedTuple):
    """Segments of clauses, clause by clause; arrays with one entry a segment.

    ``shape`` is a number in ``reach.SHAPES``; ``before`` and ``after`` are masks of the activities
    of its verbs; ``sign`` is the number of the strongest sign behind it in ``SIGNS``, ``colon``
    whether the first is a colon.
    """

    shape: np.ndarray
    before: np.ndarray
    after: np.ndarray
    sign: np.ndarray
    colon: np.ndarray


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
        # By whether both 、 and , stand in the clause, and whether verbs are carried into it.
        self._known: dict[tuple[bool, bool], dict[bytes, _Sequence]] = {
            (mixed, carried): {} for mixed in (False, True) for carried in (False, True)
        }
        self._rows = Stack(5)
        self._verbs = Stack(1)
        self._new_rows: list[tuple[int, ...]] = []  # not yet on the stacks
        self._new_verbs: list[tuple[int]] = []

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))

    def look_up(
        self, segments: Segments, first: np.ndarray, mixed: np.ndarray, follows: np.ndarray
    ) -> Found:
        """Find where the verbs of clauses reach.

        Parameters
        ----------
        segments
            Of all clauses.
        first
            The first segment of each clause.
        mixed
            Whether both 、 and , stand in the clause.
        follows
            Whether the clause stands right behind the one before it in the same scope.

        Segments that verbs reach alike are looked at once: in a row of bare objects only
        the first can differ from the others, for what stands in front of it, and only the last can
        reach what stands behind.
        """
        clause = np.repeat(np.arange(len(first)), np.diff(first, append=len(segments.shape)))
        codes = (segments.shape * _SIGNS + segments.sign) * 2 + segments.colon
        kept = np.flatnonzero(~_amid(codes, clause, mixed[clause]))
        place = np.searchsorted(kept, np.arange(len(codes)))
        starts = place[first]
        verbs = np.stack([segments.before[kept], segments.after[kept]], axis=1).ravel()
        row, carried = self._find(codes[kept], verbs, starts, mixed, follows)
        rows = self._rows.rows[row[clause] + place - starts[clause]]
        own, offset = np.arange(len(codes)), starts[clause]
        return Found(
            self._activities(rows, verbs, offset, carried[clause]),
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
            verb, segment = self._verbs.rows[number, 0], reached[which]
            told = verbs[np.maximum(verb, 0) + 2 * offset[segment]]
            told = np.where(verb < 0, carried[segment], told)
            joined[reached] = np.bitwise_or.reduceat(told, np.cumsum(counts) - counts)
        return joined

    def _find(
        self,
        codes: np.ndarray,
        verbs: np.ndarray,
        starts: np.ndarray,
        mixed: np.ndarray,
        follows: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the first row of each clause, and the activities that are carried into it."""
        keys = codes.astype(np.uint16).tobytes()
        bounds = (_WIDTH * np.append(starts, len(codes))).tolist()
        known, rows, carried = self._known, [], []
        handed_on = 0
        for start, end, mix, next_to in zip(
            bounds[:-1], bounds[1:], mixed.tolist(), follows.tolist(), strict=True
        ):
            own = handed_on if next_to else 0
            sequences, key = known[mix, own > 0], keys[start:end]
            found = sequences.get(key) or self._work_out(key, mix, own > 0)
            handed_on = own if found.through else 0
            for place in found.places:
                handed_on |= int(verbs[place + 2 * start // _WIDTH])
            rows.append(found.row)
            carried.append(own)
        self._put_away()
        return np.array(rows, np.int64), np.array(carried, np.int64)

    def _work_out(self, key: bytes, mixed: bool, carried: bool) -> _Sequence:
        kinds = [_kind(code) for code in np.frombuffer(key, np.uint16).tolist()]
        result = reach(kinds, mixed, carried)
        own = tuple(place - 1 for place in places(result.handed_on & ~CARRIED))
        first_row = len(self._rows) + len(self._new_rows)
        found = _Sequence(first_row, own, bool(result.handed_on & CARRIED))
        self._known[mixed, carried][key] = found
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


@cache
def _kind(code: int) -> Kind:
    number, signs = divmod(code, 2 * _SIGNS)
    shape = SHAPES[number]
    return Kind(shape, SIGNS[signs // 2], bool(signs % 2) and not shape.excludes)


def _amid(codes: np.ndarray, clause: np.ndarray, mixed: np.ndarray) -> np.ndarray:
    """Return which segments are bare and stand amid others of their kind in the same clause.

    A comma between lists ends what a verb behind it reaches: there each counts.
    """
    same = (codes[1:] == codes[:-1]) & (clause[1:] == clause[:-1])
    amid = np.zeros(len(codes), bool)
    amid[1:-1] = same[1:] & same[:-1]
    bare = (codes < 2 * _SIGNS) & (codes % 2 == 0)  # shape 0, no colon
    apart = mixed & (codes // 2 % _SIGNS == _COMMA)
    amid &= bare & ~apart
    return amid
