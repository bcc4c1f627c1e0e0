"""Where an installation keeps what outlives a process: its Redis and its database.

Both are its own, in its state folder, unless a setting names others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from ivr.platform.preflight import layout_of
from ivr.settings import Settings
from store.database import Database, open_database
from store.stream import connect


def redis_of(settings: Settings) -> Redis:
    """A client of it; nothing is asked yet.

    Raises:
        PathUnsuitable, StateNotWritable: The state folder cannot be used.
    """
    return connect(settings.redis_url or f"unix://{layout_of(settings).redis_socket}")


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[Database]:
    """Its record, open within the block.

    Raises:
        PathUnsuitable, StateNotWritable: The state folder cannot be used.
        StoreError: The database cannot be.
    """
    file = layout_of(settings).database
    database = await open_database(settings.database_url or f"sqlite+aiosqlite:///{file}")
    try:
        yield database
    finally:
        await database.close()
