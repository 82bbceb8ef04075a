"""Blocks: a clause cut where reading starts afresh reads like the clause as a whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.matching.grammar.blocks import ALONE, FOLLOWS, GOES_ON, Segments, cut_blocks
from chainmatch.matching.grammar.scope_batch import SIGNS
from chainmatch.matching.grammar.sequences import EXCLUDED, PLACES, Sequences
from chainmatch.matching.grammar.verb_scope import OWN, SHAPES, Kind, places, reach

BEFORE, AFTER, ONLY_VERBS, TRADE, EXCLUDES, OPENS = 1, 2, 4, 8, 16, 32
LIST, COMMA = map(SIGNS.index, "、,")
VERB = (ONLY_VERBS | BEFORE, LIST, False)


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


def laid(clauses):
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
    """What :func:`reach` finds, clause by clause."""
    verbs = np.stack([segments.before, segments.after], axis=1).tolist()
    handed_on = 0
    for (own, mixed, follows), first in zip(clauses, firsts.tolist(), strict=True):
        carried = handed_on if follows else 0
        kinds = [
            Kind(SHAPES[shape], SIGNS[sign], colon and not SHAPES[shape].excludes)
            for shape, sign, colon in own
        ]
        found = reach(kinds, mixed, carried > 0)

        def joined(wanted, first=first, carried=carried):
            mask = 0
            for place in places(wanted):
                segment, side = divmod(place - 1, 2)
                mask |= verbs[first + segment][side] if place else carried
            return mask

        handed_on = joined(found.handed_on)
        for number, reached in enumerate(found.segments):
            if reached is None:
                yield (EXCLUDED,)
                continue
            around = [first + number if at == OWN else first + at for at in reached[2:]]
            yield joined(reached[0]), reached[1], *around


@given(CLAUSES)
def test_blocks_reach_what_the_walk_over_the_whole_clause_reaches(clauses):
    segments, firsts = laid(clauses)
    mixed, follows = (np.array([clause[i] for clause in clauses]) for i in (1, 2))
    follows[0] = False
    clauses = [(own, *flags) for (own, *_), *flags in zip(clauses, mixed, follows, strict=True)]
    found = Sequences().look_up(segments, firsts, mixed, follows)
    told = [
        (EXCLUDED,) if mask == EXCLUDED else (mask, PLACES[place], first, last)
        for mask, place, first, last in zip(*(column.tolist() for column in found), strict=True)
    ]
    assert told == list(walked(clauses, segments, firsts))


def joins_of(*segments, mixed=False, follows=False):
    clauses = [(list(segments), mixed, follows)]
    blocks = cut_blocks(*laid(clauses), np.array([mixed]), np.array([follows]))
    return np.flatnonzero(blocks.opens).tolist(), blocks.joins.tolist()


def test_an_object_behind_a_closed_group_begins_a_block():
    # 茶叶种植、销售、核桃加工
    tea, walnut = (AFTER, LIST, False), (AFTER, LIST, False)
    assert joins_of(tea, VERB, walnut) == ([0, 2], [ALONE, GOES_ON])


def test_verbs_in_front_reach_on_so_that_no_block_ends_there():
    # 生产、销售茶叶、核桃
    assert joins_of(VERB, (BEFORE, LIST, False), (0, LIST, False)) == ([0], [ALONE])


def test_new_verbs_in_front_begin_a_block():
    # 销售茶叶、核桃、加工板栗
    tea, nut, chestnut = (BEFORE, LIST, False), (0, LIST, False), (BEFORE, LIST, False)
    assert joins_of(tea, nut, chestnut) == ([0, 2], [ALONE, GOES_ON])


@pytest.mark.parametrize(("mixed", "opens"), [(True, [0, 2]), (False, [0])])
def test_a_comma_between_lists_begins_a_block(mixed, opens):
    # 茶叶、核桃，板栗、木耳加工
    segments = ((0, LIST, False), (0, COMMA, False), (0, LIST, False), (AFTER, LIST, False))
    assert joins_of(*segments, mixed=mixed)[0] == opens


def test_only_a_whole_clause_takes_verbs_of_an_earlier_one():
    assert joins_of((0, LIST, False), (0, LIST, False), follows=True) == ([0], [FOLLOWS])
    cut = joins_of((AFTER, LIST, False), (AFTER, LIST, False), follows=True)
    assert cut == ([0, 1], [ALONE, GOES_ON])


def test_nothing_is_cut_where_something_is_excluded():
    # 茶叶种植、核桃种植（不含板栗）
    tea, nut = (AFTER, LIST, False), (AFTER, LIST, False)
    assert joins_of(tea, nut, (OPENS, LIST, False))[0] == [0]
