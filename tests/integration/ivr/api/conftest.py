"""The API, open for each test anew."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from store.database import open_database
from tests.integration.ivr.api.site import RECORD, Site, opened


@pytest.fixture(scope="session")
def empty_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in it: to make one takes longer than most of these tests."""
    path = tmp_path_factory.mktemp("record") / RECORD

    async def make() -> None:
        await (await open_database(f"sqlite+aiosqlite:///{path}")).close()

    asyncio.run(make())
    return path


@pytest.fixture
async def site(redis: Redis, tmp_path: Path, empty_record: Path) -> AsyncIterator[Site]:
    shutil.copy(empty_record, tmp_path / RECORD)
    async with opened(redis, tmp_path) as it:
        yield it
