"""The book of changes: each is noted in the store and told in the organisation's stream.

A database or a Redis that is away holds up no change: what is to be written waits, in its order.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from store.columns import instant
from store.errors import StoreError
from store.events import Event
from store.stream import StreamUnavailable
from store.tree_files import Files
from store.tree_history import TreeHistory
from store.tree_models import ChangeKind

logger = logging.getLogger(__name__)

_RETRY_S: Final = 2.0


class EventLog(Protocol):
    """Where an organisation's events go (:class:`store.stream.EventStream`)."""

    async def append(self, event: Event) -> str:
        """Put an event at the end."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to an organisation's call trees.

    Attributes:
        event: As it is told; ``None`` for what only the store needs to know.
        files: What is in place now; ``None`` where nothing was put in place.
    """

    org: str
    at_ms: int
    who: str
    how: ChangeKind
    event: Event | None = None
    files: Files | None = field(default=None, repr=False)


class Book:
    """Written to by :meth:`write`, at once; :meth:`run` carries it to where it is kept."""

    def __init__(
        self,
        history: TreeHistory,
        streams: Mapping[str, EventLog],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Begin with nothing to carry.

        Args:
            history: The store.
            streams: By organisation; looked up when an entry is carried.
            sleep: Waits seconds before the next try.
        """
        self._history = history
        self._streams = streams
        self._sleep = sleep
        self._entries: asyncio.Queue[Entry] = asyncio.Queue()

    def write(self, entry: Entry) -> None:
        """Note that something happened."""
        self._entries.put_nowait(entry)

    async def run(self) -> None:
        """Carry entries until cancelled."""
        while True:
            entry = await self._entries.get()
            if entry.files is not None:
                await self._until_done(entry, self._note)
            if entry.event is not None:
                await self._until_done(entry, self._tell)
            self._entries.task_done()

    async def carried(self) -> None:
        """Wait until everything is written that was to be."""
        await self._entries.join()

    async def _note(self, entry: Entry) -> None:
        await self._history.note(
            entry.org,
            entry.files or {},
            who=entry.who,
            how=entry.how,
            at=instant(entry.at_ms),
        )

    async def _tell(self, entry: Entry) -> None:
        stream = self._streams.get(entry.org)
        if stream is not None and entry.event is not None:
            await stream.append(entry.event)

    async def _until_done(self, entry: Entry, work: Callable[[Entry], Awaitable[None]]) -> None:
        told = False
        while True:
            try:
                await work(entry)
            except (StoreError, StreamUnavailable) as fault:
                if not told:
                    logger.warning(
                        "A change of call trees is not noted yet",
                        extra={"org": entry.org, "fault": str(fault)},
                    )
                told = True
                await self._sleep(_RETRY_S)
            else:
                return
