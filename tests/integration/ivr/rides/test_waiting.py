"""What a caller hears who waits, and who never joins because the wait would be too long."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.distributor import Distributor
from acd.floor import Floor
from ivr.flow.call import CallerHungUp, QueueOutcome
from store.events import EventType
from store.stream import BEGINNING, EventStream
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.rides.conftest import (
    ALVA,
    BIRK,
    DEMO,
    Bench,
    answer,
    opened,
)

pytestmark = pytest.mark.integration


async def test_a_caller_who_is_moved_goes_on_waiting_with_announcements(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    floor = Floor(bench.redis, "demo", system_clock)
    await floor.move("vaxel-1.1", "support", bench.rides.queues["operator"], by="lead")
    session.music.clear()
    await session.music.wait()
    assert session.played == ["en: You are next in line."] * 2
    moved = await floor.contact("vaxel-1.1")
    assert moved is not None
    assert moved.queue == "operator"
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding
    assert (await bench.happened())[-1] == (EventType.CALL_ABANDONED, "")
    assert await bench.traces() == []


async def test_a_waiting_caller_hears_the_position_and_music_and_may_give_up(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    assert session.played == ["en: You are next in line."]
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding
    assert [kind for kind, _ in await bench.happened()][-1] is EventType.CALL_ABANDONED
    assert await bench.traces() == []


async def one_agent_busy(bench: Bench, service_s: int, ahead: int = 0) -> None:
    """Alva is rung for somebody; contacts take so long; so many wait."""
    kept = f"{service_s * 1000}|4000|50"
    await bench.redis.hset("vaxel:{demo}:pace", mapping={"service|support": kept})
    await bench.agents.login(ALVA, "agent1")
    other = Distributor(bench.redis, "demo", system_clock, "test-2")
    for number in range(ahead + 1):
        await other.join(f"ahead-{number}", bench.rides.queues["support"])
        await other.match(bench.rides.queues["support"])


@pytest.mark.parametrize(
    ("service_s", "ahead", "words"),
    [
        (20, 0, "You will probably wait less than a minute."),
        (240, 0, "You will probably wait no longer than ten minutes."),
        (240, 3, "You will probably wait between six and twenty-eight minutes."),
    ],
)
async def test_a_waiting_caller_hears_how_long_it_will_be_as_a_range(
    bench: Bench, service_s: int, ahead: int, words: str
) -> None:
    await one_agent_busy(bench, service_s, ahead)
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    assert session.played[1:] == [f"en: {words}"]
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding


async def test_an_organisation_without_words_for_the_wait_is_silent(redis: Redis) -> None:
    wordless = DEMO.texts.queue.model_copy(update={"wait_up_to": None})
    texts = DEMO.texts.model_copy(update={"queue": wordless})
    async with opened(redis, DEMO.model_copy(update={"texts": texts})) as bench:
        await one_agent_busy(bench, 240)
        session = FakeSession()
        riding = asyncio.create_task(bench.ride(session))
        await session.music.wait()
        assert session.played == ["en: You are next in line."]
        session.hang_up_now()
        with pytest.raises(CallerHungUp):
            await riding


async def test_what_was_expected_of_a_wait_is_told_when_it_is_over(bench: Bench) -> None:
    await one_agent_busy(bench, 240)
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    await bench.agents.login(BIRK, "agent2")
    other = Distributor(bench.redis, "demo", system_clock, "test-2")
    assert await other.match_agent(BIRK.id) is not None
    assert await riding is QueueOutcome.TALKED
    events = await EventStream(bench.redis, "demo").read(BEGINNING)
    (answered,) = [event for event in events if event.type is EventType.CALL_ANSWERED]
    assert answered.fields["estimated"] == "244000"
    assert 0 < int(answered.fields["estimated_low"]) < 244_000
    assert int(answered.fields["estimated_high"]) > 244_000


async def test_nothing_is_foretold_to_a_caller_for_whom_an_agent_is_free(bench: Bench) -> None:
    await bench.redis.hset("vaxel:{demo}:pace", mapping={"service|support": "240000|4000|50"})
    await bench.agents.login(ALVA, "agent1")
    assert await bench.ride(FakeSession(answer)) is QueueOutcome.TALKED
    events = await EventStream(bench.redis, "demo").read(BEGINNING)
    (answered,) = [event for event in events if event.type is EventType.CALL_ANSWERED]
    assert "estimated" not in answered.fields


async def test_a_caller_who_would_wait_too_long_never_joins(bench: Bench) -> None:
    await one_agent_busy(bench, 240, ahead=1)
    # expected: two contacts and the ring, 484 s
    assert await bench.ride(FakeSession(), max_estimate=483) is QueueOutcome.LONG_WAIT
    assert await bench.traces() == []
    # Before the one who waits they would wait for one contact alone.
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session, max_estimate=483, priority=60))
    await session.music.wait()
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding


async def test_a_caller_whose_controller_died_is_not_turned_away(bench: Bench) -> None:
    await one_agent_busy(bench, 240, ahead=5)
    other = Distributor(bench.redis, "demo", system_clock, "test-2")
    await other.join("vaxel-1.1", bench.rides.queues["support"])
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session, max_estimate=60))
    await session.music.wait()
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding


async def test_while_nothing_is_known_of_the_wait_everybody_joins(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    ride = bench.ride(FakeSession(), max_wait=0.2, max_estimate=30)
    assert await ride is QueueOutcome.TIMED_OUT
