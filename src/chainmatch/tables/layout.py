"""Which of the columns of a list mean what; several lists side by side are several blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from chainmatch.tables.headers import (
    FAMILY,
    INPUT,
    JOINED,
    PERSON,
    REMARK,
    REQUIRED,
    SERIAL,
    SPARED,
    Header,
    Meaning,
    Table,
    layout_of,
    meaning_of,
)


@dataclass(frozen=True)
class Layout:
    """Where a list begins in its sheet and which of its columns mean what (positions from 0).

    ``known`` names the known layout that it is, ``guessed`` the headers that were understood by
    their values, with their columns. ``titles`` is what the titles of the list say of its rows
    (column → value), ``given`` what holds at this place of it, below a heading; ``unit`` is the
    unit of money that a title states. Where lists stand side by side, ``blocks`` says where each
    lies; the columns of the whole are then for what is said of it only.
    """

    first: int
    last: int
    headers: tuple[Header, ...]
    columns: Mapping[str, tuple[int, ...]]
    serial: frozenset[int] = frozenset()
    personal: frozenset[int] = frozenset()
    unused: tuple[int, ...] = field(default=())
    candidates: tuple[int, ...] = ()  # of these, that a name could stand in
    known: str = ""
    guessed: tuple[tuple[str, str], ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    blocks: tuple["Block", ...] = ()

    def mapping(self) -> dict[str, str]:
        """Return header as written → column name, in the order of the sheet."""
        pairs = [(at, name) for name, positions in self.columns.items() for at in positions]
        return {self.headers[at].text: name for at, name in sorted(pairs)}

    def under(self, before: "Layout") -> "Layout":
        """Return the layout of a later header, under the titles of the one ``before``."""
        titles = {name: text for name, text in before.titles.items() if name not in self.columns}
        return self.told(titles, before.unit)

    def told(self, titles: Mapping[str, str], unit: str) -> "Layout":
        """Return the layout under what titles say."""
        blocks = tuple(b._replace(layout=b.layout.told(titles, unit)) for b in self.blocks)
        return replace(self, titles=titles, given=titles, unit=unit, blocks=blocks)


class Block(NamedTuple):
    """One of several lists side by side: its columns from ``start`` up to ``stop``."""

    start: int
    stop: int
    layout: Layout


def build_layout(
    headers: Sequence[Header], first: int, last: int, table: Table, mapping: Mapping[str, str]
) -> Layout | None:
    """Return the layout that ``headers`` describe, or None without a required column."""
    known, words = layout_of(headers, table)
    meanings = [meaning_of(header, table, mapping, words) for header in headers]
    if not any(meaning.column in REQUIRED[table] for meaning in meanings):
        return None
    whole = replace(_one(headers, meanings, first, last, table), known=known)
    starts = _starts(headers, meanings, table)
    if len(starts) < 2:
        return whole
    blocks = tuple(
        Block(start, stop, _one(headers[start:stop], meanings[start:stop], first, last, table))
        for start, stop in pairwise([*starts, len(headers)])
    )
    return replace(whole, blocks=blocks)


def _one(
    headers: Sequence[Header], meanings: Sequence[Meaning], first: int, last: int, table: Table
) -> Layout:
    columns: dict[str, tuple[int, ...]] = {}
    for name in INPUT[table]:
        at = [index for index, meaning in enumerate(meanings) if meaning.column == name]
        if at:
            at.sort(key=lambda index: (meanings[index].rank, index))
            spare = [index for index in at[1:] if meanings[index].rank < FAMILY]
            columns[name] = (
                tuple(sorted(at)) if name in JOINED
                else (at[0], *spare) if name in SPARED
                else (at[0],)
            )  # fmt: skip
    used = {index for positions in columns.values() for index in positions}
    kinds = [meaning.column for meaning in meanings]
    return Layout(
        first,
        last,
        tuple(headers),
        columns,
        frozenset(at for at, kind in enumerate(kinds) if kind == SERIAL),
        frozenset(at for at, kind in enumerate(kinds) if kind == PERSON),
        tuple(
            at
            for at, kind in enumerate(kinds)
            if headers[at].text and at not in used and kind not in (SERIAL, REMARK, PERSON)
        ),
        tuple(at for at, kind in enumerate(kinds) if kind == "name" and at not in used),
    )


def _starts(headers: Sequence[Header], meanings: Sequence[Meaning], table: Table) -> list[int]:
    """Return where lists that stand side by side begin: the best name column stands there again."""
    named = [at for at, meaning in enumerate(meanings) if meaning.column == REQUIRED[table][0]]
    if len(named) < 2:
        return [0]
    best = min(meanings[at].rank for at in named)
    same = next(headers[at].key for at in named if meanings[at].rank == best)
    names = [at for at in named if headers[at].key == same]
    first = next(at for at, header in enumerate(headers) if header.text)
    opening = [at for at, header in enumerate(headers) if header.key == headers[first].key]
    ends = [*opening[1:], len(headers)]
    if len(opening) == len(names) and all(
        start <= name < end for start, name, end in zip(opening, names, ends, strict=True)
    ):
        return [0, *opening[1:]]
    offset = names[0] - first
    shifted = [at - offset for at in names]
    apart = all(start > name for start, name in zip(shifted[1:], names, strict=False))
    return [0, *(shifted if apart else names)[1:]]
