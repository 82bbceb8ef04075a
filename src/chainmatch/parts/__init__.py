"""The registry of parts: what a score and a gap are made of, each part one object in one place.

Scores, gaps, profiles, columns, the file contract, workbook, page, brief, cards, docs and learning
read it. A new part is a file here, a line in :data:`PARTS`, and its test.
"""

from collections.abc import Iterable

from chainmatch.parts.base import FACTS, GAP_FACTS, Facts, Part, numbers
from chainmatch.parts.fit import FIT
from chainmatch.parts.gap import GAP
from chainmatch.parts.gaps import GAP_PARTS
from chainmatch.parts.kinship import KINSHIP
from chainmatch.parts.partners import PARTNERS
from chainmatch.parts.region import REGION
from chainmatch.parts.resources import RESOURCES
from chainmatch.parts.substance import SUBSTANCE
from chainmatch.parts.transferability import TRANSFERABILITY

PARTS: tuple[Part, ...] = (
    FIT,
    SUBSTANCE,
    TRANSFERABILITY,
    RESOURCES,
    GAP,
    PARTNERS,
    REGION,
    KINSHIP,
)


def _retired(name: str, title: str, column: str = "") -> Part:
    return Part(name, title, name, "", "", 0.0, lambda facts: numbers(facts, name), column=column)


# Parts of run folders of contract 1: what they are called, so that such folders still open.
_RETIRED = (
    _retired("sector", "行业契合"),
    _retired("scale", "企业实力"),
    _retired("name", "亲缘关系", "name_part"),
)


def parts_of(weights: Iterable[str]) -> tuple[Part, ...]:
    """Return the parts that the weights of a run name, in the order of the registry."""
    names = set(weights)
    return tuple(part for part in (*PARTS, *_RETIRED) if part.name in names)


__all__ = ["FACTS", "GAP_FACTS", "GAP_PARTS", "PARTS", "Facts", "Part", "parts_of"]
