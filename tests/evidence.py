"""Evidence and its sums for tests that argue them by hand."""

import numpy as np

from chainmatch.matching.combine import summarise
from chainmatch.matching.evidence import FIELDS, EvidenceColumns
from chainmatch.matching.fit_model import Summary


def columns(*rows: tuple[str, int, float, int]) -> EvidenceColumns:
    """Evidence for one node of one firm: (field, start, strength, number of the item) each."""
    fields, start, strength, order = zip(*rows, strict=True)
    nothing = np.zeros(len(rows), np.int64)
    at = np.array(start)
    return EvidenceColumns(
        nothing, nothing, np.array([FIELDS.index(field) for field in fields]), at, at + 2, at,
        nothing, np.array(strength), np.array(order), nothing > 0, nothing,
    )  # fmt: skip


def summary(evidence: EvidenceColumns, items: int) -> Summary:
    """What evidence for one node, strongest first, adds up to in a scope of ``items`` items."""
    [row] = summarise(evidence, np.zeros(1, np.int64), np.array([items]))
    return Summary(*row.tolist())
