"""What every command on recordings needs: rows, sound, audit, and the spellings of a number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar

import typer
from redis.asyncio import Redis
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from acd.clock import system_clock
from ivr.cli.saying import warn
from ivr.flow.numbers import e164, normalised, spellings
from ivr.live.known import known_trees
from ivr.platform.preflight import layout_of, load_settings, recording_keys_of
from ivr.platform.stores import database_of, redis_of
from ivr.settings import Settings
from recorder.archive import Archive
from recorder.audit import Access, record_accesses, system_user
from recorder.deletion import Deleter
from recorder.errors import NoSuchRecording, NothingRecorded
from recorder.leftovers import Leftovers
from recorder.message_spool import SpooledMessages
from recorder.search import Wanted
from store.database import Database
from store.models import Recording, RecordingAction, Transcript
from store.stream import EventStream

LATEST: Final = "latest"
"""Stands for the id of the newest recording."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ArchiveDesk:
    """The stored recordings of this installation, at hand for one command.

    Attributes:
        settings: The installation's.
        database: The rows.
        archive: The sound.
    """

    settings: Settings
    database: Database
    archive: Archive

    async def take(
        self, query: Select[Recording], access: Access, *, each: bool = True
    ) -> list[Recording]:
        """Rows, in the transaction that notes who took them.

        Args:
            query: Which.
            access: For the audit.
            each: One audit row a recording; else one for all.
        """
        async with self.database.writing() as session:
            rows = list(await session.scalars(query))
            self._note(session, rows, access, each=each)
            return rows

    async def take_named(self, names: Sequence[str], access: Access) -> list[Recording]:
        """The recordings of these ids, in their order; ``latest`` is the newest.

        Raises:
            NoSuchRecording: There is none of an id.
            NothingRecorded: There is no newest.
        """
        async with self.database.writing() as session:
            rows = []
            for name in names:
                if name == LATEST:
                    row = await session.scalar(Wanted().select().limit(1))
                else:
                    row = await session.get(Recording, name)
                if row is None:
                    raise NothingRecorded if name == LATEST else NoSuchRecording(name)
                rows.append(row)
            self._note(session, rows, access, each=True)
            return rows

    async def said(self, recording: Recording) -> dict[str, str]:
        """What is written down of a recording, by side."""
        query = select(Transcript.leg, Transcript.text).where(
            Transcript.recording == recording.id, Transcript.text.is_not(None)
        )
        async with self.database.reading() as session:
            return {leg: text or "" for leg, text in await session.execute(query)}

    @property
    def leftovers(self) -> Leftovers:
        """Recordings that could not be finished."""
        return Leftovers(layout_of(self.settings).recordings)

    @property
    def messages(self) -> SpooledMessages:
        """Messages that Asterisk took by itself."""
        return SpooledMessages(layout_of(self.settings).asterisk_messages)

    @asynccontextmanager
    async def redis(self) -> AsyncIterator[Redis]:
        """The platform's Redis."""
        redis: Redis
        async with redis_of(self.settings) as redis:
            yield redis

    async def deleter(self, redis: Redis) -> Deleter:
        """Deletes recordings, and tells the organisations' streams of it."""
        organisations = (await known_trees(self.settings, warn)).organisations
        streams = {org: EventStream(redis, org) for org in organisations}
        folder = layout_of(self.settings).recordings
        return Deleter(folder, self.database, streams, system_clock)

    def _note(
        self, session: AsyncSession, rows: Sequence[Recording], access: Access, *, each: bool
    ) -> None:
        noted = [access.of(row.id, row.org) for row in rows]
        record_accesses(session, noted if each else [access], datetime.now(UTC))


def at_desk(work: Callable[[ArchiveDesk], Awaitable[Result]]) -> Result:
    """Run ``work`` with the recordings at hand.

    Raises:
        PlatformError, StoreError: The installation or its database cannot be used.
    """

    async def done() -> Result:
        settings = load_settings()
        async with database_of(settings) as database:
            archive = Archive(layout_of(settings).recordings, recording_keys_of(settings))
            return await work(ArchiveDesk(settings, database, archive))

    return asyncio.run(done())


def access(action: RecordingAction, reason: str | None, detail: str | None = None) -> Access:
    """What the user of this process does."""
    return Access(system_user(), action, reason=reason, detail=detail)


def every_spelling(number: str, settings: Settings) -> frozenset[str]:
    """A caller's number in the forms in which a trunk may have delivered it.

    Args:
        number: As a person writes it, national or international.
        settings: Its first region is the country of national numbers.

    Raises:
        typer.BadParameter: There is no digit in it.
    """
    plain = normalised(number)
    if not plain.strip("+"):
        raise typer.BadParameter("write a number, e.g. +46701740605 or 0701740605")
    full = e164(plain, settings.outgoing.regions)
    return frozenset({number.strip(), *spellings(plain), *(spellings(full) if full else ())})


def day_of(day: datetime | None) -> tuple[datetime | None, datetime | None]:
    """The first moment of a day and of the next, by this machine's clock."""
    if day is None:
        return None, None
    return _midnight(day.date()), _midnight(day.date() + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()
