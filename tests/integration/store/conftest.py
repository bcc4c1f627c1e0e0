"""Each test that asks for a database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from store.database import Database, open_database
from tests.integration.postgresql import PostgreSql, postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSql]:
    with postgresql() as it:
        yield it


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'vaxel.db'}"
    url: str = await request.getfixturevalue("server").empty_database()
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await open_database(database_url)
    yield database
    await database.close()
