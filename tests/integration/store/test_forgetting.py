"""A caller leaves the events, and nobody who reads them misses one or meets one twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from store import forgetting
from store.events import Event, EventType
from store.forgetting import forget, mentions, organisations, shorten_log
from store.stream import BEGINNING, EventStream, StreamUnavailable, connect, stream_key
from tests.integration.conftest import files_with, running_redis

pytestmark = pytest.mark.integration

ORG = "preschool"
ANNA, BO = "+46701234567", "+4687654321"
SPELLINGS = {ANNA, "0701234567"}


@pytest.fixture
def stream(redis: Redis) -> EventStream:
    return EventStream(redis, ORG)


async def call(stream: EventStream, n: int, caller: str) -> None:
    fields = {"caller": caller, "dialled": "100", "tree": "main", "version": "0a1b"}
    started = EventType.CONTACT_STARTED
    await stream.append(Event(started, at=1_000 + n, org=ORG, contact=f"c-{n}", fields=fields))
    own = {"reason": "caller"}
    ended = EventType.CONTACT_ENDED
    await stream.append(Event(ended, at=2_000 + n, org=ORG, contact=f"c-{n}", fields=own))


async def everything(redis: Redis) -> list[Any]:
    entries: Any = await redis.xrange(stream_key(ORG))
    return list(entries)


# fewer entries at a time than there are, just as many, more
@pytest.mark.parametrize("at_once", [1, 5, 6, 7, 1_000])
async def test_the_number_goes_and_all_else_stays_in_its_place(
    stream: EventStream, redis: Redis, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", at_once)
    for n, caller in enumerate([ANNA, BO, "0701234567"]):
        await call(stream, n, caller)
    before = await everything(redis)
    assert (await mentions(redis, ORG, SPELLINGS)).last_id == before[4][0]
    assert await everything(redis) == before

    assert (await forget(redis, ORG, SPELLINGS)).count == 2

    for _, fields in before:
        if fields.get("caller") in SPELLINGS:
            del fields["caller"]
    assert await everything(redis) == before
    assert await redis.keys("*copy*") == []
    assert await redis.ttl(stream_key(ORG)) == -1
    assert (await mentions(redis, ORG, SPELLINGS)) == forgetting.Mentions(0, BEGINNING)


async def test_the_next_event_stands_behind_even_those_that_are_gone(
    stream: EventStream, redis: Redis
) -> None:
    await call(stream, 1, ANNA)
    await redis.xadd(stream_key(ORG), {"type": "gone"}, id="9999999999999-7")
    await redis.xdel(stream_key(ORG), "9999999999999-7")
    await forget(redis, ORG, SPELLINGS)
    await call(stream, 2, BO)
    assert (await everything(redis))[-2][0] == "9999999999999-8"


async def test_events_that_are_told_meanwhile_are_there_once_and_in_order(
    stream: EventStream, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 2)
    for n in range(50):
        await call(stream, n, ANNA)
    seen: list[str] = []

    async def read(reader: EventStream) -> None:
        position = BEGINNING
        while len(seen) < 200:
            events = await reader.read(position, count=3, block_ms=1_000)
            position = events[-1].id if events else position
            seen.extend(f"{event.type} {event.contact}" for event in events)

    async with connect(redis_url) as another, asyncio.TaskGroup() as tasks:
        tasks.create_task(read(EventStream(another, ORG)))
        forgetful = tasks.create_task(forget(redis, ORG, SPELLINGS))
        for n in range(50, 100):
            await call(stream, n, BO)
    assert forgetful.result().count == 50
    assert seen == [
        f"{kind} c-{n}" for n in range(100) for kind in ("contact.started", "contact.ended")
    ]


async def test_one_that_was_killed_leaves_the_stream_whole_and_its_copy_not_for_long(
    stream: EventStream, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        await call(stream, n, ANNA)
    before = await everything(redis)
    copy = f"{stream_key(ORG)}:copy"
    script = redis.register_script(forgetting._text())
    await script([stream_key(ORG), copy], [BEGINNING, 3, ANNA])
    assert await everything(redis) == before
    assert 0 < await redis.ttl(copy) <= 600
    assert await organisations(redis) == [ORG]
    await forget(redis, ORG, SPELLINGS)
    assert [entry for entry, _ in await everything(redis)] == [entry for entry, _ in before]


async def test_where_there_are_no_events_there_is_nothing_to_forget(redis: Redis) -> None:
    assert (await forget(redis, ORG, SPELLINGS)).count == 0
    assert await redis.keys() == []


async def test_nothing_of_the_number_is_left_in_the_file_of_redis(tmp_path: Path) -> None:
    with running_redis(tmp_path, "--appendonly", "yes") as url:
        async with connect(url) as redis:
            await call(EventStream(redis, ORG), 1, ANNA)
            await forget(redis, ORG, SPELLINGS)
            assert files_with(tmp_path, ANNA)
            assert await shorten_log(redis)
            assert files_with(tmp_path, ANNA) == set()


async def test_a_redis_that_is_away_is_told(tmp_path: Path) -> None:
    async with connect(f"unix://{tmp_path / 'none'}") as redis:
        with pytest.raises(StreamUnavailable):
            await forget(redis, ORG, SPELLINGS)
        assert not await shorten_log(redis)
