"""The steps that look at a whole list of target firms: in memory, or over parts on the disk.

Both give the same; of a list on the disk a run holds what people's files show, and the long tables
are written from the parts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import pandas as pd
import pyarrow as pa

from chainmatch.decision import gates
from chainmatch.decision.gaps import Survey
from chainmatch.decision.scoring import score
from chainmatch.decision.shortlist import contenders
from chainmatch.leads import Scout, chosen_groups, read_all
from chainmatch.matching.lexicon import Lexicon
from chainmatch.pipeline.database import Database
from chainmatch.pipeline.duplicates import merges_in_memory, merges_on_disk
from chainmatch.pipeline.engines.found import DiskPart, Engine, Found, head
from chainmatch.pipeline.examine import Examined, Settled, joined, settle
from chainmatch.profile import Profile
from chainmatch.report import limits
from chainmatch.report.cards import best_fits
from chainmatch.report.parts import join_csv
from chainmatch.run import Run
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import written
from chainmatch.tables import Reading
from chainmatch.tables.arrow import table_schema
from chainmatch.util.atomic import saying_why

if TYPE_CHECKING:
    import networkx as nx

Writers = Mapping[str, Callable[[Path], None]]
_HELD = 50_000  # rows that are gathered before they are reduced


@dataclass(frozen=True)
class County:
    """What the firms of a list are held against when duplicates and gaps are known."""

    graph: "nx.DiGraph[str]"
    profile: Profile
    survey: Survey
    leads: Reading | None
    top: int | None

    def score(self, examined: Examined) -> pd.DataFrame:
        """Score the firms that passed the gates."""
        return score(
            examined.passed, examined.fits, self.survey, examined.links, self.profile, self.graph
        )


class Shown(NamedTuple):
    """Tables of a run as it holds them; ``counts`` and ``gates`` are those of the whole list.

    ``examined`` holds at least the firms of the shortlist and all that can be partners of leads.
    """

    reading: Reading
    duplicates: pd.DataFrame
    examined: Examined
    fits: pd.DataFrame
    excluded: pd.DataFrame
    scores: pd.DataFrame
    counts: Mapping[str, int]
    gates: Mapping[str, int] | None = None


class InMemory:
    """A list that fits into memory."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._merges = merges_in_memory([part.table("firms") for part in found.parts])
        settled = zip(found.parts, self._merges.settled(), strict=True)
        self._examined = joined([settle(part.table, own) for part, own in settled])

    def supplies(self) -> dict[str, int]:
        """Return how many firms count for the supply of each node."""
        return dict(self._examined.supplies["node"].value_counts().sort_index())

    def score(self, county: County) -> pd.DataFrame:
        """Score the firms that passed."""
        self._scores = county.score(self._examined)
        return self._scores

    def shown(self, shortlist: pd.DataFrame) -> Shown:
        """Return the tables of the run."""
        found, examined = self._found, self._examined
        duplicates = head(self._merges.tables(), TABLES["duplicates"], None)
        firms = self._merges.firms.drop(columns="filled")
        counts = _counts(found, len(duplicates), len(examined.excluded), len(self._scores))
        return Shown(
            found.reading(firms), duplicates, examined, examined.fits, examined.excluded,
            self._scores, counts,
        )  # fmt: skip

    def writers(self, run: Run, *, plain: bool) -> Writers:
        """The run holds all tables."""
        return {}


