"""Who could be a partner: the firms of a list at their nodes and with their words, and the gaps."""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import networkx as nx
import pandas as pd

from chainmatch.decision.firm_facts import firm_facts
from chainmatch.decision.gaps import Survey
from chainmatch.leads.reading import LeadReading
from chainmatch.leads.wording import Own, Wordings
from chainmatch.matching.grammar import Item, read_scopes
from chainmatch.matching.string_batch import StringBatch, concat, normalise_batch
from chainmatch.parts.substance import SUBSTANCE
from chainmatch.parts.transferability import TRANSFERABILITY
from chainmatch.profile import Profile
from chainmatch.schema.currencies import in_yuan
from chainmatch.util.missing import text_of

LEAST_FIT = 0.2  # of a firm at a node that it may be a partner at
_BRANCH = re.compile("^(.+?公司).+$")
WEAK = 0.5  # a match below this is called weak
# Gates that stop a partner, too.
NO_PARTNER = frozenset(("已在本地", "登记地在本地", "登记状态异常"))


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


class Meeting(NamedTuple):
    """Where two leads meet: how, how clearly, in which words; ``mine`` if the first seeks."""

    clear: float
    how: str
    name: str
    mine: bool


class Firm(NamedTuple):
    """What matching needs of a firm; ``capital`` in 万元 of yuan, NaN unknown.

    ``gate`` is the gate that keeps it off the shortlist, "" none.
    """

    id: str
    name: str
    scope: str
    products: str
    capital: float
    province: str
    zone: str
    outcome: str
    gate: str


class Doing(NamedTuple):
    """That a firm does what a node names; ``firm`` is its number in the list."""

    firm: int
    fit: float
    main: float
    activity: str
    quote: str


class Examined(NamedTuple):
    """A firm looked at closely: the items of its scope, and what it can carry, 0…1 or NaN."""

    items: Sequence[Item]
    substance: float
    movable: float


class Firms:
    """The firms of one list: who is at which node, who says which thing."""

    def __init__(
        self,
        kind: str,
        table: pd.DataFrame,
        fits: pd.DataFrame,
        gates: Mapping[str, str],
        wordings: Wordings,
        survey: Survey,
    ) -> None:
        self.kind = kind
        table = table[~table["firm_id"].map(dict(gates)).isin(NO_PARTNER)]
        self._table, self._survey = table, survey
        self.firms = _firms(table, gates)
        self.texts = _texts(self.firms)
        self.said = wordings.find(self.texts)
        self.groups = [group_of(firm.name) for firm in self.firms]
        self._doing: dict[str, dict[int, Doing]] = defaultdict(dict)
        number = {firm.id: number for number, firm in enumerate(self.firms)}
        wanted = fits[fits["fit"].ge(LEAST_FIT) & fits["node"].ne("")]
        columns = ("firm_id", "node", "fit", "main", "activity", "evidence")
        for firm, node, fit, main, activity, quote in zip(
            *(wanted[column].tolist() for column in columns), strict=True
        ):
            if firm in number:
                doing = Doing(number[firm], float(fit), float(main), activity or "", quote or "")
                self._doing[node][doing.firm] = doing
        self._examined: dict[int, Examined] = {}

    def doing(self, node: str) -> Mapping[int, Doing]:
        """Return the firms at a node, by their numbers."""
        return self._doing.get(node, {})

    def examine(self, numbers: Collection[int]) -> None:
        """Look closely at some firms, all at once."""
        rows = sorted(set(numbers) - self._examined.keys())
        if not rows:
            return
        own = self._table.iloc[rows]
        items = read_scopes([self.firms[row].scope for row in rows])
        county = replace(self._survey.county, own=(), refusals=())
        facts = firm_facts(own, items, county).assign(settle=1.0)
        values = (part.value(facts).tolist() for part in (SUBSTANCE, TRANSFERABILITY))
        for row, found, substance, movable in zip(rows, items, *values, strict=True):
            self._examined[row] = Examined(found, substance, movable)

    def examined(self, number: int) -> Examined:
        """Return what :meth:`examine` found."""
        return self._examined[number]


class Book:
    """All that the leads of a list are held against."""

    def __init__(
        self,
        graph: "nx.DiGraph[str]",
        survey: Survey,
        profile: Profile,
        readings: Sequence[LeadReading],
        wordings: Wordings,
        own: Mapping[str, Own],
    ) -> None:
        self.graph = graph
        self.own = own  # of each lead, what it itself has or does
        self.profile = profile
        self.readings = readings
        self.names: dict[str, str] = dict(graph.nodes(data="name"))
        self.chains: dict[str, str] = dict(graph.nodes(data="chain"))
        self.segments: dict[str, str] = dict(graph.nodes(data="segment"))
        rows = survey.gaps[survey.gaps["kind"].ne("") & survey.gaps["score"].notna()]
        columns = (rows[column].tolist() for column in ("node", "score", "why"))
        self.gaps = {node: (float(score), why) for node, score, why in zip(*columns, strict=True)}
        self.wordings = wordings
        self._survey = survey
        self.lists: dict[str, Firms] = {}
        self.met: dict[tuple[str, str], Meeting | None] = {}  # leads that were held together

    def add_firms(
        self, kind: str, firms: pd.DataFrame, fits: pd.DataFrame, excluded: pd.DataFrame | None
    ) -> None:
        """Add a list of firms with their fits; ``excluded`` says whom which gate stops."""
        stopped = [] if excluded is None else [excluded[c].tolist() for c in ("firm_id", "gate")]
        gates = dict(zip(*stopped, strict=True)) if stopped else {}
        self.lists[kind] = Firms(kind, firms, fits, gates, self.wordings, self._survey)


def group_of(name: str) -> str:
    """Return what no two partners of one lead may share: the name of the firm without a branch."""
    return _BRANCH.sub(r"\1", name)


def _firms(table: pd.DataFrame, gates: Mapping[str, str]) -> list[Firm]:
    names = ["firm_id", "name", "scope", "products", "currency", "province", "zone", "outcome"]
    text = (text_of(table[name]).tolist() for name in names)
    capital = pd.to_numeric(table["capital"], errors="coerce").astype(float).tolist()
    return [
        Firm(
            firm, name, scope, products, in_yuan(amount, currency), province, zone, outcome,
            gates.get(firm, ""),
        )
        for firm, name, scope, products, currency, province, zone, outcome, amount in zip(
            *text, capital, strict=True
        )
    ]  # fmt: skip


def _texts(firms: Sequence[Firm]) -> StringBatch:
    """Return scope, products and name of each firm, normalised; the scope stands first."""
    return normalise_batch(concat([f"{f.scope}\n{f.products}\n{f.name}" for f in firms]))


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
