"""Scopes laid end to end and cut into clauses and tokens, all of them at once.

A clause ends with ``；`` ``。`` a line break or the scope. A token is what stands between two signs
(``、`` ``，`` ``：`` or a blank). The text of a bracket that holds items is a clause of its own,
*inside* the clause around it. Everything is an array with one entry a clause or a token.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chainmatch.matching.grammar.cleaning import END, FILL, PLAIN, masked, without_law
from chainmatch.matching.ragged import begins, different, ends, expanded
from chainmatch.matching.string_batch import (
    TWO_BYTES,
    code_points,
    lay,
    normalised,
    points_of,
    text_of_points,
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
    np.uint8,
)


@dataclass(frozen=True)
class Clauses:
    """Clauses of a page: those of the scopes in order, then those inside brackets.

    ``start:end`` is the span in the text of the page, ``scope`` the number of the scope, ``count``
    what the signs say of its number of items, ``mixed`` whether both ``、`` and ``，`` stand in it,
    ``colon`` whether a colon does. ``host`` is the clause around one that stands inside brackets,
    -1 for the others.
    """

    start: np.ndarray
    end: np.ndarray
    scope: np.ndarray
    count: np.ndarray
    mixed: np.ndarray
    colon: np.ndarray
    host: np.ndarray

    @cached_property
    def outer(self) -> int:
        """How many stand outside brackets; they come first."""
        return int((self.host < 0).sum())


@dataclass(frozen=True)
class Tokens:
    """Tokens of a page, clause by clause.

    ``texts`` are the different ones, masked, in UTF-16 (so they are told apart the soonest), and
    ``text`` says which of them each token is; a bracket at the end of a token is no part of it;
    ``start`` is the position in the text of the page, ``sign`` the number of the strongest sign
    behind the token in :data:`SIGNS`, ``colon`` whether the first is a colon.
    """

    texts: list[bytes]
    text: np.ndarray
    start: np.ndarray
    clause: np.ndarray
    sign: np.ndarray
    colon: np.ndarray


@dataclass(frozen=True)
class Page:
    """Scopes laid end to end: ``starts`` says where in ``text`` each begins.

    ``codes`` are the code points of the text.
    """

    text: str
    codes: np.ndarray
    starts: np.ndarray
    clauses: Clauses
    tokens: Tokens

    @property
    def scopes(self) -> int:
        """How many scopes there are."""
        return len(self.starts)


def cut(scopes: Sequence[str]) -> Page:
    """Cut scopes into clauses and tokens; none of them looks at another."""
    laid = normalised(lay(scopes))
    text = without_law(laid.text)
    plain, inner = masked(text)
    clauses, tokens = _cut(plain + "".join(f"{own}{END}" for _, own in inner))
    first = np.cumsum([0, len(plain), *(len(own) + 1 for _, own in inner)])[:-1]
    shift = np.array([0, *(place for place, _ in inner)]) - first
    start, end, count, mixed = clauses
    codes, outer = code_points(text), int((start < len(plain)).sum())
    # What stands in brackets was cut behind the text; this is where it stands in it.
    start, end, token = (
        places + shift[np.searchsorted(first, places, "right") - 1]
        for places in (start, end, tokens.start)
    )
    host = np.searchsorted(start[:outer], start, "right") - 1
    host[:outer] = -1
    colon = np.zeros(len(start), bool)
    colon[:outer] = _with_colon(codes, start[:outer], end[:outer])
    return Page(
        text,
        codes,
        laid.starts[:-1],
        Clauses(start, end, laid.at(start), count, mixed, colon, host),
        replace(tokens, start=token),
    )


def _cut(text: str) -> tuple[tuple[np.ndarray, ...], Tokens]:
    """Cut a masked text that begins and ends with :data:`END`; positions are its own.

    Returns of the clauses ``start``, ``end``, ``count`` and ``mixed``, and the tokens.
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
    tokens = Tokens(
        *_different(letters, at[behind] - at[before] - 1),
        at[before] + 1,
        number[clause],
        _STRONGEST[np.bitwise_or.reduceat(bits, behind)] if len(behind) else behind,
        bits[first] == COLON,
    )
    return (start, end, 1 + lists + commas, (lists > 0) & (commas > 0)), tokens


def _with_colon(codes: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return which of the spans hold a colon."""
    colons = np.flatnonzero(codes == ord(":"))
    at = np.searchsorted(start, colons, "right") - 1
    found = np.zeros(len(start), bool)
    if len(start):
        found[at[(at >= 0) & (colons < end[at])]] = True
    return found


def _filled(codes: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Return the places of brackets in front of a sign; one that is all of a token keeps a place.

    So a token reads the same with a bracket behind it and without.
    """
    places = np.flatnonzero(codes == ord(FILL))
    run = places - np.arange(len(places))
    first, last = places[begins(run)], places[ends(run)]
    first = first + (bits[first - 1] > 0)
    which = np.flatnonzero(bits[last + 1] > 0)
    _, found = expanded(first[which], (last + 1 - first)[which])
    return found


def _different(codes: np.ndarray, lengths: np.ndarray) -> tuple[list[bytes], np.ndarray]:
    """Return the different ones of texts that stand end to end, and which each is."""
    found, which = different(codes, lengths)
    width, texts = codes.itemsize, found.to_pylist()
    if width == TWO_BYTES:
        return texts, which
    return [points_of(text_of_points(text, width), TWO_BYTES) for text in texts], which
