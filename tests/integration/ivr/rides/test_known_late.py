"""Answers of which Redis or Asterisk's Manager did not hear in time, and telephones rung late."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from redis.asyncio import Redis

import ivr.queueing.ringing
from acd.clock import system_clock
from acd.distributor import Distributor
from acd.errors import AcdUnavailable
from acd.model.agent import AgentState
from acd.model.offer import Offer
from acd.model.queue import Queue
from ivr.agents.remote_agents import remote_phone
from ivr.flow.call import QueueOutcome
from ivr.queueing.answers import ANSWER, DIALLED
from recorder.sidecar import Sidecar
from store.events import EventType
from store.stream import BEGINNING, EventStream
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.rides.conftest import ALVA, BIRK, DEMO, Bench, answer, opened
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

CONTACT = "vaxel-1.1"
LATER_MS = 60_000
RING_MS = round(DEMO.queues["support"].ring_seconds * 1000)
ONE_AT_A_TIME = [EventType.CALL_ANSWERED, EventType.CALL_ENDED]


async def time_passes(bench: Bench) -> None:
    """The offer expires, in the eyes of another controller's sweep."""

    def later() -> int:
        return system_clock() + LATER_MS

    await Distributor(bench.redis, "demo", later, "test-1").upkeep.renew()
    swept = await Distributor(bench.redis, "demo", later, "test-2").upkeep.sweep()
    assert swept.expired == (CONTACT,)


async def until(bench: Bench, agent: str, state: AgentState) -> None:
    async with asyncio.timeout(5):
        while (await bench.agents.status(agent)).state is not state:  # noqa: ASYNC110 - in Redis
            await asyncio.sleep(0.01)


async def told_of(bench: Bench, agent: str) -> list[EventType]:
    events = await EventStream(bench.redis, "demo").read(BEGINNING)
    return [event.type for event in events if event.agent == agent and event.type in ONE_AT_A_TIME]


async def test_a_talk_is_counted_whose_offer_had_expired_before_anybody_could_tell(
    bench: Bench,
) -> None:
    async def outage(session: FakeSession) -> str:
        await time_passes(bench)
        await bench.agents.login(BIRK, "agent2")
        in_vain = await Distributor(bench.redis, "demo", system_clock, "test-2").match(
            Queue("support")
        )
        assert in_vain is not None
        return await answer(session)

    await bench.agents.login(ALVA, "agent1")
    assert await bench.ride(FakeSession(outage)) is QueueOutcome.TALKED
    held = await bench.redis.hvals("vaxel:{demo}:contacts")
    assert held == []
    alva, birk = await bench.agent(ALVA), await bench.agent(BIRK)
    assert {alva.state, birk.state} == {AgentState.WRAPUP, AgentState.READY}
    assert await told_of(bench, ALVA.id) == ONE_AT_A_TIME
    assert await bench.traces() == []


async def test_redis_is_told_again_while_they_talk(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ivr.queueing.ringing, "LOOK_S", 0.01)
    acd = bench.rides._services.distributor
    answered, refused = acd.answered, [AcdUnavailable("away"), AcdUnavailable("away")]

    async def away(offer: Offer, at_ms: int | None = None) -> bool:
        if refused:
            raise refused.pop()
        return await answered(offer, at_ms)

    async def talk(session: FakeSession) -> str:
        await bench.rides._services.answers._expected[CONTACT].rung.over("agent1", ANSWER)
        await until(bench, ALVA.id, AgentState.TALKING)
        return await answer(session)

    monkeypatch.setattr(acd, "answered", away)
    await bench.agents.login(ALVA, "agent1")
    assert await bench.ride(FakeSession(talk)) is QueueOutcome.TALKED
    assert await told_of(bench, ALVA.id) == ONE_AT_A_TIME
    assert caplog.text.count("what became of a ring could not be noted") == 1


