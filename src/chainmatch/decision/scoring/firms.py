"""What one firm brings to every node: region, scale, kin."""

import math
from datetime import date
from typing import NamedTuple

import pandas as pd

from chainmatch.places.locating import Place, distance_km
from chainmatch.profile import Profile
from chainmatch.util.missing import mean_known, text_of

# What a title held says about a firm's strength; the strongest counts.
_HONOURS = {
    "上市": 1.0,
    "单项冠军": 1.0,
    "世界500强": 1.0,
    "中国500强": 1.0,
    "小巨人": 0.9,
    "重点龙头": 0.9,
    "专精特新": 0.8,
    "龙头": 0.8,
    "高新技术": 0.7,
    "瞪羚": 0.7,
    "规上": 0.6,
    "规模以上": 0.6,
}
_OTHER_HONOUR = 0.5
_FULL_AGE = 10.0


class Region(NamedTuple):
    """The part ``region``, the priority behind it and the distance; any may be NaN."""

    part: float
    priority: float
    km: float


class FirmFacts(NamedTuple):
    """What one firm brings to every node; any number may be NaN."""

    region: float
    scale: float
    name: float
    place: Region
    capital: float


def firm_facts(
    targets: pd.DataFrame, links: pd.DataFrame | None, profile: Profile
) -> list[FirmFacts]:
    """Return the facts of each target, in their order."""
    kin = _kin(links)
    places: dict[Place, Region] = {}
    found = []
    columns = ["firm_id", "province", "city", "county", "zone", "currency", "honours"]
    text = (text_of(targets[column]).tolist() for column in columns)
    capital = pd.to_numeric(targets["capital"], errors="coerce").astype(float)
    ages = _ages(targets["established"], profile.as_of)
    for firm, *where, currency, honours, amount, age in zip(
        *text, capital.tolist(), ages, strict=True
    ):
        place = Place(*where)
        if place not in places:
            places[place] = region_of(place, profile)
        yuan = amount if currency in ("", "CNY") else math.nan
        name = math.nan if kin is None else kin.get(firm, 0.0)
        region = places[place]
        found.append(FirmFacts(region.part, scale(yuan, age, honours), name, region, yuan))
    return found


def _kin(links: pd.DataFrame | None) -> dict[str, float] | None:
    if links is None:
        return None
    return dict(links.groupby("left_id")["confidence"].max())


def region_of(place: Place, profile: Profile) -> Region:
    """Return what a place is worth to the county."""
    km = distance_km(place, profile.place)
    if place.zone in profile.zones:
        priority = profile.zones[place.zone]
    elif place.province == profile.home.province:
        priority = profile.in_province
    else:
        priority = profile.elsewhere if place.province else math.nan
    closeness = math.nan if km is None else 1 / (1 + km / profile.levels.near_km)
    return Region(mean_known(priority, closeness), priority, math.nan if km is None else km)


def _ages(established: pd.Series, as_of: date | None) -> list[float]:
    """Years since registration; NaN where unknown or after ``as_of``."""
    if as_of is None:
        return [math.nan] * len(established)
    dates = pd.to_datetime(established, errors="coerce", format="%Y-%m-%d")
    years = (pd.Timestamp(as_of) - dates).dt.days / 365.25
    return [float(year) for year in years.where(years >= 0)]


def scale(capital: float, age: float, honours: str) -> float:
    """Return the part ``scale``: capital in 万元 of yuan or NaN, age in years or NaN, titles."""
    titles = [value for word, value in _HONOURS.items() if word in honours]
    lift = max(titles, default=_OTHER_HONOUR) if honours else math.nan
    if math.isnan(capital):
        return lift
    size = min(1.0, max(0.0, math.log10(max(capital, 1e-9) / 50) / 3))
    strength = size if math.isnan(age) else (2 * size + min(1.0, age / _FULL_AGE)) / 3
    return strength if math.isnan(lift) else max(strength, lift)
