"""Everything of one caller is erased: sound, transcripts, and the number wherever it stands.

For a caller who asks for it. What stays is that there was a contact, and that its recording was
deleted, when and by whom; nothing of it leads to the person any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, update

from recorder.audit import Access, record_accesses
from recorder.deletion import Deleter
from recorder.disk import sync_folder
from recorder.errors import SidecarUnreadable
from recorder.layout import Layout
from recorder.sidecar import Sidecar
from store.database import Database
from store.models import Contact, Deletion, Recording, RecordingAction, instant


@dataclass(frozen=True, slots=True)
class Traces:
    """What there is of a caller.

    Attributes:
        recordings: Stored ones with their sound.
        contacts: How many contacts carry the number.
        failed: Recordings that were put aside unfinished, by base.
        unfinished: How many recordings are still being made or finished: they cannot be erased
            yet.
    """

    recordings: tuple[Recording, ...]
    contacts: int
    failed: tuple[str, ...]
    unfinished: int


class Erasure:
    """Finds and erases what there is of callers."""

    def __init__(
        self, folder: Path, deleter: Deleter, database: Database, clock_ms: Callable[[], int]
    ) -> None:
        self._layout = Layout(folder)
        self._deleter = deleter
        self._database = database
        self._clock_ms = clock_ms

    async def find(self, numbers: Collection[str]) -> Traces:
        """What there is of a caller.

        Args:
            numbers: The caller's number in every spelling in which it may have been delivered.

        Raises:
            DatabaseAway: The database does not answer.
            OSError: The recordings folder cannot be read.
        """
        async with self._database.reading() as session:
            rows = list(
                await session.scalars(
                    select(Recording)
                    .where(Recording.caller.in_(numbers), Recording.deleted_at.is_(None))
                    .order_by(Recording.started_at)
                )
            )
            contacts = await session.scalar(
                select(func.count()).select_from(Contact).where(Contact.caller.in_(numbers))
            )
        live = await asyncio.to_thread(_of_caller, self._layout.incoming, numbers)
        failed = await asyncio.to_thread(_of_caller, self._layout.failed, numbers)
        stored = tuple(row for row in rows if row.announce_after is None)
        return Traces(
            recordings=stored,
            contacts=contacts or 0,
            failed=tuple(failed),
            unfinished=len({row.id for row in rows if row not in stored} | set(live)),
        )

    async def erase(self, numbers: Collection[str], who: str, reason: str | None) -> Traces:
        """Erase what there is of a caller. May be repeated, also after a crash.

        Args:
            numbers: As for :meth:`find`.
            who: For the audit.
            reason: For the audit.

        Returns:
            What was found; all but the unfinished is erased.

        Raises:
            DeletionBusy: Another process deletes now.
            DatabaseAway, StreamUnavailable, OSError: Run it again; what was begun is completed.
        """
        with self._deleter.alone():
            await self._deleter.complete()
            found = await self.find(numbers)
            access = Access(who, RecordingAction.ERASE, reason=reason)
            await self._deleter.delete(found.recordings, Deletion.ERASURE, access)
            await asyncio.to_thread(self._remove_failed, found.failed)
            async with self._database.writing() as session:
                await session.execute(
                    update(Contact).where(Contact.caller.in_(numbers)).values(caller=None)
                )
                detail = (
                    f"{len(found.recordings)} recordings, {found.contacts} contacts,"
                    f" {len(found.failed)} unfinished files"
                )
                summary = Access(who, RecordingAction.ERASE, reason=reason, detail=detail)
                record_accesses(session, [summary], instant(self._clock_ms()))
        return found

    def _remove_failed(self, bases: Collection[str]) -> None:
        failed = self._layout.failed
        for base in bases:
            # the sidecar goes last: it is by it that a second attempt finds the rest
            for ending in ("-caller.wav", "-agent.wav", ".reason.json", ".json"):
                (failed / f"{base}{ending}").unlink(missing_ok=True)
        if bases:
            sync_folder(failed)


def _of_caller(folder: Path, numbers: Collection[str]) -> list[str]:
    """Bases of the sidecars in a folder that name one of the numbers."""
    bases = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            sidecar = Sidecar.read(path)
        except (FileNotFoundError, SidecarUnreadable):
            continue  # finished meanwhile, or no sidecar
        if sidecar.caller in numbers:
            bases.append(sidecar.base)
    return bases
