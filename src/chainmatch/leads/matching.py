"""Typed matching of leads (线索): who could answer a project, a will to invest, or a need.

================  ==========================================================================
有项目无投资主体  targets that do what is sought, and leads of kind 有意愿无项目 that fit
有意愿无项目      projects among the leads, gaps at what the investor does, then local firms
                  that supply it, buy from it or do the same
有需求无门路      local firms that could supply or buy, then targets
================  ==========================================================================

How firms score stands in :mod:`chainmatch.leads.firms`, how leads and gaps do in
:mod:`chainmatch.leads.pairs`. Within a kind each further partner for the same node counts
``capacity.repeat`` of the one before; a weak firm whose text holds none of the lead's wordings is
not proposed. Strong partners stand before weak ones.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import networkx as nx
import pandas as pd

from chainmatch.decision.gaps import Survey
from chainmatch.identity.sameness import Filed, first_filed, note, shared, twins
from chainmatch.leads.book import WEAK, Book, Partner
from chainmatch.leads.clauses import KINDS, NEED, PROJECT, WILL
from chainmatch.leads.firms import firm_partners, joins
from chainmatch.leads.pairs import gap_partners, projects, wills
from chainmatch.leads.reading import LeadReader, LeadReading
from chainmatch.matching.lexicon import Lexicon
from chainmatch.profile import Profile
from chainmatch.schema.columns import TABLES
from chainmatch.tables import Reading
from chainmatch.util.missing import text_of

PER_KIND = 5  # partners of one kind that a lead is given at most
FLOOR = 0.2  # a match below this is none


def read_all(
    leads: Reading | None, graph: "nx.DiGraph[str]", lexicon: Lexicon | None = None
) -> list[LeadReading]:
    """Read every lead of a list, in its order; ``lexicon`` is one already built on ``graph``."""
    if leads is None:
        return []
    reader = LeadReader(graph, lexicon)
    columns = ["lead_id", "kind", "title", "text", "industry"]
    text = (text_of(leads.table[column]).tolist() for column in columns)
    amounts = pd.to_numeric(leads.table["amount"], errors="coerce").tolist()
    rows = zip(*text, amounts, strict=True)
    return [reader.read(i, k, title, t, of, amount) for i, k, title, t, of, amount in rows]


def match_leads(  # noqa: PLR0913
    leads: Reading | None,
    graph: "nx.DiGraph[str]",
    targets: pd.DataFrame,
    fits: pd.DataFrame,
    local: pd.DataFrame,
    local_fits: pd.DataFrame,
    survey: Survey,
    profile: Profile,
    *,
    per_kind: int = PER_KIND,
    lexicon: Lexicon | None = None,
) -> pd.DataFrame:
    """Match every lead; columns of ``TABLES["leads"]``, in the order of the leads.

    ``targets`` are firms that passed the gates: those already here are not proposed. At most
    ``per_kind`` partners of one kind a lead. A lead without a partner has one row with empty
    ``partner_kind``; ``why`` says what was missing. ``lexicon`` is one already built on ``graph``.
    """
    columns = list(TABLES["leads"])
    if leads is None or leads.table.empty:
        return pd.DataFrame(columns=columns)
    readings = read_all(leads, graph, lexicon)
    filed = _filed(leads.table)
    book = Book(graph, survey, profile, readings)
    book.add_firms("target", targets, fits)
    book.add_firms("local", local, local_fits)
    same = twins(list(filed.values()))
    found = [
        (reading, [*_repeats(reading, same, filed), *_ranked(reading, book, per_kind)])
        for reading in readings
    ]
    several = shared((reading.lead_id, p.kind, p.id) for reading, chosen in found for p in chosen)
    rows = [line for reading, partners in found for line in _lines(reading, partners, book)]
    table = pd.DataFrame(rows, columns=columns)
    keys = zip(table["partner_kind"], table["partner_id"], strict=True)
    table["why"] = [
        f"{why}；{note(lead_id, several[key], filed)}。" if key in several else f"{why}。"
        for lead_id, why, key in zip(table["lead_id"], table["why"], keys, strict=True)
    ]
    return table


def _filed(table: pd.DataFrame) -> dict[str, Filed]:
    columns = (
        text_of(table[c]).astype(str).tolist()
        for c in ("lead_id", "kind", "title", "text", "registered")
    )
    return {row[0]: Filed(*row) for row in zip(*columns, strict=True)}


def _ranked(reading: LeadReading, book: Book, per_kind: int) -> list[Partner]:
    """The partners of a lead: strong before weak, then in the order that its kind asks for."""
    every: list[Iterator[Partner]] = []
    if reading.kind == PROJECT:
        targets = target_partners(reading, book)
        repeat = book.profile.capacity.repeat
        willing = choose(wills(reading, book), repeat, per_kind)
        both = [*choose(targets, repeat, per_kind), *willing]
        return sorted(both, key=lambda p: (p.score < WEAK, -p.score, p.id))
    if reading.kind == WILL:
        local = firm_partners("local", reading, joins(reading, book), book)
        every = [projects(reading, book), gap_partners(reading, book), local]
    elif reading.kind == NEED:
        local = firm_partners("local", reading, reading.seeks, book)
        every = [local, target_partners(reading, book)]
    groups = [choose(partners, book.profile.capacity.repeat, per_kind) for partners in every]
    placed = [(group, p) for group, partners in enumerate(groups) for p in partners]
    placed.sort(key=lambda pair: (pair[1].score < WEAK, pair[0], -pair[1].score, pair[1].id))
    return [partner for _, partner in placed]


def target_partners(reading: LeadReading, book: Book) -> Iterator[Partner]:
    """Yield the target firms that could answer a lead; none where its kind asks for others."""
    if reading.kind in (PROJECT, NEED):
        yield from firm_partners("target", reading, reading.seeks, book)


def choose(partners: Iterable[Partner], repeat: float, count: int = PER_KIND) -> list[Partner]:
    """Choose at most ``count``, best first: one of a group, further ones of a node worth less."""
    best: dict[str, Partner] = {}
    for partner in partners:
        held = best.get(partner.group)
        if partner.score >= FLOOR and (held is None or _order(partner) < _order(held)):
            best[partner.group] = partner
    left = sorted(best.values(), key=_order)
    taken: dict[str, int] = defaultdict(int)
    chosen: list[Partner] = []
    while left and len(chosen) < count:
        top = min(left, key=lambda p: (-p.score * repeat ** taken[p.node], _order(p)))
        left.remove(top)
        taken[top.node] += 1
        chosen.append(top)
    return chosen


def _order(partner: Partner) -> tuple[float, str, str]:
    return (-partner.score, partner.id, partner.node)


def _repeats(
    reading: LeadReading,
    same: Mapping[str, list[tuple[Filed, float]]],
    filed: Mapping[str, Filed],
) -> Iterator[Partner]:
    """The leads that say the same as this one."""
    for other, similarity in same.get(reading.lead_id, ()):
        both = {reading.lead_id, other.lead_id}
        first = first_filed(lead for lead in filed.values() if lead.lead_id in both)[0]
        when = f"（{first.registered}登记）" if first.registered else ""
        why = f"与线索{other.lead_id}说的是同一件事，以{first.lead_id}{when}为首报，请合并对接"
        yield Partner("lead", other.lead_id, other.title, similarity, why, "", other.lead_id)


def _lines(
    reading: LeadReading, partners: Sequence[Partner], book: Book
) -> Iterator[tuple[object, ...]]:
    shown = reading.seeks or tuple(m for m in reading.offers if m.way == "do")
    named = "、".join(book.names[mention.node] for mention in shown)
    head = (reading.lead_id, reading.kind, reading.title, named)
    alone = reading.kind == NEED and not any(partner.kind == "local" for partner in partners)
    for rank, partner in enumerate(partners, start=1):
        why = partner.why
        if rank == 1 and alone and partner.kind == "target":
            why = f"本地未见能对接的企业，转向目标企业：{why}"
        if rank == 1 and reading.unread:
            why = f"{why}；所需“{'、'.join(reading.unread)}”在产业链中没有对应环节，须另行对接"
        if partner.score < WEAK:
            why = f"弱匹配：{why}"
        score = round(partner.score, 4)
        yield (*head, rank, partner.kind, partner.id, partner.name, score, why)
    if not partners:
        yield (*head, 1, "", "", "", 0.0, _missing(reading, named))


def _missing(reading: LeadReading, named: str) -> str:
    if reading.kind not in KINDS:
        return f"未匹配：线索类型“{reading.kind}”不在{'、'.join(KINDS)}之内，请补正"
    if not named:
        return "未匹配：文字中没有认出产业链的任何环节，请补充具体产品或业务名称"
    where = f"{'、'.join(reading.zones)}的" if reading.zones else ""
    return f"未匹配：所涉环节为{named}，名单中没有{where}对应企业、项目或缺口"