async def test_which_of_several_phones_was_picked_up_is_known_without_the_manager(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ivr.queueing.ringing, "LOOK_S", 0.01)
    monkeypatch.setattr(ivr.queueing.ringing, "PICKED_UP_S", -RING_MS)
    support = DEMO.queues["support"].model_copy(update={"ring_at_once": 2})
    together = DEMO.model_copy(update={"queues": {**DEMO.queues, "support": support}})
    async with opened(redis, together) as bench:

        async def talk(session: FakeSession) -> str:
            picked_up = FakeSession()
            picked_up.variables = {"CHANNEL(linkedid)": CONTACT, DIALLED: "agent2@node-b"}
            await bench.rides._services.answers.serve(cast(AgiSession, picked_up))
            await until(bench, BIRK.id, AgentState.TALKING)
            assert (await bench.agent(ALVA)).state is AgentState.READY
            session.variables[DIALLED] = "agent2@node-b"
            return await answer(session)

        await Distributor(redis, "demo", system_clock, "test-2").upkeep.adopt(
            bench.rides.queues.values()
        )
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.login(BIRK, "agent2")
        session = FakeSession(talk, environment=Environment({"agi_channel": "PJSIP/caller-1"}))
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert await told_of(bench, BIRK.id) == ONE_AT_A_TIME


async def test_a_phone_that_is_rung_late_has_its_whole_time(bench: Bench) -> None:
    async def ring(session: FakeSession) -> str:
        expires = await bench.redis.zscore("vaxel:{demo}:due", f"offer|{CONTACT}")
        assert expires is not None
        assert expires > system_clock() + RING_MS + 3_000
        return await answer(session)

    session = FakeSession(ring)
    riding = await _waiting(bench, session)
    await _offered_long_ago(bench)
    assert await riding is QueueOutcome.TALKED


async def test_a_phone_whose_offer_is_over_by_now_is_not_rung(bench: Bench) -> None:
    session = FakeSession(answer)
    riding = await _waiting(bench, session)
    expect = bench.recorder.expect

    async def slowly(sidecar: Sidecar) -> object:
        bench.recorder.expect = expect  # type: ignore[method-assign]  # the seam under test
        await time_passes(bench)
        return await expect(sidecar)

    bench.recorder.expect = slowly  # type: ignore[method-assign, assignment]  # likewise
    await _offered_long_ago(bench)
    assert await riding is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent1"]
    assert bench.recorder.dropped == [f"{CONTACT}-1"]
    assert bench.recorder.finished == [f"{CONTACT}-2"]


async def test_a_caller_whose_agent_outside_took_the_call_and_was_gone_keeps_the_place(
    redis: Redis,
) -> None:
    alva = DEMO.agents[ALVA.id].model_copy(update={"remote": "+46701740605"})
    outside = DEMO.model_copy(update={"agents": {**DEMO.agents, ALVA.id: alva}})
    async with opened(redis, outside) as bench:

        async def takes_and_hangs_up(_session: FakeSession) -> str:
            acd = Distributor(redis, "demo", system_clock, "test-2")
            offer = await acd.current_offer(CONTACT)
            assert offer is not None
            await acd.answered(offer)  # by key 1
            await bench.agents.login(BIRK, "agent2")
            return ANSWER

        await bench.agents.login(ALVA, remote_phone(ALVA.id))
        session = FakeSession(takes_and_hangs_up, answer)
        session.answered_at = ""
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert session.rung[1:] == ["PJSIP/agent2"]
        assert (await bench.agent(ALVA)).state is AgentState.WRAPUP


async def _waiting(bench: Bench, session: FakeSession) -> asyncio.Task[QueueOutcome]:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    await bench.agents.unpause(ALVA.id)
    return riding


async def _offered_long_ago(bench: Bench) -> None:
    """The caller has been spoken with since."""
    past = Distributor(bench.redis, "demo", lambda: system_clock() - 10_000, "test-2")
    assert await past.match_agent(ALVA.id) is not None
