"""Scopes cut into clauses and tokens, many at once.

A clause ends with ``；`` ``。`` a line break or the scope. A token is what stands between two signs
(``、`` ``，`` ``：`` or a blank). The text of a bracket that holds items is a clause of its own,
*inside* the clause around it. Everything is an array with one entry a clause or a token.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chainmatch.matching.arrays import (
    Flags,
    Ints,
    distinct_runs,
    expand_ranges,
    run_ends,
    run_starts,
)
from chainmatch.matching.grammar.cleaning import END, FILL, PLAIN, masked, without_law
from chainmatch.matching.string_batch import (
    StringBatch,
    code_points,
    concat,
    concat_code_points,
    normalise_batch,
)

# Signs as bits, so that those of a stretch can be joined; the highest is the strongest.
LIST, BLANK, COLON, COMMA, CLOSE = 1, 2, 4, 8, 16
_FILLED = 32  # a bracket at the end of a token: neither a sign nor part of the token
_BITS = np.zeros(0x110000, np.uint8)
for _sign, _bit in (("、", LIST), (" ", BLANK), (":", COLON), (",", COMMA), (END, CLOSE)):
    _BITS[ord(_sign)] = _bit
# The strongest of a stretch; , before : before a blank before 、. Behind a clause it says nothing.
SIGNS = "、 :,"
CUTTING = SIGNS + END + "".join(sign for sign, _ in PLAIN)  # what no token holds
_STRONGEST = np.array(
    [0 if bits & CLOSE else max(bits & ~_FILLED, 1).bit_length() - 1 for bits in range(64)],
    np.int64,
)


class Clauses(NamedTuple):
    """Clauses of scopes in order, then those inside brackets; arrays with one entry a clause.

    ``start:end`` is the span in the text of the batch, ``scope`` the number of the scope, ``items``
    what the signs say of its number of items, ``mixed`` whether both ``、`` and ``，`` stand in it,
    ``colon`` whether a colon does. ``host`` is the clause around one that stands inside brackets,
    -1 for the others.
    """

    start: Ints
    end: Ints
    scope: Ints
    items: Ints
    mixed: Flags
    colon: Flags
    host: Ints


class Tokens(NamedTuple):
    """Tokens, clause by clause; arrays with one entry a token.

    ``text`` is the number of its distinct text (a bracket at the end of a token is no part of it),
    ``start`` the position in the text of the batch, ``sign`` the number of the strongest sign
    behind the token in :data:`SIGNS`, ``colon`` whether the first is a colon.
    """

    text: Ints
    start: Ints
    clause: Ints
    sign: Ints
    colon: Flags


class ScopeBatch(NamedTuple):
    """Scopes that were cut.

    ``text`` holds all of them, normalised and without what the law says; ``codes`` are its code
    points; ``starts`` says where each scope begins. ``outer`` clauses stand outside brackets, they
    come first. ``token_texts`` are the distinct texts of tokens, masked.
    """

    text: str
    codes: np.ndarray
    starts: Ints
    outer: int
    clauses: Clauses
    tokens: Tokens
    token_texts: StringBatch


def cut(scopes: Sequence[str]) -> ScopeBatch:
    """Cut scopes into clauses and tokens; none of them looks at another."""
    batch = normalise_batch(concat(scopes))
    text = without_law(batch.text)
    plain, inner = masked(text)
    (start, end, count, mixed), tokens, token_texts = _cut(
        plain + "".join(f"{own}{END}" for _, own in inner)
    )
    # What stands in brackets was cut behind the text; this is where it stands in it.
    first = np.cumsum([0, len(plain), *(len(own) + 1 for _, own in inner)])[:-1]
    shift = np.array([0, *(place for place, _ in inner)]) - first
    outer = int((start < len(plain)).sum())
    start, end, token_start = (
        positions + shift[np.searchsorted(first, positions, "right") - 1]
        for positions in (start, end, tokens.start)
    )
    host = np.searchsorted(start[:outer], start, "right") - 1
    host[:outer] = -1
    codes = code_points(text)
    colon = np.zeros(len(start), bool)
    colon[:outer] = _with_colon(codes, start[:outer], end[:outer])
    clauses = Clauses(start, end, batch.at(start), count, mixed, colon, host)
    tokens = tokens._replace(start=token_start)
    return ScopeBatch(text, codes, batch.starts[:-1], outer, clauses, tokens, token_texts)


def _cut(text: str) -> tuple[tuple[np.ndarray, ...], Tokens, StringBatch]:
    """Cut a masked text that begins and ends with :data:`END`; positions are its own.

    Returns of the clauses ``start``, ``end``, ``count`` and ``mixed``, the tokens, their texts.
    """
    codes = code_points(text)
    bits = _BITS.take(codes)  # sooner than _BITS[codes]
    bits[_filled(codes, bits)] = _FILLED
    letter = bits == 0
    at = np.flatnonzero(~letter)  # from here on one entry a sign, not one a character
    letters, bits = codes[letter], bits[at]
    closing = np.flatnonzero(bits == CLOSE)
    full = np.diff(at[closing]) > 1  # of what stands between one end and the next
    start, end = at[closing[:-1][full]] + 1, at[closing[1:][full]]
    lists, commas = (
        np.add.reduceat(bits == sign, closing[:-1], dtype=np.int64)[full] for sign in (LIST, COMMA)
    )
    before = np.flatnonzero(np.diff(at) > 1)  # the sign in front of each token
    behind = before + 1
    first = behind.copy()  # the first sign behind each token
    filled, signs = np.flatnonzero(bits[behind] == _FILLED), np.flatnonzero(bits != _FILLED)
    first[filled] = signs[np.searchsorted(signs, behind[filled])]
    number = np.cumsum(full) - 1
    clause = (np.cumsum(bits == CLOSE) - 1)[before]
    distinct, which = distinct_runs(letters, at[behind] - at[before] - 1)
    tokens = Tokens(
        which,
        at[before] + 1,
        number[clause],
        _STRONGEST[np.bitwise_or.reduceat(bits, behind)] if len(behind) else behind,
        bits[first] == COLON,
    )
    clauses = (start, end, 1 + lists + commas, (lists > 0) & (commas > 0))
    return clauses, tokens, concat_code_points(distinct, letters.itemsize)


def _with_colon(codes: np.ndarray, start: Ints, end: Ints) -> Flags:
    """Return which of the spans hold a colon."""
    colons = np.flatnonzero(codes == ord(":"))
    at = np.searchsorted(start, colons, "right") - 1
    found = np.zeros(len(start), bool)
    if len(start):
        found[at[(at >= 0) & (colons < end[at])]] = True
    return found


def _filled(codes: np.ndarray, bits: np.ndarray) -> Ints:
    """Return the places of brackets in front of a sign; one that is all of a token keeps a place.

    So a token reads the same with a bracket behind it and without.
    """
    places = np.flatnonzero(codes == ord(FILL))
    run = places - np.arange(len(places))
    first, last = places[run_starts(run)], places[run_ends(run)]
    first = first + (bits[first - 1] > 0)
    which = np.flatnonzero(bits[last + 1] > 0)
    _, found = expand_ranges(first[which], (last + 1 - first)[which])
    return found
