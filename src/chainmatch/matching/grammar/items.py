"""The items of a scope: what each names, what the firm does with it, where it stands."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chainmatch.matching.grammar.activities import SETS
from chainmatch.matching.grammar.reading import Reader
from chainmatch.matching.grammar.scope_batch import cut
from chainmatch.matching.grammar.sequences import PLACES


class Item(NamedTuple):
    """One thing in a scope.

    ``start:end`` is its span, ``core_start:core_end`` the span without verbs at its ends,
    ``verb_start:verb_end`` the stretch from its verb to itself (its own span if it has none).
    ``activities`` is empty for a bare item. ``place`` says where the verb stood: ``own``,
    ``before``, ``after`` or ``bare``; ``verb`` is a segment of verbs alone. ``branch`` marks what
    only branches may do; ``order`` numbers the items that name something, from 0.
    """

    start: int
    end: int
    core_start: int
    core_end: int
    verb_start: int
    verb_end: int
    activities: frozenset[str]
    place: str
    branch: bool = False
    order: int = 0


def read_scope(text: str) -> list[Item]:
    """Return the items of a scope in order. Never fails; excluded phrases are left out."""
    return read_scopes([text])[0]


def read_scopes(texts: Sequence[str]) -> list[list[Item]]:
    """Return :func:`read_scope` of each text; all together cost little more than one."""
    if not texts:
        return []
    reader = Reader()
    page = cut(texts)
    numbers = reader.vocabulary.number(page.tokens.texts)[page.tokens.text]
    read = reader.read(page, numbers, np.ones(len(page.clauses.start), bool))
    scope = page.clauses.scope[read.clause]
    offset = page.starts[scope]
    spans = (read.start, read.end, read.core_start, read.core_end, read.verb_start, read.verb_end)
    found: list[list[Item]] = [[] for _ in texts]
    for number, *span, activities, place, branch, order in zip(
        scope.tolist(), *((span - offset).tolist() for span in spans),
        read.activities.tolist(), read.place.tolist(), read.branch.tolist(),
        read.order.tolist(), strict=True,
    ):  # fmt: skip
        if activities >= 0:
            found[number].append(
                Item._make((*span, SETS[activities], PLACES[place], branch, order))
            )
    return [sorted(items) for items in found]
