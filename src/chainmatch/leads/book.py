"""Who could be a partner: firms at nodes, gaps, local neighbours."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import networkx as nx
import pandas as pd

from chainmatch.decision.anchors import follows
from chainmatch.decision.gaps import Survey
from chainmatch.leads.reading import LeadReading
from chainmatch.profile import Profile
from chainmatch.util.missing import saturating, text_of
from chainmatch.util.text import normalise

LEAST_FIT = 0.2  # of a firm at a node that it may be a partner at
_HALF = 3.0  # coverage beside a node that counts half as much as any can
WEAK = 0.5  # a match below this is called weak


class Partner(NamedTuple):
    """One proposed partner of a lead; ``kind`` is target, local, lead or gap, ``score`` 0…1.

    ``node`` is what it is proposed for, ``group`` what no two partners of a lead may share.
    """

    kind: str
    id: str
    name: str
    score: float
    why: str
    node: str
    group: str


@dataclass(frozen=True)
class Firm:
    """What matching needs of a firm."""

    id: str
    name: str
    scope: str
    products: str
    capital: float  # 万元 of yuan, NaN unknown
    province: str
    zone: str
    outcome: str

    @cached_property
    def text(self) -> str:
        """Name, products and scope, normalised: only of the few firms that a lead comes to."""
        return normalise(f"{self.name}\n{self.products}\n{self.scope}")


class Doing(NamedTuple):
    """That a firm does what a node names."""

    firm: Firm
    fit: float
    activity: str
    quote: str


class Book:
    """Who is at which node: firms with their fits, leads, gaps, local neighbours."""

    def __init__(
        self,
        graph: "nx.DiGraph[str]",
        survey: Survey,
        profile: Profile,
        readings: Sequence[LeadReading],
    ) -> None:
        self.graph = graph
        self.profile = profile
        self.readings = readings
        self.names: dict[str, str] = dict(graph.nodes(data="name"))
        self.chains: dict[str, str] = dict(graph.nodes(data="chain"))
        self.segments: dict[str, str] = dict(graph.nodes(data="segment"))
        rows = survey.gaps[survey.gaps["kind"].ne("") & survey.gaps["score"].notna()]
        columns = (rows[column].tolist() for column in ("node", "score", "why"))
        self.gaps = {node: (float(score), why) for node, score, why in zip(*columns, strict=True)}
        self._doing: dict[str, dict[str, list[Doing]]] = {"target": {}, "local": {}}
        # node → firm → weight, and the name of who can be introduced
        self._local: dict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
        own = survey.coverage[survey.coverage["covers"]]
        local = ("node", "firm_id", "name", "weight", "grade")
        for node, firm, name, weight, grade in zip(*(own[c].tolist() for c in local), strict=True):
            unnamed = follows(name) or grade == "uncertain"
            self._local[node][firm] = (weight, "" if unnamed else name)

    def add_firms(self, kind: str, firms: pd.DataFrame, fits: pd.DataFrame) -> None:
        """Add a list of firms; fits below :data:`LEAST_FIT` count as none."""
        known = {firm.id: firm for firm in _firms(firms)}
        columns = [fits[c].tolist() for c in ("firm_id", "node", "fit", "activity", "evidence")]
        for firm, node, fit, activity, quote in zip(*columns, strict=True):
            if node and firm in known and fit >= LEAST_FIT:
                entry = Doing(known[firm], float(fit), activity or "", quote or "")
                self._doing[kind].setdefault(node, []).append(entry)

    def doing(self, kind: str, node: str) -> list[Doing]:
        """Return the firms at a node."""
        return self._doing[kind].get(node, [])

    def neighbours(self, node: str) -> tuple[float, str]:
        """Return the part ``home`` of a node and the strongest local neighbour by name.

        Only who can be introduced is named; the others count.
        """
        beside = [
            (weight, firm, name)
            for other in (*self.graph.predecessors(node), *self.graph.successors(node))
            for firm, (weight, name) in self._local.get(other, {}).items()
        ]
        found: dict[str, float] = {}
        for weight, firm, _ in beside:
            found[firm] = max(found.get(firm, 0.0), weight)
        named = [(-weight, firm, name) for weight, firm, name in beside if name]
        share = saturating(math.fsum(found.values()), _HALF)
        return share, min(named, default=(0.0, "", ""))[2]


def _firms(firms: pd.DataFrame) -> Iterator[Firm]:
    names = ["firm_id", "name", "scope", "products", "currency", "province", "zone", "outcome"]
    text = (text_of(firms[name]).tolist() for name in names)
    capital = pd.to_numeric(firms["capital"], errors="coerce").astype(float).tolist()
    for firm, name, scope, products, currency, province, zone, outcome, amount in zip(
        *text, capital, strict=True
    ):
        yuan = amount if currency in ("", "CNY") else math.nan
        yield Firm(firm, name, scope, products, yuan, province, zone, outcome)


def mean(parts: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the weighted mean of the known parts; NaN is unknown."""
    known = [(weights[part], value) for part, value in parts.items() if value == value]
    # fsum: from Python 3.12 on sum rounds otherwise.
    return math.fsum(w * value for w, value in known) / math.fsum(w for w, _ in known)


def money(amount: tuple[float, float]) -> str:
    """Return an amount or a range of amounts (万元) in words."""
    low, high = amount
    if low == high or math.isinf(high):
        return yuan(low) + ("以上" if math.isinf(high) else "")
    return f"{yuan(low)}至{yuan(high)}"


def yuan(value: float) -> str:
    """Return an amount of 万元 in words."""
    return f"{value / 1e4:g}亿元" if value >= 1e4 else f"{value:g}万元"
