"""``rank`` with a list of target firms of any size: the files are those of the ordinary run.

The list is gone through twice. First each piece is read, matched and held against the gates
(:class:`ExamineStep`); that is the long way, and its parts are kept when a run is stopped. Then,
with duplicates and gaps known, each part is judged (:class:`JudgeWork`). What looks at the whole
list looks at little of each row; the long tables are written from the parts.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from chainmatch._version import __version__
from chainmatch.chains.graph import chain_files
from chainmatch.decision.shortlist import check_top, select
from chainmatch.identity.resolution import Resolution
from chainmatch.leads import group_of
from chainmatch.pipeline.inputs import read_lists
from chainmatch.pipeline.packing import count_supplies
from chainmatch.pipeline.rank import (
    County,
    Origin,
    Outcome,
    Run,
    conclude,
    read_case,
    read_counts,
    settle,
)
from chainmatch.pipeline.stream.displayed_rows import chosen_firms, first_excluded
from chainmatch.pipeline.stream.folder import PartFolder, parts_of, source_of
from chainmatch.pipeline.stream.gathering import Found, judge_all
from chainmatch.pipeline.stream.judging import SCORES, JudgeWork, Judging
from chainmatch.pipeline.stream.lock import held_alone
from chainmatch.pipeline.stream.merging import Merges, find_merges
from chainmatch.pipeline.stream.ordering import OrderedScores
from chainmatch.pipeline.stream.packed import ExamineStep, Settled, read_part
from chainmatch.pipeline.stream.tables import Writers, head, long_tables, piece_rejects
from chainmatch.pipeline.stream.work import Held, Options, interruptible, run_pieces
from chainmatch.profile import Profile
from chainmatch.report import header_rows
from chainmatch.report.folder import write_report
from chainmatch.schema.columns import TABLES
from chainmatch.tables import Reading
from chainmatch.tables.pieces import Cutter, open_cutter
from chainmatch.tables.sources import Source
from chainmatch.util.atomic import check_folder
from chainmatch.util.file_names import file_name
from chainmatch.util.resources import learned_files


def rank(  # noqa: PLR0913
    targets: str | Path,
    local: Source,
    out: str | Path,
    leads: "Source | None" = None,
    *,
    profile: str | Path | Profile | None = None,
    chains: str | Path | None = None,
    top: int | None = None,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    options: Options | None = None,
) -> Run:
    """Rank a list of target firms of any size; every file in ``out`` is that of the ordinary run.

    Parameters
    ----------
    targets : path
        CSV and its kin, or Parquet.
    local, leads, profile, chains, top, mapping
        As for :func:`chainmatch.rank`.
    out : path
        The folder of results.
    plain
        CSV without byte order mark.
    options
        How to go through the list.

    Returns the run; its tables of target firms hold what workbook and page show.

    Raises
    ------
    ChainmatchError
        An input that cannot be read, a place that cannot be written; what is finished is kept
        where the run can go on.
    """
    options, folder = options or Options(), check_folder(out)
    if top is not None:
        check_top(top)
    stage = options.stage or (lambda _: None)
    stage("读取名单")
    cutter = open_cutter(targets, options.size, mapping)
    case = read_case(profile, chains)
    county = settle(case, read_lists(local, leads, mapping=mapping))
    with held_alone(parts_of(folder / "rank")):
        parts = _open(folder, Path(targets), county, mapping, options)
        stage("识别经营范围")
        step = ExamineStep(case.graph, case.profile, county.home.firms)
        held = run_pieces(step, cutter, parts, options)
        with interruptible(lambda: f"已识别 {held.raw:,} 行"):
            whole = _Whole(county, cutter, parts, held, options, stage)
            run, writers = whole.conclude(top, plain=plain)
            stage("写出结果")
            write_report(run, folder, plain=plain, longer=writers)
        parts.remove()
    return run


def _open(
    out: Path,
    targets: Path,
    county: County,
    mapping: Mapping[str, str] | None,
    options: Options,
) -> PartFolder:
    """Open the folder of parts; what decides them is everything but leads and length."""
    case, lists = county.case, county.lists
    said = {
        "command": "rank",
        "version": __version__,
        "size": options.size,
        "map": dict(mapping or {}),
        "local": lists.inputs["local"]["sha256"],
        "profile": case.profile.model_dump(mode="json"),
        "chains": {file_name(path): source_of(path).sha256 for path in chain_files(case.chains)},
        "learned": {path.name: source_of(path).sha256 for path in learned_files()},
    }
    path = parts_of(out / "rank")
    return PartFolder(path, [targets], said, resume=options.resume, say=options.say)


@dataclass(frozen=True)
class _Whole:
    """The steps that look at the whole list, when all pieces are examined."""

    county: County
    cutter: Cutter
    folder: PartFolder
    held: Held
    options: Options
    stage: Callable[[str], None]

    def conclude(self, top: int | None, *, plain: bool) -> tuple[Run, Writers]:
        """Return the run, and what writes its long tables."""
        stage, case = self.stage, self.county.case
        parts = [self.folder.result(number) for number in range(self.held.parts)]
        stage("核对重复企业")
        merged = find_merges(parts)
        settled = merged.settled()
        stage("分析缺口")
        survey = self.county.survey(_supplies(parts, settled))
        stage("评分")
        work = JudgeWork(case, survey, self.county.lists.leads, top)
        found = self._judged(work, parts, merged)
        scores = OrderedScores([part.with_suffix(SCORES) for part in parts], self.folder.path)
        stage("选取")
        listed = set(select(found.pool, case.profile, top=top)["firm_id"])
        shown = chosen_firms(parts, settled, lambda firm, _: firm in listed, case.graph)
        partners = chosen_firms(
            parts, settled, lambda _, name: group_of(name) in found.groups, case.graph
        )
        gates = sum(map(Counter, found.gates), Counter())
        outcome = Outcome(
            Origin(self._reading(), self._input()),
            Resolution(
                shown.firms,
                head(merged.tables(), TABLES["duplicates"], header_rows.SHEET),
                shown.links,
            ),
            replace(
                partners, excluded=first_excluded(parts, settled, found.gates, header_rows.SHEET)
            ),
            survey,
            found.pool,
            self._counts(len(merged.gone), gates.total(), found.scored),
            gates,
        )
        run = conclude(self.county, outcome, top=top)
        run = replace(run, fits=found.best, scores=scores.head(header_rows.SHEET))
        return run, long_tables(run, self.folder, self.held.parts, merged, scores, plain=plain)

    def _judged(self, work: JudgeWork, parts: list[Path], merged: Merges) -> Found:
        tasks = [Judging(*pair) for pair in zip(parts, merged.settled(), strict=True)]
        tell = self.options.progress or (lambda _: None)
        return judge_all(
            work, tasks, self.options.jobs, lambda judged: tell(int(merged.starts[judged]))
        )

    def _counts(self, duplicates: int, excluded: int, scored: int) -> dict[str, int]:
        held = self.held
        found = {"duplicates": duplicates, "excluded": excluded, "scored": scored}
        return read_counts(held.kept + held.rejects, held.rejects, held.other) | found

    def _reading(self) -> Reading:
        """Return how the targets were read, with the first of the rows that could not be."""
        held = self.held
        rejects = piece_rejects(self.folder, held.parts, self.cutter.reader.file)
        return Reading(
            pd.DataFrame(columns=list(TABLES["firms"])),
            head(rejects, TABLES["rejects"], header_rows.SHEET),
            (*self.cutter.notes, *held.tally.notes()),
            {**self.cutter.layout.mapping(), **held.headers},
            held.kept + held.rejects,
        )

    def _input(self) -> dict[str, str]:
        source = self.folder.sources[0]
        return {"file": source.file, "sha256": source.sha256}


def _supplies(parts: list[Path], settled: list[Settled]) -> dict[str, int]:
    """Return how many firms count for the supply of each node."""
    supplies: Counter[str] = Counter()
    for part, own in zip(parts, settled, strict=True):
        supplies.update(count_supplies(read_part(part, own, ("firm_id", "supplies"))))
    return dict(sorted(supplies.items()))
