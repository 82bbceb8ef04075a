"""The registry of parts: what a score and a gap are made of, each part one object in one place.

Scores, gaps, profiles, columns, the file contract, workbook, page, brief, cards, docs and learning
read it. A new part is a file here, a line in :data:`PARTS`, and its test.
"""

from collections.abc import Iterable
from functools import partial

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


def _retired(name: str, title: str, column: str = "", question: str = "") -> Part:
    read = partial(numbers, column=name)
    return Part(name, title, name, "", "", 0.0, read, question=question, column=column)


# Parts of run folders of contract 0 and 1: what they are called, so that such folders still open.
_RETIRED = (
    _retired("sector", "行业契合", question="主营产品"),
    _retired("scale", "企业实力", question="注册资本和所获荣誉（上市、专精特新、高新技术企业等）"),
    _retired("name", "亲缘关系", "name_part", "与本地企业有无同集团、同字号关系"),
)
_RETIRED_OF_GAPS = (_retired("pull", "本地牵引"),)


def parts_of(weights: Iterable[str]) -> tuple[Part, ...]:
    """Return the parts that the weights of a run name, in the order of the registry."""
    return _named(weights, (*PARTS, *_RETIRED))


def gap_parts_of(weights: Iterable[str]) -> tuple[Part, ...]:
    """Return the parts of a gap that the gap weights of a run name, in the same order."""
    return _named(weights, (*_RETIRED_OF_GAPS, *GAP_PARTS))


def _named(weights: Iterable[str], parts: tuple[Part, ...]) -> tuple[Part, ...]:
    names = set(weights)
    return tuple(part for part in parts if part.name in names)


__all__ = ["FACTS", "GAP_FACTS", "GAP_PARTS", "PARTS", "Facts", "Part", "gap_parts_of", "parts_of"]
