"""Brings a database to this version's schema, at every start.

The migrations lie in ``store/migrations/versions``. To write the next one, change
:mod:`store.models`, run ``python -m store.migrate "what changes"`` and tidy the file that it makes.
"""

from __future__ import annotations

import sys

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from store.errors import DatabaseNewer
from store.schema_version import MIGRATIONS

_LOCK = 0x5658_454C  # "VXEL": PostgreSQL's advisory lock of whoever migrates


def migrate(connection: Connection, where: str) -> None:
    """Run the missing migrations inside the connection's transaction: all of them or none.

    SQLite's write lock, taken as the transaction began, and on PostgreSQL an advisory lock make
    a second process wait and then find nothing left to do.

    Args:
        connection: In a transaction; the caller commits.
        where: The database's name for a person.

    Raises:
        DatabaseNewer: A newer version has written the database.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = _config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            raise DatabaseNewer(where, revision)
    command.upgrade(config, "head")


def write_migration(message: str) -> None:
    """Write the migration from the newest schema to what :mod:`store.models` says."""
    with create_engine("sqlite://").begin() as connection:
        config = _config(connection)
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


if __name__ == "__main__":
    write_migration(sys.argv[1])
