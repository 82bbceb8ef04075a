"""The administrative divisions that ship with the package, as the tables of places read them."""

import csv
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from chainmatch.util.resources import data_folder


class Division(NamedTuple):
    """A division, today's or a former one, with the short forms of where it lies.

    ``level`` 1 province, 2 prefecture, 3 county; ``since`` and ``until`` are the years in which it
    was valid, ``until`` "" for one that there is today;
    ``lon`` and ``lat`` are degrees as text, "" where the seat is unknown.
    """

    code: str
    name: str
    level: int
    since: str
    until: str
    province: str
    city: str
    county: str
    lon: str
    lat: str

    @property
    def short(self) -> str:
        """The short form of the division itself."""
        return (self.province, self.city, self.county)[self.level - 1]


@cache
def divisions() -> tuple[Division, ...]:
    """Return all divisions in the order of the file; read once, for two tables rest on it."""
    with (data_folder("places") / "divisions.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        head = next(rows)
        at = [head.index(field) for field in Division._fields]
        found = ([row[index] for index in at] for row in rows)
        return tuple(Division(code, name, int(level), *rest) for code, name, level, *rest in found)


@cache
def renamed() -> dict[str, str]:
    """Return division → the short form of what all that bore its name are called today.

    户县 is 鄠邑. One that was merged with others is none: two firms of one name may have sat in
    them. Nor is one whose name other divisions bore, or that is called after nothing (市区).
    """
    parts: dict[tuple[str, ...], list[Division]] = defaultdict(list)
    for one in divisions():
        parts[(str(one.level), one.province, one.city, one.county)].append(one)
    found: dict[str, set[str]] = defaultdict(set)
    for one in divisions():
        beside = parts[(str(one.level), one.province, one.city, one.county)]
        alone = all(
            other is one or not other.since <= one.until <= (other.until or "9") for other in beside
        )
        whole = one.until and one.level > 1 and alone and (one.level == 2 or one.county)
        found[one.name].add(one.short if whole or not one.until else "")
    return {
        name: shorts.pop()
        for name, shorts in found.items()
        if len(shorts) == 1 and "" not in shorts
    }
