"""Administrative divisions of China and where a firm sits.

``locate`` and its ``Place``, ``zone_of`` and ``distance_km`` are public; they are loaded when they
are first used, for who wants the table of divisions alone needs no automaton.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainmatch.places.locating import Place, distance_km, locate, zone_of

__all__ = ["Place", "distance_km", "locate", "zone_of"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'chainmatch.places' has no attribute {name!r}")
    return getattr(import_module("chainmatch.places.locating"), name)
