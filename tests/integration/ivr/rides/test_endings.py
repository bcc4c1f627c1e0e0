"""How a ride ends: by the caller, the clock, the controller or a Redis that is away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from acd.clock import system_clock
from acd.distributor import Distributor
from acd.model.agent import AgentState
from ivr.conversations.handovers import REFERRED, WISH
from ivr.flow.call import CallerHungUp, CallReferred, QueueAway, QueueOutcome
from store.events import EventType
from store.stream import connect
from tests.integration.conftest import start_redis
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.rides.conftest import (
    ALVA,
    BIRK,
    Bench,
    answer,
    caller_ends_the_talk,
    opened,
)

pytestmark = pytest.mark.integration


async def test_a_caller_whom_redis_forgot_stands_in_line_again(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    await bench.redis.flushdb()
    await bench.agents.login(ALVA, "agent1")
    session.music.clear()
    await session.music.wait()  # the next announcement
    await Distributor(bench.redis, "demo", system_clock, "test-2").match_agent(ALVA.id)
    assert await riding is QueueOutcome.TALKED


async def test_a_caller_who_ends_the_talk_has_talked(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(caller_ends_the_talk))
    assert (await bench.agent(ALVA)).state is AgentState.WRAPUP
    assert [kind for kind, _ in await bench.happened()][-1] is EventType.CALL_ENDED
    assert bench.recorder.finished == ["vaxel-1.1-1"]


@pytest.mark.parametrize(("name", "value"), [(REFERRED, "yes"), ("uniqueid", "vaxel-1.9")])
async def test_a_caller_whom_a_phone_transfers_is_in_the_conversation_until_they_come_back(
    bench: Bench, name: str, value: str
) -> None:
    async def transfer_button(session: FakeSession) -> str:
        session.answered_at = str(system_clock())
        session.variables[name] = value
        session.hang_up_now()  # so says AGI, of a channel that goes on in the dialplan
        return "ANSWER"

    await bench.agents.login(ALVA, "agent1")
    with pytest.raises(CallReferred):
        await bench.ride(FakeSession(transfer_button))
    assert (await bench.agent(ALVA)).state is AgentState.TALKING
    assert (await bench.happened())[-1] == (EventType.CALL_ANSWERED, "")
    assert bench.recorder.finished == ["vaxel-1.1-1"]

    await bench.agents.login(BIRK, "agent2")
    session = FakeSession(answer)
    session.variables[WISH] = "queue - - 0"  # by the dialplan, until a controller knows better
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent2"]
    assert [kind for kind, _ in await bench.happened()][3:] == [
        EventType.CALL_TRANSFERRED,
        EventType.CALL_ENDED,
        EventType.CALL_QUEUED,
        EventType.CALL_OFFERED,
        EventType.CALL_ANSWERED,
        EventType.CALL_ENDED,
    ]


async def test_an_agent_is_free_again_whatever_slip_of_ours_ends_the_talk(bench: Bench) -> None:
    async def slip(_session: FakeSession) -> str:
        other = Distributor(bench.redis, "demo", system_clock, "test-2")
        offer = await other.current_offer("vaxel-1.1")
        assert offer is not None
        await other.answered(offer)
        raise ZeroDivisionError

    await bench.agents.login(ALVA, "agent1")
    with pytest.raises(ZeroDivisionError):
        await bench.ride(FakeSession(slip))
    assert (await bench.agent(ALVA)).state is AgentState.WRAPUP
    assert await bench.traces() == []


async def test_nobody_logged_in_ends_the_wait_before_it_begins(bench: Bench) -> None:
    assert await bench.ride(FakeSession()) is QueueOutcome.NOBODY
    assert (await bench.happened())[-1] == (EventType.CALL_LEFT, "nobody")
    assert await bench.traces() == []


async def test_the_longest_wait_ends_the_ride(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    assert await bench.ride(FakeSession(), max_wait=0.5) is QueueOutcome.TIMED_OUT
    assert (await bench.happened())[-1] == (EventType.CALL_LEFT, "timeout")
    assert await bench.traces() == []


async def test_a_controller_that_stops_leaves_the_caller_in_line(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    riding.cancel()
    await asyncio.gather(riding, return_exceptions=True)
    other = Distributor(bench.redis, "demo", system_clock, "test-2")
    assert await other.held("vaxel-1.1") == "support"


async def test_without_redis_the_call_goes_another_way(tmp_path: Path) -> None:
    process, url = start_redis(tmp_path)
    async with connect(url) as redis, opened(redis) as bench:
        await bench.agents.login(ALVA, "agent1")
        process.kill()
        process.wait()
        with pytest.raises(QueueAway):
            await bench.ride(FakeSession())
