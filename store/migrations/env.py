"""Alembic's entry: runs migrations on the connection that :mod:`store.migrate` gives it."""

from alembic import context

from store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a column: Alembic then copies the table
)
with context.begin_transaction():
    context.run_migrations()
