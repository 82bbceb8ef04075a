"""Which target firms of a list too long for memory can be partners of leads at all.

What a lead is given depends on the groups of firms that are best at first sight. So it is the same
for all firms as for those of these groups: their prospects are gathered part by part, small rows
without texts, and at the end the groups are told.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from chainmatch.decision.gaps import Survey
from chainmatch.leads.firms import best_groups, prospects
from chainmatch.leads.matching import asked, book_of
from chainmatch.leads.reading import LeadReading
from chainmatch.matching.lexicon import Lexicon
from chainmatch.profile import Profile

if TYPE_CHECKING:
    import networkx as nx

_COLUMNS = ("lead", "id", "rough", "group")


class Scout:
    """Gathers the prospects of a list of leads, read once; asked with any number of tables."""

    def __init__(
        self,
        readings: Sequence[LeadReading],
        graph: "nx.DiGraph[str]",
        survey: Survey,
        profile: Profile,
        lexicon: Lexicon,
    ) -> None:
        self._readings = readings
        self._county = (readings, graph, lexicon, survey, profile)
        self._graph = graph

    def prospects(
        self, firms: pd.DataFrame, fits: pd.DataFrame, excluded: pd.DataFrame
    ) -> pd.DataFrame:
        """Return each lead's possible partners among firms.

        One row each: ``lead`` (its number in the list), ``id``, ``rough`` (how good it is at first
        sight), ``group``.
        """
        rows = []
        if self._readings:
            book = book_of(*self._county)
            book.add_firms("target", firms, fits, excluded)
            own = book.lists["target"]
            rows = [
                (lead, own.firms[found.firm].id, found.rough, own.groups[found.firm])
                for lead, reading in enumerate(self._readings)
                for found in prospects(reading, asked(reading, "target", self._graph), own, book)
            ]
        return pd.DataFrame(rows, columns=list(_COLUMNS))


def chosen_groups(found: pd.DataFrame) -> set[str]:
    """Return the groups that are looked at closely for a lead, from all prospects of a list."""
    chosen: set[str] = set()
    for _, own in found.groupby("lead"):
        chosen |= best_groups(zip(own["group"].tolist(), own["rough"].tolist(), strict=True))
    return chosen
