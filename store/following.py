"""Keeps a consumer at the end of an organisation's event stream, through outages.

A consumer knows how far it has come and takes in what follows. Whether it counts exactly once is
its own affair: it must keep its position together with what it made of the events.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from redis.exceptions import RedisError

from store.errors import DatabaseAway
from store.events import Event
from store.stream import StreamUnavailable

log = logging.getLogger(__name__)

OUTAGES = (StreamUnavailable, RedisError, DatabaseAway)
"""What may pass when one waits."""

_BLOCK_MS = 1_000
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 15.0


class EventReader(Protocol):
    """What a consumer needs of :class:`store.stream.EventStream`."""

    async def read(self, after_id: str, count: int = ..., block_ms: int = ...) -> list[Event]:
        """The events after ``after_id``."""

    async def last_id(self) -> str:
        """Id of the newest entry."""


class Consumer(Protocol):
    """Whoever makes something of the events."""

    @property
    def name(self) -> str:
        """For the log."""

    async def position(self) -> str:
        """Id of the last event that is taken in; asked at start and after each outage."""

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        """Take in the events behind ``after``, all or none.

        Args:
            after: The position that the events were read behind.
            events: Oldest first; none when the end of the stream is reached.

        Returns:
            The position to read on from.
        """


async def follow(
    stream: EventReader,
    consumer: Consumer,
    *,
    batch: int = 100,
    gather: float = 0.0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Feed ``consumer`` from ``stream`` until cancelled.

    An outage of either side is logged once, waited for with growing pauses, and logged once
    more when it is over. A mistake of the consumer itself is logged as an error and tried again in
    the same way: its figures stand still, and nothing else does.

    Args:
        stream: Where the events come from.
        consumer: Whom they are for.
        batch: At most so many events at a time; a batch is worked on without giving way.
        gather: So many seconds lie between two batches that were not full: the events of that
            time share the cost of one batch.
        sleep: Waits so many seconds.
    """
    pause = 0.0
    while True:
        try:
            position = await consumer.position()
            while True:
                events = await stream.read(position, batch, _BLOCK_MS)
                position = await consumer.take_in(position, events)
                if pause:
                    log.info("consumer goes on", extra={"consumer": consumer.name})
                    pause = 0.0
                if gather and 0 < len(events) < batch:
                    await sleep(gather)
        except Exception as fault:  # also our own mistake: who only counts must not end calls
            if not pause:
                passing = isinstance(fault, OUTAGES)
                log.log(
                    logging.WARNING if passing else logging.ERROR,
                    "consumer waits for its stores" if passing else "consumer stands still",
                    extra={"consumer": consumer.name, "fault": str(fault)},
                    exc_info=not passing,
                )
            pause = min(pause * 2, _LONGEST_PAUSE) or _FIRST_PAUSE
            await sleep(pause)
