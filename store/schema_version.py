"""Which version of the schema a database has, without Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

MIGRATIONS: Final = Path(__file__).with_name("migrations")

_KEPT_IN: Final = "alembic_version"


def is_newest(connection: Connection) -> bool:
    """Whether a database is at the last of our migrations, whose files begin with their number."""
    if not inspect(connection).has_table(_KEPT_IN):
        return False
    newest = max(path.name for path in (MIGRATIONS / "versions").glob("*.py")).partition("_")[0]
    found = connection.execute(text(f"SELECT version_num FROM {_KEPT_IN}"))  # noqa: S608 - ours
    return found.scalars().all() == [newest]
