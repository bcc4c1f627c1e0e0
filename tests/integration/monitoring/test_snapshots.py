"""What lies in a real Redis is always the totals at the position beside it, whoever wrote."""

from __future__ import annotations

import random

import pytest
from redis.asyncio import Redis
from redis.typing import EncodableT, FieldT

from monitoring.consumer import FiguresConsumer
from monitoring.counting import count
from monitoring.metrics import queues
from monitoring.snapshots import POSITION, RedisSnapshots, restored
from monitoring.totals import Totals
from store.stream import BEGINNING, EventStream
from tests.day import KNOWN, ORG, day

pytestmark = pytest.mark.integration

KEY = f"vaxel:{{{ORG}}}:totals"


class Clock:
    """Each look is so much later that it is time to save."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def controller(redis: Redis) -> FiguresConsumer:
    return FiguresConsumer(
        ORG, EventStream(redis, ORG), RedisSnapshots(redis, ORG), known=KNOWN, clock=Clock()
    )


async def go_on(one: FiguresConsumer, stream: EventStream, events: int) -> None:
    position = await one.position()
    await one.take_in(position, await stream.read(position, events))


async def what_lies_there(redis: Redis) -> Totals:
    return restored(await RedisSnapshots(redis, ORG).load())


async def counted_up_to(stream: EventStream, position: str) -> Totals:
    totals = Totals()
    for event in await stream.read(BEGINNING):
        if totals.position != position:
            count(totals, event, KNOWN)
    return totals


async def until_the_end(one: FiguresConsumer, stream: EventStream) -> None:
    while one.totals.position != await stream.last_id():
        await go_on(one, stream, 50)


@pytest.mark.parametrize("seed", range(12))
async def test_two_controllers_killed_and_a_redis_that_forgets_leave_exact_totals(
    redis: Redis, seed: int
) -> None:
    chance, stream = random.Random(seed), EventStream(redis, ORG)
    for event in day():
        await stream.append(event)
    controllers = [controller(redis), controller(redis)]
    before: dict[FieldT, EncodableT] = {}
    for _ in range(60):
        match chance.randrange(12):
            case 0:
                controllers[chance.randrange(2)] = controller(redis)  # killed, and another one
            case 1 if before:  # it has lost its last second
                await redis.delete(KEY)
                await redis.hset(KEY, mapping=before)
            case 2:
                before = dict((await redis.hgetall(KEY)).items())
            case 3 if chance.random() < 0.2:
                await redis.delete(KEY)
            case _:
                await go_on(chance.choice(controllers), stream, 1 + chance.randrange(4))
        there = await what_lies_there(redis)
        assert _numbers(there) == _numbers(await counted_up_to(stream, there.position))
    for one in controllers:
        await until_the_end(one, stream)
    last = controller(redis)
    await last.position()
    await until_the_end(last, stream)
    assert _numbers(last.totals) == _numbers(await counted_up_to(stream, await stream.last_id()))


async def test_what_an_older_version_has_saved_as_a_text_is_counted_anew(redis: Redis) -> None:
    await redis.set(KEY, "{}")
    stream = EventStream(redis, ORG)
    for event in day():
        await stream.append(event)
    one = controller(redis)
    await until_the_end(one, stream)
    assert one.totals.counters[queues.CALLS_OFFERED.name][ORG, "fees"] == 5
    assert (await redis.hgetall(KEY))[POSITION] == await stream.last_id()


async def test_only_what_has_changed_is_written(redis: Redis) -> None:
    stream = EventStream(redis, ORG)
    events = day()
    for event in events[:-1]:
        await stream.append(event)
    one = controller(redis)
    await until_the_end(one, stream)
    await redis.hset(KEY, "a stranger", "stays")
    await stream.append(events[-1])
    await until_the_end(one, stream)
    held = await redis.hgetall(KEY)
    assert held["a stranger"] == "stays"
    assert held[POSITION] == await stream.last_id()
    assert not one.totals.changed


def _numbers(totals: Totals) -> tuple[object, ...]:
    """All that is not nothing."""
    return (
        {name: {k: n for k, n in series.items() if n} for name, series in totals.counters.items()},
        {
            name: {k: tally for k, tally in series.items() if any(tally.counts)}
            for name, series in totals.tallies.items()
        },
        totals.agents,
    )
