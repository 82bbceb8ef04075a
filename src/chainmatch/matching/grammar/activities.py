"""Sets of activities as bit masks, so that those of many items are joined at once."""

from functools import cache

from chainmatch.schema.verbs import VERBS

NOTHING: frozenset[str] = frozenset()

_BITS = {activity: 1 << n for n, activity in enumerate(sorted(NOTHING.union(*VERBS.values())))}
SETS = [
    frozenset(activity for activity, bit in _BITS.items() if mask & bit)
    for mask in range(1 << len(_BITS))
]
"""The set of activities of each mask."""


@cache
def mask_of(activities: frozenset[str]) -> int:
    """Return the mask of a set of activities."""
    return sum(_BITS[activity] for activity in activities)
