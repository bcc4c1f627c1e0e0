"""What happened, as the platform itself tells it: an organisation's events."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from store.events import Event, EventType
from store.stream import EventStream
from tests.e2e.rig.platform import ORG

_BLOCK_MS = 1000


class Journal:
    """The events from a moment on.

    Attributes:
        events: All that have been read so far, oldest first.
    """

    def __init__(self, redis: Redis, org: str, after: str) -> None:
        self.events: list[Event] = []
        self._stream = EventStream(redis, org)
        self._after = after

    @classmethod
    async def from_now(cls, redis: Redis, org: str = ORG) -> Journal:
        """Begin behind the newest event of an organisation."""
        return cls(redis, org, await EventStream(redis, org).last_id())

    async def wait(
        self,
        kind: EventType,
        *,
        seconds: float = 30,
        count: int = 1,
        contact: str = "",
        **fields: str,
    ) -> Event:
        """Wait for the ``count``-th event of a kind, whenever after the beginning it happened.

        Args:
            kind: What shall happen.
            seconds: Time limit.
            count: How often.
            contact: To whom; any contact when empty.
            fields: What it shall carry, ``queue`` and ``agent`` included.

        Raises:
            AssertionError: It did not happen; the message tells what did.
        """
        try:
            async with asyncio.timeout(seconds):
                while True:
                    found = self.all(kind, contact=contact, **fields)
                    if len(found) >= count:
                        return found[count - 1]
                    await self._read(_BLOCK_MS)
        except TimeoutError:
            told = "\n".join(
                f"  {e.type} {e.contact} {e.queue} {e.agent} {dict(e.fields)}" for e in self.events
            )
            raise AssertionError(f"no {kind} ({count}) {fields}; there was\n{told}") from None

    def all(self, kind: EventType, *, contact: str = "", **fields: str) -> list[Event]:
        """Those that have been read."""
        wanted = fields | ({"contact": contact} if contact else {})
        return [
            event
            for event in self.events
            if event.type is kind and wanted.items() <= event.to_wire().items()
        ]

    async def catch_up(self) -> None:
        """Read what has happened up to now."""
        await self._read(0)

    async def _read(self, block_ms: int) -> None:
        new = await self._stream.read(self._after, block_ms=block_ms)
        self.events += new
        if new:
            self._after = new[-1].id
