"""Recordings whose time is over are deleted, every hour, by one controller.

Those too that could not be finished, and messages that Asterisk took by itself: what lies there in
the clear must not lie there for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from sqlalchemy import select

from recorder.audit import Access, record_accesses
from recorder.deletion import Deleter
from recorder.errors import DeletionBusy, FolderUnusable
from recorder.leftovers import Leftovers
from recorder.message_spool import SpooledMessages
from store.database import Database
from store.following import OUTAGES
from store.models import Deletion, Recording, RecordingAction, instant

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 3600.0
_TOGETHER: Final = 500


class Retention:
    """Deletes what has been kept as long as its policy said."""

    def __init__(
        self,
        deleter: Deleter,
        leftovers: Leftovers,
        messages: SpooledMessages,
        *,
        database: Database,
        clock_ms: Callable[[], int],
    ) -> None:
        self._deleter = deleter
        self._leftovers = leftovers
        self._messages = messages
        self._database = database
        self._clock_ms = clock_ms

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Work until cancelled.

        Args:
            sleep: Waits so many seconds.
        """
        while True:
            try:
                await self.expire("retention")
            except DeletionBusy:
                pass  # another controller does it
            except (*OUTAGES, OSError, FolderUnusable) as fault:
                log.warning("retention waits, it is tried again", extra={"fault": str(fault)})
            await sleep(EVERY_SECONDS)

    async def expire(self, who: str) -> int:
        """Delete what is due now, and complete what was begun.

        Args:
            who: For the audit.

        Returns:
            How many were deleted.

        Raises:
            DeletionBusy: Another process deletes now.
            DatabaseAway, StreamUnavailable, FolderUnusable, OSError: What is left is due the next
                time.
        """
        count = 0
        access = Access(who, RecordingAction.EXPIRE)
        with self._deleter.alone():
            await self._deleter.complete()
            while due := await self._due():
                await self._deleter.delete(due, Deletion.RETENTION, access)
                count += len(due)
            count += await self._expire_leftovers(access)
            count += await self._expire_messages(access)
        if count:
            log.info("recordings whose time was over are deleted", extra={"count": count})
        return count

    async def _expire_leftovers(self, access: Access) -> int:
        now_ms = self._clock_ms()
        await asyncio.to_thread(self._leftovers.tidy, now_ms)
        due = [
            one
            for one in await asyncio.to_thread(self._leftovers.all)
            if one.expires_at_ms <= now_ms
        ]
        if due:
            told = replace(access, detail="not finished")
            noted = [told.of(one.base, one.org) for one in due]
            async with self._database.writing() as session:
                record_accesses(session, noted, instant(now_ms))
            await asyncio.to_thread(self._leftovers.discard, due)
        return len(due)

    async def _expire_messages(self, access: Access) -> int:
        now_ms = self._clock_ms()
        over = await asyncio.to_thread(self._messages.over, now_ms)
        if over:
            detail = f"{len(over)} messages taken by Asterisk alone"
            async with self._database.writing() as session:
                record_accesses(session, [replace(access, detail=detail)], instant(now_ms))
            await asyncio.to_thread(self._messages.remove, over)
        return len(over)

    async def _due(self) -> list[Recording]:
        over = (
            select(Recording)
            .where(
                Recording.expires_at <= instant(self._clock_ms()),
                Recording.deleted_at.is_(None),
                Recording.announce_after.is_(None),  # else its finishing still goes on
            )
            .order_by(Recording.expires_at)
            .limit(_TOGETHER)
        )
        async with self._database.reading() as session:
            return list(await session.scalars(over))
