"""What every request reads and none changes: chains, matcher, firms and their index, gaps.

Loaded once, before the processes part; they share its memory.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.chains.graph import read_chains
from chainmatch.decision.gaps import survey
from chainmatch.identity.resolution import resolve
from chainmatch.identity.search import Finder
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match
from chainmatch.profile import read_profile
from chainmatch.report.facts import records
from chainmatch.server.models import SHOWN
from chainmatch.server.settings import Settings
from chainmatch.tables import Reading, read_firms

if TYPE_CHECKING:
    import networkx as nx

Record = dict[str, Any]

_FITS = 5  # nodes on the card of a firm


@dataclass(frozen=True)
class Catalog:
    """What the service knows. ``firms`` and ``gaps`` are None where no list was given.

    ``notes`` are Chinese sentences on what was read and what could not be.
    """

    graph: "nx.DiGraph[str]"
    matcher: Matcher
    firms: pd.DataFrame | None
    finder: Finder | None
    places: dict[str, int]  # firm_id -> first row of ``firms``
    gaps: pd.DataFrame | None
    notes: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of firms that can be looked up."""
        return 0 if self.firms is None else len(self.firms)

    def card(self, firm_id: str) -> Record | None:
        """Return a firm as it was read, with its best nodes; None if there is no such firm."""
        row = self.places.get(firm_id)
        if row is None or self.firms is None:
            return None
        chosen = self.firms.iloc[[row]]
        fits = match(chosen, self.graph, top=_FITS, matcher=self.matcher)
        named = [fit for fit in records(fits) if fit["node"]]
        names = {chain: data["name"] for chain, data in self.graph.graph["chains"].items()}
        (firm,) = records(chosen)
        return {
            **{name: firm[name] for name in (*SHOWN, "origin")},
            "fits": [fit | {"chain_name": names[fit["chain"]]} for fit in named],
        }


def load(settings: Settings) -> Catalog:
    """Read chains and lists and build the index. Raises ChainmatchError."""
    graph = read_chains(settings.chains)
    matcher = Matcher(graph)
    readings: dict[str, Reading] = {}
    for name, source in (("firms", settings.firms), ("local", settings.local)):
        if source is not None:
            readings[name] = read_firms(source, mapping=settings.mapping)
    firms = None
    if readings:
        frames = [
            reading.table.assign(origin=name)[[*SHOWN, "origin"]]
            for name, reading in readings.items()
        ]
        firms = pd.concat(frames, ignore_index=True)
    places: dict[str, int] = {}
    for row, firm_id in enumerate([] if firms is None else firms["firm_id"].tolist()):
        places.setdefault(firm_id, row)
    return Catalog(
        graph,
        matcher,
        firms,
        None if firms is None else Finder(firms).ready(),
        places,
        _gaps(settings, readings.get("local"), graph, matcher),
        tuple(_note(name, reading) for name, reading in readings.items()),
    )


def _gaps(
    settings: Settings, local: Reading | None, graph: "nx.DiGraph[str]", matcher: Matcher
) -> pd.DataFrame | None:
    if local is None:
        return None
    profile = read_profile() if settings.profile is None else read_profile(settings.profile, graph)
    home = resolve(local.table, None).firms
    fits = match(home, graph, top=None, matcher=matcher)
    return survey(graph, fits, home, profile).gaps


def _note(name: str, reading: Reading) -> str:
    title = {"firms": "企业名单", "local": "本地企业名单"}[name]
    left = len(reading.rejects) - reading.furniture
    return f"{title}：读入 {len(reading.table)} 家" + (f"，{left} 行无法读取" if left else "")
