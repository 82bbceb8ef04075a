"""Runs as the database knows them, from the queue to the end."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sql

from chainmatch.server.schema import RUNS, now

ATTEMPTS = 3  # times that a run is begun before it counts as failed
PENDING = ("queued", "running", "interrupted")
ENDED = ("done", "failed", "cancelled")


class RunRow(NamedTuple):
    """One run. ``state`` is one of ``PENDING`` or ``ENDED``; ``inputs`` maps role → file name."""

    number: int
    id: str
    state: str
    step: str
    done_steps: int
    attempts: int
    stop: bool
    detail: str
    inputs: Mapping[str, str]
    top: int | None
    by: str
    created: datetime
    started: datetime | None
    ended: datetime | None


def new_id() -> str:
    """Return the id of a run that nobody can guess."""
    return secrets.token_hex(8)


class RunLog:
    """Reads and changes the table of runs; every change is one statement, true or not at all."""

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine

    def add(self, run: str, inputs: Mapping[str, str], top: int | None, by: str, most: int) -> bool:
        """Put a run into the queue; return False if ``most`` are waiting already."""
        values = _fresh(run, "queued") | {"inputs": dict(inputs), "top": top, "by": by}
        waiting = sql.select(sql.func.count()).select_from(RUNS).where(RUNS.c.state == "queued")
        row = [sql.literal(value, RUNS.c[name].type) for name, value in values.items()]
        chosen = sql.select(*row).where(waiting.scalar_subquery() < most)
        return self._change(sql.insert(RUNS).from_select(list(values), chosen)) > 0

    def get(self, run: str) -> RunRow | None:
        """Return a run by its id."""
        return next(iter(self._rows(sql.select(RUNS).where(RUNS.c.id == run))), None)

    def latest(self, limit: int, before: int | None = None) -> list[RunRow]:
        """Return the newest runs, newest first; ``before`` the number of one for the next page."""
        chosen = sql.select(RUNS).order_by(RUNS.c.number.desc()).limit(limit)
        return self._rows(chosen if before is None else chosen.where(RUNS.c.number < before))

    def counts(self) -> dict[str, int]:
        """Return state → number of runs."""
        chosen = sql.select(RUNS.c.state, sql.func.count()).group_by(RUNS.c.state)
        with self._engine.connect() as connection:
            found = {state: int(count) for state, count in connection.execute(chosen)}
        return {state: found.get(state, 0) for state in (*PENDING, *ENDED)}

    def cancel(self, run: str) -> None:
        """End a run that waits; ask for the end of one that is under way."""
        waits = RUNS.c.state.in_(("queued", "interrupted"))
        ended = {"state": "cancelled", "ended": now()}
        self._change(sql.update(RUNS).where(RUNS.c.id == run, waits).values(ended))
        under_way = (RUNS.c.id == run, RUNS.c.state == "running")
        self._change(sql.update(RUNS).where(*under_way).values(stop=True))

    # --- for the one process that carries the runs out -------------------------------------------

    def claim(self) -> RunRow | None:
        """Take the run that has waited longest; it is ``running`` from now on."""
        waiting = sql.select(RUNS.c.id).where(RUNS.c.state == "queued").order_by(RUNS.c.number)
        with self._engine.connect() as connection:
            ids = connection.execute(waiting.limit(1)).scalars().all()
        for run in ids:
            begun = {"state": "running", "started": now(), "attempts": RUNS.c.attempts + 1}
            chosen = (RUNS.c.id == run, RUNS.c.state == "queued")  # not cancelled meanwhile
            change = sql.update(RUNS).where(*chosen).values(step="", done_steps=0, **begun)
            if self._change(change):
                return self.get(run)
        return None

    def step(self, run: str, name: str, done: int) -> None:
        """Say what a run is doing and how many steps lie behind it."""
        self._change(sql.update(RUNS).where(RUNS.c.id == run).values(step=name, done_steps=done))

    def wants_stop(self, run: str) -> bool:
        """Return whether somebody asked for the run to be cancelled."""
        with self._engine.connect() as connection:
            return bool(
                connection.execute(sql.select(RUNS.c.stop).where(RUNS.c.id == run)).scalar()
            )

    def end(self, run: str, state: str, detail: str = "") -> None:
        """Record how a run ended: one of ``ENDED``, or ``interrupted``."""
        values = {"state": state, "detail": detail[:2000], "ended": now()}
        self._change(sql.update(RUNS).where(RUNS.c.id == run).values(step="", **values))

    def pending(self) -> list[RunRow]:
        """Return the runs that have not ended, oldest first."""
        chosen = sql.select(RUNS).where(RUNS.c.state.in_(PENDING)).order_by(RUNS.c.number)
        return self._rows(chosen)

    def again(self, run: str) -> None:
        """Put a run that was interrupted back into the queue, where it was."""
        values = {"state": "queued", "step": "", "done_steps": 0, "ended": None}
        self._change(sql.update(RUNS).where(RUNS.c.id == run).values(values))

    def adopt(self, runs: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Record finished runs (id → inputs) that the database does not know; return their ids."""
        with self._engine.connect() as connection:
            known = set(connection.execute(sql.select(RUNS.c.id)).scalars())
        strange = sorted(set(runs) - known)
        for run in strange:
            told = {"detail": "数据库里没有记录，按结果文件夹补登", "ended": now()}
            values = _fresh(run, "done") | told | {"inputs": dict(runs[run])}
            self._change(sql.insert(RUNS).values(values))
        return strange

    def _change(self, statement: Any) -> int:
        with self._engine.begin() as connection:
            counted = statement.execution_options(preserve_rowcount=True)
            return int(connection.execute(counted).rowcount)

    def _rows(self, chosen: Any) -> list[RunRow]:
        with self._engine.connect() as connection:
            return [RunRow(**row) for row in connection.execute(chosen).mappings()]


def _fresh(run: str, state: str) -> dict[str, Any]:
    """Return the values of a run of which nothing else is known."""
    nothing = dict.fromkeys(("step", "detail", "by"), "")
    zero = dict.fromkeys(("done_steps", "attempts"), 0)
    known = {"id": run, "state": state, "stop": False, "inputs": {}, "top": None, "created": now()}
    return {**nothing, **zero, **known}
