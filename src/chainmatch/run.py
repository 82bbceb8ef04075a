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
from chainmatch.schema.columns import TABLES, titles
from chainmatch.tables import Reading
from chainmatch.util.notebook import block, frame_html

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False, repr=False)
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

    def __repr__(self) -> str:
        """Say in one line whose run it is and what it found."""
        counts, listed = self.manifest["counts"]["targets"], len(self.shortlist)
        gaps = int(self.survey.gaps["kind"].ne("").sum())
        went = f"评分 {counts['scored']:,} 家，排除 {counts['excluded']:,} 家"
        return f"<Run {self.profile.name}：清单 {listed} 家，{went}，缺口 {gaps} 个>"

    def _repr_html_(self) -> str:
        """Show the run in a notebook: what it found, and the shortlist."""
        named = titles("shortlist")
        shown = ("rank", "name", "region", "node_name", "score", "low", "high", "evidence")
        return block(repr(self), frame_html(self.shortlist, {name: named[name] for name in shown}))

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

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by file name without suffix, in the columns of the contract."""
        tables = {
            "shortlist": self.shortlist,
            "scores": self.scores,
            "gaps": self.survey.gaps,
            "locals": self.survey.anchors,
            "links": self.candidates.links,
            "excluded": self.excluded,
            "rejects": self.rejects,
            "leads": self.lead_matches,
            "duplicates": pd.concat(
                [self.candidates.duplicates, self.home.duplicates], ignore_index=True
            ),
        }
        return {name: frame[list(TABLES[name])] for name, frame in tables.items()}

    @property
    def rejects(self) -> pd.DataFrame:
        """Rows of all inputs that could not be read, with file, row and reason."""
        return pd.concat([reading.rejects for reading in self.readings], ignore_index=True)
