"""How old an event is when it is handled: how long Asterisk kept it, and how long we did."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.wire.ami.fake_asterisk import FakeAsterisk, event, numbered
from tests.unit.wire.ami.links import Log, client_of, connected
from tests.unit.wire.ami.manual_clock import ManualClock
from wire.ami.frames import Frame

pytestmark = pytest.mark.unit


async def test_the_lag_is_how_long_an_event_had_to_wait(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    gate = asyncio.Event()

    async def handler(x: Frame) -> None:
        if x.get("N") == "0":
            await gate.wait()
        log.add(x.get("N"))

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", handler)
        client.subscribe("Y", lambda _: log.add("other call"))
        await connected(client)
        (await asterisk.peer()).write(numbered(2) + event("Y", Linkedid="2"))
        await log.has("other call")
        clock.now += 3.5
        gate.set()
        await log.has("1")
        assert client.stats.lag_seconds == 3.5


@pytest.mark.parametrize(
    ("told", "lag"),
    [("993.500000", 6.5), ("1000.250000", 0.0), ("", 0.0), ("yesterday", 0.0), ("nan", 0.0)],
)
async def test_the_lag_begins_when_asterisk_told_of_the_event(
    asterisk: FakeAsterisk, clock: ManualClock, told: str, lag: float
) -> None:
    log = Log()
    async with client_of(asterisk, clock) as client:
        client.subscribe("X", lambda x: log.add(x.get("N")))
        await connected(client)
        (await asterisk.peer()).write(event("X", Timestamp=told, Linkedid="1", N=1))
        await log.has("1")
        assert client.stats.lag_seconds == lag
