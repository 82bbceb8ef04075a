"""Scopes laid end to end and cut into clauses and tokens, all of them at once.

A clause ends with ``；`` ``。`` a line break or the scope. A token is what stands between two signs
(``、`` ``，`` ``：`` or a blank). The text of a bracket that holds items is a clause of its own,
*inside* the clause around it. Everything is an array with one entry a clause or a token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from chainmatch.scopes.cleaning import END, PLAIN, masked, without_law
from chainmatch.stack import different
from chainmatch.text import code_points, laid, normalise, text_of_points

# Signs as bits, so that those of a stretch can be joined; the highest is the strongest.
LIST, BLANK, COLON, COMMA, CLOSE = 1, 2, 4, 8, 16
_BITS = np.zeros(0x110000, np.uint8)
for _sign, _bit in (("、", LIST), (" ", BLANK), (":", COLON), (",", COMMA), (END, CLOSE)):
    _BITS[ord(_sign)] = _bit
# The strongest of a stretch; , before : before a blank before 、. Behind a clause it says nothing.
SIGNS = "、 :,"
CUTTING = SIGNS + END + "".join(sign for sign, _ in PLAIN)  # what no token holds
_STRONGEST = np.array(
    [0 if bits & CLOSE else max(bits, 1).bit_length() - 1 for bits in range(32)], np.uint8
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

    ``texts`` are the different ones, masked, and ``text`` says which of them each token is;
    ``start`` is the position in the text of the page, ``sign`` the number of the strongest sign
    behind the token in :data:`SIGNS`, ``colon`` whether the first is a colon.
    """

    texts: list[str]
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
    joined, starts = laid(scopes)
    text = without_law(normalise(joined))
    plain, inner = masked(text)
    codes = code_points(text)
    colons = _running(codes == ord(":"))
    piece = _cut(plain)
    clauses = Clauses(
        piece.start,
        piece.end,
        np.searchsorted(starts, piece.start, "right") - 1,
        piece.count,
        piece.mixed,
        colons[piece.end] > colons[piece.start],
        np.full(len(piece.start), -1),
    )
    if not inner:
        return Page(text, codes, starts, clauses, piece.tokens)
    inside, shift = _cut_inner(inner)
    return Page(text, codes, starts, *_joined(clauses, piece.tokens, inside, shift))


@dataclass(frozen=True)
class _Piece:
    """A masked text that was cut; positions are its own."""

    start: np.ndarray
    end: np.ndarray
    count: np.ndarray
    mixed: np.ndarray
    tokens: Tokens


def _cut(text: str) -> _Piece:
    """Cut a masked text that begins and ends with :data:`END`."""
    codes = code_points(text)
    bits = _BITS[codes]
    ends = np.flatnonzero(bits == CLOSE)
    full = ends[1:] - ends[:-1] > 1
    start, end = ends[:-1][full] + 1, ends[1:][full]
    lists, commas = _running(bits == LIST), _running(bits == COMMA)
    lists, commas = lists[end] - lists[start], commas[end] - commas[start]
    sign = bits > 0
    edges = np.flatnonzero(sign[1:] != sign[:-1]) + 1
    first, last = edges[0::2], edges[1::2]
    tokens = Tokens(
        *_different(codes[~sign], last - first),
        first,
        np.searchsorted(start, first, "right") - 1,
        _STRONGEST[np.bitwise_or.reduceat(bits, last)] if len(last) else last,
        bits[last] == COLON,
    )
    return _Piece(start, end, 1 + lists + commas, (lists > 0) & (commas > 0), tokens)


def _different(codes: np.ndarray, lengths: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return the different ones of texts that stand end to end, and which each is."""
    found, which = different(codes, lengths)
    width = codes.itemsize
    _, bounds, data = found.buffers()
    joined = text_of_points(data.to_pybytes(), width)
    ends = (np.frombuffer(bounds, np.int32)[: len(found) + 1] // width).tolist()
    texts = [joined[start:end] for start, end in pairwise(ends)]
    return texts, which


def _cut_inner(inner: Sequence[tuple[int, str]]) -> tuple[_Piece, np.ndarray]:
    """Cut the texts of brackets; return how far each of their clauses is from its place, too."""
    positions, texts = zip(*inner, strict=True)
    lengths = np.array([len(text) for text in texts])
    own = 1 + np.concatenate([[0], np.cumsum(lengths[:-1] + 1)])
    piece = _cut(END + END.join(texts) + END)
    bracket = np.searchsorted(own, piece.start, "right") - 1
    return piece, (np.array(positions) - own)[bracket]


def _joined(
    outer: Clauses, tokens: Tokens, inside: _Piece, shift: np.ndarray
) -> tuple[Clauses, Tokens]:
    """Put the clauses inside brackets behind the others."""
    start = inside.start + shift
    host = np.searchsorted(outer.start, start, "right") - 1
    colon = np.zeros(len(start), bool)
    more = (
        start, inside.end + shift, outer.scope[host], inside.count, inside.mixed, colon, host,
    )  # fmt: skip
    columns = (outer.start, outer.end, outer.scope, outer.count, outer.mixed, outer.colon)
    both = (np.concatenate(pair) for pair in zip((*columns, outer.host), more, strict=True))
    own = inside.tokens
    return Clauses(*both), Tokens(
        tokens.texts + own.texts,
        np.concatenate([tokens.text, own.text + len(tokens.texts)]),
        np.concatenate([tokens.start, own.start + shift[own.clause]]),
        np.concatenate([tokens.clause, own.clause + outer.outer]),
        np.concatenate([tokens.sign, own.sign]),
        np.concatenate([tokens.colon, own.colon]),
    )


def _running(flags: np.ndarray) -> np.ndarray:
    """Return how many flags are set before each position."""
    return np.concatenate([[0], np.cumsum(flags, dtype=np.int32)])
