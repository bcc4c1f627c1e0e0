"""The steps that delete a recording, each safe to be the last before a crash.

1. One transaction marks the row, takes the caller's number out of it, removes the transcript and
   writes the audit row. From here on nobody may listen.
2. The file is removed.
3. The event is appended to the organisation's stream.
4. The row forgets the file's place.

Whoever comes next completes what was begun. A lock on the recordings folder makes one process at
a time do it, among controllers and people at a terminal.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import delete, select

from recorder.announcing import EventLog, announce, event_of
from recorder.audit import Access, record_accesses
from recorder.disk import locked, sync_folder
from recorder.errors import DeletionBusy, FolderUnusable
from store.database import Database
from store.events import Event, EventType
from store.models import Deletion, Recording, Transcript, instant

log = logging.getLogger(__name__)

_TOGETHER = 100


class Deleter:
    """Deletes recordings of all organisations."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        streams: Mapping[str, EventLog],
        clock_ms: Callable[[], int],
    ) -> None:
        """Make a deleter.

        Args:
            folder: The recordings folder.
            database: For the rows.
            streams: The event stream of each organisation. A recording of one that is no longer
                served is deleted without an event.
            clock_ms: Epoch milliseconds.
        """
        self._folder = folder
        self._database = database
        self._streams = streams
        self._clock_ms = clock_ms

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process from deleting until the end of the block.

        Raises:
            DeletionBusy: Another one is at it.
            FolderUnusable: The recordings folder is not there.
        """
        with ExitStack() as held:
            try:
                ours = held.enter_context(locked(self._folder, os.O_DIRECTORY, wait=False))
            except OSError as error:
                raise FolderUnusable(self._folder, error.strerror or str(error)) from error
            if not ours:
                raise DeletionBusy
            yield

    async def delete(self, recordings: Sequence[Recording], why: Deletion, access: Access) -> None:
        """Delete recordings that are stored and told of. Call it within :meth:`alone`.

        Args:
            recordings: Rows with ``deleted_at`` and ``announce_after`` both ``None``.
            why: For the row and the event.
            access: For the audit, one row a recording.

        Raises:
            DatabaseAway, StreamUnavailable: What was begun is completed later.
            OSError: Likewise.
        """
        for start in range(0, len(recordings), _TOGETHER):
            await self._mark(recordings[start : start + _TOGETHER], why, access)
            await self.complete()

    async def complete(self) -> None:
        """Do what is left of deletions that were begun. Call it within :meth:`alone`.

        Raises:
            As :meth:`delete`.
        """
        async with self._database.reading() as session:
            begun = select(Recording).where(
                Recording.deleted_at.is_not(None), Recording.path.is_not(None)
            )
            rows = list(await session.scalars(begun))
        if not rows:
            return
        await asyncio.to_thread(self._remove, [row.path for row in rows if row.path])
        for org in {row.org for row in rows} & self._streams.keys():
            told = [row for row in rows if row.org == org and row.announce_after is not None]
            for since in {row.announce_after for row in told if row.announce_after}:
                events = [_event(row) for row in told if row.announce_after == since]
                await announce(self._streams[org], since, events)
        async with self._database.writing() as session:
            for row in rows:
                session.add(row)
                row.path = row.announce_after = None
        for row in rows:
            reason = row.deletion.value if row.deletion else ""
            log.info(
                "recording deleted",
                extra={"contact": row.contact, "recording": row.id, "reason": reason},
            )

    async def _mark(self, recordings: Sequence[Recording], why: Deletion, access: Access) -> None:
        now = instant(self._clock_ms())
        orgs = {row.org for row in recordings} & self._streams.keys()
        since = {org: await self._streams[org].last_id() for org in orgs}
        async with self._database.writing() as session:
            for row in recordings:
                session.add(row)
                row.deleted_at, row.deletion, row.caller = now, why, None
                row.announce_after = since.get(row.org)
            ids = [row.id for row in recordings]
            await session.execute(delete(Transcript).where(Transcript.recording.in_(ids)))
            record_accesses(session, [access.of(row.id, row.org) for row in recordings], now)

    def _remove(self, paths: Sequence[str]) -> None:
        files = [self._folder / path for path in paths]
        for file in files:
            file.unlink(missing_ok=True)
        for folder in {file.parent for file in files}:
            if folder.is_dir():
                sync_folder(folder)


def _event(row: Recording) -> Event:
    at = row.deleted_at
    assert at is not None  # noqa: S101 - what is told of is marked
    reason = row.deletion.value if row.deletion else ""
    at_ms = round(at.timestamp() * 1000)
    return event_of(row, EventType.RECORDING_DELETED, at_ms, reason=reason)
