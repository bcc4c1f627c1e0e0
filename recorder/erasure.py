"""Everything of one caller is erased: sound, transcripts, and the number wherever it stands.

For a caller who asks for it. What stays is that there was a contact, and that its recording was
deleted, when and by whom; nothing of it leads to the person any more. The places, in the order in
which they are gone through, the contacts' rows last, for by them a second attempt finds the rest:

1. Open callbacks are cancelled, so that nobody calls the person any more.
2. Stored recordings, with their transcripts; also those of the caller's contacts in which another
   number was called back.
3. Recordings that could not be finished, and messages that Asterisk took by itself.
4. What is kept of the number between calls.
5. The events, for the rows of contacts are made from them.
6. The rows of contacts.
7. What Redis and the database have of it in their own logs on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from redis.asyncio import Redis
from sqlalchemy import select, tuple_, update

from recorder.audit import Access, record_accesses
from recorder.deletion import Deleter
from recorder.errors import SidecarUnreadable
from recorder.layout import Layout
from recorder.leftovers import Leftover, Leftovers
from recorder.message_spool import SpooledMessages
from recorder.sidecar import Sidecar
from store.database import Database
from store.forgetting import forget, mentions, organisations, shorten_log
from store.models import Contact, Deletion, Recording, RecordingAction, instant
from store.projection import saved_position
from store.stream import place_of

CATCH_UP_SECONDS: Final = 10.0
"""So long we wait for the running platform to have taken in the events read before."""

_LOOK_SECONDS: Final = 0.1


class Line(Protocol):
    """The callers of one organisation who wait to be called back."""

    async def waiting(self, numbers: Collection[str], contacts: Collection[str]) -> Collection[str]:
        """Contacts of open callbacks to one of the numbers, or promised in one of the contacts."""

    async def cancel(self, contact: str) -> bool:
        """End one; ``False`` where it cannot be ended now, for the two talk already."""


class Memory(Protocol):
    """What one organisation keeps of callers' numbers between calls."""

    async def count(self, numbers: Collection[str]) -> int:
        """How many entries there are of these."""

    async def forget(self, numbers: Collection[str]) -> None:
        """Remove them."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where callers' numbers stand, apart from the recordings folder.

    Attributes:
        database: The rows.
        redis: The events, by a client made by :func:`store.stream.connect`.
        spool: Asterisk's folder of messages that it took by itself; need not exist.
        line: The callbacks of an organisation.
        memory: What an organisation keeps of numbers.
    """

    database: Database
    redis: Redis
    spool: Path
    line: Callable[[str], Line]
    memory: Callable[[str], Memory]


