"""What a part of a score is: one object that holds everything that is known of it.

A part is computed from **facts**: a table with one row for each firm at each node that it may be
scored at, or for each node where gaps are weighed. :data:`FACTS` and :data:`GAP_FACTS` say which
columns there are; :mod:`chainmatch.decision` fills them in. A part reads facts and nothing else, so
tables, weights, files, pages, cards and docs can all ask it what it is called and what it says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Facts: TypeAlias = Mapping[str, Any]  # one row of a table of facts
Values: TypeAlias = NDArray[np.float64]

# Facts of a firm at a node. Numbers are NaN and texts "" where unknown.
FACTS: dict[str, str] = {
    "name": "name of the firm",
    "node_name": "name of the node",
    "fit": "how surely it does what the node names, 0…1",
    "main": "how far the node is its main business, 0…1",
    "grade": "confirmed, likely or uncertain",
    "evidence": "the phrase that stands for it, word for word",
    "rival": 'name of another node that its text says as surely; "" if there is none',
    "rival_phrase": 'its own phrase for that node; "" where it is the same one',
    "capital": "registered capital in 万元 of yuan",
    "money": "the capital as the list states it: 310万美元",
    "age": "years since registration",
    "plant": "1: the address is a village or an industrial zone, 0: an office suite; NaN: neither",
    "group": "whether the name says 集团 or 股份",
    "honour": "strength of the best title held, 0…1; NaN: the list states none",
    "staff": "insured persons",
    "making": "share of the scope that makes, grows or operates things, 0…1",
    "single": "whether the name is that of one place: a hotel, a power station, a mine",
    "agent": "whether the name is that of a trader, builder or agent",
    "refused": "share of what it makes that the county takes from nobody, 0…1",
    "refused_phrase": "its phrase for that",
    "settles": "how such firms settle (chain files): anywhere, operator, …",
    "settle": "how far such firms settle in another county, 0…1 (profile)",
    "reach": "how near the node stands downstream to what the county has, 0…1",
    "reached": "the product of the county that it stands downstream of",
    "reach_steps": "how many steps downstream",
    "through": "name of the node through which that product comes",
    "own": "how much the county has of a product that the firm's own text names, 0…1",
    "own_word": "that word, as the firm writes it",
    "own_product": "the product of the county that the word speaks of",
    "gap": "worth of the node's gap, 0…1; for who does not make the one product that the county "
    "wants of the node, without that wish",
    "unwished": 'that product; "" for who makes it',
    "gap_reason": "the shortest reason for it",
    "supplier": "the best named local supplier, with its phrase",
    "buyer": "the best named local buyer, with its phrase",
    "partner_size": "size of the named partners together, 0 or more; NaN: nobody can be named",
    "priority": "priority of the firm's place, 0…1",
    "zoned": "whether that place lies in a zone of the profile",
    "closeness": "1 / (1 + km / levels.near_km)",
    "km": "distance in kilometres",
    "kin": "highest confidence of a link to a local firm, 0 if there is none",
    "kin_name": "that local firm",
}

# Facts of a node.
GAP_FACTS: dict[str, str] = {
    "node_name": "name of the node",
    "reach": "how near the node stands downstream to what the county has, 0…1; NaN: it lives on no "
    "raw material",
    "reached": "the product that it stands downstream of, or the raw material that is missing",
    "reach_steps": "how many steps downstream",
    "through": "name of the node through which that product comes",
    "project": "how much a project of the county needs the node, 0…1",
    "project_name": "that project",
    "anchored": "how far local firms beside the node pull, 0…1; NaN: none could be seen",
    "anchor_names": "the largest makers beside the node, each with what it does",
    "wish": "priority that the county gives it, 0…1; NaN: the profile names no priorities",
    "wished": "the county's words for it",
    "endowment": "what the node needs of a site, against what the county has, 0…1",
    "shortages": "what the county has too little of",
    "paths": "share of source-to-market paths that the node would close, 0…1",
    "usual": "how usual the node is where others of the county's nodes are, 0…1",
    "targets": "number of fitting firms in the list of targets",
    "enough": "number of target firms that is enough",
}


@dataclass(frozen=True)
class Part:
    """A part of a score or of a gap.

    name, column
        Its key in the weights of a profile; its column in tables.
    title, english
        What it is called.
    meaning
        One Chinese line: what it says, for page and workbook.
    formula
        How it is computed, for the docs.
    weight
        The weight that ships.
    value
        Facts (n rows) → n values in 0…1, NaN where unknown.
    weak
        A value from here on is no weak point; 0 for a part that never is one.
    warns
        Whether the weak point has to be said, however high the value.
    weakness, reason
        One row of facts → what speaks against the firm or for it, in Chinese; "" if nothing does.
    here
        Whether its reason speaks of what is here: of the county, not of the firm alone.
    unknown, question
        What is said where the part is unknown, and what to ask for.
    """

    name: str
    title: str
    english: str
    meaning: str
    formula: str
    weight: float
    value: "Callable[[pd.DataFrame], Values]"
    weak: float = 0.0
    weakness: Callable[[Facts], str] = lambda facts: ""
    warns: Callable[[Facts], bool] = lambda facts: False
    reason: Callable[[Facts], str] = lambda facts: ""
    unknown: str = ""
    question: str = ""
    column: str = ""
    here: bool = False

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", self.name)


def numbers(facts: "pd.DataFrame", column: str) -> Values:
    """Return a column of facts as numbers, NaN where unknown."""
    found: Values = facts[column].to_numpy(dtype=np.float64)
    return found


def has(facts: Facts) -> str:
    """Say what the county has that a node lives on, as far as people would still say so."""
    if not facts["reach"] >= 0.4 or facts["reach_steps"] > 4:
        return ""
    return f"本县有{facts['reached']}" if facts["reach_steps"] <= 1 else _below(facts)


def near(facts: Facts) -> str:
    """Say the same of a firm: its node and what the county has, since its text names neither."""
    if not has(facts):
        return ""
    if facts["reach_steps"] == 0:  # it makes what the county has, or will have, itself
        return ""
    if facts["reach_steps"] == 1:
        return f"“{facts['node_name']}”可以用到本县的{facts['reached']}，用不用须问清"
    return f"{_below(facts)}，用不用得上须问清"


def _below(facts: Facts) -> str:
    through = f"（经“{facts['through']}”）" if facts["reach_steps"] > 1 else ""
    return f"“{facts['node_name']}”在本县{facts['reached']}的下游{through}"


def main_fit(facts: "pd.DataFrame") -> Values:
    """Return ``√(fit · main)``: how far the firm's main business is that of the node."""
    found: Values = np.sqrt(numbers(facts, "fit") * numbers(facts, "main"))
    return found


def ramp(values: Values, low: float, high: float) -> Values:
    """Return 0 up to ``low``, 1 from ``high`` on, between them by the logarithm; NaN stays."""
    share = (np.log10(np.maximum(values, 1e-9)) - np.log10(low)) / (np.log10(high) - np.log10(low))
    found: Values = np.clip(share, 0.0, 1.0)
    return found
