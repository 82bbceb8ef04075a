"""What can be said of target firms one by one: links, fits, gates, and what they add to supply.

A firm that a gate stops leaves with its reason; what is left over is a small table that travels on
to the steps which look at the whole list (duplicates, gaps, shortlist, leads).
"""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import pandas as pd

from chainmatch.decision import gates
from chainmatch.decision.coverage import supplies
from chainmatch.identity.linking import Linker
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match
from chainmatch.pipeline.aside import Aside
from chainmatch.profile import Profile

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Examined:
    """Firms with what was found about each; tables with the columns of ``columns.TABLES``.

    ``fits`` are all fits of all ``firms``; ``excluded`` says which of them a gate stops.
    """

    firms: pd.DataFrame
    links: pd.DataFrame
    fits: pd.DataFrame
    excluded: pd.DataFrame

    @cached_property
    def passed(self) -> pd.DataFrame:
        """The firms that no gate stops."""
        return self.firms[~self.firms["firm_id"].isin(self.excluded["firm_id"])]


class Examiner:
    """Holds target firms against the chains, the county and its firms; built once.

    Parameters
    ----------
    graph, profile
        Chains and county.
    home : DataFrame
        The local firms, without duplicates.
    matcher : Matcher, optional
        One already built on ``graph``.
    """

    def __init__(
        self,
        graph: "nx.DiGraph[str]",
        profile: Profile,
        home: pd.DataFrame,
        matcher: Matcher | None = None,
    ) -> None:
        self.graph = graph
        self.profile = profile
        self.matcher = matcher or Matcher(graph)
        self.linker = Linker(home)

    def examine(self, firms: pd.DataFrame, *, aside: bool = False) -> Examined:
        """Examine firms (``TABLES["firms"]``, ids distinct); no row depends on another.

        With ``aside`` a second process finds the links, where the system has one to give.
        """
        with Aside(partial(self.linker.link, firms), wanted=aside) as linking:
            fits = match(firms, self.graph, top=None, matcher=self.matcher)
            links = linking.result()
        excluded = gates.check(firms, links, fits, self.profile, self.graph)
        return Examined(firms, links, fits, excluded)

    def supplies(self, examined: Examined) -> pd.DataFrame:
        """Return which firms count for the supply of which nodes: firm_id, node."""
        return supplies(examined.fits, self.graph, self.profile)
