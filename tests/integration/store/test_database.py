"""Opening, migrating and refusing databases."""

from __future__ import annotations

import asyncio
import multiprocessing
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from store.database import Database, open_database
from store.errors import DatabaseAway, DatabaseNewer, DatabaseUnusable
from store.migrate import _config
from store.models import Base, Contact, QueueVisit, instant
from tests.integration.postgresql import PostgreSql

pytestmark = pytest.mark.integration


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


async def test_a_missing_file_is_made_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "vaxel.db"
    database = await open_database(url(path))
    async with database.writing() as session:
        session.add(Contact(org="a", id="c1", started_at=instant(0)))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await database.close()
    assert modes["vaxel.db"] == modes["vaxel.db-wal"] == 0o600


async def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    await (await open_database(database_url)).close()

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_rows_of_an_older_version_stay_what_they_were(database_url: str) -> None:
    """Back to the seventh version, of before hand-overs and surveys, and forward again."""

    def before(connection: Connection) -> None:
        command.downgrade(_config(connection), "0007")
        connection.execute(
            text(
                "INSERT INTO contacts (org, id, started_at)"
                " VALUES ('town', 'c1', '2026-03-29 10:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO queue_visits (org, contact, queue, queued_at, outcome, talked_ms)"
                " VALUES ('town', 'c1', 'fees', '2026-03-29 10:00:00', 'answered', 60000)"
            )
        )

    await (await open_database(database_url)).close()
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(before)
    await engine.dispose()
    database = await open_database(database_url)
    async with database.reading() as session:
        [visit] = (await session.scalars(select(QueueVisit))).all()
    await database.close()
    assert (visit.queue, visit.outcome, visit.talked_ms) == ("fees", "answered", 60_000)
    assert (visit.holds, visit.handed_to, visit.received, visit.estimated_ms) == (None,) * 4


async def test_a_database_that_is_new_enough_is_opened_without_alembic(database_url: str) -> None:
    await (await open_database(database_url)).close()
    opened = "import asyncio, sys; from store.database import open_database as o; "
    opened += f"asyncio.run(o({database_url!r})); print('alembic' in sys.modules)"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", opened, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out == b"False\n"


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    for times in range(2):
        database = await open_database(url(tmp_path / "vaxel.db"))
        async with database.writing() as session:
            session.add(Contact(org="a", id=f"c{times}", started_at=instant(1_763_974_800_123)))
        async with database.reading() as session:
            found = (await session.scalars(select(Contact))).all()
        await database.close()
    assert [contact.id for contact in found] == ["c0", "c1"]
    assert found[0].started_at == instant(1_763_974_800_123)


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def write_and_break() -> None:
        async with database.writing() as session:
            session.add(Contact(org="a", id="c1", started_at=instant(0)))
            await session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        await write_and_break()
    async with database.reading() as session:
        assert (await session.scalars(select(Contact))).all() == []


def _open_and_close(address: str, gate: multiprocessing.synchronize.Barrier) -> None:
    async def both() -> None:
        gate.wait(30)
        await (await open_database(address)).close()

    asyncio.run(both())


def test_processes_that_start_at_once_all_find_the_newest_schema(database_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    gate = spawn.Barrier(4)
    racers = [spawn.Process(target=_open_and_close, args=(database_url, gate)) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0, 0, 0, 0]


async def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "vaxel.db"
    path.write_text("These are not the bytes of a database, and there are enough of them." * 20)
    with pytest.raises(DatabaseUnusable, match=r"vaxel\.db.*not a database"):
        await open_database(url(path))


async def test_a_place_that_cannot_hold_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    with pytest.raises(DatabaseUnusable, match="cannot be used"):
        await open_database(url(tmp_path / "state" / "vaxel.db"))


async def test_a_database_of_a_newer_version_is_refused_untouched(database_url: str) -> None:
    database = await open_database(database_url)
    async with database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(DatabaseNewer, match="9999"):
        await open_database(database_url)


async def test_an_error_of_the_database_does_not_repeat_the_callers_number(
    database: Database,
) -> None:
    async def write() -> None:
        async with database.writing() as session:
            session.add(Contact(org="a", id="c1", caller="+46701234567", started_at=instant(0)))

    await write()
    with pytest.raises(IntegrityError) as caught:
        await write()
    assert "+46701234567" not in str(caught.value)


async def test_a_database_that_does_not_answer_is_found_out(
    tmp_path: Path,
) -> None:
    database = await open_database(url(tmp_path / "vaxel.db"))
    await database.ping()
    await database.close()
    (tmp_path / "vaxel.db").rename(tmp_path / "away.db")
    (tmp_path / "vaxel.db").mkdir()
    with pytest.raises(DatabaseAway, match="unable to open"):
        await database.ping()


async def test_a_server_that_stops_and_starts_again_is_an_outage_that_passes(
    server: PostgreSql,
) -> None:
    database = await open_database(await server.empty_database())
    await database.ping()
    server.stop()
    for _ in range(2):  # a connection that breaks, then one that is refused
        with pytest.raises(DatabaseAway):
            await database.ping()
    server.start()
    await database.ping()
    await database.close()


async def test_a_full_disk_is_an_outage_that_may_pass(tmp_path: Path) -> None:
    database = await open_database(url(tmp_path / "vaxel.db"))

    async def fill() -> None:
        async with database.writing() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("PRAGMA max_page_count = 1")
            for n in range(2000):
                session.add(Contact(org="a", id=f"c{n}", started_at=instant(0)))
            await session.flush()

    with pytest.raises(DatabaseAway, match="full"):
        await fill()
    await database.close()