class OnDisk:
    """A list whose parts are on the disk, in ``folder``.

    When duplicates and gaps are known, what is said of a firm depends on no other firm again. So
    the parts are judged one by one (:class:`_Judge`).
    """

    def __init__(self, found: Found, engine: Engine) -> None:
        self._found, self._engine = found, engine
        self._parts = [cast(DiskPart, part) for part in found.parts]
        self._database = Database(self._parts[0].stem.parent)
        self._merges = merges_on_disk(self._parts, self._database)
        self._tasks = list(map(_Task, self._parts, self._merges.settled()))

    def supplies(self) -> dict[str, int]:
        """Return how many firms count for the supply of each node."""
        counts: Counter[str] = Counter()
        for part, settled in self._tasks:
            rows = part.table("supplies")
            gone = rows["firm_id"].astype(int).isin(settled.gone)
            counts.update(rows["node"][~gone].value_counts().to_dict())
        return dict(sorted(counts.items()))

    def score(self, county: County) -> pd.DataFrame:
        """Score the firms that passed; return those that could be on the shortlist."""
        profile = county.profile
        pool = _Reduced(lambda rows: contenders(rows, profile, top=county.top))
        best = _Reduced(best_fits)
        prospects: list[pd.DataFrame] = []
        gates: Counter[str] = Counter()
        scored = 0
        for judged in self._engine.map(
            _Judge(county), self._tasks, self._merges.starts[1:].tolist()
        ):
            gates.update(judged.gates)
            scored += judged.scored
            pool.add(judged.pool)
            best.add(judged.best)
            prospects.append(judged.prospects)
        every = pd.concat(prospects, ignore_index=True)
        groups = chosen_groups(every)
        self._partners = set(every["id"][every["group"].isin(groups)])
        self._gates, self._scored, self._best = gates, scored, best.table()
        return pool.table()

    def shown(self, shortlist: pd.DataFrame) -> Shown:
        """Return the tables of the run: what people's files show."""
        most, found = limits.SHEET, self._found
        excluded = self._database.table(
            f"""
            SELECT {", ".join(TABLES["excluded"])}
            FROM files(filename = true, file_row_number = true)
            QUALIFY row_number() OVER
                (PARTITION BY gate ORDER BY part(filename), file_row_number) <= {most}
            ORDER BY part(filename), file_row_number
            """,  # noqa: S608 - names of our own
            self._files("excluded"),
        )
        scores = self._database.table(f"{BEST_FIRST} LIMIT {most}", self._files("scores"))
        return Shown(
            found.reading(most=most),
            head(self._merges.tables(), TABLES["duplicates"], most),
            self._people({*shortlist["firm_id"], *self._partners}),
            self._best,
            excluded,
            scores,
            _counts(found, len(self._merges.merged), self._gates.total(), self._scored),
            self._gates,
        )

    def writers(self, run: Run, *, plain: bool) -> Writers:
        """Return what writes each table of which the run holds a part, by its name."""
        others = [reading.rejects for reading in run.readings[1:]]

        def from_rows(
            table: str, rows: Callable[[], Iterable[pa.Table | pd.DataFrame]]
        ) -> Callable[[Path], None]:
            return lambda path: join_csv(rows(), TABLES[table], path, plain=plain)

        def best_first() -> Iterable[pa.Table]:
            batches = self._database.rows(BEST_FIRST, self._files("scores"))
            return (pa.Table.from_batches([batch]) for batch in batches)

        def parts(table: str) -> Callable[[], Iterable[pa.Table]]:
            return lambda: (part.rows(f"judged_{table}") for part in self._parts)

        return {
            "scores": from_rows("scores", best_first),
            "excluded": from_rows("excluded", parts("excluded")),
            "links": from_rows("links", parts("links")),
            "rejects": from_rows("rejects", lambda: chain(self._found.rejects(), others)),
            "duplicates": from_rows(
                "duplicates", lambda: chain(self._merges.tables(), [run.home.duplicates])
            ),
        }

    def _files(self, table: str) -> list[Path]:
        return [part.path(f"judged_{table}") for part in self._parts]

    def _people(self, ids: set[str]) -> Examined:
        """Return what was found about some firms."""
        return joined([settle(part.table, settled, ids) for part, settled in self._tasks])


Whole = InMemory | OnDisk

BEST_FIRST = f"""
    SELECT {", ".join(TABLES["scores"])} FROM files() ORDER BY score DESC NULLS LAST, firm_id
"""  # noqa: S608 - names of our own


class _Task(NamedTuple):
    """A part that is to be judged, and what duplicates mean for it."""

    part: DiskPart
    settled: Settled


class _Judged(NamedTuple):
    """What was found in a part: how many firms each gate stopped, how many were scored; the scores
    of those that could be on the shortlist; the best fits of each node; who could be a partner of
    which lead.
    """

    gates: Mapping[str, int]
    scored: int
    pool: pd.DataFrame
    best: pd.DataFrame
    prospects: pd.DataFrame


@dataclass(frozen=True)
class _Judge:
    """Scores the firms of a part, and writes what goes into the long tables beside it."""

    county: County

    def start(self) -> Callable[[_Task], _Judged]:
        """Get ready; return what judges one part."""
        graph, profile = self.county.graph, self.county.profile
        lexicon = Lexicon(graph)
        readings = read_all(self.county.leads, graph, lexicon)
        scout = Scout(readings, graph, self.county.survey, profile, lexicon)
        names = ("excluded", "links", "scores")
        schemas = {f"judged_{name}": table_schema(name) for name in names}

        def judge(task: _Task) -> _Judged:
            examined = settle(task.part.table, task.settled)
            scores = self.county.score(examined)
            judged = (examined.excluded, examined.links, written(scores))
            with saying_why(task.part.stem.parent):
                task.part.put(dict(zip(schemas, judged, strict=True)), schemas)
            return _Judged(
                examined.excluded["gate"].value_counts().to_dict(),
                len(scores),
                contenders(scores, profile, top=self.county.top),
                best_fits(gates.passed(examined.fits, examined.excluded)),
                scout.prospects(examined.firms, examined.fits, examined.excluded),
            )

        return judge


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


def _counts(found: Found, duplicates: int, excluded: int, scored: int) -> dict[str, int]:
    """Count the data rows of the targets; rows = rejects + duplicates + excluded + scored."""
    told = {"duplicates": duplicates, "excluded": excluded, "scored": scored}
    return read_counts(found.firms + found.rejected, found.rejected, found.other) | told


def read_counts(rows: int, rejects: int, other: int) -> dict[str, int]:
    """Return the counts of a list: all its rows, those not read, and which of those are no data.

    ``other_rows`` are totals, footers and repeated headers: in ``rejects.csv``, but no data.
    """
    return {"rows": rows - other, "other_rows": other, "rejects": rejects - other}
