"""What the judged parts of a ``rank`` give together, reduced on the way to what is still needed."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from chainmatch.decision.shortlist import contenders
from chainmatch.leads import chosen_groups
from chainmatch.pipeline.stream.judging import Judged, JudgeWork, Judging
from chainmatch.pipeline.stream.ordered_pool import Crew
from chainmatch.report.cards import best_fits

_HELD = 50_000  # rows that are gathered before they are reduced


class Found(NamedTuple):
    """What all parts together held.

    gates
        For each part, how many firms each gate stopped.
    scored, pool, best
        As in :class:`Judged`, of all parts.
    groups
        The groups of firms (:func:`chainmatch.leads.group_of`) that leads are given partners from.
    """

    gates: list[Mapping[str, int]]
    scored: int
    pool: pd.DataFrame
    best: pd.DataFrame
    groups: set[str]


class _Reduced:
    """A table that is gathered in pieces; ``reduce`` drops rows of which no more is heard."""

    def __init__(self, reduce: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        self._reduce = reduce
        self._pieces: list[pd.DataFrame] = []
        self._rows, self._most = 0, _HELD

    def add(self, piece: pd.DataFrame) -> None:
        """Add rows."""
        self._pieces.append(piece)
        self._rows += len(piece)
        if self._rows > self._most:
            left = self.table()
            self._pieces, self._rows = [left], len(left)
            self._most = max(_HELD, 2 * len(left))

    def table(self) -> pd.DataFrame:
        """Return what is left of all rows."""
        return self._reduce(pd.concat(self._pieces, ignore_index=True))


def judge_all(
    work: JudgeWork, tasks: Sequence[Judging], jobs: int, progress: Callable[[int], None]
) -> Found:
    """Judge all parts; ``progress`` is told after each how many were judged."""
    profile = work.case.profile
    pool = _Reduced(lambda rows: contenders(rows, profile, top=work.top))
    best = _Reduced(best_fits)
    prospects: list[pd.DataFrame] = []
    gates: list[Mapping[str, int]] = []
    scored = 0
    with Crew[Judging, Judged](work, jobs) as crew:
        for _, judged in crew.do(tasks, _never_again):
            gates.append(judged.gates)
            scored += judged.scored
            pool.add(judged.pool)
            best.add(judged.best)
            prospects.append(judged.prospects)
            progress(len(gates))
    groups = chosen_groups(pd.concat(prospects, ignore_index=True), profile)
    return Found(gates, scored, pool.table(), best.table(), groups)


def _never_again(task: Judging, judged: Judged) -> None:
    """Nothing that is found in a part changes what is done with later ones."""
