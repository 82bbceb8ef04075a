"""Reads the clauses of scopes: what each segment names, and what the firm does with it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from chainmatch.matching.arrays import (
    Flags,
    Ints,
    expand_ranges,
    run_ends,
    run_lengths,
    run_starts,
    take,
)
from chainmatch.matching.grammar.activities import SETS
from chainmatch.matching.grammar.clause_verbs import PLACES, Reached, Segments, reached
from chainmatch.matching.grammar.cleaning import brackets, is_branch_only
from chainmatch.matching.grammar.scope_batch import ScopeBatch, cut
from chainmatch.matching.grammar.segments import TokenSegments, read_tokens

_VERB = PLACES.index("verb")


class Item(NamedTuple):
    """One thing in a scope.

    ``start:end`` is its span, ``core_start:core_end`` the span without verbs at its ends,
    ``verb_start:verb_end`` the stretch from its verb to itself (its own span if it has none).
    ``activities`` is empty for a bare item. ``place`` says where the verb stood: ``own``,
    ``before``, ``after`` or ``bare``; ``verb`` is a segment of verbs alone. ``branch`` marks what
    only branches may do; ``order`` numbers the items that name something, from 0.
    """

    start: int
    end: int
    core_start: int
    core_end: int
    verb_start: int
    verb_end: int
    activities: frozenset[str]
    place: str
    branch: bool = False
    order: int = 0


class Reading(NamedTuple):
    """The segments of scopes that were read; arrays with one entry a segment, but for two.

    Segments stand clause by clause, those inside brackets last. ``start:end`` is the span in the
    text of the batch, ``core_start:core_end`` the span of the object, ``verb_start:verb_end`` the
    stretch from its verb to itself. ``activities`` is a mask (of ``activities.SETS``) or -1 where a
    segment is excluded or says nothing, ``place`` the number of one of :data:`PLACES`. ``branch``
    marks what only branches may do; ``order`` numbers the items of a scope that name something,
    from 0. ``first`` has one entry a token of the batch: its first segment, -1 if it was not read.
    ``items`` has one a scope: how many items name something. ``host`` is the segment in front of
    the bracket from which a segment inside it has its activities, -1 where it has its own;
    ``verb_first`` and ``verb_last`` are the segments in which its verbs stand.
    """

    clause: Ints
    start: Ints
    end: Ints
    core_start: Ints
    core_end: Ints
    verb_start: Ints
    verb_end: Ints
    activities: Ints
    place: Ints
    branch: Flags
    order: Ints
    first: Ints
    items: Ints
    host: Ints
    verb_first: Ints
    verb_last: Ints


def read_scope(text: str) -> list[Item]:
    """Return the items of a scope in order. Never fails; excluded phrases are left out."""
    return read_scopes([text])[0]


def read_scopes(texts: Sequence[str]) -> list[list[Item]]:
    """Return :func:`read_scope` of each text; all together cost little more than one."""
    if not texts:
        return []
    batch = cut(texts)
    wanted = np.ones(len(batch.clauses.start), bool)
    read = read_clauses(batch, read_tokens(batch.token_texts), wanted)
    scope = batch.clauses.scope[read.clause]
    offset = batch.starts[scope]
    spans = (read.start, read.end, read.core_start, read.core_end, read.verb_start, read.verb_end)
    found: list[list[Item]] = [[] for _ in texts]
    for number, *span, activities, place, branch, order in zip(
        scope.tolist(), *((span - offset).tolist() for span in spans),
        read.activities.tolist(), read.place.tolist(), read.branch.tolist(),
        read.order.tolist(), strict=True,
    ):  # fmt: skip
        if activities >= 0:
            found[number].append(
                Item._make((*span, SETS[activities], PLACES[place], branch, order))
            )
    return [sorted(items) for items in found]


def read_clauses(batch: ScopeBatch, segments: TokenSegments, wanted: Flags) -> Reading:
    """Read clauses.

    Parameters
    ----------
    batch
        From :func:`~chainmatch.matching.grammar.scope_batch.cut`.
    segments
        Of its distinct tokens, from :func:`~chainmatch.matching.grammar.segments.read_tokens`.
    wanted
        Whether to read each clause; one inside brackets is read with the clause around it. Of the
        others only the signs are counted, and no verb reaches across them.
    """
    clauses, tokens = batch.clauses, batch.tokens
    wanted = wanted[np.where(clauses.host < 0, np.arange(len(wanted)), clauses.host)]
    read = np.flatnonzero(wanted[tokens.clause])
    counts = np.bincount(segments.token, minlength=len(batch.token_texts))
    count = counts[tokens.text[read]]
    which, row = expand_ranges((np.cumsum(counts) - counts)[tokens.text[read]], count)
    token = read[which]
    own = take(segments, row)
    last = run_ends(token)  # it has the signs
    clause = tokens.clause[token]
    signs = (tokens.sign[token] * last, tokens.colon[token] & last)
    reach = _reach(batch, Segments(own.shape, own.before, own.after, *signs), clause)
    start, end, core_start, core_end = (tokens.start[token] + offset for offset in own[1:5])
    branch = _branch_only(batch, wanted, clause, start, end)
    inside = clauses.host[clause] >= 0
    host = np.full(len(clause), -1)
    if inside.any():
        host = _hosts(clauses.host, clause, start, reach.activities)
        host = _inherit(reach.activities, branch, host)
    named = (reach.activities >= 0) & (reach.place != _VERB)
    outer = np.where(inside, clauses.host[clause], clause)
    order, items = _numbered(batch, wanted, outer, start, named)
    first = np.full(len(tokens.text), -1)
    first[read] = np.cumsum(count) - count
    return Reading(
        clause, start, end, core_start, core_end, start[reach.first], end[reach.last],
        reach.activities, reach.place, branch, order, first, items, host,
        reach.first, reach.last,
    )  # fmt: skip


def _reach(batch: ScopeBatch, segments: Segments, clause: Ints) -> Reached:
    clauses = batch.clauses
    first = np.flatnonzero(run_starts(clause))
    read = clause[first]
    follows = np.zeros(len(read), bool)
    follows[1:] = (np.diff(read) == 1) & ~run_starts(clauses.scope[read])[1:]
    follows &= clauses.host[read] < 0
    return reached(segments, first, clauses.mixed[read], follows)


def _branch_only(batch: ScopeBatch, wanted: Flags, clause: Ints, start: Ints, end: Ints) -> Flags:
    """Return which segments only branches may do.

    ``X（限分支机构经营）`` marks X; ``以上限…`` and words outside brackets mark the clause.
    """
    marked = np.zeros(len(clause), bool)
    clauses = batch.clauses
    for at in _holding(batch, "限"):
        if (
            wanted[at]
            and (marks := _marks(batch.text[clauses.start[at] : clauses.end[at]])) is not None
        ):
            own = slice(*np.searchsorted(clause, [at, at + 1]))
            offset = clauses.start[at]
            inside = [(start[own] <= offset + mark) & (offset + mark <= end[own]) for mark in marks]
            marked[own] = np.any(inside, axis=0) if marks else True
    return marked


def _holding(batch: ScopeBatch, sign: str) -> Iterator[int]:
    """Yield the clauses outside brackets that hold a sign."""
    positions = np.flatnonzero(batch.codes == ord(sign))
    starts = batch.clauses.start[: batch.outer]
    at = np.searchsorted(starts, positions, "right") - 1
    at = at[(at >= 0) & (positions < batch.clauses.end[at])]
    yield from at[run_starts(at)].tolist()


def _marks(clause: str) -> list[int] | None:
    """Return the brackets that leave what stands before them to branches; None: nothing does."""
    if not is_branch_only(clause):
        return None
    return [
        found.start()
        for found in brackets(clause)
        if is_branch_only(found[0]) and not re.search("以[上下]", found[0])
    ]


def _hosts(host: Ints, clause: Ints, start: Ints, activities: Ints) -> Ints:
    """Return the segment in front of the bracket that a segment stands in, -1 if there is none."""
    outer = int(np.searchsorted(clause, np.flatnonzero(host >= 0)[0]))
    offered = np.maximum.accumulate(np.where(activities[:outer] >= 0, np.arange(outer), -1))
    found = np.full(len(clause), -1)
    opening = _opening(clause, start, outer)
    before = np.searchsorted(start[:outer], opening, "right") - 1
    before = np.where(before >= 0, offered[before] if outer else -1, -1)
    own = (before >= 0) & (clause[before] == host[clause[outer:]])
    found[outer:] = np.where(own, before, -1)
    return found


def _opening(clause: Ints, start: Ints, outer: int) -> Ints:
    """Return where the clause of each segment inside brackets begins to say something."""
    inside = clause[outer:]
    first = np.flatnonzero(run_starts(inside))
    return np.repeat(start[outer:][first], run_lengths(first, len(inside)))


def _inherit(activities: Ints, branch: Flags, hosts: Ints) -> Ints:
    """What stands inside brackets without a verb shares the activity of what stands before.

    Returns the hosts of such segments, -1 for the others.
    """
    inside = np.flatnonzero(hosts >= 0)
    bare = inside[activities[inside] == 0]
    activities[bare] = activities[hosts[bare]]
    branch[inside] = branch[hosts[inside]]
    found = np.full(len(hosts), -1)
    found[bare] = hosts[bare]
    return found


def _numbered(
    batch: ScopeBatch, wanted: Flags, outer: Ints, start: Ints, named: Flags
) -> tuple[Ints, Ints]:
    """Number the named segments of each scope by position; return how many items it has, too.

    A clause that was not read has as many as its signs say.
    """
    clauses = batch.clauses
    scope = clauses.scope[: batch.outer]
    counts = np.bincount(outer[named], minlength=batch.outer)
    counts = np.where(wanted[: batch.outer], counts, clauses.items[: batch.outer])
    items = np.bincount(scope, counts, len(batch.starts)).astype(np.int64)
    before = np.cumsum(counts) - counts - (np.cumsum(items) - items)[scope]
    by_position = np.argsort(start, kind="stable")
    running = np.empty(len(start), np.int64)
    running[by_position] = np.cumsum(named[by_position]) - named[by_position]
    read = np.bincount(outer[named], minlength=batch.outer)
    return running - (np.cumsum(read) - read)[outer] + before[outer], items
