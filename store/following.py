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

from store.columns import instant
from store.errors import DatabaseAway
from store.events import Event
from store.stream import Gap, StreamUnavailable

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

    async def gap_after(self, after_id: str) -> Gap | None:
        """What is missed by who goes on behind ``after_id``."""


class Gaps:
    """The times of which a consumer has missed events since its process began."""

    def __init__(self) -> None:
        self._until: dict[int, int] = {}

    def note(self, gap: Gap) -> bool:
        """Add one; whether it was not known as it is."""
        known = self._until.get(gap.since_ms)
        self._until[gap.since_ms] = gap.until_ms
        return known != gap.until_ms

    @property
    def seconds(self) -> float:
        """Their length."""
        return sum(until - since for since, until in self._until.items()) / 1000


class Consumer(Protocol):
    """Whoever makes something of the events."""

    @property
    def gaps(self) -> Gaps:
        """What it has missed: it was away for longer than the stream reaches back."""

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

    Events that are gone before the consumer has taken them in are noted with it and logged as an
    error: its figures lack them. An outage of either side is logged once, waited for with growing
    pauses, and logged once more when it is over. A mistake of the consumer itself is logged as an
    error and tried again in the same way: its figures stand still, and nothing else does.

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
            behind = True
            while True:
                if behind:  # else it stands at the end, where nothing is taken away
                    await _look_for_gap(stream, consumer, position)
                events = await stream.read(position, batch, _BLOCK_MS)
                behind = len(events) == batch
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


async def _look_for_gap(stream: EventReader, consumer: Consumer, position: str) -> None:
    gap = await stream.gap_after(position)
    if gap is not None and consumer.gaps.note(gap):
        log.error(
            "events are gone that a consumer has not taken in",
            extra={
                "consumer": consumer.name,
                "since": instant(gap.since_ms).isoformat(),
                "until": instant(gap.until_ms).isoformat(),
            },
        )
