"""From three lists to a shortlist: the eight verbs of a run, each of which can be called alone.

``report.write_report`` is the ninth; it takes the :class:`Run` that :func:`rank` returns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch._version import __version__
from chainmatch.chains.graph import chain_files, read_chains
from chainmatch.decision.gaps import Survey, survey
from chainmatch.decision.scoring import score
from chainmatch.decision.shortlist import select
from chainmatch.identity.resolution import Resolution
from chainmatch.leads import match_leads
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match
from chainmatch.pipeline.candidates import Examined, Examiner
from chainmatch.pipeline.inputs import Inputs, Lists, read_inputs, sha256_of
from chainmatch.profile import Profile, read_profile
from chainmatch.tables import Reading
from chainmatch.tables.sources import Source
from chainmatch.util.resources import data_folder

if TYPE_CHECKING:
    import networkx as nx


Progress = Callable[[str], None]
STEPS = 9  # that :func:`rank` announces, and the writing


@dataclass(frozen=True)
class Run:
    """Everything that one run found; the tables have the columns of ``columns.TABLES``.

    ``fits`` and ``local_fits`` hold all fits of a firm, not only the best. ``manifest`` is what
    ``run.json`` says: version, inputs with sha256, profile, chains, counts. Of a run in pieces
    (:mod:`.stream`) the tables of target firms hold what people's files show; counts are
    those of the whole list, and ``gates`` says how many firms each gate stopped.
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

    @property
    def rejects(self) -> pd.DataFrame:
        """Rows of all inputs that could not be read, with file, row and reason."""
        return pd.concat([reading.rejects for reading in self.readings], ignore_index=True)


