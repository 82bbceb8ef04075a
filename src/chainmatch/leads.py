"""Typed matching of leads (线索): who could answer a project, a will to invest, or a need.

A lead is prose, not a scope. It is cut into phrases; each phrase says what the lead offers
(``年产…``, ``主营…``) or what it seeks (``拟建…``, ``寻…``, ``缺…``), and names nodes in the words
of the chains. Whom it is matched with follows from its kind:

================  ==========================================================================
有项目无投资主体  targets at the nodes sought, then leads of kind 有意愿无项目 at these nodes
有意愿无项目      gaps and projects at the nodes offered, then local firms at the nodes sought
有需求无门路      local firms at the nodes sought, then targets
================  ==========================================================================
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import networkx as nx
import pandas as pd

from chainmatch.columns import TABLES
from chainmatch.gaps import Survey
from chainmatch.lexicon import Lexicon
from chainmatch.profile import Profile
from chainmatch.tables import Reading
from chainmatch.text import normalise

PER_KIND = 5  # partners of one kind that a lead is given at most
WEAK = 0.5  # a match below this is called weak

PROJECT, WILL, NEED = "有项目无投资主体", "有意愿无项目", "有需求无门路"
KINDS = (PROJECT, WILL, NEED)

_SEEKS = re.compile(
    "寻|需|缺|拟建|拟引进|引进|希望|对接|意向|有意|规划|打造|建设|招引|适合|期待|谋划|计划|采购|求购|"
    "招商|合作|升级|改造|扩建|配套|投资"
)
_OFFERS = re.compile(
    "年产|主营|已形成|已建|运营|持有|拥有|现有|生产企业|依托|为原料|种植|经营|从事|具备|闲置|"
    "加工企业|供应链企业|已取得|掌握"
)
_PHRASE = re.compile(r"[^,;。!?、\s](?:[^,;。!?\n])*")


class LeadNodes(NamedTuple):
    """What a lead seeks and offers: node ids, strongest claim first."""

    seeks: tuple[str, ...]
    offers: tuple[str, ...]


class Partner(NamedTuple):
    """One proposed partner of a lead; ``kind`` is target, local, lead or gap, ``score`` 0…1."""

    kind: str
    id: str
    name: str
    score: float
    why: str


def read_nodes(
    title: str, text: str, industry: str, kind: str, graph: "nx.DiGraph[str]", lexicon: Lexicon
) -> LeadNodes:
    """Return the nodes that a lead seeks and offers.

    A wording claimed by several chains goes to the chain that the lead names as its industry.
    """
    chain = _chain_named(industry, graph)
    seeks: dict[str, int] = {}
    offers: dict[str, int] = {}
    for phrase in _phrases(normalise(title), normalise(text)):
        into = _side(phrase, kind, offers, seeks)
        for hit in lexicon.find(phrase):
            claims = [c for c in hit.claims if not c.hint]
            own = [claim for claim in claims if claim.chain == chain]
            for claim in own or claims:
                into[claim.node] = into.get(claim.node, 0) + len(hit.word)
    return LeadNodes(_strongest(seeks), _strongest(offers))


def match_leads(
    leads: Reading | None,
    graph: "nx.DiGraph[str]",
    targets: pd.DataFrame,
    fits: pd.DataFrame,
    local: pd.DataFrame,
    local_fits: pd.DataFrame,
    survey: Survey,
    profile: Profile,
) -> pd.DataFrame:
    """Match every lead; columns of ``TABLES["leads"]``, in the order of the leads.

    A lead without a partner has one row with empty ``partner_kind``; ``why`` says what was missing.
    """
    columns = list(TABLES["leads"])
    if leads is None or leads.table.empty:
        return pd.DataFrame(columns=columns)
    lexicon = Lexicon(graph)
    rows = leads.table[["lead_id", "kind", "title", "text", "industry"]]
    nodes = [
        read_nodes(row.title, row.text, row.industry, row.kind, graph, lexicon)
        for row in rows.itertuples()
    ]
    book = _Book(graph, survey)
    book.add_firms("target", _at_nodes(fits, set(targets["firm_id"])))
    book.add_firms("local", _at_nodes(local_fits, set(local["firm_id"])))
    book.add_leads(zip(rows["lead_id"], rows["kind"], rows["title"], nodes, strict=True))
    lines = [
        line
        for row, found in zip(rows.itertuples(), nodes, strict=True)
        for line in _lines(row.lead_id, row.kind, row.title, found, book)
    ]
    return pd.DataFrame(lines, columns=columns)


class _Book:
    """Who is at which node: firms with their fits, other leads, gaps."""

    def __init__(self, graph: "nx.DiGraph[str]", survey: Survey) -> None:
        self.names: dict[str, str] = {node: data["name"] for node, data in graph.nodes(data=True)}
        self._firms: dict[str, dict[str, list[tuple[float, str, str, str]]]] = {}
        self._leads: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        gaps = survey.gaps[survey.gaps["kind"].ne("")]
        self._gaps = {
            row.node: (float(row.score), str(row.why))
            for row in gaps.itertuples()
            if row.score == row.score
        }

    def add_firms(self, kind: str, fits: pd.DataFrame) -> None:
        at: dict[str, list[tuple[float, str, str, str]]] = defaultdict(list)
        for row in fits.itertuples():
            at[row.node].append((-row.fit, row.firm_id, row.name, row.evidence))
        self._firms[kind] = {node: sorted(firms) for node, firms in at.items()}

    def add_leads(self, leads: Iterable[tuple[str, str, str, LeadNodes]]) -> None:
        for lead_id, kind, title, nodes in leads:
            for node in nodes.offers if kind == WILL else nodes.seeks:
                self._leads[node].append((lead_id, kind, title))

    def firms(self, kind: str, nodes: Sequence[str]) -> Iterator[Partner]:
        """Yield the best firm of each node in turn, then the second of each, and so on."""
        lists = [self._firms[kind].get(node, [])[:PER_KIND] for node in nodes]
        for place in range(PER_KIND):
            for node, firms in zip(nodes, lists, strict=True):
                if place < len(firms):
                    minus_fit, firm_id, name, quote = firms[place]
                    yield Partner(kind, firm_id, name, -minus_fit, self._firm_why(node, quote))

    def _firm_why(self, node: str, quote: str) -> str:
        return f"处在“{self.names[node]}”环节，经营范围写明“{quote}”"

    def leads(self, kind: str, nodes: Sequence[str], own_id: str) -> Iterator[Partner]:
        for node in nodes:
            for lead_id, other, title in self._leads.get(node, ()):
                if other == kind and lead_id != own_id:
                    why = f"线索“{title}”同样指向“{self.names[node]}”环节"
                    yield Partner("lead", lead_id, title, 0.6, why)

    def gaps(self, nodes: Sequence[str]) -> Iterator[Partner]:
        for node in nodes:
            if node in self._gaps:
                score, why = self._gaps[node]
                yield Partner("gap", node, self.names[node], score, why)


def _lines(
    lead_id: str, kind: str, title: str, nodes: LeadNodes, book: _Book
) -> Iterator[tuple[object, ...]]:
    shown = nodes.seeks or nodes.offers
    named = "、".join(book.names[node] for node in shown)
    partners = _distinct(_partners(lead_id, kind, nodes, book))
    for rank, partner in enumerate(partners, start=1):
        why = partner.why if partner.score >= WEAK else f"弱匹配：{partner.why}"
        score = round(partner.score, 4)
        yield (
            lead_id,
            kind,
            title,
            named,
            rank,
            partner.kind,
            partner.id,
            partner.name,
            score,
            why,
        )
    if not partners:
        yield (lead_id, kind, title, named, 1, "", "", "", 0.0, _missing(kind, shown, named))


def _partners(lead_id: str, kind: str, nodes: LeadNodes, book: _Book) -> Iterator[Partner]:
    if kind == PROJECT:
        sought = nodes.seeks or nodes.offers
        yield from book.firms("target", sought)
        yield from book.leads(WILL, sought, lead_id)
    elif kind == WILL:
        offered = nodes.offers or nodes.seeks
        yield from book.leads(PROJECT, (*offered, *nodes.seeks), lead_id)
        yield from book.gaps(offered)
        yield from book.firms("local", nodes.seeks or offered)
    elif kind == NEED:
        sought = nodes.seeks
        yield from book.firms("local", sought)
        yield from book.firms("target", sought)


def _distinct(partners: Iterable[Partner]) -> list[Partner]:
    """Keep the first mention of each partner and at most ``PER_KIND`` of a kind."""
    kept: dict[tuple[str, str], Partner] = {}
    count: dict[str, int] = defaultdict(int)
    for partner in partners:
        key = (partner.kind, partner.id)
        if key not in kept and count[partner.kind] < PER_KIND:
            kept[key] = partner
            count[partner.kind] += 1
    return list(kept.values())


def _missing(kind: str, nodes: Sequence[str], named: str) -> str:
    if kind not in KINDS:
        return f"未匹配：线索类型“{kind}”不在 {'、'.join(KINDS)} 之内，请补正"
    if not nodes:
        return "未匹配：文字中没有认出五条产业链的任何环节，请补充具体产品或业务名称"
    return f"未匹配：涉及{named}，名单中没有处在这些环节的企业、项目或缺口"


def _phrases(title: str, text: str) -> list[str]:
    return [found[0] for part in (title, text) for found in _PHRASE.finditer(part)]


def _side(phrase: str, kind: str, offers: dict[str, int], seeks: dict[str, int]) -> dict[str, int]:
    """Say whether a phrase tells what the lead offers or what it seeks."""
    seeking, offering = _SEEKS.search(phrase), _OFFERS.search(phrase)
    if seeking and offering:
        return seeks if seeking.start() <= offering.start() else offers
    if seeking or offering:
        return seeks if seeking else offers
    return offers if kind == WILL else seeks


def _strongest(nodes: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(nodes, key=lambda node: (-nodes[node], node)))


def _chain_named(industry: str, graph: "nx.DiGraph[str]") -> str:
    chains = graph.graph["chains"].items()
    return next((chain for chain, data in chains if data["name"] in industry), "")


def _at_nodes(fits: pd.DataFrame, ids: set[str]) -> pd.DataFrame:
    return fits[fits["node"].ne("") & fits["firm_id"].isin(ids)]
