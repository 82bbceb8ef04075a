"""Leads as partners of each other, and the gaps that a will could fill.

Two leads meet where one has or does what the other seeks, at a node that both name or in words
that are alike. How clear a meeting is follows from the vaguer mention, times

====  ===========================================================================================
how   factor
====  ===========================================================================================
do    1: one does what the other seeks
raw   0.85: a project or a party has what an investor needs
plan  0.85: a project is to make what the other seeks, or to use what it sells
feeds 0.75: a project is to make what an investor works on, and that looks for raw material there
site  0.5: a project has the plant that an investor looks for; 0.4 for another segment
====  ===========================================================================================

and ``0.6 + 0.4 · likeness`` of the words at one node, or ``0.9 · likeness`` without one.
"""

import math
from collections.abc import Iterator, Sequence

from chainmatch.leads.book import Book, Meeting, Partner, mean, money
from chainmatch.leads.clauses import NEED, PROJECT, WILL
from chainmatch.leads.reading import LeadReading, Mention
from chainmatch.leads.wording import closest

WEIGHTS = {"clear": 0.75, "amount": 0.1, "site": 0.15}
FACTORS = {"do": 1.0, "raw": 0.85, "plan": 0.85}
FEEDS = 0.75
SITE, SITE_ELSEWHERE = 0.6, 0.5
CUSTOMER = 0.71  # who buys from a project or sells to it, for the project: it wants an investor
WORDED = 0.72  # likeness from which words alone make a meeting
_NODE, _WORDS = 0.6, 0.9


def lead_partners(lead: LeadReading, book: Book) -> Iterator[Partner]:
    """Yield the other leads that could serve a lead, or be served by it."""
    for other in book.readings:
        if other.lead_id != lead.lead_id and (met := _met(lead, other, book)):
            parts = {
                "clear": met.clear,
                "amount": _ratio(lead, other),
                "site": _site(lead, other),
            }
            why = f"{_why(met, other)}{_amounts(lead, other)}"
            score = mean(parts, WEIGHTS)
            if lead.kind == PROJECT and other.kind == NEED:
                score *= CUSTOMER
            yield Partner("lead", other.lead_id, other.title, score, why, met.name, other.lead_id)


def _met(lead: LeadReading, other: LeadReading, book: Book) -> Meeting | None:
    """Return :func:`meeting`, each pair of leads looked at once."""
    if (other.lead_id, lead.lead_id) in book.met:
        met = book.met[other.lead_id, lead.lead_id]
        return met and met._replace(mine=not met.mine)
    return book.met.setdefault((lead.lead_id, other.lead_id), meeting(lead, other, book))


def meeting(lead: LeadReading, other: LeadReading, book: Book) -> Meeting | None:
    """Return the clearest meeting of two leads, None where there is none or kinds exclude it."""
    if lead.kind == other.kind != NEED:
        return None
    found = [
        *(_meets(seeks, has, how, True, book) for seeks, has, how in _sides(lead, other)),
        *(_meets(seeks, has, how, False, book) for seeks, has, how in _sides(other, lead)),
    ]
    if {lead.kind, other.kind} == {PROJECT, WILL}:
        found += [_on_site(lead, other, book), _feeds(lead, other, book)]
    best = max(found, key=lambda one: one.clear)
    return best if best.clear > 0 else None


def _sides(
    seeker: LeadReading, other: LeadReading
) -> Iterator[tuple[Sequence[Mention], Sequence[Mention], str]]:
    """Yield what the one seeks, what the other has or does, and how they would meet."""
    if other.kind == PROJECT:  # what it is to make, and what is there
        if seeker.kind != PROJECT:
            yield seeker.seeks, other.offers, "raw"
        if seeker.kind == NEED:
            yield seeker.seeks, other.seeks, "plan"
    elif seeker.kind != PROJECT or other.kind == WILL:
        yield seeker.seeks, other.offers, "do" if other.kind == WILL else "raw"


def _meets(
    seeks: Sequence[Mention], has: Sequence[Mention], how: str, mine: bool, book: Book
) -> Meeting:
    best = Meeting(0.0, how, "", mine)
    for one in seeks:
        for other in has:
            if "about" in (one.way, other.way):
                continue
            like = closest(one.things, other.things)
            if one.node == other.node and one.node:
                clear = _NODE + (1 - _NODE) * like
            elif like >= WORDED:
                clear = _WORDS * like
            else:
                continue
            clear *= min(one.weight, other.weight) * FACTORS[how]
            if clear > best.clear:
                name = book.names.get(one.node, one.word)
                best = Meeting(clear, how, name, mine)
    return best


