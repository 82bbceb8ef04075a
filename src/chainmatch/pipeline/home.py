"""Where the local firms lie: what a profile calls home, held against the list."""

from collections import Counter

import pandas as pd

from chainmatch.places.locating import Place
from chainmatch.profile import Profile
from chainmatch.util.missing import text_of

_MOST = 0.5
_EXCHANGED = "而目标名单里的企业多半就在本县：两份名单可能给反了，请核对先后。"


def places_of(firms: pd.DataFrame) -> "Counter[Place]":
    """Count the places of the firms whose prefecture is known."""
    columns = [text_of(firms[name]).tolist() for name in ("province", "city", "county")]
    return Counter(Place(*place) for place in zip(*columns, strict=True) if all(place[:2]))


PROFILE = "县情配置"  # under this name doubts about home are told


def home_notes(firms: pd.DataFrame, profile: Profile, targets_at_home: float = 0.0) -> list[str]:
    """Say that most local firms lie elsewhere than the profile's home; [] if they do not.

    A firm whose county is unknown lies at home if its prefecture does. Where so do most targets
    (``targets_at_home``, a share), the two lists may have been exchanged.
    """
    known, home = places_of(firms), profile.place
    away = Counter({place: n for place, n in known.items() if not _lies_in(place, home)})
    if away.total() <= _MOST * known.total():
        return []
    finest = Counter[str]()
    for place, number in away.items():
        finest[place_name(place if home.county else place._replace(county=""))] += number
    where, most = min(finest.items(), key=lambda found: (-found[1], found[0]))
    others = "" if most == away.total() else f"别处（最多的是{where}，{most:,} 家）"
    shown = "" if known.total() == len(firms) else "看得出所在地的 "
    return [
        f"本地名单里{shown or ' '}{known.total():,} 家企业有 {away.total():,} 家"
        f"在{others or where}，"
        f"县情配置的本县是{place_name(home)}；请核对配置和名单是不是同一个县的，"
        "也可用 chainmatch profile new --local 本地名单 起草一份。",
        *([_EXCHANGED] if targets_at_home > _MOST else []),
    ]


def _lies_in(place: Place, home: Place) -> bool:
    if place[:2] != home[:2]:
        return False
    return not home.county or place.county in ("", home.county)


def place_name(place: Place) -> str:
    """Return a place as one name: 陕西商洛镇安; a municipality once."""
    return "".join(dict.fromkeys(place[:3]))
