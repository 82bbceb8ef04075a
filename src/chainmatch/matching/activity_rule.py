"""How what a firm does with a thing meets what a node does with it."""

from collections.abc import Sequence

import numpy as np

from chainmatch.matching.grammar import NOTHING
from chainmatch.matching.grammar.activities import SETS
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.verbs import TECHNIQUE

HOWS = (
    "stated", "reached", "bare", "bare-make", "technique", "only-trade", "own-sale", "other",
    "name", "code",
)  # fmt: skip
DONE = ("", *ACTIVITIES)  # what a firm does that met the node, "" where it says nothing

_STATING = frozenset({"own", "verb"})  # places of verbs that state an activity on the item
_TALKING = frozenset({"research", "serve"})  # what doing something with a technique may be


def meeting(
    done: frozenset[str], place: str, wanted: frozenset[str], is_technique: bool
) -> tuple[str, str]:
    """Return how an item's activities meet those that a node wants, and the activity to print.

    ``is_technique``: the wording itself is a technique (农业技术), so that developing and
    spreading it is the trade; of any other thing it is talk (医药技术开发, 光伏技术服务).
    """
    if TECHNIQUE in done:
        done = done - {TECHNIQUE} | (_TALKING if is_technique else NOTHING)
        if not done & wanted and wanted & _TALKING:
            return ("technique", min(wanted & _TALKING))
        if not done:
            return ("other", "serve")
    if not done:
        if wanted == _TALKING:
            return ("other", "")  # a thing that is only named is for sale, nobody studies it
        producing = wanted & {"make", "grow", "research"}
        return ("bare-make" if producing else "bare", "")
    met = done & wanted
    if met == {"serve"} and "make" in done:
        met = NOTHING  # 设计、制造、安装 of a machine is no service with it
    if met == {"trade"} and done & {"make", "grow"}:
        return ("own-sale", "trade")
    if not met:
        return ("only-trade" if "trade" in done else "other", min(done))
    named = next(activity for activity in ACTIVITIES if activity in met)
    return ("stated" if place in _STATING else "reached", named)


class Meetings:
    """:func:`meeting` for many items at once; each pair of activities is compared once."""

    def __init__(self, wanted: Sequence[frozenset[str]], places: Sequence[str]) -> None:
        kinds = sorted(set(wanted), key=sorted)
        self._kinds = kinds
        self._kind = np.array([kinds.index(own) for own in wanted])
        self._stating = np.array([place in _STATING for place in places])
        self._known = np.full((len(SETS), 4 * len(kinds)), -1)

    def look_up(
        self, done: np.ndarray, place: np.ndarray, node: np.ndarray, technique: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of :data:`HOWS` and :data:`DONE`, for masks of activities and numbers
        of all else."""
        case = 4 * self._kind[node] + 2 * self._stating[place] + technique
        place = done * self._known.shape[1] + case
        found = self._known.take(place)
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            pairs = np.unique(np.stack([done[unknown], case[unknown]]), axis=1)
            for activities, number in pairs.T.tolist():
                self._known[activities, number] = self._compare(activities, number)
            found = self._known.take(place)
        how, met = np.divmod(found, len(DONE))
        return how, met

    def _compare(self, activities: int, case: int) -> int:
        kind, place, technique = case // 4, "own" if case & 2 else "bare", bool(case & 1)
        how, met = meeting(SETS[activities], place, self._kinds[kind], technique)
        return HOWS.index(how) * len(DONE) + DONE.index(met)
