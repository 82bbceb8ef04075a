"""Where verbs reach in many clauses: each sequence of kinds of segments is worked out once.

Clauses differ far less in the order of their verbs than in their objects.
"""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from chainmatch.matching.arrays import Flags, Ints, distinct_runs, expand_ranges, run_lengths
from chainmatch.matching.grammar.scope_batch import SIGNS
from chainmatch.matching.grammar.verb_scope import INCOMING, OWN, SHAPES, Kind, places, verb_scope

PLACES = ("own", "before", "after", "bare", "verb")
EXCLUDED = -1  # in place of activities: excluded, or says nothing

_LIST, _BLANK, _COMMA = map(SIGNS.index, "、 ,")


class Segments(NamedTuple):
    """Segments of clauses, clause by clause; arrays with one entry a segment.

    ``shape`` is a number in ``verb_scope.SHAPES``; ``before`` and ``after`` are masks of the
    activities of its verbs; ``sign`` is the number in ``SIGNS`` of the strongest sign behind it,
    ``colon`` whether the first is a colon.
    """

    shape: Ints
    before: Ints
    after: Ints
    sign: Ints
    colon: Flags


class Reached(NamedTuple):
    """Where verbs reach; arrays with one entry a segment.

    ``activities`` is a mask or :data:`EXCLUDED`, ``place`` the number of one of :data:`PLACES`,
    ``first`` and ``last`` number the segments in which the verbs stand.
    """

    activities: Ints
    place: Ints
    first: Ints
    last: Ints


class _Sequence(NamedTuple):
    """What was worked out for a sequence of kinds.

    ``rows`` holds of each segment the number of the place, the segments in which its verbs stand
    (counted from the first of the clause), and how many verbs there are (-1: excluded); ``verbs``
    their numbers, segment by segment: 2 n in front of the object of segment n, 2 n + 1 behind it,
    -1 those of an earlier clause. ``outgoing`` verbs reach clauses behind; so do those of an
    earlier clause where ``through``.
    """

    rows: Ints
    verbs: Ints
    outgoing: tuple[int, ...]
    through: bool


def reached(segments: Segments, first: Ints, mixed: Flags, follows: Flags) -> Reached:
    """Find where the verbs of clauses reach.

    Parameters
    ----------
    segments
        Of all clauses.
    first
        The first segment of each clause.
    mixed
        Whether both ``、`` and ``,`` stand in the clause.
    follows
        Whether the clause stands right behind the one before it in the same scope.
    """
    size = run_lengths(first, len(segments.shape))
    sign = np.where(segments.sign == _LIST, _LIST, _BLANK)
    sign = np.where((segments.sign == _COMMA) & np.repeat(mixed, size), _COMMA, sign)
    code = (segments.shape * len(SIGNS) + sign) * 2 + segments.colon
    runs, which = distinct_runs(code.astype(np.uint16), size)
    verbs = np.stack([segments.before, segments.after], axis=1).ravel()
    sequences, which, incoming = _carry(runs.to_pylist(), which, verbs, first, follows)
    # One table of all sequences, then of each segment its row in it.
    rows = np.concatenate([np.zeros((0, 4), np.int64), *(own.rows for own in sequences)])
    every = np.concatenate([np.zeros(0, np.int64), *(own.verbs for own in sequences)])
    lengths = np.array([len(own.rows) for own in sequences], np.int64)
    clause, row = expand_ranges((np.cumsum(lengths) - lengths)[which], size)
    at = np.cumsum(np.maximum(rows[:, 3], 0)) - np.maximum(rows[:, 3], 0)
    place, opening, closing, count = rows[row].T
    own = np.arange(len(row))
    activities = np.where(count < 0, EXCLUDED, 0)
    speaking = np.flatnonzero(count > 0)
    if len(speaking):
        number, verb = expand_ranges(at[row[speaking]], count[speaking])
        of = clause[speaking[number]]
        masks = np.where(
            every[verb] < 0, incoming[of], verbs[np.maximum(every[verb], 0) + 2 * first[of]]
        )
        counts = count[speaking]
        activities[speaking] = np.bitwise_or.reduceat(masks, np.cumsum(counts) - counts)
    return Reached(
        activities,
        place,
        np.where(opening == OWN, own, opening + first[clause]),
        np.where(closing == OWN, own, closing + first[clause]),
    )


def _carry(
    keys: list[bytes], which: Ints, verbs: Ints, first: Ints, follows: Flags
) -> tuple[list[_Sequence], Ints, Ints]:
    """Carry verbs of clauses into those that follow.

    Returns sequences, the number of that of each clause, and the activities carried into it.
    """
    sequences = [_work_out(key, False) for key in keys]
    giving = np.array([bool(own.outgoing) for own in sequences], bool)[which]
    which, incoming, clause = which.copy(), np.zeros(len(which), np.int64), -1
    for giver in np.flatnonzero(giving).tolist():
        if giver < clause:
            continue  # it was met on the way from an earlier one
        outgoing, clause = 0, giver
        while clause == giver or (outgoing and clause < len(which) and follows[clause]):
            sequence = sequences[which[clause]]
            if outgoing:
                sequence = _work_out(keys[which[clause]], True)
                which[clause], incoming[clause] = len(sequences), outgoing
                sequences.append(sequence)
            outgoing = outgoing if sequence.through else 0
            for verb in sequence.outgoing:
                outgoing |= int(verbs[verb + 2 * first[clause]])
            clause += 1
    return sequences, which, incoming


@lru_cache(maxsize=1 << 15)
def _work_out(key: bytes, incoming: bool) -> _Sequence:
    kinds = [_kind(code) for code in np.frombuffer(key, np.uint16).tolist()]
    found = verb_scope(kinds, any(own.sign == "," for own in kinds), incoming)
    rows: list[tuple[int, ...]] = []
    verbs: list[int] = []
    for segment in found.segments:
        if segment is None:
            rows.append((0, OWN, OWN, -1))
            continue
        own, place, first, last = segment
        numbers = [number - 1 for number in places(own)]
        rows.append((PLACES.index(place), first, last, len(numbers)))
        verbs += numbers
    return _Sequence(
        np.array(rows, np.int64),
        np.array(verbs, np.int64),
        tuple(number - 1 for number in places(found.outgoing & ~INCOMING)),
        bool(found.outgoing & INCOMING),
    )


@cache
def _kind(code: int) -> Kind:
    """Return what a code says."""
    number, signs = divmod(code, 2 * len(SIGNS))
    shape = SHAPES[number]
    return Kind(shape, SIGNS[signs // 2], bool(signs % 2) and not shape.excludes)
