"""A clock that stands still until the test moves it."""

from __future__ import annotations

import asyncio

from wire.ami.settings import AmiClock


class ManualClock:
    """Every sleep lasts until the test lets it pass; ``random`` is always 0."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._news = asyncio.Event()

    @property
    def ami(self) -> AmiClock:
        return AmiClock(
            time=lambda: self.now,
            monotonic=lambda: self.now,
            sleep=self._sleep,
            random=lambda: 0.0,
        )

    async def asleep(self, seconds: float) -> asyncio.Future[None]:
        """Wait until somebody sleeps for exactly this long."""
        async with asyncio.timeout(5):
            while True:
                for length, sleeper in self._sleepers:
                    if length == seconds and not sleeper.done():
                        return sleeper
                self._news.clear()
                await self._news.wait()

    async def pass_sleep(self, seconds: float) -> None:
        """Wait until somebody sleeps for exactly this long and wake them."""
        sleeper = await self.asleep(seconds)
        self.now += seconds
        sleeper.set_result(None)

    async def _sleep(self, seconds: float) -> None:
        entry = (seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(entry)
        self.slept.append(seconds)
        self._news.set()
        try:
            await entry[1]
        finally:
            self._sleepers.remove(entry)
