"""The survey of a county: gaps of every node, anchors, and who stands where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from chainmatch.decision.gaps.coverage import (
    anchors_of,
    blind_nodes,
    coverage_of,
    known_fits,
    sizes_of,
)
from chainmatch.decision.gaps.sides import sides_of
from chainmatch.decision.gaps.table import gap_table
from chainmatch.profile import Profile

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"


@dataclass(frozen=True)
class Survey:
    """What the county has.

    gaps : one row for every node (``TABLES["gaps"]``); where it is no gap, ``kind`` is "" and
        ``score`` NaN.
    anchors : one row for every local firm, strongest first (``TABLES["locals"]``).
    coverage : which local firms stand at which node, heaviest there first:
        ``node, firm_id, name, weight`` (fit × size), ``anchor``, ``introduced`` (whether the firm
        can be introduced as a partner: :mod:`chainmatch.decision.gaps.introducing`).
    """

    gaps: pd.DataFrame
    anchors: pd.DataFrame
    coverage: pd.DataFrame


def survey(
    graph: "Graph",
    local_fits: pd.DataFrame,
    locals: pd.DataFrame,
    profile: Profile,
    target_fits: "pd.DataFrame | Mapping[str, int] | None" = None,
) -> Survey:
    """Survey the county: gaps of every node, anchors, and who stands where.

    ``local_fits`` and ``target_fits`` are tables of fits (``TABLES["match"]``), ``locals`` the
    firms that ``local_fits`` speaks of. Without ``target_fits`` the part ``supply`` is unknown; in
    their place the number of targets of each node will do (of :func:`supplies`).
    """
    sides = {node: sides_of(graph, node) for node in graph}
    sizes = sizes_of(locals)
    fits = known_fits(local_fits, graph)
    anchors = anchors_of(fits, locals, sides, sizes)
    coverage = coverage_of(fits, profile, sizes, anchors)
    blind = blind_nodes(graph, fits, locals, profile)
    gaps = gap_table(graph, sides, coverage, blind, profile, target_fits)
    return Survey(gaps, anchors, coverage)
