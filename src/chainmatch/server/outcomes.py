"""What became of the firms that were visited: 签约, 在谈, 拒绝 or 未联系, with the day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sql

from chainmatch.report.runs import RunFolder
from chainmatch.schema.columns import COLUMNS, TABLES, titles
from chainmatch.schema.records import written
from chainmatch.server.schema import OUTCOMES, now

DAY = "结果日期"


class Outcome(NamedTuple):
    """The newest word on one firm of a run."""

    firm_id: str
    outcome: str
    day: date
    by: str


class OutcomeLog:
    """Keeps every word on every firm; the last one counts."""

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine

    def add(self, run: str, told: Sequence[tuple[str, str, date]], by: str) -> None:
        """Record (firm_id, outcome, day) of firms of a run, all or none."""
        rows = [
            {"run": run, "firm_id": firm, "outcome": outcome, "day": day, "by": by}
            for firm, outcome, day in told
        ]
        with self._engine.begin() as connection:
            connection.execute(sql.insert(OUTCOMES).values(recorded=now()), rows)

    def of(self, run: str) -> list[Outcome]:
        """Return the newest word on each firm of a run, by firm id."""
        newest = sql.select(sql.func.max(OUTCOMES.c.number)).where(OUTCOMES.c.run == run)
        newest = newest.group_by(OUTCOMES.c.firm_id)
        columns = [OUTCOMES.c[name] for name in Outcome._fields]
        chosen = sql.select(*columns).where(OUTCOMES.c.number.in_(newest))
        with self._engine.connect() as connection:
            rows = connection.execute(chosen.order_by(OUTCOMES.c.firm_id)).all()
        return [Outcome(*row) for row in rows]


def unknown_firms(folder: RunFolder, firms: Sequence[str]) -> list[str]:
    """Return those ids that are no scored firm of the run."""
    known = set(folder.table("scores")["firm_id"])
    return [firm for firm in firms if firm not in known]


def returned(folder: RunFolder, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return the shortlist as it would come back from the office, for ``chainmatch learn``.

    Chinese titles, the columns 结果 and 结果日期 behind them. A firm off the shortlist that has an
    outcome stands at the end, without a place.
    """
    told: Mapping[str, Outcome] = {one.firm_id: one for one in outcomes}
    listed, scores = folder.table("shortlist"), folder.table("scores")
    beside = scores["firm_id"].isin(told) & ~scores["firm_id"].isin(listed["firm_id"])
    table = pd.concat([listed, scores[beside].reindex(columns=listed.columns)], ignore_index=True)
    table = written(table[list(TABLES["shortlist"])])
    words = [told.get(firm) for firm in table["firm_id"]]
    result = table.rename(columns=titles("shortlist"))
    result[COLUMNS["outcome"].title] = [one.outcome if one else "" for one in words]
    result[DAY] = [one.day.isoformat() if one else "" for one in words]
    return result
