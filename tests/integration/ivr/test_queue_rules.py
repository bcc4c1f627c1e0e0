"""The rules of a queue on a real Redis: who is preferred and kept, who leaves, what is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from redis.asyncio import Redis

import ivr.queueing.staying
import ivr.queueing.waiting
from acd.clock import system_clock
from acd.distributor import Distributor
from acd.model.agent import Agent, AgentState
from ivr.flow.call import CallerHungUp, Preferred, QueueOutcome
from ivr.flow.hours import Hours
from ivr.flow.organisation import Organisation
from ivr.flow.texts import Text
from ivr.world.recognition_of_callers import CallerMemory
from store.events import EventType
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.rides.conftest import ALVA, BIRK, DEMO, Bench, answer, opened

pytestmark = pytest.mark.integration

CALLER = "0700000001"


def ruled(known_hours: Mapping[str, Hours] | None = None, /, **rules: Any) -> Organisation:
    queues = {**DEMO.queues, "support": DEMO.queues["support"].model_copy(update=rules)}
    return DEMO.model_copy(
        update={"queues": queues, "hours": {**DEMO.hours, **(known_hours or {})}}
    )


def comforting(*sentences: str) -> tuple[Text, ...]:
    return tuple(Text.model_validate({"sv": one, "da": one, "en": one}) for one in sentences)


def memory(redis: Redis) -> CallerMemory:
    return CallerMemory(redis, "demo", "secret", ("SE", "DK"))


@pytest.fixture
def looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ivr.queueing.staying, "LOOK_EVERY_MS", 20)


async def test_a_caller_gets_the_preferred_agent_who_is_kept_as_their_last(redis: Redis) -> None:
    async with opened(redis) as bench:
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.login(BIRK, "agent2")
        session = FakeSession(answer)
        prefer = Preferred("4002", 30)
        outcome = await bench.ride(session, prefer=prefer, keeps_agent=True)
        assert outcome is QueueOutcome.TALKED
        assert session.rung == ["PJSIP/agent2"]
        assert await memory(redis).last_agent(CALLER) == "4002"


async def test_nobody_is_kept_where_no_tree_asks_for_it(redis: Redis) -> None:
    async with opened(redis) as bench:
        await bench.agents.login(ALVA, "agent1")
        assert await bench.ride(FakeSession(answer)) is QueueOutcome.TALKED
        assert await memory(redis).last_agent(CALLER) == ""


async def waits(bench: Bench, session: FakeSession, **request: Any) -> asyncio.Task[QueueOutcome]:
    riding = asyncio.create_task(bench.ride(session, **request))
    await session.music.wait()
    return riding


async def gone(session: FakeSession, riding: asyncio.Task[QueueOutcome]) -> None:
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding


@pytest.mark.usefixtures("looking_often")
async def test_a_caller_leaves_once_nobody_is_there_and_before_not(redis: Redis) -> None:
    async with opened(redis) as bench:
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.pause(ALVA.id, "break")
        riding = await waits(bench, FakeSession(), leave_when_empty=0.05)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(riding), 0.2)
        await bench.agents.logout(ALVA.id)
        assert await asyncio.wait_for(riding, 5) is QueueOutcome.NOBODY
        assert (await bench.happened())[-1] == (EventType.CALL_LEFT, "nobody")
        assert await bench.traces() == []


@pytest.mark.usefixtures("looking_often")
async def test_an_agent_who_comes_back_in_time_keeps_the_caller(redis: Redis) -> None:
    async with opened(redis) as bench:
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.pause(ALVA.id, "break")
        session = FakeSession(answer)
        riding = await waits(bench, session, leave_when_empty=60)
        await bench.agents.logout(ALVA.id)
        await asyncio.sleep(0.1)
        await bench.agents.login(ALVA, "agent1")
        await Distributor(redis, "demo", system_clock, "test-2").match_agent(ALVA.id)
        assert await riding is QueueOutcome.TALKED


@pytest.mark.usefixtures("looking_often")
async def test_where_pausing_counts_as_away_nobody_joins_and_nobody_stays(redis: Redis) -> None:
    async with opened(redis, ruled(empty="not_working")) as bench:
        await bench.agents.login(ALVA, "agent1")
        other = Distributor(redis, "demo", system_clock, "test-2")
        await other.join("ahead", bench.rides.queues["support"])
        offer = await other.match(bench.rides.queues["support"])
        assert offer is not None
        await other.answered(offer)
        riding = await waits(bench, FakeSession(), leave_when_empty=0)
        await bench.agents.pause(ALVA.id, "break")  # after the call
        assert await asyncio.wait_for(riding, 5) is QueueOutcome.NOBODY
        assert await bench.ride(FakeSession(), "vaxel-1.2") is QueueOutcome.NOBODY


NEVER = Hours.model_validate({"weekly": {"mon-sun": "closed"}})


async def test_nobody_joins_a_closed_queue_but_who_has_a_place_keeps_it(redis: Redis) -> None:
    async with opened(redis, ruled({"shop": NEVER}, hours="shop")) as bench:
        await bench.agents.login(ALVA, "agent1")
        assert await bench.ride(FakeSession(), closed=True) is QueueOutcome.CLOSED
        assert await bench.happened() == []
        other = Distributor(redis, "demo", system_clock, "test-2")
        await other.join("vaxel-1.1", bench.rides.queues["support"])
        assert await bench.ride(FakeSession(answer), closed=True) is QueueOutcome.TALKED


@pytest.mark.usefixtures("looking_often")
@pytest.mark.parametrize("at_closing", ["stay", "leave"])
async def test_those_who_wait_when_it_closes_stay_or_leave(redis: Redis, at_closing: str) -> None:
    rules = {"hours": "shop", "at_closing": at_closing}
    async with opened(redis, ruled({"shop": NEVER}, **rules)) as bench:
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.pause(ALVA.id, "break")
        session = FakeSession()
        if at_closing == "leave":
            assert await asyncio.wait_for(bench.ride(session), 5) is QueueOutcome.CLOSED
            assert (await bench.happened())[-1] == (EventType.CALL_LEFT, "closed")
        else:
            riding = await waits(bench, session)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(riding), 0.2)
            await gone(session, riding)


@pytest.fixture
def little_music(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ivr.queueing.waiting, "MUSIC_BETWEEN_MS", 50)


async def heard(bench: Bench, sentences: int) -> list[str]:
    """What a caller hears who waits behind a paused agent."""
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession()
    riding = await waits(bench, session)
    async with asyncio.timeout(10):
        while len(session.played) < sentences:
            session.music.clear()
            await session.music.wait()
    await gone(session, riding)
    return session.played[:sentences]


@pytest.mark.usefixtures("little_music")
async def test_comforting_messages_come_in_turn_between_the_positions(redis: Redis) -> None:
    comfort = comforting("Thanks.", "Still here.")
    rules = ruled(comfort=comfort, comfort_every=0.4, announce_every=600)
    async with opened(redis, rules) as bench:
        assert await heard(bench, 4) == [
            "en: You are next in line.",
            "en: Thanks.",
            "en: Still here.",
            "en: Thanks.",
        ]


async def test_a_queue_that_tells_no_position_comforts_only(redis: Redis) -> None:
    rules = ruled(comfort=comforting("Thanks."), comfort_every=0.4, announce="none")
    async with opened(redis, rules) as bench:
        assert await heard(bench, 2) == ["en: Thanks.", "en: Thanks."]


async def test_backup_agents_of_the_file_are_asked_when_their_time_has_come(redis: Redis) -> None:
    helper = DEMO.agents["4001"].model_copy(
        update={"queues": ("operator",), "backup": ("support",)}
    )
    demo = ruled(backup_after=0.6).model_copy(update={"agents": {**DEMO.agents, "4001": helper}})
    async with opened(redis, demo) as bench:
        assert bench.rides.queues["support"].backup_seconds == 1
        assert bench.rides.queues["operator"].backup_seconds == 0
        await bench.agents.login(BIRK, "agent2")
        await bench.agents.login(
            Agent("4001", "Alva", helper.serves, backup=frozenset(helper.backup)), "agent1"
        )
        other = Distributor(redis, "demo", system_clock, "test-2")
        support = bench.rides.queues["support"]
        await other.join("ahead", support)
        ahead = await other.match(support)
        assert ahead is not None
        assert ahead.agent == "4002"
        session = FakeSession(answer)
        riding = await waits(bench, session)
        assert (await bench.agents.status("4001")).state is AgentState.READY
        async with asyncio.timeout(10):
            while not session.rung:
                await other.upkeep.tick([support])
                await asyncio.sleep(0.05)
        assert session.rung == ["PJSIP/agent1"]
        assert await riding is QueueOutcome.TALKED
