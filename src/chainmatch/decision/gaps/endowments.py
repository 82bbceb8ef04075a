"""What a node needs, held against what the county has."""

import math
from collections.abc import Iterable

from chainmatch.profile import Profile
from chainmatch.schema.columns import NEEDS

_SCARCE = 0.4  # an endowment below this is named as a shortage


def feasibility(needs: Iterable[str], profile: Profile) -> float:
    """Half the weakest, half the mean of the known endowments among ``needs``; NaN if none is."""
    known = [e for need in needs if (e := profile.endowments.get(need)) is not None]
    return (min(known) + math.fsum(known) / len(known)) / 2 if known else math.nan


def shortages(needs: Iterable[str], profile: Profile) -> str:
    """Return the needs that the county has little of, in words; "" if there is none."""
    short = [
        NEEDS.get(need, need)
        for need in needs
        if (known := profile.endowments.get(need)) is not None and known < _SCARCE
    ]
    return "、".join(short)
