"""Reads the clauses of a page: what each segment names, and what the firm does with it.

Most tokens of a scope stand in thousands of others, and clauses differ far less in the order of
their verbs than in their objects. So a token is read once (:mod:`.segments`), where verbs reach is
worked out once for each sequence of segments (:mod:`.verb_scope`), and what is left is to look both
up, for all clauses of a page at once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainmatch.matching.grammar.blocks import Segments
from chainmatch.matching.grammar.cleaning import BRANCH_ONLY, brackets
from chainmatch.matching.grammar.scope_batch import Page
from chainmatch.matching.grammar.segments import (
    AFTER,
    BEFORE,
    CORE_END,
    CORE_START,
    END,
    SHAPE,
    START,
)
from chainmatch.matching.grammar.sequences import PLACES, Found, Sequences
from chainmatch.matching.grammar.vocabulary import Vocabulary
from chainmatch.matching.ragged import begins, expanded, sizes

ROOM = 1 << 17  # tokens that a reader keeps
SEQUENCES = 1 << 15  # sequences of kinds that it keeps
_VERB = PLACES.index("verb")


@dataclass(frozen=True)
class Reading:
    """The segments of a page that was read; arrays with one entry a segment.

    Segments stand clause by clause, those inside brackets last. ``start:end`` is the span in the
    text of the page, ``core_start:core_end`` the span of the object, ``verb_start:verb_end`` the
    stretch from its verb to itself. ``activities`` is a mask (of ``activities.SETS``) or -1 where a
    segment is excluded or says nothing, ``place`` the number of one of :data:`PLACES`. ``branch``
    marks what only branches may do; ``order`` numbers the items of a scope that name something,
    from 0. ``first`` has one entry a token of the page: its first segment, -1 if it was not read.
    ``items`` has one a scope: how many items name something.
    """

    clause: np.ndarray
    start: np.ndarray
    end: np.ndarray
    core_start: np.ndarray
    core_end: np.ndarray
    verb_start: np.ndarray
    verb_end: np.ndarray
    activities: np.ndarray
    place: np.ndarray
    branch: np.ndarray
    order: np.ndarray
    first: np.ndarray
    items: np.ndarray


class Reader:
    """Reads pages; what it has seen before it only looks up."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self._sequences = Sequences()

    def forget(self) -> np.ndarray | None:
        """Forget what takes too much room; return which tokens are left if some were forgotten."""
        if len(self._sequences) > SEQUENCES:
            self._sequences = Sequences()
        return self.vocabulary.sift() if len(self.vocabulary) > ROOM else None

    def read(self, page: Page, numbers: np.ndarray, wanted: np.ndarray) -> Reading:
        """Read clauses of a page.

        Parameters
        ----------
        page
            From :func:`~chainmatch.matching.grammar.scope_batch.cut`.
        numbers
            The numbers of its tokens in the vocabulary.
        wanted
            Whether to read each clause; one inside brackets is read with the clause around it. Of
            the others only the signs are counted, and they hand on no verb.
        """
        clauses, tokens = page.clauses, page.tokens
        wanted = wanted[np.where(clauses.host < 0, np.arange(len(wanted)), clauses.host)]
        read = np.flatnonzero(wanted[tokens.clause])
        runs = self.vocabulary.read(numbers[read])
        which, row = expanded(runs[:, 0], runs[:, 1])
        token = read[which]
        own = self.vocabulary.segments(row)
        last = row == (runs[:, 0] + runs[:, 1] - 1)[which]  # of its token: it has the signs
        clause = tokens.clause[token]
        signs = (tokens.sign[token] * last, tokens.colon[token] & last)
        segments = Segments(own[:, SHAPE], own[:, BEFORE], own[:, AFTER], *signs)
        activities, place, opening, closing = self._reach(page, segments, clause)
        start, end = (tokens.start[token] + own[:, column] for column in (START, END))
        inside = clauses.host[clause] >= 0
        branch = _branch_only(page, wanted, clause, start, end)
        if inside.any():
            _inherit(activities, branch, _hosts(clauses.host, clause, start, activities))
        named = (activities >= 0) & (place != _VERB)
        outer = np.where(inside, clauses.host[clause], clause)
        order, items = _numbered(page, wanted, outer, start, named)
        first = np.full(len(numbers), -1)
        first[read] = np.cumsum(runs[:, 1]) - runs[:, 1]
        return Reading(
            clause, start, end,
            tokens.start[token] + own[:, CORE_START], tokens.start[token] + own[:, CORE_END],
            start[opening], end[closing],
            activities, place, branch, order, first, items,
        )  # fmt: skip

    def _reach(self, page: Page, segments: Segments, clause: np.ndarray) -> Found:
        clauses = page.clauses
        first = np.flatnonzero(begins(clause))
        read = clause[first]
        follows = np.zeros(len(read), bool)
        follows[1:] = (read[1:] - read[:-1] == 1) & ~begins(clauses.scope[read])[1:]
        follows &= clauses.host[read] < 0
        return self._sequences.look_up(segments, first, clauses.mixed[read], follows)


