"""A ride whose queue has several agents rung at once, on the real Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.distributor import Distributor
from acd.model.agent import Agent, AgentState
from ivr.flow.call import CallerHungUp, QueueOutcome
from ivr.queueing.answers import DIALLED, Rung
from ivr.queueing.telephones import AUTO_ANSWER
from store.events import EventType
from store.stream import BEGINNING, EventStream
from tests.integration.ivr.fake_line import Dial, FakeSession
from tests.integration.ivr.rides.conftest import (
    ALVA,
    BIRK,
    DEMO,
    Bench,
    answer,
    caller_gives_up,
    decline,
    opened,
)

pytestmark = pytest.mark.integration

CLEO = Agent("4003", "Cleo", ("support",))
TEAM = {"agent1": ALVA, "agent2": BIRK, "agent3": CLEO}
HEADSETS = {
    agent.id: DEMO.agents[agent.id].model_copy(update={"auto_answer": True})
    for agent in TEAM.values()
}
SUPPORT = DEMO.queues["support"]
TOGETHER = DEMO.model_copy(
    update={
        "agents": {**DEMO.agents, **HEADSETS},
        "queues": {**DEMO.queues, "support": SUPPORT.model_copy(update={"ring_at_once": 3})},
    }
)
CONTACT = "vaxel-1.1"


@pytest.fixture
async def bench(redis: Redis) -> AsyncIterator[Bench]:
    async with opened(redis, TOGETHER) as made:
        acd = Distributor(redis, "demo", system_clock, "test-2")
        await acd.upkeep.adopt(made.rides.queues.values())
        for phone, agent in TEAM.items():
            await made.agents.login(agent, phone)
        yield made


async def states(bench: Bench) -> list[AgentState]:
    return [(await bench.agent(agent)).state for agent in TEAM.values()]


async def reasons(bench: Bench) -> list[str]:
    return [(await bench.agent(agent)).reason for agent in TEAM.values()]


def rings(bench: Bench, told: Callable[[Rung], Awaitable[None]], dial: Dial) -> Dial:
    """A ring of which Asterisk's Manager tells this meanwhile."""

    async def both(session: FakeSession) -> str:
        rung = bench.rides._services.answers._expected[CONTACT].rung
        for phone in TEAM:
            rung.rings(phone)
        await told(rung)
        return await dial(session)

    return both


def answered_by(phone: str) -> Dial:
    async def dial(session: FakeSession) -> str:
        session.variables[DIALLED] = phone
        return await answer(session)

    return dial


@pytest.mark.parametrize("phone", ["agent2", "agent2@node-b"])
@pytest.mark.parametrize("manager", ["tells", "is away"])
async def test_who_picks_up_talks_and_is_recorded_and_the_others_are_free(
    bench: Bench, phone: str, manager: str
) -> None:
    during: list[AgentState] = []

    async def told(rung: Rung) -> None:
        if manager == "tells":
            await rung.over("agent2", "ANSWER")
            await rung.over("agent1", "CANCEL")
            during.extend(await states(bench))

    session = FakeSession(rings(bench, told, answered_by(phone)))
    assert await bench.ride(session) is QueueOutcome.TALKED
    free, talks, wraps_up = AgentState.READY, AgentState.TALKING, AgentState.WRAPUP
    assert during == ([free, talks, free] if manager == "tells" else [])
    assert await states(bench) == [free, wraps_up, free]
    assert session.rung == ["PJSIP/agent1&PJSIP/agent2&PJSIP/agent3"]
    (options,) = session.dial_options
    assert "U(vaxel-answered^/recordings/vaxel-1.1-1^now^several)" in options
    assert AUTO_ANSWER not in options, "no phone answers by itself while others ring"
    expected = [(one.agent, one.base) for one in bench.recorder.expected]
    assert expected == [(agent.id, f"vaxel-1.1-1-{at}") for at, agent in TEAM.items()]
    assert bench.recorder.finished == ["vaxel-1.1-1-agent2"]
    assert bench.recorder.dropped == ["vaxel-1.1-1-agent1", "vaxel-1.1-1-agent3"]
    events = await EventStream(bench.redis, "demo").read(BEGINNING)
    named = [event.agent for event in events if event.type is EventType.CALL_ANSWERED]
    assert named == [BIRK.id]


async def test_who_declines_is_refused_while_the_others_ring_on(bench: Bench) -> None:
    during: list[tuple[AgentState, str]] = []

    async def told(rung: Rung) -> None:
        await rung.over("agent1", "BUSY")
        for agent in TEAM.values():
            status = await bench.agent(agent)
            during.append((status.state, status.reason))

    session = FakeSession(rings(bench, told, answered_by("agent3")))
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert during == [
        (AgentState.PAUSED, "busy"),
        (AgentState.RESERVED, ""),
        (AgentState.RESERVED, ""),
    ]
    happened = await bench.happened()
    assert happened.count((EventType.CALL_REFUSED, "busy")) == 1
    assert await states(bench) == [AgentState.PAUSED, AgentState.READY, AgentState.WRAPUP]


async def test_when_the_ring_time_is_over_each_who_is_still_rung_has_missed_it(
    bench: Bench,
) -> None:
    async def told(rung: Rung) -> None:
        await rung.over("agent2", "CONGESTION")
        await rung.over("agent1", "NOANSWER")
        await rung.over("agent3", "NOANSWER")

    session = FakeSession(rings(bench, told, decline("NOANSWER")))
    with pytest.raises(CallerHungUp):
        await _until_it_waits(bench, session)
    assert await reasons(bench) == ["not_answering", "unreachable", "not_answering"]
    assert sorted(bench.recorder.dropped) == [f"vaxel-1.1-1-{phone}" for phone in TEAM]


async def test_a_phone_that_was_never_rung_is_unreachable_while_the_others_have_missed_it(
    bench: Bench,
) -> None:
    async def dial(_session: FakeSession) -> str:
        rung = bench.rides._services.answers._expected[CONTACT].rung
        rung.rings("agent1")
        rung.rings("agent3")
        return "NOANSWER"

    with pytest.raises(CallerHungUp):
        await _until_it_waits(bench, FakeSession(dial))
    assert await reasons(bench) == ["not_answering", "unreachable", "not_answering"]


async def test_with_the_manager_away_all_have_what_dial_says_of_them_together(
    bench: Bench,
) -> None:
    with pytest.raises(CallerHungUp):
        await _until_it_waits(bench, FakeSession(decline("BUSY")))
    assert await reasons(bench) == ["busy"] * 3


async def test_a_caller_who_hangs_up_while_several_ring_lets_all_go(bench: Bench) -> None:
    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(caller_gives_up))
    assert await states(bench) == [AgentState.READY] * 3
    assert await bench.traces() == []


async def test_a_disk_that_is_full_costs_the_recordings_and_is_told_once(bench: Bench) -> None:
    bench.recorder.full = True
    session = FakeSession(answered_by("agent2"))
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert bench.recorder.missed == ["vaxel-1.1-1-agent1"]
    assert "U(vaxel-answered^^^several)" in session.dial_options[0]


async def _until_it_waits(bench: Bench, session: FakeSession) -> None:
    """Ride; the caller hangs up as soon as they hear that they wait."""
    on = session.music_on

    async def music_on() -> None:
        await on()
        session.hang_up_now()

    session.music_on = music_on  # type: ignore[method-assign]  # the seam under test
    await bench.ride(session)
