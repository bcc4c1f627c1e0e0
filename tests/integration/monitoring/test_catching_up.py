"""Both consumers, down and back: nothing twice, nothing lost, and what is lost is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select

from monitoring.consumer import FiguresConsumer
from monitoring.snapshots import POSITION, RedisSnapshots, saved
from store.database import Database
from store.events import Event
from store.following import Consumer
from store.models import QueueVisit
from store.projection import ContactProjection
from store.stream import EventStream, connect, stream_key
from tests.day import KNOWN, ORG, DayStream, day
from tests.integration.conftest import start_redis
from tests.integration.following import caught_up
from tests.unit.monitoring.test_totals import MemorySnapshots

pytestmark = pytest.mark.integration

VISITS = 6


async def the_day_counted() -> dict[str, str]:
    """The totals of who was never down."""
    figures = FiguresConsumer(ORG, DayStream(), MemorySnapshots(), known=KNOWN)
    await caught_up(DayStream(), figures)
    return told(figures)


def told(figures: FiguresConsumer) -> dict[str, str]:
    """The totals without their place in the stream, which each Redis numbers by its own clock."""
    totals = dict(saved(figures.totals))
    del totals[POSITION]
    return totals


async def visits(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(QueueVisit)) or 0


class Watched:
    """Tells how far it is."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._at = ""
        self._news = asyncio.Event()

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        self._at = await super().take_in(after, events)  # type: ignore[misc]
        self._news.set()
        return self._at

    async def until(self, position: str) -> None:
        """Wait until it is there."""
        async with asyncio.timeout(60):
            while self._at != position:
                self._news.clear()
                await self._news.wait()


class Figures(Watched, FiguresConsumer):
    """The figures, watched."""


class Contacts(Watched, ContactProjection):
    """The record, watched."""


def figures_of(redis: Redis) -> Figures:
    """One that saves with the first events it takes in, and not again for long."""
    snapshots, stream = RedisSnapshots(redis, ORG), EventStream(redis, ORG)
    return Figures(ORG, stream, snapshots, known=KNOWN, clock=lambda: 0.0)


async def append(redis: Redis, events: Sequence[Event]) -> str:
    stream = EventStream(redis, ORG)
    return [await stream.append(event) for event in events][-1]


@asynccontextmanager
async def running(consumer: Figures | Contacts) -> AsyncIterator[None]:
    task = asyncio.create_task(consumer.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_figures_killed_after_any_event_before_or_after_saving_are_counted_once(
    redis: Redis,
) -> None:
    await append(redis, day())
    stream = EventStream(redis, ORG)
    done = False
    for life in range(1, 200):
        figures = figures_of(redis)
        position = await figures.position()
        for _ in range(1 + life % 3):  # the first is saved, the others die with the process
            events = await stream.read(position, 1)
            position = await figures.take_in(position, events)
            done = not events
        if done:
            break
    assert done
    assert life > len(day()) / 2
    assert told(figures) == await the_day_counted()


async def test_a_redis_that_is_killed_and_reads_its_file_again_costs_no_consumer_an_event(
    tmp_path: Path, database: Database
) -> None:
    options = ("--appendonly", "yes", "--appendfsync", "always")
    process, url = start_redis(tmp_path, *options)
    try:
        async with connect(url) as redis:
            figures = figures_of(redis)
            recorded = Contacts(database, EventStream(redis, ORG), ORG)
            async with running(figures), running(recorded):
                half = await append(redis, day()[:20])
                await figures.until(half)
                await recorded.until(half)
                process.kill()
                process.wait(10)
                process, _ = await asyncio.to_thread(start_redis, tmp_path, *options)
                end = await append(redis, day()[20:])
                await figures.until(end)
                await recorded.until(end)
        assert told(figures) == await the_day_counted()
        assert await visits(database) == VISITS
        assert figures.gaps.seconds == recorded.gaps.seconds == 0
    finally:
        process.terminate()
        process.wait(10)


async def trimmed(redis: Redis, consumer: Consumer) -> str:
    """The consumer has the first ten events, the next ten are gone, the rest is there."""
    await append(redis, day()[:10])
    await caught_up(EventStream(redis, ORG), consumer)
    await append(redis, day()[10:20])
    end = await append(redis, day()[20:])
    await redis.xtrim(stream_key(ORG), maxlen=len(day()) - 20, approximate=False)
    return end


@pytest.mark.parametrize("which", ["figures", "contacts"])
async def test_who_was_away_for_longer_than_the_stream_reaches_back_says_so_once_and_goes_on(
    redis: Redis, database: Database, which: str, caplog: pytest.LogCaptureFixture
) -> None:
    consumer: Figures | Contacts = figures_of(redis)
    if which == "contacts":
        consumer = Contacts(database, EventStream(redis, ORG), ORG)
    end = await trimmed(redis, consumer)
    with caplog.at_level(logging.ERROR, logger="store.following"):
        async with running(consumer):
            await consumer.until(end)
        async with running(consumer):  # the place is passed
            await consumer.until(await append(redis, day()[-1:]))
    (told,) = caplog.records
    assert told.consumer == f"{which} of {ORG}"  # type: ignore[attr-defined]
    since, till = told.since, told.until  # type: ignore[attr-defined]
    assert since < till
    assert consumer.gaps.seconds > 0


async def test_who_has_all_but_what_is_gone_has_missed_nothing(redis: Redis) -> None:
    stream = EventStream(redis, ORG)
    ids = [await stream.append(event) for event in day()[:5]]
    await redis.xtrim(stream_key(ORG), maxlen=2, approximate=False)
    assert await stream.gap_after(ids[3]) is None
    assert await stream.gap_after("0-0") is None
    gap = await stream.gap_after(ids[0])
    assert gap is not None
    assert (gap.since_ms, gap.until_ms) == tuple(int(ids[n].partition("-")[0]) for n in (0, 3))
