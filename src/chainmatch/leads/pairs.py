"""Projects and wills as partners of each other, and the gaps that a will could fill.

The score of a pair is the weighted mean of the known parts: clearness of the node that both name
(0.55; × 0.8 where one has what the other needs, × 0.5 where the nodes are neighbours in one
segment), wordings of the will in the project (0.2), ratio of the amounts (0.1), whether the plant
suffices (0.15). The score of a gap is the mean of the mention's clearness and the gap's own score.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chainmatch.leads.book import Book, Partner, mean, money
from chainmatch.leads.clauses import PROJECT, WILL
from chainmatch.leads.firms import share_held
from chainmatch.leads.reading import LeadReading, Mention

PAIR_WEIGHTS = {"clear": 0.55, "words": 0.2, "amount": 0.1, "site": 0.15}
RAW_FITS = 0.8  # a lead that has what the other needs, against one that does what it seeks
NEAR = 0.5  # what two leads name lies one supply apart in one segment


def wills(project: LeadReading, book: Book) -> Iterator[Partner]:
    """Yield the wills that fit a project."""
    for will in book.readings:
        if will.kind == WILL and will.lead_id != project.lead_id:
            yield from _pair(project, will, will, book)


def projects(will: LeadReading, book: Book) -> Iterator[Partner]:
    """Yield the projects that fit a will."""
    for project in book.readings:
        if project.kind == PROJECT and project.lead_id != will.lead_id:
            yield from _pair(project, will, project, book)


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


class _Meeting(NamedTuple):
    """The node at which two leads meet, how (``do``, ``raw``, ``near``) and how clearly."""

    how: str
    clearness: float
    node: str

    def times(self, factor: float) -> "_Meeting":
        return self._replace(clearness=self.clearness * factor)


def _pair(
    project: LeadReading, will: LeadReading, partner: LeadReading, book: Book
) -> Iterator[Partner]:
    """Yield how well a project and a will fit, as a partner of the other."""
    meetings = (
        _Meeting("do", *_meeting(project.seeks, will.offers)),
        _Meeting("raw", *_meeting(project.offers, will.seeks)).times(RAW_FITS),
        _Meeting("near", *_nearest(project, will, book)).times(NEAR),
    )
    best = max(meetings, key=lambda meeting: meeting.clearness)
    if not best.clearness:
        return
    words = dict.fromkeys(w for m in (*will.offers, *will.seeks) if m.way == "do" for w in m.words)
    parts = {
        "clear": best.clearness,
        "words": share_held(words, project.title + project.text),
        "amount": _ratio(will.amount, project.amount),
        "site": _site(project, will),
    }
    told = _pair_why(best, meetings[1], partner, partner is will, book)
    why = f"{told}{_amounts(project, will)}"
    score = mean(parts, PAIR_WEIGHTS)
    yield Partner("lead", partner.lead_id, partner.title, score, why, best.node, partner.lead_id)


def _meeting(one: Sequence[Mention], other: Sequence[Mention]) -> tuple[float, str]:
    """Return the clearest node that two leads share, and how clear the vaguer of them is."""
    weights = {mention.node: mention.weight for mention in other if mention.way != "about"}
    both = [
        (min(mention.weight, weights[mention.node]), mention.node)
        for mention in one
        if mention.node in weights and mention.way != "about"
    ]
    return max(both, key=lambda pair: pair[0], default=(0.0, ""))


def _nearest(project: LeadReading, will: LeadReading, book: Book) -> tuple[float, str]:
    """Return the clearest node of the will that lies one supply from what the project seeks."""
    both = [
        (min(wanted.weight, offered.weight), offered.node)
        for wanted in project.seeks
        for offered in will.offers
        if offered.way == "do"
        and book.segments[wanted.node] == book.segments[offered.node]
        and (
            book.graph.has_edge(wanted.node, offered.node)
            or book.graph.has_edge(offered.node, wanted.node)
        )
    ]
    return max(both, default=(0.0, ""))


def _pair_why(best: _Meeting, raw: _Meeting, partner: LeadReading, wills: bool, book: Book) -> str:
    kind = "投资意愿" if wills else "项目"
    name = book.names[best.node]
    match best.how:
        case "do":
            also = f"，所需“{book.names[raw.node]}”项目一方已有" if raw.clearness else ""
            return f"{kind}“{partner.title}”与本线索都落在“{name}”环节{also}"
        case "raw" if wills:
            return f"投资意愿“{partner.title}”所需的“{name}”正是本项目所有"
        case "raw":
            return f"项目“{partner.title}”有本线索所需的“{name}”"
        case _ if wills:
            return f"投资意愿“{partner.title}”处在相邻的“{name}”环节，可商请入驻配套"
        case _:
            return f"项目“{partner.title}”与“{name}”环节相邻，可商请入驻配套"


def _ratio(means: tuple[float, float] | None, wanted: tuple[float, float] | None) -> float:
    if means is None or wanted is None or not wanted[0] > 0:
        return math.nan
    return min(1.0, means[1] / wanted[0])


def _site(project: LeadReading, will: LeadReading) -> float:
    """1 if the project's plant suffices for the will, else the share of it."""
    have, need = project.plant, will.plant
    if have is None or need is None or not need.low > 0:
        return math.nan
    return min(1.0, have.high / need.low)


def _amounts(project: LeadReading, will: LeadReading) -> str:
    if project.amount is None or will.amount is None:
        return ""
    return f"，意向投资{money(will.amount)}，项目需{money(project.amount)}"
