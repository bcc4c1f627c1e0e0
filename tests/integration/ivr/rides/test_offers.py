"""Who is rung for a caller, and what a phone that does not answer comes to."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.distributor import Distributor
from acd.floor import Floor
from acd.model.agent import Agent, AgentState
from ivr.flow.call import CallerHungUp, QueueOutcome
from store.events import EventType
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.rides.conftest import (
    ALVA,
    BIRK,
    DEMO,
    OPERATOR,
    SECOND_OPERATOR,
    Bench,
    answer,
    caller_gives_up,
    decline,
    opened,
)

pytestmark = pytest.mark.integration


async def test_a_caller_talks_to_the_agent_who_is_free(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    session = FakeSession(answer)
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent1"]
    assert session.played == []  # nobody is told to wait when somebody is free
    assert (await bench.agent(ALVA)).state is AgentState.WRAPUP
    assert bench.recorder.finished == ["vaxel-1.1-1"]
    assert await bench.happened() == [
        (EventType.CALL_QUEUED, ""),
        (EventType.CALL_OFFERED, ""),
        (EventType.CALL_ANSWERED, ""),
        (EventType.CALL_ENDED, ""),
    ]
    assert await bench.traces() == []


async def test_an_agent_who_does_not_answer_is_paused_and_the_next_one_rung(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.login(BIRK, "agent2")
    session = FakeSession(decline("NOANSWER"), answer)
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent1", "PJSIP/agent2"]
    alva = await bench.agent(ALVA)
    assert (alva.state, alva.reason) == (AgentState.PAUSED, "not_answering")
    assert bench.recorder.dropped == ["vaxel-1.1-1"]
    assert bench.recorder.finished == ["vaxel-1.1-2"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [("BUSY", "busy"), ("CHANUNAVAIL", "unreachable"), ("CONGESTION", "unreachable")],
)
async def test_a_phone_that_cannot_be_rung_pauses_its_agent(
    bench: Bench, status: str, reason: str
) -> None:
    await bench.agents.login(ALVA, "agent1")
    session = FakeSession(decline(status))
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()  # back in line
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding
    assert (await bench.agent(ALVA)).reason == reason
    assert (EventType.CALL_REFUSED, reason) in await bench.happened()


async def test_a_caller_whom_a_supervisor_moves_is_rung_for_by_the_rules_of_the_other_queue(
    bench: Bench,
) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    await bench.agents.login(OPERATOR, "agent2")
    await bench.agents.login(SECOND_OPERATOR, "agent3")
    session = FakeSession(decline("BUSY"), answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    floor = Floor(bench.redis, "demo", system_clock)
    operators = bench.rides.queues["operator"]

    await floor.move("vaxel-1.1", "support", operators, by="lead")
    await Distributor(bench.redis, "demo", system_clock, "test-2").match(operators)

    assert await riding is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent2", "PJSIP/agent3"]
    assert session.ring_times == ["15", "15"]
    assert session.variables["CALLERID(name)"] == "en operator"
    assert {sidecar.queue for sidecar in bench.recorder.expected} == {"operator"}
    assert await bench.traces() == []


async def test_an_offer_reaches_a_caller_who_already_waits(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    await bench.agents.unpause(ALVA.id)
    other = Distributor(bench.redis, "demo", system_clock, "test-2")  # whichever controller
    assert await other.match_agent(ALVA.id) is not None
    assert await riding is QueueOutcome.TALKED


async def test_a_caller_who_gives_up_while_it_rings_leaves_the_agent_ready(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(caller_gives_up))
    assert (await bench.agent(ALVA)).state is AgentState.READY
    assert [kind for kind, _ in await bench.happened()][-1] is EventType.CALL_ABANDONED
    assert bench.recorder.dropped == ["vaxel-1.1-1"]


async def test_an_agent_who_was_being_rung_is_there_at_once_for_the_callers_of_other_queues(
    bench: Bench,
) -> None:
    await bench.agents.login(Agent("4001", "Alva", ("support", "operator")), "agent1")
    other = Distributor(bench.redis, "demo", system_clock, "test-2")

    async def gives_up_while_another_waits(session: FakeSession) -> str:
        await other.join("next", bench.rides.queues["operator"])
        return await caller_gives_up(session)

    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(gives_up_while_another_waits))
    offer = await other.current_offer("next")
    assert offer is not None
    assert offer.agent == ALVA.id


async def test_an_agent_whose_caller_gave_up_is_there_for_the_next_in_line(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    next_in_line = FakeSession(answer)
    rides: list[asyncio.Task[QueueOutcome]] = []

    async def give_up_before_another(session: FakeSession) -> str:
        rides.append(asyncio.create_task(bench.ride(next_in_line, "vaxel-1.2")))
        await next_in_line.music.wait()
        return await caller_gives_up(session)

    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(give_up_before_another))
    async with asyncio.timeout(2):
        assert await rides[0] is QueueOutcome.TALKED


async def test_an_agent_without_wrap_up_time_gets_the_next_in_line_at_once(redis: Redis) -> None:
    queue = DEMO.queues["support"].model_copy(update={"wrapup_seconds": 0})
    hasty = DEMO.model_copy(update={"queues": {"support": queue}})
    async with opened(redis, hasty) as bench:
        await bench.agents.login(ALVA, "agent1")
        next_in_line = FakeSession(answer)
        rides: list[asyncio.Task[QueueOutcome]] = []

        async def answer_before_another(session: FakeSession) -> str:
            rides.append(asyncio.create_task(bench.ride(next_in_line, "vaxel-1.2")))
            await next_in_line.music.wait()
            return await answer(session)

        assert await bench.ride(FakeSession(answer_before_another)) is QueueOutcome.TALKED
        async with asyncio.timeout(2):
            assert await rides[0] is QueueOutcome.TALKED
