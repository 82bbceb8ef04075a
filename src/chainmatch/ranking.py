"""From three lists to a shortlist: the eight verbs of a run, each of which can be called alone.

``report.write_report`` is the ninth; it takes the :class:`Run` that :func:`rank` returns.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch import gates
from chainmatch._version import __version__
from chainmatch.chains import chain_files, read_chains
from chainmatch.gaps import Survey, survey
from chainmatch.identity import Resolution, resolve
from chainmatch.leads import match_leads
from chainmatch.profile import Profile, read_profile
from chainmatch.resources import data_folder
from chainmatch.scoring import score
from chainmatch.sectors import Matcher, match
from chainmatch.shortlist import select
from chainmatch.tables import Reading, read_firms, read_leads
from chainmatch.tables.sources import Source
from chainmatch.tables.sql import database_label, is_database

if TYPE_CHECKING:
    import networkx as nx


Progress = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """Everything that one run found; the tables have the columns of ``columns.TABLES``.

    ``fits`` and ``local_fits`` hold all fits of a firm, not only the best. ``manifest`` is what
    ``run.json`` says: version, inputs with sha256, profile, chains, counts.
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

    @property
    def rejects(self) -> pd.DataFrame:
        """Rows of all inputs that could not be read, with file, row and reason."""
        readings = [self.targets, self.local, *([self.leads] if self.leads else [])]
        return pd.concat([reading.rejects for reading in readings], ignore_index=True)


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
    graph = read_chains(chains)
    county = _county(profile, graph)
    step("读取名单")
    wanted, own = read_firms(targets, mapping=mapping), read_firms(local, mapping=mapping)
    hints = None if leads is None else read_leads(leads, mapping=mapping)
    step("核对重复与已在本地的企业")
    home = resolve(own.table, None)
    candidates = resolve(wanted.table, home.firms)
    step("识别经营范围")
    matcher = Matcher(graph)
    local_fits = match(home.firms, graph, top=None, matcher=matcher)
    fits = match(candidates.firms, graph, top=None, matcher=matcher)
    step("分析缺口")
    found = survey(graph, local_fits, home.firms, county, fits)
    step("检查准入条件")
    excluded = gates.check(candidates.firms, candidates.links, fits, county, graph)
    step("评分与选取")
    passed = candidates.firms[~candidates.firms["firm_id"].isin(excluded["firm_id"])]
    scores = score(passed, fits, found, candidates.links, county, graph)
    shortlist = select(scores, county, top=top)
    step("匹配线索")
    lead_matches = match_leads(hints, graph, passed, fits, home.firms, local_fits, found, county)
    readings = {"targets": wanted, "local": own, **({"leads": hints} if hints else {})}
    sources = {"targets": targets, "local": local, "leads": leads}
    manifest = {
        "version": __version__,
        "inputs": {name: _input(sources[name], reading) for name, reading in readings.items()},
        "profile": county.model_dump(mode="json"),
        "chains": {path.name: _sha256(path) for path in chain_files(chains)},
        "learned": {path.name: _sha256(path) for path in _learned(county)},
        "top": len(shortlist),
        "counts": _counts(wanted, own, hints, candidates, home, excluded, scores),
        "notes": {name: list(reading.notes) for name, reading in readings.items()},
    }
    return Run(
        graph, county, wanted, own, hints, candidates, home, fits, local_fits, found, excluded,
        scores, shortlist, lead_matches, manifest,
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


def _counts(
    wanted: Reading,
    own: Reading,
    hints: Reading | None,
    candidates: Resolution,
    home: Resolution,
    excluded: pd.DataFrame,
    scores: pd.DataFrame,
) -> dict[str, dict[str, int]]:
    """Count the data rows of each list; rows = rejects + duplicates + excluded + scored.

    ``other_rows`` are totals, footers and repeated headers: in ``rejects.csv``, but no data.
    """
    counts = {
        "targets": {
            **_read_counts(wanted),
            "duplicates": len(candidates.duplicates),
            "excluded": len(excluded),
            "scored": len(scores),
        },
        "local": {
            **_read_counts(own),
            "duplicates": len(home.duplicates),
            "kept": len(home.firms),
        },
    }
    if hints:
        counts["leads"] = {**_read_counts(hints), "read": len(hints.table)}
    return counts


def _read_counts(reading: Reading) -> dict[str, int]:
    other = reading.furniture
    return {
        "rows": reading.rows - other,
        "other_rows": other,
        "rejects": len(reading.rejects) - other,
    }


def _input(source: "Source | None", reading: Reading) -> dict[str, str]:
    if isinstance(source, pd.DataFrame):
        digest = hashlib.sha256(source.to_csv(index=False).encode()).hexdigest()
        return {"file": "DataFrame", "sha256": digest}
    if isinstance(source, str) and is_database(source):  # what was read; no address, no password
        digest = hashlib.sha256(reading.table.to_csv(index=False).encode()).hexdigest()
        return {"file": database_label(source), "sha256": digest}
    path = Path(str(source))
    return {"file": path.name, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
