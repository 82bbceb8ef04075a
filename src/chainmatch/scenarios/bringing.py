"""A run with some of its target firms here: their rows move from the targets to the local firms.

Every table is computed by the function that :func:`chainmatch.rank` computes it by. What a row says
by itself (fits, what its scope makes) is taken from the run; nothing else is.
"""

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from chainmatch.decision import gates
from chainmatch.decision.gaps import Survey, survey
from chainmatch.decision.scoring import Pairs, facts_here, judged, own_pairs
from chainmatch.decision.shortlist import in_order, select
from chainmatch.errors import RunError
from chainmatch.identity.linking import Linker
from chainmatch.leads import match_leads
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
        _waiting(run.scores, run, top),
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
    fits = run.fits[~own]
    links = Linker(home).link(rest)
    excluded = _excluded(run, rest, links, fits)
    found = survey(run.graph, local_fits, home, run.profile, fits)
    passed = gates.passed(rest, excluded)
    pairs = _pairs(run, passed, fits)
    facts, partners = facts_here(pairs, found, links, run.graph)
    scores = judged(facts, partners, passed, run.profile, run.graph)
    shortlist = select(scores, run.profile, top=top)
    leads = match_leads(
        run.leads, run.graph, passed, fits, home, local_fits, found, run.profile
    )  # fmt: skip
    return Side(found, excluded, scores, shortlist, leads, _waiting(scores, run, top))


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


def _waiting(scores: pd.DataFrame, run: Run, top: int) -> tuple[str, ...]:
    return tuple(in_order(scores, run.profile, top + NEXT)[top:])


def _excluded(
    run: Run, rest: pd.DataFrame, links: pd.DataFrame, fits: pd.DataFrame
) -> pd.DataFrame:
    """Gates hold firm by firm, and of what they ask only the links are new."""
    old, new = (
        set(table.itertuples(index=False, name=None)) for table in (run.candidates.links, links)
    )
    touched = {row[0] for row in old ^ new}
    again = rest[rest["firm_id"].isin(list(touched))]
    stopped = gates.check(
        again, links, fits[fits["firm_id"].isin(again["firm_id"])], run.profile, run.graph
    )
    kept = run.excluded[
        run.excluded["firm_id"].isin(rest["firm_id"])
        & ~run.excluded["firm_id"].isin(again["firm_id"])
    ]
    both = pd.concat([kept, stopped])
    order = {firm: at for at, firm in enumerate(rest["firm_id"].tolist())}
    return both.sort_values("firm_id", key=lambda ids: ids.map(order), ignore_index=True)


def _pairs(run: Run, passed: pd.DataFrame, fits: pd.DataFrame) -> Pairs:
    """Pairs of the firms that pass now; a firm that did not pass before is read."""
    ids = set(passed["firm_id"].tolist())
    facts = run.pairs.facts[run.pairs.facts["firm_id"].isin(list(ids))]
    made = {firm: text for firm, text in run.pairs.made.items() if firm in ids}
    fresh = passed[~passed["firm_id"].isin(list(made))]
    if fresh.empty:
        return Pairs(facts.reset_index(drop=True), made)
    more = own_pairs(fresh, fits, run.survey.county, run.graph)
    return Pairs(pd.concat([facts, more.facts], ignore_index=True), {**made, **more.made})
