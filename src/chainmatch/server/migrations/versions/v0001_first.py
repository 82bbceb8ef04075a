"""Keys, runs and outcomes.

The types are written out: a later change of ``schema`` must not change what this step made.
"""

import sqlalchemy as sql
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "keys",
        sql.Column("id", sql.Integer, primary_key=True),
        sql.Column("name", sql.String(40), nullable=False, unique=True),
        sql.Column("digest", sql.String(64), nullable=False),
        sql.Column("role", sql.String(5), nullable=False),
        sql.Column("created", sql.DateTime, nullable=False),
        sql.Column("revoked", sql.DateTime),
    )
    op.create_table(
        "runs",
        sql.Column("number", sql.Integer, primary_key=True),
        sql.Column("id", sql.String(16), nullable=False, unique=True),
        sql.Column("state", sql.String(11), nullable=False, index=True),
        sql.Column("step", sql.String(40), nullable=False),
        sql.Column("done_steps", sql.Integer, nullable=False),
        sql.Column("attempts", sql.Integer, nullable=False),
        sql.Column("stop", sql.Boolean, nullable=False),
        sql.Column("detail", sql.Text, nullable=False),
        sql.Column("inputs", sql.JSON, nullable=False),
        sql.Column("top", sql.Integer),
        sql.Column("by", sql.String(40), nullable=False),
        sql.Column("created", sql.DateTime, nullable=False),
        sql.Column("started", sql.DateTime),
        sql.Column("ended", sql.DateTime),
    )
    op.create_table(
        "outcomes",
        sql.Column("number", sql.Integer, primary_key=True),
        sql.Column("run", sql.String(16), sql.ForeignKey("runs.id"), nullable=False, index=True),
        sql.Column("firm_id", sql.String(64), nullable=False),
        sql.Column("outcome", sql.String(3), nullable=False),
        sql.Column("day", sql.Date, nullable=False),
        sql.Column("by", sql.String(40), nullable=False),
        sql.Column("recorded", sql.DateTime, nullable=False),
    )
