"""Small records that stand in cells of tables, and how they read in files.

Inside, partners and points are tuples of records. They become Chinese text when a file is written
(:func:`written`), and records again when a run folder is opened: one place joins and splits.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

SUPPLIER, BUYER = "上游", "下游"
_SHOWN = 3  # partners that a cell names on each side
_LONGEST = 30  # characters of a phrase


class Point(NamedTuple):
    """What speaks for or against a firm: the title of the part it belongs to, and a sentence."""

    title: str
    text: str


class Partner(NamedTuple):
    """A local firm beside a target: which side, who, the shared product, and its own phrase."""

    side: str
    firm_id: str
    name: str
    product: str
    phrase: str
    size: float


def points_text(points: Iterable[Point]) -> str:
    """Return points as a cell reads: ``企业实力：注册资本不详；区域因素：直线距离约900公里``."""
    return "；".join(f"{p.title}{p.title and '：'}{_flat(p.text)}" for p in points)


def points_of(text: str) -> tuple[Point, ...]:
    """Return the points of a cell. A sentence without a title (of older files) has title ""."""
    found = []
    for piece in filter(None, text.split("；")):
        title, colon, rest = piece.partition("：")
        found.append(Point(title, rest) if colon else Point("", piece))
    return tuple(found)


def partners_text(partners: Sequence[Partner]) -> str:
    """Return partners as a cell reads: ``上游：甲公司（“核桃种植”）、乙公司（“…”）；下游：…``."""
    sides = []
    for side in (SUPPLIER, BUYER):
        own = [named(p) for p in partners if p.side == side][:_SHOWN]
        if own:
            sides.append(f"{side}：{'、'.join(own)}")
    return "；".join(sides)


def named(partner: Partner) -> str:
    """Return a partner with its phrase, if it has one: ``甲公司（“核桃种植”）``."""
    if not partner.phrase:
        return partner.name
    phrase = re.sub("[“”]", "", _flat(partner.phrase))
    phrase = phrase if len(phrase) <= _LONGEST else f"{phrase[: _LONGEST - 1]}…"
    return f"{partner.name}（“{phrase}”）"


def sides(partners: Iterable[Partner]) -> list[tuple[str, list[str]]]:
    """Return the partners on each side, each with its phrase: (上游, [甲（“茶叶种植”）, 乙 …])."""
    pool = tuple(partners)
    found = [(side, [named(p) for p in pool if p.side == side]) for side in (SUPPLIER, BUYER)]
    return [(side, names) for side, names in found if names]


_NAMED = re.compile("(.+?)(?:（“([^”]{0,200})”）)?(?:、|$)")


def partners_of(text: str) -> tuple[Partner, ...]:
    """Return the partners that a cell names; ids, products and sizes are not written there."""
    found = []
    for piece in filter(None, text.split("；")):
        side, _, names = piece.partition("：")
        found += [
            Partner(side, "", name, "", phrase or "", float("nan"))
            for name, phrase in _NAMED.findall(names)
        ]
    return tuple(found)


def written(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table with the records in its cells joined into text; other cells are untouched."""
    joined = {
        column: [how(cell) if isinstance(cell, tuple) else cell for cell in table[column].tolist()]
        for column, how in TEXTS.items()
        if column in table
    }
    return table.assign(**joined) if joined else table


TEXTS: dict[str, Callable[[Any], str]] = {
    "weak_points": points_text,
    "reasons": points_text,
    "partner_firms": partners_text,
}


def _flat(text: str) -> str:
    return text.replace("；", "，").replace(";", "，").replace("\n", " ")
