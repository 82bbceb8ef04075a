"""A run decided anew: with some of its target firms here, or under another profile.

Every table is computed by the function that :func:`chainmatch.rank` computes it by. What a row says
by itself (its fits) is taken from the run; nothing else is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from chainmatch.decision import gates
from chainmatch.decision.gaps import Survey, survey
from chainmatch.decision.scoring import facts_here, judged, own_pairs
from chainmatch.decision.shortlist import in_order, select
from chainmatch.errors import RunError
from chainmatch.identity.linking import Linker
from chainmatch.leads import match_leads
from chainmatch.profile import Profile
from chainmatch.run import Run

NEXT = 3  # firms behind the shortlist that are named


@dataclass(frozen=True)
class Side:
    """What a comparison needs of a run, before or after; ``waiting`` are the ids next in line."""

    survey: Survey
    excluded: pd.DataFrame
    scores: pd.DataFrame
    shortlist: pd.DataFrame
    lead_matches: pd.DataFrame
    waiting: tuple[str, ...]


def as_it_is(run: Run, top: int) -> Side:
    """Return the run as it is."""
    return Side(
        run.survey, run.excluded, run.scores, run.shortlist, run.lead_matches,
        _waiting(run.scores, run.profile, top),
    )  # fmt: skip


def with_firms_here(run: Run, ids: Collection[str], top: int) -> Side:
    """Return the run as it would be if the target firms ``ids`` were local firms."""
    firms, coming = run.candidates.firms, list(ids)
    moved, rest = (firms[firms["firm_id"].isin(coming) == here] for here in (True, False))
    if moved.empty:
        return as_it_is(run, top)
    home = pd.concat([run.home.firms, moved], ignore_index=True)
    own = run.fits["firm_id"].isin(coming)
    local_fits = pd.concat([run.local_fits, run.fits[own]], ignore_index=True)
    there = Lists(rest, run.fits[~own], Linker(home).link(rest), home, local_fits)
    return decided(run, there, run.profile, top)


class Lists(NamedTuple):
    """Target firms with their fits and links, and the local firms with theirs."""

    firms: pd.DataFrame
    fits: pd.DataFrame
    links: pd.DataFrame
    home: pd.DataFrame
    local_fits: pd.DataFrame

    @classmethod
    def of(cls, run: Run) -> "Lists":
        """Return the lists of a run as they are."""
        candidates = run.candidates
        return cls(candidates.firms, run.fits, candidates.links, run.home.firms, run.local_fits)


def decided(run: Run, lists: Lists, profile: Profile, top: int) -> Side:
    """Decide anew: gates, gaps, scores, shortlist and leads of any lists under any profile."""
    graph = run.graph
    excluded = gates.check(lists.firms, lists.links, lists.fits, profile, graph)
    passed = gates.passed(lists.firms, excluded)
    found = survey(graph, lists.local_fits, lists.home, profile, lists.fits)
    pairs = own_pairs(passed, lists.fits, found.county, graph)
    facts, partners = facts_here(pairs, found, lists.links, graph)
    scores = judged(facts, partners, passed, profile, graph)
    leads = match_leads(
        run.leads, graph, lists.firms, lists.fits, lists.home, lists.local_fits, found, profile,
        excluded=excluded,
    )  # fmt: skip
    shortlist = select(scores, profile, top=top)
    return Side(found, excluded, scores, shortlist, leads, _waiting(scores, profile, top))


def length_of(run: Run) -> int:
    """Return how long the shortlist of a run was asked to be."""
    found, usual = len(run.shortlist), run.profile.capacity.top
    if found < usual and len(in_order(run.scores, run.profile, found + 1)) == found:
        return usual  # there were no more
    return found


def check_whole(run: Run) -> None:
    """Raise RunError for a run in pieces, which holds a part of its firms only."""
    if run.gates is not None:
        raise RunError(
            "分段运算的结果只留下清单上的企业，算不出“如果”；请把名单缩到一次能读完的大小，"
            "用 chainmatch.rank 重新运算。"
        )


def _waiting(scores: pd.DataFrame, profile: Profile, top: int) -> tuple[str, ...]:
    return tuple(in_order(scores, profile, top + NEXT)[top:])
