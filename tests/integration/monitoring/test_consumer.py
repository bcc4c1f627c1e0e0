"""Counting from a real Redis, over its outage and our own restarts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from monitoring.consumer import FiguresConsumer
from monitoring.exposition import Exposition
from monitoring.metrics import queues
from monitoring.snapshots import RedisSnapshots
from store.events import Event
from store.stream import EventStream, connect
from tests.day import ORG, day
from tests.integration.conftest import start_redis
from tests.unit.monitoring.fake_live import FakeLive

pytestmark = pytest.mark.integration

ANSWERED = queues.CALLS_ANSWERED.name
FEES = (ORG, "fees")


class Watched(FiguresConsumer):
    """Tells when it has counted a wanted number of answered calls."""

    wanted = 0
    there: asyncio.Event

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        position = await super().take_in(after, events)
        if self.totals.counters[ANSWERED].get(FEES, 0) == self.wanted and self.caught_up:
            self.there.set()
        return position

    async def until(self, answered: int) -> None:
        self.wanted, self.there = answered, asyncio.Event()
        running = asyncio.create_task(self.run())
        await self.there.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def consumer(redis: Redis) -> Watched:
    return Watched(ORG, EventStream(redis, ORG), RedisSnapshots(redis, ORG))


async def test_a_consumer_that_ends_in_order_leaves_its_totals_in_one_key(redis: Redis) -> None:
    stream = EventStream(redis, ORG)
    for event in day():
        await stream.append(event)
    await consumer(redis).until(answered=3)
    assert await redis.keys("*totals*") == ["vaxel:{preschool}:totals"]
    await redis.delete("events:{preschool}")  # the second life has nothing but the saved totals
    second = consumer(redis)
    await second.until(answered=3)
    assert second.totals.counters[queues.CALLS_OFFERED.name][FEES] == 5


async def test_what_happened_between_two_lives_is_counted_once(redis: Redis) -> None:
    stream = EventStream(redis, ORG)
    events = day()
    for event in events[:20]:
        await stream.append(event)
    await consumer(redis).until(answered=1)
    for event in events[20:]:
        await stream.append(event)
    third = consumer(redis)
    await third.until(answered=3)
    assert third.totals.tallies[queues.ANSWERED_WAIT.name][FEES].sum_ms == 102_000


async def test_while_redis_is_away_a_scrape_answers_at_once_with_what_is_known(
    tmp_path: Path,
) -> None:
    process, url = start_redis(tmp_path)
    clock = time.monotonic()
    async with connect(url) as redis:
        for event in day():
            await EventStream(redis, ORG).append(event)
        figures = Watched(
            ORG, EventStream(redis, ORG), RedisSnapshots(redis, ORG), clock=lambda: clock
        )
        await figures.until(answered=3)
        process.terminate()
        process.wait(10)
        clock += 10
        live = FakeLive()
        live.fault = ConnectionError()
        exposition = Exposition(CollectorRegistry(), [figures], live, version="1")
        async with asyncio.timeout(2):
            text = (await exposition.text()).decode()
    assert 'vaxel_event_stream_up{org="preschool"} 0.0' in text
    assert 'vaxel_calls_answered_total{org="preschool",queue="fees"} 3.0' in text
