"""What every test of the client needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tests.unit.wire.ami.fake_asterisk import FakeAsterisk
from tests.unit.wire.ami.manual_clock import ManualClock
from wire.ami.client import AmiClient
from wire.ami.settings import AmiAccount, AmiLimits

SECRET = "s3cret-of-the-manager"  # noqa: S105 - of a fake Asterisk
LIMITS = AmiLimits()


def client_of(
    asterisk: FakeAsterisk, clock: ManualClock, limits: AmiLimits = LIMITS, **changed: float
) -> AmiClient:
    return AmiClient(
        AmiAccount("127.0.0.1", asterisk.port, "vaxel", SECRET),
        limits=replace(limits, **changed),  # type: ignore[arg-type]  # every limit is a number
        clock=clock.ami,
    )


async def connected(client: AmiClient) -> None:
    async with asyncio.timeout(5):
        await client.wait_connected()


async def turns_until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until the condition holds, for what announces itself to nobody."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0)


class Log:
    """What handlers have noted, with a way to wait for it."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._news = asyncio.Event()

    def add(self, note: str) -> None:
        self.notes.append(note)
        self._news.set()

    async def until(self, condition: Callable[[list[str]], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition(self.notes):
                self._news.clear()
                await self._news.wait()

    async def has(self, *notes: str) -> None:
        await self.until(lambda seen: set(notes) <= set(seen))
