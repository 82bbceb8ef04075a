"""Which target firms of a list too long for memory can be partners of leads at all.

What the leads are given depends on the best firm of every group. So it is the same for all firms
as for those of the groups that are chosen: their prospects are gathered part by part, small rows
without texts, and at the end those groups are told.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from chainmatch.decision.gaps import Survey
from chainmatch.leads.book import Book, Partner
from chainmatch.leads.matching import FLOOR, choose, target_partners
from chainmatch.leads.reading import LeadReading
from chainmatch.profile import Profile

if TYPE_CHECKING:
    import networkx as nx

_COLUMNS = ("lead", "id", "score", "node", "group")


class Scout:
    """Gathers the prospects of a list of leads, read once; asked with any number of tables."""

    def __init__(
        self,
        readings: Sequence[LeadReading],
        graph: "nx.DiGraph[str]",
        survey: Survey,
        profile: Profile,
    ) -> None:
        self._readings = readings
        self._county = (graph, survey, profile)

    def prospects(self, firms: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
        """Return each lead's possible partners among firms that passed the gates.

        One row each: ``lead`` (its number in the list), ``id``, ``score``, ``node``, ``group``.
        """
        rows = []
        if self._readings:
            book = Book(*self._county, self._readings)
            book.add_firms("target", firms, fits)
            rows = [
                (lead, partner.id, partner.score, partner.node, partner.group)
                for lead, reading in enumerate(self._readings)
                for partner in target_partners(reading, book)
                if partner.score >= FLOOR
            ]
        return pd.DataFrame(rows, columns=list(_COLUMNS))


def chosen_groups(prospects: pd.DataFrame, profile: Profile) -> set[str]:
    """Return the groups out of which a lead is given a partner, from all prospects of a list."""
    chosen: set[str] = set()
    for _, own in prospects.groupby("lead"):
        columns = (own[name].tolist() for name in _COLUMNS[1:])
        partners = (
            Partner("target", firm, "", score, "", node, group)
            for firm, score, node, group in zip(*columns, strict=True)
        )
        chosen.update(found.group for found in choose(partners, profile.capacity.repeat))
    return chosen
