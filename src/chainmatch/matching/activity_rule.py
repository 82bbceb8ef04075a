"""How what a firm does with a thing agrees with what a node does with it."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from chainmatch.matching.arrays import Flags, Ints
from chainmatch.matching.grammar import NOTHING
from chainmatch.matching.grammar.activities import SETS
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.verbs import TECHNIQUE

EVIDENCE_KINDS = (
    "stated", "reached", "bare", "bare-make", "technique", "only-trade", "own-sale", "other",
    "name", "code", "generic",
)  # fmt: skip
DONE = ("", *ACTIVITIES)  # what a firm does that agrees with the node, "" where it says nothing

_STATING = frozenset({"own", "verb"})  # places of verbs that state an activity on the item
_TALKING = frozenset({"research", "serve"})  # what doing something with a technique may be


def compare(
    done: frozenset[str], stated: bool, wanted: frozenset[str], is_technique: bool
) -> tuple[str, str]:
    """Return the kind of evidence (:data:`EVIDENCE_KINDS`) and the activity to print.

    Parameters
    ----------
    done
        What the firm does with the item; empty where no verb reaches it.
    stated
        Whether the verb stands on the item itself.
    wanted
        The activities of the node.
    is_technique
        Whether the term itself is a technique (农业技术), so that developing and spreading it is
        the trade; of any other thing it is talk (医药技术开发, 光伏技术服务).
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
    if met == {"grow"} and "make" in done:
        stated = False  # 茶叶生产 makes tea sooner than it grows it
    named = next(activity for activity in ACTIVITIES if activity in met)
    return ("stated" if stated else "reached", named)


def compare_many(
    done: Ints, stated: Flags, wanted: Sequence[frozenset[str]], node: Ints, is_technique: Flags
) -> tuple[Ints, Ints]:
    """Return :func:`compare` of n items as numbers in :data:`EVIDENCE_KINDS` and :data:`DONE`.

    ``done`` are masks (``activities.SETS``), ``wanted`` has one set a node, ``node`` numbers them.
    """
    cases = ((done * len(wanted) + node) * 2 + stated) * 2 + is_technique
    distinct, which = np.unique(cases, return_inverse=True)
    found = []
    for case in distinct.tolist():
        mask, number = divmod(case // 4, len(wanted))
        found.append(_numbers(SETS[mask], bool(case & 2), wanted[number], bool(case & 1)))
    kind, activity = np.array(found, np.int64).reshape(-1, 2)[which].T
    return kind, activity


@lru_cache(maxsize=1 << 14)
def _numbers(
    done: frozenset[str], stated: bool, wanted: frozenset[str], is_technique: bool
) -> tuple[int, int]:
    kind, activity = compare(done, stated, wanted, is_technique)
    return EVIDENCE_KINDS.index(kind), DONE.index(activity)


def is_stated(place: str) -> bool:
    """Return whether a verb in ``place`` (of an item) states the activity on the item itself."""
    return place in _STATING
