"""What is told late, when Redis was away at the end of a call."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from acd.errors import AcdUnavailable
from acd.model import LeaveReason
from ivr import stranded
from ivr.office import Office
from ivr.stranded import PATIENCE_MS, Stranded
from store.events import Event, EventType

pytestmark = pytest.mark.unit

ENDED = Event(EventType.CONTACT_ENDED, 1_000, "demo", "c-1", fields={"reason": "lost"})


class Redis:
    """An organisation's queues and stream, as far as they are told something."""

    def __init__(self) -> None:
        self.away = False
        self.left: list[tuple[str, LeaveReason]] = []
        self.told: asyncio.Queue[Event] = asyncio.Queue()
        self.asked = asyncio.Event()
        self.distributor = self.stream = self

    async def leave(self, contact: str, reason: LeaveReason) -> str | None:
        self.asked.set()
        if self.away:
            raise AcdUnavailable("away")
        self.left.append((contact, reason))
        return None

    async def append(self, event: Event) -> str:
        self.told.put_nowait(event)
        return "1-0"


class Day:
    """A controller whose clock is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000
        self.redis = Redis()
        self.office = cast(Office, self.redis)
        self.stranded = Stranded(lambda: self.now)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Day:
    monkeypatch.setattr(stranded, "RETRY_S", 0)
    return Day()


async def rounds(day: Day, count: int = 5) -> None:
    tidying = asyncio.create_task(day.stranded.tidy())
    for _ in range(4 * count):
        await asyncio.sleep(0)
    tidying.cancel()
    await asyncio.gather(tidying, return_exceptions=True)


async def test_a_call_that_is_over_leaves_the_queue_and_has_its_end_once(day: Day) -> None:
    day.stranded.add(day.office, ENDED, returns=False)
    await rounds(day)
    assert day.redis.left == [("c-1", LeaveReason.FAILED)]
    assert day.redis.told.get_nowait() is ENDED
    assert day.redis.told.empty()


async def test_nothing_is_forgotten_while_redis_is_still_away(day: Day) -> None:
    day.redis.away = True
    day.stranded.add(day.office, ENDED, returns=False)
    await rounds(day)
    assert day.redis.asked.is_set()
    assert day.redis.told.empty()
    day.redis.away = False
    await rounds(day)
    assert day.redis.told.get_nowait() is ENDED


async def test_a_caller_who_may_come_back_keeps_the_place_until_the_dialplan_gives_up(
    day: Day,
) -> None:
    day.stranded.add(day.office, ENDED, returns=True)
    day.now += PATIENCE_MS - 1
    await rounds(day)
    assert not day.redis.left
    day.now += 1
    await rounds(day)
    assert day.redis.left
    assert day.redis.told.get_nowait() is ENDED


async def test_who_is_back_is_left_alone(day: Day) -> None:
    day.stranded.add(day.office, ENDED, returns=True)
    day.stranded.is_back("c-1")
    day.now += PATIENCE_MS
    await rounds(day)
    assert not day.redis.left
    assert day.redis.told.empty()
