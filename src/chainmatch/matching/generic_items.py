"""Generic items: licences that many trades need, and what they mean for one firm.

``食品生产`` stands in the registrations of oil mills, bakers and bottlers alike. Each such item is
listed with the nodes that it may mean (``data/words/generic_items.csv``). Where anything else about
the firm speaks for one of them, the item bears that out and says no more of the others; else it
speaks, weakly, for the nodes that own its words.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from chainmatch.matching.activity_rule import EVIDENCE_KINDS
from chainmatch.matching.arrays import Flags, take
from chainmatch.matching.evidence import NAME, EvidenceColumns
from chainmatch.util.resources import data_rows

_GENERIC = EVIDENCE_KINDS.index("generic")
_SPECIFIC = 0.3  # evidence beside the item from here on tells what it means
_NAMED = 0.15  # and a name from here on
_YIELDS = 0.15  # what is left of the item for the other nodes
_BEARS_OUT = 0.8  # what it counts for the node that is meant
_ALONE = 0.7  # what it counts where nothing tells


def settle(evidence: EvidenceColumns, nodes: int) -> EvidenceColumns:
    """Return evidence in which generic items speak for what they mean."""
    generic = evidence.kind == _GENERIC
    if not generic.any():
        return evidence
    pair = evidence.row * nodes + evidence.node
    least = np.where(evidence.field == NAME, _NAMED, _SPECIFIC)
    borne = np.isin(pair, pair[~generic & (evidence.strength >= least)])
    item = ((evidence.row * 4 + evidence.field) << 32) + evidence.position
    meant = np.isin(item, item[generic & borne])
    alone = evidence.strength * np.where(meant, _YIELDS, _ALONE)
    settled = np.where(borne, _BEARS_OUT, alone)
    strength = np.where(generic, settled, evidence.strength)
    kept: Flags = ~generic | borne | ~evidence.hint
    hint = evidence.hint & ~(generic & borne)
    return take(evidence._replace(strength=strength, hint=hint), kept)


def read_generic_items() -> Mapping[str, Sequence[str]]:
    """Return generic item → the nodes that it may mean; none where it is of no chain."""
    return {row["item"]: row["nodes"].split() for row in data_rows("words/generic_items.csv")}
