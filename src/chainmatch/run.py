"""What one run found: the record that ``rank`` returns and the report writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.decision import gates
from chainmatch.decision.gaps import Survey
from chainmatch.decision.scoring import Pairs, own_pairs
from chainmatch.identity.resolution import Resolution
from chainmatch.profile import Profile
from chainmatch.tables import Reading

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False)
class Run:
    """Everything that one run found; the tables have the columns of ``columns.TABLES``.

    ``fits`` and ``local_fits`` hold all fits of a firm, not only the best. ``manifest`` is what
    ``run.json`` says: version, inputs with sha256, profile, chains, counts. Of a run in pieces
    the tables of target firms hold what people's files show; counts are those of the whole list,
    and ``gates`` says how many firms each gate stopped.
    """

    graph: "nx.DiGraph[str]"
    profile: Profile
    targets: Reading
    local: Reading
    leads: Reading | None
    candidates: Resolution
    home: Resolution
    fits: pd.DataFrame
    local_fits: pd.DataFrame
    survey: Survey
    excluded: pd.DataFrame
    scores: pd.DataFrame
    shortlist: pd.DataFrame
    lead_matches: pd.DataFrame
    manifest: Mapping[str, Any]
    gates: Mapping[str, int] | None = None

    @property
    def readings(self) -> list[Reading]:
        """The lists as they were read: targets, local firms, leads where there are any."""
        return [self.targets, self.local, *([self.leads] if self.leads else [])]

    @cached_property
    def pairs(self) -> Pairs:
        """What the rows of the firms that passed say of them at every node that is theirs."""
        return own_pairs(self.passed, self.fits, self.survey.county, self.graph)

    @property
    def passed(self) -> pd.DataFrame:
        """The target firms that no gate stops."""
        return gates.passed(self.candidates.firms, self.excluded)

    @property
    def rejects(self) -> pd.DataFrame:
        """Rows of all inputs that could not be read, with file, row and reason."""
        return pd.concat([reading.rejects for reading in self.readings], ignore_index=True)
