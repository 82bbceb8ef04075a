"""The tables of the database: keys, runs, outcomes. ``migrations`` says how they came about."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = sql.MetaData()


class Moment(TypeDecorator[datetime]):
    """A time with its zone; stored as UTC without one, which SQLite and PostgreSQL read alike."""

    impl = sql.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC for the database."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return what the database holds as UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the time, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


KEYS = sql.Table(
    "keys",
    METADATA,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("name", sql.String(40), nullable=False, unique=True),
    sql.Column("digest", sql.String(64), nullable=False),
    sql.Column("role", sql.String(5), nullable=False),
    sql.Column("created", Moment, nullable=False),
    sql.Column("revoked", Moment),
)

RUNS = sql.Table(
    "runs",
    METADATA,
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("id", sql.String(16), nullable=False, unique=True),
    sql.Column("state", sql.String(11), nullable=False, index=True),
    sql.Column("step", sql.String(40), nullable=False),
    sql.Column("done_steps", sql.Integer, nullable=False),
    sql.Column("attempts", sql.Integer, nullable=False),
    sql.Column("stop", sql.Boolean, nullable=False),  # somebody asked for it to be cancelled
    sql.Column("detail", sql.Text, nullable=False),
    sql.Column("inputs", sql.JSON, nullable=False),
    sql.Column("top", sql.Integer),
    sql.Column("by", sql.String(40), nullable=False),
    sql.Column("created", Moment, nullable=False),
    sql.Column("started", Moment),
    sql.Column("ended", Moment),
)

OUTCOMES = sql.Table(
    "outcomes",
    METADATA,
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("run", sql.String(16), sql.ForeignKey("runs.id"), nullable=False, index=True),
    sql.Column("firm_id", sql.String(64), nullable=False),
    sql.Column("outcome", sql.String(3), nullable=False),
    sql.Column("day", sql.Date, nullable=False),
    sql.Column("by", sql.String(40), nullable=False),
    sql.Column("recorded", Moment, nullable=False),
)
