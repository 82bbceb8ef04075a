"""Clauses cut into blocks across which no verb reaches, in as few different forms as count.

Where the walk of :mod:`.verb_scope` would go on as from the beginning, a block begins. What then
differs without changing where verbs reach is taken as the same, so that nearly every block of a new
scope was worked out before.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from chainmatch.matching.grammar.scope_batch import SIGNS
from chainmatch.matching.grammar.verb_scope import SHAPES, Kind
from chainmatch.matching.ragged import begins, ends, sizes

# Bits of the number of a shape; from _EXCLUDES on it excludes something, from _OPENS on it opens
# an exclusion of what follows.
_BEFORE, _AFTER, _ONLY_VERBS, _TRADE, _EXCLUDES, _OPENS = 1, 2, 4, 8, 16, 32
_SIGNS = len(SIGNS)
_LIST, _BLANK, _COMMA = map(SIGNS.index, "、 ,")

# How a block joins the one before it.
ALONE, FOLLOWS, GOES_ON = range(3)


class Segments(NamedTuple):
    """Segments of clauses, clause by clause; arrays with one entry a segment.

    ``shape`` is a number in ``verb_scope.SHAPES``; ``before`` and ``after`` are masks of the
    activities of its verbs; ``sign`` is the number of the strongest sign behind it in ``SIGNS``,
    ``colon`` whether the first is a colon.
    """

    shape: np.ndarray
    before: np.ndarray
    after: np.ndarray
    sign: np.ndarray
    colon: np.ndarray


class Blocks(NamedTuple):
    """Blocks of clauses.

    Of each segment ``code`` says all that counts (see :func:`kind`) and ``opens`` whether a block
    begins there. Of each block ``joins`` is :data:`FOLLOWS` where it is a whole clause that verbs
    of an earlier one may reach, :data:`GOES_ON` where it is a further one of its clause, else
    :data:`ALONE`.
    """

    code: np.ndarray
    opens: np.ndarray
    joins: np.ndarray


def cut_blocks(
    segments: Segments, first: np.ndarray, mixed: np.ndarray, follows: np.ndarray
) -> Blocks:
    """Cut clauses into blocks.

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
    """
    clause = np.repeat(np.arange(len(first)), sizes(first, len(segments.shape)))
    mixed = mixed & _any((segments.shape & (_BEFORE | _AFTER)) > 0, first)
    comma = mixed[clause] & (segments.sign == _COMMA)
    excluding = _any(segments.shape >= _OPENS, first)[clause]
    opens = begins(clause)
    opens |= _afresh(segments, first, clause, comma) & ~excluding
    sign = np.where(excluding & (segments.sign != _LIST), _BLANK, _LIST)
    sign = np.where(comma, _COMMA, sign)
    code = (segments.shape * _SIGNS + sign) * 2 + segments.colon
    own = clause[opens]
    goes_on = ~begins(own)
    whole = ~goes_on & ends(own)
    joins = np.where(goes_on, GOES_ON, np.where(follows[own] & whole, FOLLOWS, ALONE))
    return Blocks(code, opens, joins)


@cache
def kind(code: int) -> Kind:
    """Return what a code says; of the signs only those that count are told apart."""
    number, signs = divmod(code, 2 * _SIGNS)
    shape = SHAPES[number]
    return Kind(shape, SIGNS[signs // 2], bool(signs % 2) and not shape.excludes)


def amid(blocks: Blocks) -> np.ndarray:
    """Return which segments are bare and stand amid others of their kind in the same block.

    A comma between lists ends what a verb behind it reaches: there each counts.
    """
    code = blocks.code
    same = (code[1:] == code[:-1]) & ~blocks.opens[1:]
    found = np.zeros(len(code), bool)
    found[1:-1] = same[1:] & same[:-1]
    bare = (code < 2 * _SIGNS) & (code % 2 == 0) & (code // 2 != _COMMA)
    found &= bare
    return found


def _afresh(
    segments: Segments, first: np.ndarray, clause: np.ndarray, comma: np.ndarray
) -> np.ndarray:
    """Return the objects with which the walk goes on as from the first of a clause.

    So it does with an object that has verbs of its own in front, once something was named: they
    replace those that reached so far, and no verb behind reaches past them. So it does as well with
    one behind a closed group (or a comma between lists) if no verb reaches forward yet.
    """
    shape = segments.shape
    said, verbs = shape < _EXCLUDES, (shape & (_BEFORE | _AFTER)) > 0
    only_verbs, front = (shape & _ONLY_VERBS) > 0, (shape & _BEFORE) > 0
    trade = (shape & _TRADE) > 0
    thing = said & ~only_verbs
    named = _earlier(thing, first, clause)
    heading = only_verbs & verbs & (segments.colon | (~named & ~trade))
    reached = _earlier(said & np.where(only_verbs, heading, front), first, clause)
    closing = said & verbs & (~only_verbs | (named & ~trade))
    closed = np.zeros_like(thing)
    closed[1:] = closing[:-1] & named[1:] | comma[:-1]
    # Verbs of an earlier clause reach a clause only as a whole.
    speaking = _any(said & verbs, first)[clause]
    found: np.ndarray = thing & speaking & ((front & named) | (closed & ~reached))
    return found


def _any(flags: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return for each clause whether any of its segments has a flag."""
    return np.logical_or.reduceat(flags, first) if len(first) else flags


def _earlier(flags: np.ndarray, first: np.ndarray, clause: np.ndarray) -> np.ndarray:
    """Return for each segment whether an earlier one of its clause has a flag."""
    before = np.cumsum(flags) - flags
    found: np.ndarray = before > before[first][clause]
    return found
