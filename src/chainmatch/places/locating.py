"""Where a firm is: province, prefecture, county and economic zone.

Evidence is taken together: the credit code (characters 3-8 name the authority that registered the
firm), a region column, the address and the name. The finest unit that the evidence agrees on is
returned; what it does not say stays unknown, the empty string. Names are short forms (陕西, 商洛,
镇安). A municipality is its own prefecture (北京, 北京, 朝阳); so is a county-level city directly
under its province (河南, 济源, 济源).
"""

import math
import re
from functools import cache, lru_cache
from typing import NamedTuple

from chainmatch.places.divisions import divisions
from chainmatch.places.gazetteer import Unit, unit_of_code
from chainmatch.places.reading import NOTHING, Reading, read, read_inside
from chainmatch.util.resources import data_rows
from chainmatch.util.text import simplified


class Place(NamedTuple):
    """A place in short forms; an empty string is unknown (or, for ``zone``, none)."""

    province: str = ""
    city: str = ""
    county: str = ""
    zone: str = ""


_UNKNOWN: Unit = ("", "", "")
_FIRM_END = re.compile(
    r"公司(?!$|[(（]|有限|股份|集团)|银行(?!$|股份|有限)|联(?:合|社)社(?!$|[(（]|有限|股份)"
)
_BRACKET = re.compile(r"[(（]([^()（）]{2,12})[)）]")

# A region column says the same few things again and again.
_read_region = lru_cache(maxsize=1 << 16)(read)


@cache
def _zones() -> dict[tuple[str, str], str]:
    """Return (province, prefecture or "") → zone."""
    return {(row["province"], row["city"]): row["zone"] for row in data_rows("places/zones.csv")}


@cache
def _points() -> dict[tuple[str, str], tuple[float, float]]:
    """Return (province, prefecture) → longitude and latitude."""
    points: dict[tuple[str, str], tuple[float, float]] = {}
    for division in divisions():
        if division.lon:
            unit = (division.province, division.city)
            points.setdefault(unit, (float(division.lon), float(division.lat)))
    return points


def _by_code(code: str) -> Unit:
    """Return the unit that a credit code (18) or an old registration number (15) names."""
    digits = code[2:8] if len(code) == 18 else code[:6] if len(code) == 15 else ""
    return unit_of_code(digits) if digits else _UNKNOWN


def _merge(known: Unit, reading: Reading) -> Unit:
    """Let a reading deepen ``known``; a full one may move it within its province."""
    more = reading.unit
    if not known[0]:
        return more
    if known[0] != more[0] or not more[1]:
        return known
    if known[1] and known[1] != more[1]:
        return more if reading.full else known
    return known if known[2] and known[1] else more


def locate(region: str = "", code: str = "", address: str = "", name: str = "") -> Place:
    """Return where a firm is, from all pieces of evidence together.

    The province is that of the code unless the region column and the address both name another.
    Within it the region column and the address decide where they name a prefecture in full (the
    code keeps the place of the first registration), and deepen what the code says; the name is
    asked last. ``code`` is a credit code (18) or an old registration number (15). Traditional
    characters are read as well.
    """
    unit = _by_code(code) if code else _UNKNOWN
    stated = _read_region(region, unit, True) if region else NOTHING
    unit = _merge(unit, stated)
    located = NOTHING
    if address:
        located = read(address, unit, True)
        unit = _merge(unit, located)
    if stated.unit[0] and stated.unit[0] == located.unit[0] != unit[0]:
        unit = _merge(stated.unit, located)
    if name and not unit[1]:
        unit = _merge(unit, _by_name(simplified(name), unit))
    return Place(*unit, zone_of(unit[0], unit[1]))


def _by_name(name: str, context: Unit) -> Reading:
    """Read the place in a name; that of a branch office goes before that of its firm."""
    end = _FIRM_END.search(name)
    if end and end.end() < len(name):
        head = _by_name(name[: end.end()], context)
        tail = read(name[end.end() :], head.unit if head.unit[0] else context, not head.unit[0])
        return tail if tail.unit[0] else head
    reading = read(name, context, True)
    if reading.unit[1] and reading.full:
        return reading
    for bracket in _BRACKET.finditer(name):
        inside = read(bracket[1], reading.unit if reading.full else context, True)
        if inside.unit[0]:
            return inside
    return reading if reading.unit[0] else read_inside(name, context)


def zone_of(province: str, city: str = "") -> str:
    """Return the economic zone of a province or prefecture in short form; "" = none."""
    zones = _zones()
    return zones.get((province, city)) or zones.get((province, "")) or ""


def zone_names() -> tuple[str, ...]:
    """Return the names of the economic zones."""
    return tuple(dict.fromkeys(_zones().values()))


def distance_km(a: Place, b: Place) -> float | None:
    """Return the great-circle distance between the prefectures of two places in km.

    Points are coarse (a prefecture's seat, 0.01 degree), so distances below some 30 km say
    nothing. None where the prefecture of either place is unknown.
    """
    points = _points()
    first, second = points.get((a.province, a.city)), points.get((b.province, b.city))
    if first is None or second is None or not a.city or not b.city:
        return None
    (x1, y1), (x2, y2) = (tuple(map(math.radians, point)) for point in (first, second))
    half = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return round(2 * 6371.0 * math.asin(math.sqrt(half)), 1)


def offset_km(start: Place, end: Place) -> tuple[float, float] | None:
    """Return how far east and north of ``start`` ``end`` lies in km, in its true direction.

    The azimuthal equidistant projection about ``start``: length and direction of the offset are
    those of the great circle. None as for :func:`distance_km`.
    """
    length = distance_km(start, end)
    if length is None:
        return None
    points = _points()
    a, b = points[start.province, start.city], points[end.province, end.city]
    (x1, y1), (x2, y2) = (tuple(map(math.radians, point)) for point in (a, b))
    east = math.sin(x2 - x1) * math.cos(y2)
    north = math.cos(y1) * math.sin(y2) - math.sin(y1) * math.cos(y2) * math.cos(x2 - x1)
    bearing = math.atan2(east, north)
    return length * math.sin(bearing), length * math.cos(bearing)


def zone_distance_km(place: Place, zone: str) -> float | None:
    """Return the mean distance of a place to the prefectures of a zone; None where unknown."""
    there = [Place(*unit) for unit in _points() if unit[1] and zone_of(*unit) == zone]
    found = [km for other in there if (km := distance_km(place, other)) is not None]
    return math.fsum(found) / len(found) if found else None
