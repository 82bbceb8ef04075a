"""Typed matching of leads (线索): who could answer a project, a will to invest, or a need.

================  ==========================================================================
有项目无投资主体  targets and local firms that do what is sought, wills that fit, and needs that
                  would buy from it or sell to it
有意愿无项目      projects and needs among the leads, gaps at what the investor does, local firms
                  that supply it, buy from it or do the same
有需求无门路      local firms and targets that could supply or buy, wills, projects, other needs
================  ==========================================================================

How firms score stands in :mod:`chainmatch.leads.firms`, how leads and gaps do in
:mod:`chainmatch.leads.pairs`; :func:`confidence` brings them onto one scale. Within a kind each
further partner for the same node counts ``capacity.repeat`` of the one before. What nobody answers
is said in a row of its own (:mod:`chainmatch.leads.nobody`).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import networkx as nx
import pandas as pd

from chainmatch.decision.gaps import Survey
from chainmatch.identity.sameness import Filed, first_filed, note, shared, twins
from chainmatch.leads.book import WEAK, Book, Partner
from chainmatch.leads.clauses import KINDS, NEED, PROJECT, WILL
from chainmatch.leads.firms import joins, own_words, partners, prospects
from chainmatch.leads.nobody import nobody
from chainmatch.leads.pairs import gap_partners, lead_partners
from chainmatch.leads.reading import LeadReader, LeadReading, Mention
from chainmatch.leads.wording import Wordings
from chainmatch.matching.lexicon import Lexicon
from chainmatch.profile import Profile
from chainmatch.schema.columns import TABLES
from chainmatch.tables import Reading
from chainmatch.util.missing import text_of

PER_KIND = 5  # partners of one kind that a lead is given at most
SHOWN = 0.45  # a confidence below this is no proposal
FIRMS = ("target", "local")
# Kind of lead and of partner → the score at which half are right, and how steeply that changes.
CONFIDENCE = {
    (PROJECT, "target"): (0.3, 2.6),
    (PROJECT, "local"): (0.4, 2.5),
    (PROJECT, "lead"): (0.6, 10.0),
    (NEED, "target"): (0.53, 12.0),
    (NEED, "local"): (0.6, 7.0),
    (NEED, "lead"): (0.6, 10.0),
    (WILL, "local"): (0.4, 3.6),
    (WILL, "lead"): (0.6, 10.0),
    (WILL, "gap"): (0.1, 3.5),
}


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
    excluded: pd.DataFrame | None = None,
    per_kind: int = PER_KIND,
    lexicon: Lexicon | None = None,
) -> pd.DataFrame:
    """Match every lead; columns of ``TABLES["leads"]``, in the order of the leads.

    ``targets`` are all target firms, ``excluded`` (``TABLES["excluded"]``) those that a gate keeps
    off the shortlist: only who is here already or struck off is not proposed, of others the reason
    says which gate it was. At most ``per_kind`` partners of one kind a lead. A lead without a
    partner has one row with empty ``partner_kind``; ``why`` says what was missing. ``lexicon`` is
    one already built on ``graph``.
    """
    columns = list(TABLES["leads"])
    if leads is None or leads.table.empty:
        return pd.DataFrame(columns=columns)
    lexicon = lexicon or Lexicon(graph)
    readings = read_all(leads, graph, lexicon)
    filed = _filed(leads.table)
    book = book_of(readings, graph, lexicon, survey, profile)
    book.add_firms("target", targets, fits, excluded)
    book.add_firms("local", local, local_fits, None)
    same = twins(list(filed.values()))
    ranked = zip(readings, _rank_all(readings, book, per_kind), strict=True)
    found = [(reading, own, list(_repeats(reading, same, filed))) for reading, own in ranked]
    several = shared(
        (reading.lead_id, p.kind, p.id)
        for reading, own, repeats in found
        for p in (*repeats, *own.partners)
    )
    rows = [line for reading, own, repeats in found for line in _lines(reading, own, repeats, book)]
    table = pd.DataFrame(rows, columns=columns)
    keys = zip(table["partner_kind"], table["partner_id"], strict=True)
    table["why"] = [
        f"{why}；{note(lead_id, several[key], filed)}。" if key in several else f"{why}。"
        for lead_id, why, key in zip(table["lead_id"], table["why"], keys, strict=True)
    ]
    return table


def book_of(
    readings: Sequence[LeadReading],
    graph: "nx.DiGraph[str]",
    lexicon: Lexicon,
    survey: Survey,
    profile: Profile,
) -> Book:
    """Return a book that looks for all that the leads seek and offer; still without firms."""
    own = {reading.lead_id: own_words(reading, graph) for reading in readings}
    mentions = (
        (mention, own[r.lead_id])
        for r in readings
        for kind in ("target", "local")
        for mention in asked(r, kind, graph)
    )
    return Book(graph, survey, profile, readings, Wordings(mentions, graph, lexicon), own)


def asked(reading: LeadReading, kind: str, graph: "nx.DiGraph[str]") -> tuple[Mention, ...]:
    """Return what a lead asks of the firms of a list."""
    if reading.kind in (PROJECT, NEED):
        return reading.seeks
    return joins(reading, graph) if reading.kind == WILL and kind == "local" else ()


class _Ranked(NamedTuple):
    """The partners of a lead, best first, and the nearest of the firms that are none."""

    partners: list[Partner]
    nearest: Partner | None


def _rank_all(readings: Sequence[LeadReading], book: Book, per_kind: int) -> list[_Ranked]:
    """Return the partners of every lead."""
    looked = {
        kind: [prospects(r, asked(r, kind, book.graph), firms, book) for r in readings]
        for kind, firms in book.lists.items()
    }
    for kind, firms in book.lists.items():
        firms.examine({one.firm for found in looked[kind] for one in found})
    ranked = []
    for number, reading in enumerate(readings):
        own = (partners(reading, looked[k][number], f, book) for k, f in book.lists.items())
        ranked.append(_rank(reading, own, book, per_kind))
    return ranked


def _rank(
    reading: LeadReading, firms: Iterable[Iterable[Partner]], book: Book, per_kind: int
) -> _Ranked:
    if reading.kind not in KINDS:
        return _Ranked([], None)
    groups = [lead_partners(reading, book), *firms]
    if reading.kind == WILL:
        groups.append(gap_partners(reading, book))
    every = [
        [p._replace(score=confidence(reading.kind, p.kind, p.score)) for p in group]
        for group in groups
    ]
    repeat = book.profile.capacity.repeat
    chosen = [p for group in every for p in choose(group, repeat, per_kind)]
    below = [p for group in every for p in group if p.kind in FIRMS and p.score < SHOWN]
    chosen.sort(key=lambda p: (-p.score, p.kind, p.id))
    return _Ranked(chosen, min(below, key=_order, default=None))


def confidence(lead: str, partner: str, score: float) -> float:
    """Return how many of ten such proposals an officer would call right, as a share.

    A logistic curve for each kind of lead and of partner, fitted by hand on graded proposals
    (``docs/figures.md``).
    """
    half, steep = CONFIDENCE[lead, partner]
    return 1 / (1 + math.exp(steep * (half - score)))


def _filed(table: pd.DataFrame) -> dict[str, Filed]:
    columns = (
        text_of(table[c]).astype(str).tolist()
        for c in ("lead_id", "kind", "title", "text", "registered")
    )
    return {row[0]: Filed(*row) for row in zip(*columns, strict=True)}


def choose(partners: Iterable[Partner], repeat: float, count: int = PER_KIND) -> list[Partner]:
    """Choose at most ``count``, best first: one of a group, further ones of a node worth less."""
    best: dict[str, Partner] = {}
    for partner in partners:
        held = best.get(partner.group)
        if partner.score >= SHOWN and (held is None or _order(partner) < _order(held)):
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
    reading: LeadReading, ranked: _Ranked, repeats: Sequence[Partner], book: Book
) -> Iterator[tuple[object, ...]]:
    shown = [m for m in reading.seeks if m.node] or [m for m in reading.offers if m.way == "do"]
    named = "、".join(book.names[mention.node] for mention in shown)
    head = (reading.lead_id, reading.kind, reading.title, named)
    found = [*repeats, *ranked.partners]
    alone = reading.kind == NEED and not any(partner.kind == "local" for partner in found)
    for rank, partner in enumerate(found, start=1):
        why = partner.why
        if alone and partner.kind == "target" and partner is ranked.partners[0]:
            why = f"本地未见能对接的企业，转向目标企业：{why}"
        if partner.score < WEAK:
            why = f"弱匹配：{why}"
        yield (*head, rank, partner.kind, partner.id, partner.name, round(partner.score, 4), why)
    for rank, why in enumerate(nobody(reading, ranked.partners, ranked.nearest, book), start=1):
        yield (*head, len(found) + rank, "", "", "", 0.0, why)
