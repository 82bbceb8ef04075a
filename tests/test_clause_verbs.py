"""Where verbs reach in many clauses at once is where a walk over each finds that they reach."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.matching.grammar.clause_verbs import EXCLUDED, PLACES, Segments, reached
from chainmatch.matching.grammar.scope_batch import SIGNS
from chainmatch.matching.grammar.verb_scope import OWN, SHAPES, Kind, places, verb_scope

BEFORE, AFTER, ONLY_VERBS, TRADE, EXCLUDES, OPENS = 1, 2, 4, 8, 16, 32


def shapes():
    """Numbers of shapes as tokens have them: what is nothing but verbs has them in front."""
    things = st.sampled_from([0, 0, 0, BEFORE, AFTER, AFTER, BEFORE | AFTER])
    verbs = st.sampled_from([ONLY_VERBS, ONLY_VERBS | BEFORE, ONLY_VERBS | BEFORE | TRADE])
    excluding = st.sampled_from([0, 0, 0, 0, 0, 0, EXCLUDES, OPENS, OPENS | EXCLUDES])
    return st.builds(int.__or__, things | verbs, excluding)


SEGMENT = st.tuples(shapes(), st.integers(0, len(SIGNS) - 1), st.sampled_from([False] * 5 + [True]))
CLAUSES = st.lists(
    st.tuples(st.lists(SEGMENT, min_size=1, max_size=6), st.booleans(), st.booleans()),
    min_size=1,
    max_size=5,
)


def segments_of(clauses):
    """Segments of clauses behind each other, each verb another bit, and the clauses' firsts."""
    shape, sign, colon = np.array([segment for own, *_ in clauses for segment in own]).T
    bits = 1 << np.arange(len(shape))
    segments = Segments(
        shape,
        np.where(shape & BEFORE > 0, bits, 0),
        np.where(shape & AFTER > 0, bits << 31, 0),
        sign,
        colon.astype(bool),
    )
    sizes = [len(own) for own, *_ in clauses]
    return segments, np.cumsum(sizes) - sizes


def walked(clauses, segments, firsts):
    """What :func:`verb_scope` finds, clause by clause."""
    verbs = np.stack([segments.before, segments.after], axis=1).tolist()
    outgoing = 0
    for (segment_kinds, mixed, follows), first in zip(clauses, firsts.tolist(), strict=True):
        incoming = outgoing if follows else 0
        kinds = [
            Kind(SHAPES[shape], SIGNS[sign], colon and not SHAPES[shape].excludes)
            for shape, sign, colon in segment_kinds
        ]
        found = verb_scope(kinds, mixed, incoming > 0)

        def joined(wanted, first=first, incoming=incoming):
            mask = 0
            for place in places(wanted):
                segment, side = divmod(place - 1, 2)
                mask |= verbs[first + segment][side] if place else incoming
            return mask

        outgoing = joined(found.outgoing)
        for number, own in enumerate(found.segments):
            if own is None:
                yield (EXCLUDED,)
                continue
            around = [first + number if at == OWN else first + at for at in own[2:]]
            yield joined(own[0]), own[1], *around


@given(CLAUSES)
def test_verbs_reach_what_a_walk_over_each_clause_reaches(clauses):
    segments, firsts = segments_of(clauses)
    mixed, follows = (np.array([clause[i] for clause in clauses]) for i in (1, 2))
    follows[0] = False
    clauses = [(own, *flags) for (own, *_), *flags in zip(clauses, mixed, follows, strict=True)]
    found = reached(segments, firsts, mixed, follows)
    rows = [
        (EXCLUDED,) if mask == EXCLUDED else (mask, PLACES[place], first, last)
        for mask, place, first, last in zip(*(column.tolist() for column in found), strict=True)
    ]
    assert rows == list(walked(clauses, segments, firsts))
