"""How late the event loop turns to what is due: the delay that every call feels."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable, Callable

from monitoring.metrics.platform import EVENT_LOOP_DELAY

_EVERY_SECONDS = 0.02  # often enough to meet what holds the loop, seldom enough to cost nothing


class LoopDelay:
    """A small duty on the loop that watches its own lateness.

    Attributes:
        counts: Turns by lateness, one a bucket of ``EVENT_LOOP_DELAY``, not cumulated.
        seconds: Lateness of all turns together.
    """

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Begin at nothing.

        Args:
            clock: Seconds that only go forward; the running loop's own when left out.
            sleep: Waits so many seconds of it.
        """
        self.counts = [0] * (len(EVENT_LOOP_DELAY.bounds_seconds) + 1)
        self.seconds = 0.0
        self._clock = clock
        self._sleep = sleep

    async def run(self) -> None:
        """Watch until cancelled."""
        clock = self._clock or asyncio.get_running_loop().time
        while True:
            due = clock() + _EVERY_SECONDS
            await self._sleep(_EVERY_SECONDS)
            late = max(0.0, clock() - due)
            self.counts[bisect_left(EVENT_LOOP_DELAY.bounds_seconds, late)] += 1
            self.seconds += late