def _branch_only(
    page: Page, wanted: np.ndarray, clause: np.ndarray, start: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """Return which segments only branches may do.

    ``X（限分支机构经营）`` marks X; ``以上限…`` and words outside brackets mark the clause.
    """
    marked = np.zeros(len(clause), bool)
    clauses = page.clauses
    for at in _holding(page, "限"):
        if (
            wanted[at]
            and (marks := _marks(page.text[clauses.start[at] : clauses.end[at]])) is not None
        ):
            own = slice(*np.searchsorted(clause, [at, at + 1]))
            offset = clauses.start[at]
            inside = [(start[own] <= offset + mark) & (offset + mark <= end[own]) for mark in marks]
            marked[own] = np.any(inside, axis=0) if marks else True
    return marked


def _holding(page: Page, sign: str) -> Iterator[int]:
    """Yield the clauses outside brackets that hold a sign."""
    positions = np.flatnonzero(page.codes == ord(sign))
    starts = page.clauses.start[: page.clauses.outer]
    at = np.searchsorted(starts, positions, "right") - 1
    at = at[(at >= 0) & (positions < page.clauses.end[at])]
    yield from at[begins(at)].tolist()


def _marks(clause: str) -> list[int] | None:
    """Return the brackets that leave what stands before them to branches; None: nothing does."""
    if not BRANCH_ONLY.search(clause):
        return None
    return [
        found.start()
        for found in brackets(clause)
        if BRANCH_ONLY.search(found[0]) and not re.search("以[上下]", found[0])
    ]


def _hosts(
    host: np.ndarray, clause: np.ndarray, start: np.ndarray, activities: np.ndarray
) -> np.ndarray:
    """Return the segment in front of the bracket that a segment stands in, -1 if there is none."""
    outer = int(np.searchsorted(clause, np.flatnonzero(host >= 0)[0]))
    said = np.maximum.accumulate(np.where(activities[:outer] >= 0, np.arange(outer), -1))
    found = np.full(len(clause), -1)
    opening = _opening(clause, start, outer)
    before = np.searchsorted(start[:outer], opening, "right") - 1
    before = np.where(before >= 0, said[before] if outer else -1, -1)
    own = (before >= 0) & (clause[before] == host[clause[outer:]])
    found[outer:] = np.where(own, before, -1)
    return found


def _opening(clause: np.ndarray, start: np.ndarray, outer: int) -> np.ndarray:
    """Return where the clause of each segment inside brackets begins to say something."""
    inside = clause[outer:]
    first = np.flatnonzero(begins(inside))
    return np.repeat(start[outer:][first], sizes(first, len(inside)))


def _inherit(activities: np.ndarray, branch: np.ndarray, hosts: np.ndarray) -> None:
    """What stands inside brackets without a verb shares the activity of what stands before."""
    inside = np.flatnonzero(hosts >= 0)
    bare = inside[activities[inside] == 0]
    activities[bare] = activities[hosts[bare]]
    branch[inside] = branch[hosts[inside]]


def _numbered(
    page: Page, wanted: np.ndarray, outer: np.ndarray, start: np.ndarray, named: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Number the named segments of each scope by position; return how many items it has, too.

    A clause that was not read has as many as its signs say.
    """
    clauses = page.clauses
    scope = clauses.scope[: clauses.outer]
    sizes = np.bincount(outer[named], minlength=clauses.outer)
    sizes = np.where(wanted[: clauses.outer], sizes, clauses.count[: clauses.outer])
    items = np.bincount(scope, sizes, page.scopes).astype(np.int64)
    before = np.cumsum(sizes) - sizes - (np.cumsum(items) - items)[scope]
    by_position = np.argsort(start, kind="stable")
    running = np.empty(len(start), np.int64)
    running[by_position] = np.cumsum(named[by_position]) - named[by_position]
    read = np.bincount(outer[named], minlength=clauses.outer)
    return running - (np.cumsum(read) - read)[outer] + before[outer], items
