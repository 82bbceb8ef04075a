"""The second way through a list in pieces: scores, and what goes into the tables of a run.

When duplicates and gaps are known, what is said of a firm depends on no other firm again. So the
parts are judged one by one. What is written for each, rows of CSV and scores, stands beside its
part; what comes back is small.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from chainmatch.decision.gaps import Survey
from chainmatch.decision.shortlist import contenders
from chainmatch.leads import Scout, read_all
from chainmatch.pipeline.batches import record_batch
from chainmatch.pipeline.candidates import Examined
from chainmatch.pipeline.packing import unpack
from chainmatch.pipeline.rank import Case
from chainmatch.pipeline.stream.packed import Settled, read_part
from chainmatch.report.cards import best_fits
from chainmatch.report.parts import write_rows
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import written
from chainmatch.tables import Reading
from chainmatch.tables.arrow import table_schema
from chainmatch.util.atomic import saying_why

EXCLUDED, LINKS, SCORES = ".excluded", ".links", ".scores"  # files beside a part


class Judging(NamedTuple):
    """A part that is to be judged, and what is known of it."""

    part: Path
    settled: Settled


class Judged(NamedTuple):
    """What was found in a part.

    gates
        How many firms each gate stopped.
    scored
        How many firms were scored.
    pool
        The scores of those that could be on the shortlist.
    best
        The best fits of each node.
    prospects
        Who could be a partner of which lead: see :class:`chainmatch.leads.Scout`.
    """

    gates: Mapping[str, int]
    scored: int
    pool: pd.DataFrame
    best: pd.DataFrame
    prospects: pd.DataFrame


@dataclass(frozen=True)
class JudgeWork:
    """What each process does with parts."""

    case: Case
    survey: Survey
    leads: Reading | None
    top: int | None

    def start(self) -> Callable[[Judging], Judged]:
        """Get ready; return what judges one part."""
        case, survey = self.case, self.survey
        readings = read_all(self.leads, case.graph)
        scout = Scout(readings, case.graph, survey, case.profile)

        def do(task: Judging) -> Judged:
            examined = unpack(read_part(task.part, task.settled), case.graph)
            scores = case.score(examined, survey)
            with saying_why(task.part):
                _write(examined, scores, task.part)
            return Judged(
                examined.excluded["gate"].value_counts().to_dict(),
                len(scores),
                contenders(scores, case.profile, top=self.top),
                best_fits(examined.fits),
                scout.prospects(examined.passed, examined.fits),
            )

        return do


def _write(examined: Examined, scores: pd.DataFrame, part: Path) -> None:
    for table, frame, suffix in (
        ("excluded", examined.excluded, EXCLUDED),
        ("links", examined.links, LINKS),
    ):
        write_rows(frame[list(TABLES[table])], part.with_suffix(suffix))
    schema = table_schema("scores")
    with pa.ipc.new_file(part.with_suffix(SCORES), schema) as writer:
        writer.write_batch(record_batch(written(scores), schema))
