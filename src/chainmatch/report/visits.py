"""The visit plan: who goes where, in which order of cities, how far and for how many days.

Distances are straight lines between the seats of prefectures, and the days a rough reckoning from
what the profile says a day is enough for (``travel``); roads and trains are not known here.
"""

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from chainmatch.places.locating import Place, distance_km
from chainmatch.profile import Travel
from chainmatch.report.facts import Record, place_name, shortlisted
from chainmatch.schema.words import NO_CITY, NO_PROVINCE, NO_ZONE

if TYPE_CHECKING:
    from chainmatch.run import Run


class Stop(NamedTuple):
    """One city of a journey with its firms (records of the shortlist), best first.

    ``km`` from the stop before (from the start for the first) and the ``day`` of arrival; None
    where nobody knows the city, which then comes last.
    """

    zone: str
    province: str
    city: str
    firms: tuple[Record, ...]
    at: Place
    km: float | None = None
    day: int | None = None


class Journey(NamedTuple):
    """One journey: its name, where it starts and ends, its stops in order, km and days in all."""

    name: str
    start: Place
    stops: tuple[Stop, ...]
    km: float
    days: int

    @property
    def visited(self) -> int:
        """How many firms are visited."""
        return sum(len(stop.firms) for stop in self.stops)

    @property
    def base(self) -> str:
        """Where it starts, as one name."""
        return place_name(*self.start[:3])


def visit_plan(run: "Run") -> list[Journey]:
    """Return the journeys: those of the teams in the order of the profile, then zone by zone.

    A zone to which no team goes is a journey of its own, the zones in the county's priority. Each
    firm of the shortlist is visited once.
    """
    profile = run.profile
    zones = sorted(profile.zones, key=lambda zone: -profile.zones[zone])
    rank = {zone: place for place, zone in enumerate(zones)}
    groups: dict[tuple[int, int, str], list[Record]] = {}
    for firm in shortlisted(run):
        zone, team = firm["zone"] or NO_ZONE, profile.team_of(firm["zone"])
        at = profile.teams.index(team) if team else len(profile.teams)
        key = (at, 0, team.name) if team else (at, rank.get(zone, len(rank)), zone)
        groups.setdefault(key, []).append(firm)
    found = []
    for (at, _, name), firms in sorted(groups.items(), key=lambda item: item[0]):
        base = profile.teams[at].base if at < len(profile.teams) else None
        home = base or profile.home
        start = Place(home.province, home.city, home.county)
        found.append(_journey(name, start, _cities(firms), profile.travel))
    return found


def _cities(firms: list[Record]) -> list[Stop]:
    """The firms of a journey by city, the city of the best firm first."""
    cities: dict[tuple[str, str], list[Record]] = {}
    for firm in firms:
        cities.setdefault((firm["province"], firm["city"] or firm["county"]), []).append(firm)
    return [
        Stop(
            own[0]["zone"] or NO_ZONE,
            province or NO_PROVINCE,
            city or NO_CITY,
            tuple(own),
            Place(province, city),
        )
        for (province, city), own in cities.items()
    ]


def _journey(name: str, start: Place, stops: list[Stop], travel: Travel) -> Journey:
    known = [stop for stop in stops if distance_km(start, stop.at) is not None]
    order = shortest_round([start, *(stop.at for stop in known)])
    ordered = [known[place - 1] for place in order[1:]]
    legs = [_km(a, b) for a, b in pairwise([start, *(stop.at for stop in ordered), start])]
    spent, found = 0.0, []
    for stop, leg in zip(ordered, legs, strict=False):
        spent += leg / travel.km_per_day
        found.append(stop._replace(km=leg, day=math.floor(spent) + 1))
        spent += len(stop.firms) / travel.firms_per_day
    lost = [stop for stop in stops if stop not in known]
    spent += sum(len(stop.firms) for stop in lost) / travel.firms_per_day
    spent += legs[-1] / travel.km_per_day if ordered else 0.0
    days = math.ceil(round(spent, 6))
    return Journey(name, start, (*found, *lost), math.fsum(legs), days)


def _km(a: Place, b: Place) -> float:
    return distance_km(a, b) or 0.0


def shortest_round(places: list[Place]) -> list[int]:
    """Return the order of places of a short round trip that begins at the first.

    The nearest is taken next, then any two legs that are shorter when crossed over are crossed,
    until none is: never longer than the first, mostly the shortest. Ties go by the given order.
    """
    far = [[_km(a, b) for b in places] for a in places]
    order, left = [0], list(range(1, len(places)))
    while left:
        order.append(min(left, key=lambda place: far[order[-1]][place]))
        left.remove(order[-1])
    while swap := _shorter(order, far):
        i, j = swap
        order[i:j] = order[i:j][::-1]
    return order


def _shorter(order: list[int], far: list[list[float]]) -> tuple[int, int] | None:
    """The first stretch that makes the round shorter when it is turned about."""
    closed = [*order, order[0]]
    for i in range(1, len(order)):
        for j in range(i + 2, len(closed)):
            a, b, c, d = closed[i - 1], closed[i], closed[j - 1], closed[j]
            if far[a][c] + far[b][d] < far[a][b] + far[c][d] - 1e-6:
                return i, j
    return None
