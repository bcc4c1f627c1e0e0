"""The consumer that counts an organisation's events, exactly, over restarts.

Totals and position are saved together every few seconds and at the end
(:mod:`monitoring.snapshots`). At the start they are read back and the events behind that position
are counted. So a process killed at any moment is followed by one with the same totals: nothing
twice, nothing lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from redis.exceptions import RedisError

from monitoring.counting import Known, count, prepare
from monitoring.errors import SnapshotUnusable
from monitoring.snapshots import Snapshots, restored
from monitoring.totals import Totals
from store.events import Event
from store.following import EventReader, Gaps, follow
from store.stream import BEGINNING, place_of

log = logging.getLogger(__name__)

_SAVE_SECONDS = 5.0
_SILENT_SECONDS = 5.0  # a read that finds nothing comes back after one second
_BATCH = 200  # counted in well under 5 ms
_GATHER_SECONDS = 0.2  # nobody scrapes so often; a read for every single event would cost more
_SETTLED_MS = 5_000  # by then an event is in the stream, however late its writer was


class FiguresConsumer:
    """The counted figures of one organisation.

    Attributes:
        org: The organisation.
        totals: What is counted so far.
        gaps: What could not be counted.
        known: The words of its own that labels may hold.
        caught_up: Whether the totals hold all events that were there at the start.
        settled_ms: Epoch; until then agents surely did what the totals say. Time that is not over
            yet may be counted so far: no later event takes any of it back.
    """

    def __init__(
        self,
        org: str,
        stream: EventReader,
        snapshots: Snapshots,
        *,
        known: Known | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """Make a consumer; :meth:`run` starts it.

        Args:
            org: The organisation.
            stream: Its events.
            snapshots: Where its totals are saved.
            known: Its queues, pauses and nodes: each has its figures from the first scrape.
            clock: Seconds that only go forward.
            wall: The time of the events, epoch milliseconds.
        """
        self.org = org
        self.name = f"figures of {org}"
        self.gaps = Gaps()
        self.totals = Totals()
        self.known = known or Known()
        self.caught_up = False
        self.settled_ms = 0
        self._stream = stream
        self._snapshots = snapshots
        self._clock = clock
        self._wall = wall
        self._restored = False
        self._head = (0, 0)
        self._heard_at = float("-inf")
        self._saved_at = float("-inf")
        self._saved_position = BEGINNING

    def know(self, known: Known) -> None:
        """Take in words that labels may hold from now on; those before remain.

        Calls go on for a while on what was there before, and are counted by its names.
        """
        before, self.known = self.known, self.known.with_those_of(known)
        if self._restored and self.known != before:
            prepare(self.totals, self.org, known)

    @property
    def up(self) -> bool:
        """Whether the events can be read at present."""
        return self._clock() - self._heard_at < _SILENT_SECONDS

    async def run(self) -> None:
        """Count until cancelled; outages are waited for."""
        try:
            await follow(self._stream, self, batch=_BATCH, gather=_GATHER_SECONDS)
        finally:
            try:
                await self.save()
            except RedisError as fault:
                # The next start counts from the save before: later, but to the same totals.
                log.warning("totals not saved", extra={"org": self.org, "fault": str(fault)})

    async def position(self) -> str:
        """Id of the last event in the totals; the first time, they are read back.

        Raises:
            RedisError, StreamUnavailable: Redis does not answer.
        """
        if not self._restored:
            self._head = place_of(await self._stream.last_id())
            self.totals = await self._load()
            self._saved_position = self.totals.position
            prepare(self.totals, self.org, self.known)
            self._restored = True
        return self.totals.position

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        """Count a batch, and save when it is time.

        Raises:
            RedisError: Not saved; the totals are counted all the same.
        """
        self._heard_at = self._clock()
        for event in events:
            count(self.totals, event, self.known)
        if not events or place_of(self.totals.position) >= self._head:
            self.caught_up = True
        if len(events) < _BATCH:  # nothing more was there
            self.settled_ms = max(self.settled_ms, self._wall() - _SETTLED_MS)
        if self._clock() - self._saved_at >= _SAVE_SECONDS:
            await self.save()
        return self.totals.position

    async def save(self) -> None:
        """Save totals and position, if there is anything new.

        Raises:
            RedisError: Redis does not answer.
        """
        position = self.totals.position
        is_news = self._restored and position != self._saved_position
        if is_news and await self._snapshots.save(self.totals, self._saved_position):
            self.totals.changed.clear()
            self._saved_position = position
        self._saved_at = self._clock()

    async def _load(self) -> Totals:
        try:
            return restored(await self._snapshots.load())
        except SnapshotUnusable as error:
            log.warning("totals are counted anew", extra={"org": self.org, "reason": str(error)})
            await self._snapshots.forget()
            return Totals()
