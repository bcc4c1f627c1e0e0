"""The day as rows: exactly once, whoever is killed, and made anew from the stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, text

from store.database import Database
from store.errors import DatabaseAway
from store.events import Event
from store.models import AgentSession, Contact, QueueVisit, instant
from store.projection import ContactProjection
from store.stream import EventStream
from tests.day import NINE, ORG, DayStream, day
from tests.integration.following import caught_up

pytestmark = pytest.mark.integration

Row = tuple[Any, ...]


def seconds(moment: Any) -> float | None:
    return None if moment is None else (moment - instant(NINE)).total_seconds()


async def contacts(database: Database) -> list[Row]:
    async with database.reading() as session:
        found = await session.scalars(select(Contact).order_by(Contact.id))
        return [
            (c.id, c.caller, seconds(c.started_at), seconds(c.ended_at), c.end_reason)
            for c in found
        ]


async def visits(database: Database) -> list[Row]:
    async with database.reading() as session:
        found = await session.scalars(select(QueueVisit).order_by(QueueVisit.queued_at))
        return [
            (
                v.contact,
                v.queue,
                seconds(v.queued_at),
                seconds(v.answered_at),
                seconds(v.left_at),
                v.outcome,
                v.agent,
                v.waited_ms,
                v.talked_ms,
            )
            for v in found
        ]


async def log_ins(database: Database) -> list[Row]:
    async with database.reading() as session:
        found = await session.scalars(select(AgentSession).order_by(AgentSession.agent))
        return [
            (s.agent, s.phone, seconds(s.logged_in_at), seconds(s.logged_out_at)) for s in found
        ]


CONTACTS: list[Row] = [
    ("c1", "+46700000001", 0, 79, "tree"),
    ("c2", "+46700000002", 10, 182, "caller"),
    ("c3", "+46700000003", 20, 51, "caller"),
    ("c4", "+46700000004", 30, 351, "tree"),
    ("c5", "+46700000005", 40, 44, "caller"),
    ("c6", "+46700000006", 50, 121, "failed"),
]
VISITS: list[Row] = [
    ("c1", "fees", 5, 17, 77, "answered", "4001", 12_000, 60_000),
    ("c2", "fees", 15, 60, 180, "answered", "4002", 45_000, 120_000),
    ("c3", "fees", 30, None, 51, "abandoned", None, 21_000, None),
    ("c4", "fees", 35, None, 335, "timeout", None, 300_000, None),
    ("c6", "fees", 55, 100, 110, "answered", "4001", 45_000, 10_000),
    ("c6", "support", 120, None, 120, "nobody", None, 0, None),
]
LOG_INS: list[Row] = [("4001", "agent1", -60, 3600), ("4002", "agent2", -50, None)]


async def assert_the_day(database: Database) -> None:
    assert await contacts(database) == CONTACTS
    assert await visits(database) == VISITS
    assert await log_ins(database) == LOG_INS


async def take_all(database: Database, stream: DayStream, batch: int) -> None:
    await caught_up(stream, ContactProjection(database, stream, ORG), batch)


@pytest.mark.parametrize("batch", [1, 7, 500])
async def test_the_day_has_the_rows_that_were_worked_out_by_hand(
    database: Database, batch: int
) -> None:
    await take_all(database, DayStream(), batch)
    await assert_the_day(database)


async def test_a_position_that_was_taken_in_already_has_no_effect(database: Database) -> None:
    stream = DayStream()
    await take_all(database, stream, 500)
    late = ContactProjection(database, stream, ORG)
    assert await late.take_in("0-0", await stream.read("0-0", 5)) == stream.events[-1].id
    await assert_the_day(database)


async def test_two_consumers_at_once_take_each_event_in_once(database: Database) -> None:
    stream = DayStream()
    await asyncio.gather(*(take_all(database, stream, 2) for _ in range(3)))
    await assert_the_day(database)


async def test_a_consumer_killed_within_any_batch_is_followed_without_loss(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = DayStream()
    load = ContactProjection._load

    async def die(*_: object) -> None:
        raise DatabaseAway("killed after the position was written, before the commit")

    for start in range(len(stream.events)):
        projection = ContactProjection(database, stream, ORG)
        position = await projection.position()
        events: Sequence[Event] = await stream.read(position, 1)
        monkeypatch.setattr(ContactProjection, "_load", die)
        with pytest.raises(DatabaseAway):
            await projection.take_in(position, events)
        monkeypatch.setattr(ContactProjection, "_load", load)
        assert await projection.take_in(position, events) == stream.events[start].id
    await assert_the_day(database)


async def test_a_rebuild_makes_the_same_rows_from_the_stream(database: Database) -> None:
    stream = DayStream()
    await take_all(database, stream, 500)
    async with database.writing() as session:
        await session.execute(text("UPDATE contacts SET end_reason = 'spoilt'"))
        await session.execute(text("DELETE FROM queue_visits WHERE contact = 'c2'"))
    await ContactProjection(database, stream, ORG).rebuild()
    assert await contacts(database) == []
    await take_all(database, stream, 500)
    await assert_the_day(database)


async def test_a_rebuild_leaves_other_organisations_alone(database: Database) -> None:
    await take_all(database, DayStream(), 500)
    await ContactProjection(database, DayStream(), "school").rebuild()
    await assert_the_day(database)


class Watched(ContactProjection):
    """Tells when it has taken in a wanted event."""

    wanted = ""

    def __init__(self, database: Database, stream: EventStream) -> None:
        super().__init__(database, stream, ORG)
        self.there = asyncio.Event()

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        position = await super().take_in(after, events)
        if position == self.wanted:
            self.there.set()
        return position


async def test_a_running_consumer_follows_the_real_stream(database: Database, redis: Redis) -> None:
    stream = EventStream(redis, ORG)
    projection = Watched(database, stream)
    consumer = asyncio.create_task(projection.run())
    for event in day():
        projection.wanted = await stream.append(event)
    if await projection.position() != projection.wanted:  # else it was quicker than we
        await projection.there.wait()
    consumer.cancel()
    await asyncio.gather(consumer, return_exceptions=True)
    await assert_the_day(database)
