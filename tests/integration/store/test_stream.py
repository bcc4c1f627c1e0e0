"""The event stream on a real Redis."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from store.events import Event, EventType
from store.stream import (
    BEGINNING,
    CONNECTIONS,
    EventStream,
    StreamUnavailable,
    connect,
    stream_key,
)

pytestmark = pytest.mark.integration

ORG = "city"


def event(contact: str = "c-1") -> Event:
    return Event(
        EventType.NODE_VISITED,
        at=1_763_925_160_000,
        org=ORG,
        contact=contact,
        fields={"node": "välkommen", "kind": "say", "tree": "main"},
    )


@pytest.fixture
def stream(redis: Redis) -> EventStream:
    return EventStream(redis, ORG)


async def test_an_event_comes_back_as_it_was_appended(stream: EventStream) -> None:
    entry = await stream.append(event())
    (back,) = await stream.read(BEGINNING)
    assert back.id == entry == await stream.last_id()
    assert (back.type, back.at, back.org, back.contact, back.fields) == (
        EventType.NODE_VISITED,
        1_763_925_160_000,
        ORG,
        "c-1",
        {"node": "välkommen", "kind": "say", "tree": "main"},
    )


async def test_reading_goes_on_behind_what_was_taken_in(stream: EventStream) -> None:
    for number in range(5):
        await stream.append(event(f"c-{number}"))
    first = await stream.read(BEGINNING, count=2)
    rest = await stream.read(first[-1].id)
    assert [e.contact for e in first + rest] == ["c-0", "c-1", "c-2", "c-3", "c-4"]
    assert await stream.read(rest[-1].id) == []


async def test_more_at_once_than_there_are_connections_wait_for_their_turn(
    redis_url: str, redis: Redis
) -> None:
    async with connect(redis_url) as client:
        stream = EventStream(client, ORG)
        many = 4 * CONNECTIONS
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            for number in range(many):
                group.create_task(stream.append(event(f"c-{number}")))
        assert await redis.xlen(stream_key(ORG)) == many
        assert (await redis.info("clients"))["connected_clients"] <= CONNECTIONS + 5


async def test_an_empty_stream_has_a_beginning(stream: EventStream) -> None:
    assert await stream.last_id() == BEGINNING
    assert await stream.read(BEGINNING) == []
    assert await stream.read(BEGINNING, block_ms=1) == []


async def test_a_waiting_reader_is_woken_by_the_next_event(
    stream: EventStream, redis: Redis, redis_url: str
) -> None:
    async with connect(redis_url) as another, asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(EventStream(another, ORG).read(BEGINNING, block_ms=5_000))
        async with asyncio.timeout(10):
            while not (await redis.info("clients"))["blocked_clients"]:
                continue
        await stream.append(event("c-7"))
    assert [e.contact for e in reading.result()] == ["c-7"]


async def test_what_a_contact_has_had_since_is_found_behind_many_others(
    stream: EventStream,
) -> None:
    for number in range(1200):
        await stream.append(event(f"c-{number}"))
    assert await stream.holds(event("c-1100"))
    assert not await stream.holds(event("c-1200"))
    assert not await stream.holds(replace(event("c-1100"), type=EventType.CONTACT_ENDED))
    long_after = system_clock() + 3_600_000
    assert not await stream.holds(replace(event("c-1100"), at=long_after))


async def test_another_organisations_event_is_refused(stream: EventStream) -> None:
    with pytest.raises(ValueError, match="suburb"):
        await stream.append(Event(EventType.AGENT_READY, at=1, org="suburb"))
    assert await stream.last_id() == BEGINNING


@pytest.mark.strange_events
@pytest.mark.parametrize(
    "stranger",
    [
        {"type": "call.teleported", "at": "1"},
        {"type": "call.queued"},
        {"at": "1"},
        {"type": "call.queued", "at": "noon"},
        {b"type": b"call.queued", b"at": b"\xff\xfe"},
        {b"\xff": b"\xff"},
    ],
)
async def test_what_is_no_event_is_skipped_logged_and_counted_once(
    stream: EventStream,
    redis: Redis,
    caplog: pytest.LogCaptureFixture,
    stranger: dict[str, str],
) -> None:
    await stream.append(event("c-1"))
    await redis.xadd(stream_key(ORG), stranger)  # type: ignore[arg-type]  # that is the point
    await stream.append(event("c-2"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert [e.contact for e in await stream.read(BEGINNING)] == ["c-1", "c-2"]
    assert stream.skipped == 1
    assert len(caplog.records) == 1


@pytest.mark.strange_events
async def test_a_whole_batch_of_strangers_does_not_hold_the_reader_up(
    stream: EventStream, redis: Redis
) -> None:
    for _ in range(5):
        await redis.xadd(stream_key(ORG), {"type": "call.teleported", "at": "1"})
    await stream.append(event("c-9"))
    assert [e.contact for e in await stream.read(BEGINNING, count=2)] == ["c-9"]
    assert stream.skipped == 5


@pytest.mark.strange_events
async def test_undecodable_bytes_in_an_event_are_carried_as_text(
    stream: EventStream, redis: Redis
) -> None:
    await redis.xadd(stream_key(ORG), {"type": "contact.started", "at": "1", "caller": b"\xe5"})
    (back,) = await stream.read(BEGINNING)
    assert back.fields["caller"] == "\ufffd"


async def test_a_stream_without_redis_is_an_error_of_the_store() -> None:
    async with connect("unix:///nonexistent/redis.sock") as nowhere:
        stream = EventStream(nowhere, ORG)
        with pytest.raises(StreamUnavailable) as fault:
            await stream.append(event())
        assert fault.value.__cause__ is not None
        with pytest.raises(StreamUnavailable):
            await stream.read(BEGINNING)
        with pytest.raises(StreamUnavailable):
            await stream.last_id()


async def test_an_event_whose_reply_is_lost_is_not_appended_again(
    stream: EventStream, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    async def lose_the_reply(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        path = redis_url.removeprefix("unix://")
        redis_says, to_redis = await asyncio.open_unix_connection(path)
        while asked := await near.read(65_536):
            to_redis.write(asked)
            reply = await redis_says.read(65_536)
            if b"XADD" in asked:
                break
            back.write(reply)
        to_redis.close()
        back.close()

    between = await asyncio.start_unix_server(lose_the_reply, tmp_path / "between.sock")
    async with between, connect(f"unix://{tmp_path}/between.sock") as client:
        with pytest.raises(StreamUnavailable):
            await EventStream(client, ORG).append(event())
    assert len(await stream.read(BEGINNING)) == 1


async def test_a_connection_that_redis_has_closed_meanwhile_costs_nothing(redis_url: str) -> None:
    async with connect(redis_url) as ours, connect(redis_url) as another:
        stream = EventStream(ours, ORG)
        assert await ours.ping()
        await another.client_kill_filter(_type="normal", skipme=True)
        await stream.append(event())


async def test_whoever_waits_for_redis_can_be_cancelled_at_any_moment(stream: EventStream) -> None:
    async def forever() -> None:
        while True:
            await stream.last_id()

    for _ in range(50):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.002), asyncio.TaskGroup() as tasks:
                task = tasks.create_task(forever())
        assert task.cancelled()


async def test_how_far_behind_a_consumer_is(stream: EventStream) -> None:
    first, second = [await stream.append(event(contact)) for contact in ("c-1", "c-2")]
    assert await stream.first_after(BEGINNING) == int(first.partition("-")[0])
    assert await stream.first_after(first) == int(second.partition("-")[0])
    assert await stream.first_after(second) is None
