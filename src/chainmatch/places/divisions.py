"""The administrative divisions that ship with the package, as the tables of places read them."""

import csv
from functools import cache
from typing import NamedTuple

from chainmatch.util.resources import data_folder


class Division(NamedTuple):
    """A division, today's or a former one, with the short forms of where it lies.

    ``level`` 1 province, 2 prefecture, 3 county; ``until`` is "" for one that there is today;
    ``lon`` and ``lat`` are degrees as text, "" where the seat is unknown.
    """

    code: str
    name: str
    level: int
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