def _on_site(lead: LeadReading, other: LeadReading, book: Book) -> Meeting:
    """Return that a project has a plant large enough for what an investor looks for."""
    project, will = (lead, other) if lead.kind == PROJECT else (other, lead)
    clear = 0.0
    if _site(lead, other) == 1.0:
        mine = {book.segments[m.node] for m in will.offers if m.way == "do" and m.node}
        near = any(book.segments[m.node] in mine for m in project.seeks if m.node)
        clear = SITE if near else SITE_ELSEWHERE
    name = project.plant.phrase if project.plant else ""
    return Meeting(clear, "site", name, lead.kind == WILL)


def _feeds(lead: LeadReading, other: LeadReading, book: Book) -> Meeting:
    """Return that a project is to make what an investor works on, one supply above it."""
    project, will = (lead, other) if lead.kind == PROJECT else (other, lead)
    raw = {book.segments[mention.node] for mention in will.seeks if mention.node}
    does = {mention.node for mention in will.offers if mention.way == "do"}
    both = [
        (FEEDS * mention.weight, book.names[mention.node])
        for mention in project.seeks
        if mention.node and book.segments[mention.node] in raw
        if not does.isdisjoint(book.graph.successors(mention.node))
    ]
    clear, name = max(both, default=(0.0, ""))
    return Meeting(clear, "feeds", name, lead.kind == WILL)


def gap_partners(will: LeadReading, book: Book) -> Iterator[Partner]:
    """Yield the gaps at what an investor does or means to do."""
    for mention in will.offers:
        if mention.way == "do" and mention.node in book.gaps:
            value, why = book.gaps[mention.node]
            score = (mention.weight + value) / 2
            yield Partner(
                "gap", mention.node, book.names[mention.node], score, why.rstrip("。"),
                mention.node, mention.node,
            )  # fmt: skip


_WHAT = {PROJECT: "项目", WILL: "投资意愿", NEED: "需求方"}


def _why(met: Meeting, other: LeadReading) -> str:
    who = f"{_WHAT.get(other.kind, '线索')}“{other.title}”"
    match met.how, met.mine:
        case "site", True:
            return f"{who}现有厂房{met.name}，可供入驻"
        case "site", False:
            return f"{who}在找厂房，本项目现有厂房{met.name}，可商请入驻"
        case "feeds", True:
            return f"{who}建成后做“{met.name}”，可作本线索的原料"
        case "feeds", False:
            return f"{who}要用本项目将做的“{met.name}”"
        case "plan", True:
            return f"{who}建成后做“{met.name}”，与本线索所求相合"
        case "plan", False:
            return f"{who}所求的“{met.name}”正是本项目要做的，可作上下游客户"
        case _, True:
            return f"{who}所有或所做的正是本线索所求的“{met.name}”"
        case _:
            return f"{who}所求的“{met.name}”正是本线索所有或所做的"


def _ratio(lead: LeadReading, other: LeadReading) -> float:
    """What a will brings against what a project needs; unknown for other pairs."""
    if {lead.kind, other.kind} != {PROJECT, WILL}:
        return math.nan
    project, will = (lead, other) if lead.kind == PROJECT else (other, lead)
    if will.amount is None or project.amount is None or not project.amount[0] > 0:
        return math.nan
    return min(1.0, will.amount[1] / project.amount[0])


def _site(lead: LeadReading, other: LeadReading) -> float:
    """1 if the project's plant suffices for the will, else the share of it."""
    project, will = (lead, other) if lead.kind == PROJECT else (other, lead)
    have, need = project.plant, will.plant
    if {lead.kind, other.kind} != {PROJECT, WILL} or not have or not need or not need.low > 0:
        return math.nan
    return min(1.0, have.high / need.low)


def _amounts(lead: LeadReading, other: LeadReading) -> str:
    if {lead.kind, other.kind} != {PROJECT, WILL} or not lead.amount or not other.amount:
        return ""
    project, will = (lead, other) if lead.kind == PROJECT else (other, lead)
    return f"，意向投资{money(will.amount)}，项目需{money(project.amount)}"  # type: ignore[arg-type]
