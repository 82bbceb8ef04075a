"""What Alembic runs to reach the database: the connection that the caller has opened."""

from alembic import context

from chainmatch.server.schema import METADATA

# Within the caller's transaction, which both databases roll back as a whole.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=False,
)
context.run_migrations()