@dataclass(frozen=True, slots=True)
class Traces:
    """What there is of a caller.

    Attributes:
        recordings: Stored ones with their sound.
        contacts: How many rows of contacts carry the number.
        events: How many events carry it.
        callbacks: Contacts to be called back, by organisation.
        failed: Recordings that could not be finished.
        messages: Messages that Asterisk took by itself.
        remembered: How many organisations keep something of the number between calls.
        unfinished: How many recordings are still being made or finished, and callbacks being
            talked in: they cannot be erased yet.
    """

    recordings: tuple[Recording, ...]
    contacts: int
    events: int
    callbacks: Mapping[str, Collection[str]]
    failed: tuple[Leftover, ...]
    messages: tuple[Path, ...]
    remembered: int
    unfinished: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of it.

    Attributes:
        found: What was found; all but ``unfinished`` is erased.
        unfinished: As that of ``found``, and callbacks that began meanwhile.
        behind: Organisations whose events are not all in the rows yet: they may bring the number
            back once.
        logged: Whether Redis or SQLite may still have the number in their logs on disk.
    """

    found: Traces
    unfinished: int
    behind: tuple[str, ...]
    logged: bool


class Erasure:
    """Finds and erases what there is of callers."""

    def __init__(
        self,
        folder: Path,
        deleter: Deleter,
        places: Places,
        clock_ms: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._layout = Layout(folder)
        self._leftovers = Leftovers(folder)
        self._spool = SpooledMessages(places.spool)
        self._deleter = deleter
        self._places = places
        self._clock_ms = clock_ms
        self._sleep = sleep

    async def find(self, numbers: Collection[str]) -> Traces:
        """What there is of a caller.

        Args:
            numbers: The caller's number in every spelling in which it may have been delivered.

        Raises:
            DatabaseAway, StreamUnavailable: The stores do not answer; what callbacks raise goes on.
            OSError: The folders cannot be read.
        """
        places = self._places
        orgs = await organisations(places.redis)
        theirs = select(Contact.org, Contact.id).where(Contact.caller.in_(numbers))
        async with places.database.reading() as session:
            contacts = {(row.org, row.id) for row in await session.execute(theirs)}
        callbacks = {
            org: await places.line(org).waiting(
                numbers, {id_ for own, id_ in contacts if own == org}
            )
            for org in orgs
        }

        def of_caller(sidecar: Sidecar | None) -> bool:
            return sidecar is not None and (
                sidecar.caller in numbers or (sidecar.org, sidecar.contact) in contacts
            )

        # In the order in which a recording goes, lest one pass us by: its row is written before
        # its sidecar leaves.
        live = await asyncio.to_thread(_sidecars, self._layout.incoming)
        leftovers = await asyncio.to_thread(self._leftovers.all)
        async with places.database.reading() as session:
            rows = list(
                await session.scalars(
                    select(Recording)
                    .where(
                        Recording.caller.in_(numbers)
                        | tuple_(Recording.org, Recording.contact).in_(theirs),
                        Recording.deleted_at.is_(None),
                    )
                    .order_by(Recording.started_at)
                )
            )
        stored = tuple(row for row in rows if row.announce_after is None)
        unfinished = {row.id for row in rows if row.announce_after is not None}
        unfinished |= {one.base for one in live if of_caller(one)} - {row.id for row in stored}
        return Traces(
            recordings=stored,
            contacts=len(contacts),
            events=sum([(await mentions(places.redis, org, numbers)).count for org in orgs]),
            callbacks={org: waiting for org, waiting in callbacks.items() if waiting},
            failed=tuple(one for one in leftovers if of_caller(one.sidecar)),
            messages=tuple(await asyncio.to_thread(self._spool.of, numbers)),
            remembered=sum([await places.memory(org).count(numbers) for org in orgs]),
            unfinished=len(unfinished),
        )

    async def erase(self, numbers: Collection[str], who: str, reason: str | None) -> Erased:
        """Erase what there is of a caller. May be repeated, also after a crash.

        Args:
            numbers: As for :meth:`find`.
            who: For the audit.
            reason: For the audit.

        Raises:
            DeletionBusy: Another process deletes now.
            As :meth:`find`: run it again; what was begun is completed.
        """
        with self._deleter.alone():
            await self._deleter.complete()
            found = await self.find(numbers)
            talking = await self._cancel(found.callbacks)
            access = Access(who, RecordingAction.ERASE, reason=reason)
            await self._deleter.delete(found.recordings, Deletion.ERASURE, access)
            await asyncio.to_thread(self._leftovers.discard, found.failed)
            await asyncio.to_thread(self._leftovers.tidy, self._clock_ms())
            await asyncio.to_thread(self._spool.remove, found.messages)
            orgs = await organisations(self._places.redis)
            for org in orgs:
                await self._places.memory(org).forget(numbers)
            behind = [org for org in orgs if not await self._forgotten(org, numbers)]
            async with self._places.database.writing() as session:
                await session.execute(
                    update(Contact).where(Contact.caller.in_(numbers)).values(caller=None)
                )
                summary = Access(who, RecordingAction.ERASE, reason=reason, detail=_summary(found))
                record_accesses(session, [summary], instant(self._clock_ms()))
        emptied = await self._places.database.empty_log()
        shortened = await shorten_log(self._places.redis)
        gone = emptied and shortened
        return Erased(found, found.unfinished + talking, tuple(behind), logged=not gone)

    async def _cancel(self, callbacks: Mapping[str, Collection[str]]) -> int:
        """End callbacks; how many cannot be ended now."""
        return sum(
            [
                not await self._places.line(org).cancel(contact)
                for org, contacts in callbacks.items()
                for contact in contacts
            ]
        )

    async def _forgotten(self, org: str, numbers: Collection[str]) -> bool:
        """Take the numbers out of the events; whether nobody has them in hand any more.

        Who makes the rows may have read events before, and write them after us. That is over once
        the rows are as far as the last event that carried the number.
        """
        last = (await forget(self._places.redis, org, numbers)).last_id
        for _ in range(round(CATCH_UP_SECONDS / _LOOK_SECONDS)):
            reached = await saved_position(self._places.database, org)
            if reached is None or place_of(reached) >= place_of(last):
                return True
            await self._sleep(_LOOK_SECONDS)
        return False


def _summary(found: Traces) -> str:
    return (
        f"{len(found.recordings)} recordings, {found.contacts} contacts, {found.events} events,"
        f" {sum(map(len, found.callbacks.values()))} callbacks, {len(found.failed)} failed"
        f" recordings, {len(found.messages)} messages"
    )


def _sidecars(folder: Path) -> list[Sidecar]:
    found = []
    for path in folder.glob("*.json") if folder.is_dir() else ():
        try:
            found.append(Sidecar.read(path))
        except (FileNotFoundError, SidecarUnreadable):
            continue  # finished meanwhile, or no sidecar
    return found
