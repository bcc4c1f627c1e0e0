"""Callbacks of a queue that was taken away do not stand for ever."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from acd.callbacks import Callbacks
from acd.errors import CallbackOpen
from acd.model.queue import Queue
from ivr.callbacks.stray_callbacks import StrayCallbacks
from ivr.office import Office
from store.events import Event, EventType
from tests.integration.acd.conftest import HandClock
from tests.integration.ivr.callbacks.conftest import NUMBER, OTHER, RULES, SUPPORT, Bench

pytestmark = pytest.mark.integration

DAY_S = 86_400


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def office(bench: Bench, redis: Redis, clock: HandClock) -> Office:
    return replace(bench.office, callbacks=Callbacks(redis, "demo", clock))


async def ask(office: Office, number: str, queue: str, due_ms: int | None = None) -> str:
    return await office.callbacks.add(
        number, Queue(queue), language="sv", answers={}, rules=RULES, due_ms=due_ms
    )


async def look(office: Office, clock: HandClock) -> None:
    """What a controller does every hour."""
    over = asyncio.Event()

    async def once(_seconds: float) -> None:
        over.set()
        await asyncio.Event().wait()

    looking = asyncio.create_task(StrayCallbacks({"demo": office}, clock).run(once))
    await over.wait()
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking


async def test_it_is_given_up_after_a_day_and_its_person_may_ask_anew(
    bench: Bench, office: Office, clock: HandClock
) -> None:
    gone, kept = await ask(office, NUMBER, "taxes"), await ask(office, OTHER, SUPPORT.name)
    clock.forward(DAY_S - 1)
    await look(office, clock)
    with pytest.raises(CallbackOpen):
        await ask(office, NUMBER, SUPPORT.name)
    clock.forward(1)

    await look(office, clock)
    await look(office, clock)

    ended: list[Event] = await bench.events(EventType.CALLBACK_ENDED)
    assert [(one.contact, one.fields["outcome"]) for one in ended] == [(gone, "given_up")]
    assert [one.contact for one in await office.callbacks.open()] == [kept]
    await ask(office, NUMBER, SUPPORT.name)


async def test_a_day_begins_at_the_time_that_was_chosen(office: Office, clock: HandClock) -> None:
    await ask(office, NUMBER, "taxes", due_ms=clock() + 3 * DAY_S * 1000)
    clock.forward(3 * DAY_S)
    await look(office, clock)
    assert len(await office.callbacks.open()) == 1
    clock.forward(DAY_S)
    await look(office, clock)
    assert await office.callbacks.open() == ()


async def test_a_queue_that_is_back_keeps_its_people(office: Office, clock: HandClock) -> None:
    await ask(office, NUMBER, "taxes")
    clock.forward(2 * DAY_S)
    support = office.organisation.queues["support"]
    queues = {"support": support, "taxes": support}
    back = replace(office, organisation=office.organisation.model_copy(update={"queues": queues}))
    await look(back, clock)
    assert len(await office.callbacks.open()) == 1
