"""The SQL store's connection: SQLite by default, any SQLAlchemy async database by URL.

Two kinds of transaction exist. A *writing* one takes SQLite's write lock with its first statement,
so that it never fails half-way because another process wrote in between; a *reading* one sees
one moment of the database and holds up nobody (write-ahead log).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from store.errors import DatabaseAway, DatabaseUnusable
from store.schema_version import is_newest

_BUSY_TIMEOUT_MS = 10_000
_BEGIN = "vaxel_begin"
_PASSING = frozenset({"08", "40", "53", "57", "58"})
"""PostgreSQL's error classes of lost connections, conflicts, lacks, shutdowns and I/O errors."""


class Database:
    """An open store. Make one with :func:`open_database`; safe for many tasks at once."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._readers = engine.execution_options(**{_BEGIN: "BEGIN"})

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """One transaction that writes: committed at the end, rolled back on any error.

        Raises:
            DatabaseAway: The database does not answer or is locked by another process.
        """
        async with self._session(self._engine) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One transaction that only reads.

        Raises:
            DatabaseAway: The database does not answer.
        """
        async with self._session(self._readers) as session:
            yield session

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        try:
            async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
                try:
                    await session.connection()
                except OSError as error:  # as the driver for PostgreSQL gives it, unwrapped
                    raise DatabaseAway(error.strerror or str(error)) from error
                yield session
        except PoolTimeout as error:
            raise DatabaseAway("all connections are busy") from error
        except DBAPIError as error:
            if _may_pass(error):
                raise DatabaseAway(str(error.orig)) from error
            raise

    async def ping(self) -> None:
        """Find out whether the database answers.

        Raises:
            DatabaseAway: It does not.
        """
        async with self.reading() as session:
            await session.execute(text("SELECT 1"))

    async def empty_log(self) -> bool:
        """Leave nothing in SQLite's log on disk of what was deleted or written over.

        Returns:
            Whether it is empty: somebody may read for so long that it cannot be. PostgreSQL keeps
            its own log in order.
        """
        if self._engine.dialect.name != "sqlite":
            return True
        outside = self._engine.execution_options(**{_BEGIN: "SELECT 1"})  # of any transaction
        async with outside.connect() as connection:
            busy = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return bool(busy.scalar_one() == 0)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


async def open_database(url: str) -> Database:
    """Open the store and bring its schema to this version's.

    A missing SQLite file is made (mode 0600, for it holds callers' numbers). Two processes may
    start at once: one migrates, the other waits and finds it done.

    Args:
        url: SQLAlchemy URL with an async driver, ``sqlite+aiosqlite:////path/vaxel.db``.

    Raises:
        DatabaseUnusable: No database there, or no right to use it.
        DatabaseNewer: A newer version has written it.
    """
    parsed = make_url(url)
    # Alembic reads its scripts and runs them synchronously: in a thread with a loop of its own,
    # so that the caller's loop goes on.
    await asyncio.to_thread(_prepare, parsed)
    return Database(_engine(parsed))


def _prepare(url: URL) -> None:
    where = url.render_as_string(hide_password=True)
    try:
        _make_file(url)
        asyncio.run(_migrated(url, where))
    except OSError as error:
        raise DatabaseUnusable(where, error.strerror or str(error)) from error
    except DBAPIError as error:
        raise DatabaseUnusable(where, str(error.orig)) from error


async def _migrated(url: URL, where: str) -> None:
    engine = _engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate, where)
    finally:
        await engine.dispose()


def _migrate(connection: Connection, where: str) -> None:
    """Alembic, a tenth of a start, is looked for when it has something to do."""
    if is_newest(connection):
        return
    from store.migrate import migrate  # noqa: PLC0415 - as said

    migrate(connection, where)


def _make_file(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _engine(url: URL) -> AsyncEngine:
    # An error's text must not carry callers' numbers into the log.
    engine = create_async_engine(url, hide_parameters=True)
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes late (before the first write) and not before DDL: ours instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten, not just let go of
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN IMMEDIATE"))


def _may_pass(error: DBAPIError) -> bool:
    """Whether trying again can help: a lost connection, a lock, a full disk, an I/O error."""
    return (
        error.connection_invalidated
        or isinstance(error.orig, sqlite3.OperationalError | ConnectionError | TimeoutError)
        or str(getattr(error.orig, "sqlstate", ""))[:2] in _PASSING
    )