def rank(
    targets: Source,
    local: Source,
    leads: "Source | None" = None,
    *,
    profile: str | Path | Profile | None = None,
    chains: str | Path | None = None,
    top: int | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Rank target firms for a county.

    Parameters
    ----------
    targets, local, leads : path or DataFrame
        Lists as an office keeps them; ``mapping`` names columns that are not recognised.
    profile : path or Profile, optional
        The county; default the bundled example.
    chains : path, optional
        Folder of chain files; default the bundled five.
    top : int, optional
        Length of the shortlist; default the profile's capacity.
    progress : callable, optional
        Called with the Chinese name of each step as it begins.

    Raises
    ------
    ChainmatchError
        An input that cannot be read; the message says which, where and what to do.
    """
    step = progress or (lambda _: None)
    step("读取产业链和县情配置")
    case = read_case(profile, chains)
    step("读取名单，核对重复")
    inputs = read_inputs(targets, local, leads, mapping)
    return rank_read(case, inputs, top=top, progress=step)


def rank_read(
    case: "Case",
    inputs: Inputs,
    *,
    top: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Rank targets that were read.

    ``top`` and ``progress`` are those of :func:`rank`.
    """
    step = progress or (lambda _: None)
    step("识别本地企业")
    county, targets = settle(case, inputs.lists), inputs.targets
    step("识别经营范围，核对是否已在本地")
    examined = county.examiner.examine(targets.merged.firms)
    candidates = replace(targets.merged, links=examined.links)
    step("分析缺口")
    found = county.survey(examined.fits)
    step("评分")
    scores = case.score(examined, found)
    origin = Origin(targets.reading, targets.input)
    counts = target_counts(
        targets.reading, len(candidates.duplicates), len(examined.excluded), len(scores)
    )
    outcome = Outcome(origin, candidates, examined, found, scores, counts)
    return conclude(county, outcome, top=top, progress=step)


# --- the steps of a run, shared by every way to go through the targets ---------------------------


@dataclass(frozen=True)
class Case:
    """The chains and the county of a run, and the matcher that was built on the chains.

    ``chains`` is their folder, or None for the bundled ones.
    """

    graph: "nx.DiGraph[str]"
    profile: Profile
    chains: str | Path | None
    matcher: Matcher

    def score(self, examined: Examined, found: Survey) -> pd.DataFrame:
        """Score the firms that passed the gates."""
        firms = examined.passed
        return score(firms, examined.fits, found, examined.links, self.profile, self.graph)


@dataclass(frozen=True)
class County:
    """What every target firm is held against: built once, asked by pieces of any size."""

    case: Case
    lists: Lists
    local_fits: pd.DataFrame
    examiner: Examiner

    @property
    def home(self) -> Resolution:
        """The local firms, without duplicates."""
        return self.lists.home

    def survey(self, targets: "pd.DataFrame | Mapping[str, int]") -> Survey:
        """Survey the county, with the fits of the targets or their number at each node."""
        case = self.case
        return survey(case.graph, self.local_fits, self.home.firms, case.profile, targets)


@dataclass(frozen=True)
class Origin:
    """Where the targets come from: how they were read, and what the manifest says of them."""

    reading: Reading
    input: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What was found about the targets.

    ``examined`` holds at least the firms that passed and can be partners of leads, and what was
    excluded, or the first of each gate: then ``gates`` says how many there are. ``counts`` are
    those of the whole list.
    """

    origin: Origin
    candidates: Resolution
    examined: Examined
    found: Survey
    scores: pd.DataFrame
    counts: Mapping[str, int]
    gates: Mapping[str, int] | None = None


def read_case(profile: str | Path | Profile | None, chains: str | Path | None) -> Case:
    """Read the chains and the county; arguments as for :func:`rank`."""
    graph = read_chains(chains)
    return Case(graph, _county(profile, graph), chains, Matcher(graph))


def settle(case: Case, lists: Lists) -> County:
    """Match the local firms, and prepare to examine targets."""
    firms = lists.home.firms
    local_fits = match(firms, case.graph, top=None, matcher=case.matcher)
    return County(case, lists, local_fits, Examiner(case.graph, case.profile, firms, case.matcher))


def conclude(
    county: County,
    outcome: Outcome,
    *,
    top: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Choose the shortlist, match the leads and say what the run was made of."""
    step = progress or (lambda _: None)
    case, lists, examined = county.case, county.lists, outcome.examined
    step("选取")
    shortlist = select(outcome.scores, case.profile, top=top)
    step("匹配线索")
    lead_matches = _lead_matches(county, examined, outcome.found)
    targets = outcome.origin.reading
    readings = {"targets": targets, "local": lists.local}
    readings |= {"leads": lists.leads} if lists.leads else {}
    manifest = {
        "version": __version__,
        "inputs": {"targets": outcome.origin.input, **lists.inputs},
        "profile": case.profile.model_dump(mode="json"),
        "chains": {path.name: sha256_of(path) for path in chain_files(case.chains)},
        "learned": {path.name: sha256_of(path) for path in _learned(case.profile)},
        "top": len(shortlist),
        "counts": {"targets": dict(outcome.counts), **_own_counts(county)},
        "notes": {name: list(reading.notes) for name, reading in readings.items()},
    }
    return Run(
        case.graph, case.profile, targets, lists.local, lists.leads, outcome.candidates,
        county.home, examined.fits, county.local_fits, outcome.found, examined.excluded,
        outcome.scores, shortlist, lead_matches, manifest, outcome.gates,
    )  # fmt: skip


def _lead_matches(county: County, examined: Examined, found: Survey) -> pd.DataFrame:
    return match_leads(
        county.lists.leads, county.case.graph, examined.passed, examined.fits,
        county.home.firms, county.local_fits, found, county.case.profile,
        lexicon=county.case.matcher.lexicon,
    )  # fmt: skip


def _county(profile: str | Path | Profile | None, graph: "nx.DiGraph[str]") -> Profile:
    """Read the profile; one that the user names must name chains and nodes of the graph."""
    if isinstance(profile, Profile):
        return profile
    return read_profile() if profile is None else read_profile(profile, graph)


def _learned(county: Profile) -> list[Path]:
    """Return the files of learned figures that a run reads, in the order of their names."""
    own = [Path(county.relatedness)] if county.relatedness not in ("", "none") else []
    return [*sorted(data_folder("learned").glob("*.json")), *own]


def target_counts(reading: Reading, duplicates: int, excluded: int, scored: int) -> dict[str, int]:
    """Count the data rows of the targets; rows = rejects + duplicates + excluded + scored.

    ``other_rows`` are totals, footers and repeated headers: in ``rejects.csv``, but no data.
    """
    found = {"duplicates": duplicates, "excluded": excluded, "scored": scored}
    return _read_counts(reading) | found


def _own_counts(county: County) -> dict[str, dict[str, int]]:
    """Count the data rows of the other lists."""
    home, leads = county.home, county.lists.leads
    merged = {"duplicates": len(home.duplicates), "kept": len(home.firms)}
    counts = {"local": _read_counts(county.lists.local) | merged}
    if leads:
        counts["leads"] = _read_counts(leads) | {"read": len(leads.table)}
    return counts


def _read_counts(reading: Reading) -> dict[str, int]:
    return read_counts(reading.rows, len(reading.rejects), reading.furniture)


def read_counts(rows: int, rejects: int, other: int) -> dict[str, int]:
    """Return the counts of a list: all its rows, those not read, and which of those are no data."""
    return {"rows": rows - other, "other_rows": other, "rejects": rejects - other}
