"""A real Redis and real databases for the tests of this folder, private to the run.

Each test that asks for a database runs on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from store.database import Database, open_database
from store.stream import connect
from tests.contract import breaches_in
from tests.integration.postgresql import PostgreSql, postgresql


def start_redis(folder: Path, *options: str) -> tuple[subprocess.Popen[bytes], str]:
    """A ``redis-server`` on a Unix socket in ``folder``, ready; and its URL."""
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
    process = subprocess.Popen([*command, "--save", "", *options], stdout=subprocess.DEVNULL)
    retry = Retry(ConstantBackoff(0.02), 500, supported_errors=(RedisConnectionError,))
    with BlockingRedis(unix_socket_path=str(socket), retry=retry) as redis:
        redis.ping()
    return process, f"unix://{socket}"


@contextmanager
def running_redis(folder: Path, *options: str) -> Iterator[str]:
    """URL of a ``redis-server`` that ends in order."""
    process, url = start_redis(folder, *options)
    try:
        yield url
    finally:
        process.terminate()
        process.wait(10)


def files_with(folder: Path, text: str) -> set[str]:
    """Names of the files below ``folder`` in which the text stands."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name for path in files if text.encode() in path.read_bytes()}


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Redis that keeps nothing after the run."""
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
async def redis(redis_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Redis]:
    """An empty database. The events that the test leaves there must keep their contract."""
    async with connect(redis_url) as client:
        await client.flushdb()
        yield client
        if not request.node.get_closest_marker("strange_events"):
            assert await breaches_in(client) == []


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
