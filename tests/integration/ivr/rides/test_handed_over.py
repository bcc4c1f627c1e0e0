"""A caller whom an agent hands over waits by the rules of where they wait, and is one contact."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

import ivr.queueing.staying
from acd.clock import system_clock
from acd.distributor import Distributor
from acd.model.agent import AgentState
from acd.model.handover import HandedTo, Handover
from ivr.callbacks.offer import YES
from ivr.conversations.handovers import WISH
from ivr.flow.call import CallerHungUp, QueueOutcome
from ivr.flow.organisation import Organisation
from ivr.flow.recording import RecordingPolicy, When
from tests.integration.ivr.fake_line import Dial, FakeSession
from tests.integration.ivr.rides.conftest import (
    ALVA,
    BIRK,
    DEMO,
    OPERATOR,
    Bench,
    answer,
    opened,
)
from wire.agi.errors import AgiDisconnected

pytestmark = pytest.mark.integration

TO_OPERATORS = "queue operator operator 0"
CONTACT = "vaxel-1.1"


def with_queues(**changes: dict[str, object]) -> Organisation:
    changed = {name: DEMO.queues[name].model_copy(update=more) for name, more in changes.items()}
    return DEMO.model_copy(update={"queues": {**DEMO.queues, **changed}})


def hands_over(meanwhile: Callable[[], Awaitable[object]]) -> Dial:
    """A talk at whose end the agent hands the caller over to the operators."""

    async def talk(session: FakeSession) -> str:
        await meanwhile()
        session.variables[WISH] = TO_OPERATORS
        return await answer(session)

    return talk


async def nothing() -> None:
    """Happens in the talk."""


async def an_operator_comes(bench: Bench, session: FakeSession) -> None:
    """Once the caller waits; the announcement after that has looked whether they may."""
    for _ in range(2):
        session.music.clear()
        await session.music.wait()
    await bench.agents.login(OPERATOR, "agent2")
    await Distributor(bench.redis, "demo", system_clock, "test-2").match_agent(OPERATOR.id)


async def test_a_talk_longer_than_the_longest_wait_ends_no_wait_after_it(bench: Bench) -> None:
    async def long() -> None:
        await asyncio.sleep(0.6)  # longer than anybody waits

    await bench.agents.login(ALVA, "agent1")
    session = FakeSession(hands_over(long), answer)
    riding = asyncio.create_task(bench.ride(session, max_wait=0.5))
    await session.music.wait()
    await bench.agents.login(OPERATOR, "agent2")
    await Distributor(bench.redis, "demo", system_clock, "test-2").match_agent(OPERATOR.id)
    assert await riding is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent1", "PJSIP/agent2"]


async def test_they_leave_when_the_other_queue_closes_and_not_when_theirs_does(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ivr.queueing.staying, "LOOK_EVERY_MS", 300)
    office = DEMO.hours["office"]
    never = office.model_copy(update={"weekly": dict.fromkeys(office.weekly, ()), "exceptions": {}})
    closed = with_queues(support={"hours": "office", "at_closing": "leave"}).model_copy(
        update={"hours": {**DEMO.hours, "office": never}}
    )
    async with opened(redis, closed) as bench:
        await bench.agents.login(ALVA, "agent1")
        session = FakeSession(hands_over(nothing), answer)
        riding = asyncio.create_task(bench.ride(session))
        await session.music.wait()
        await an_operator_comes(bench, session)
        assert await riding is QueueOutcome.TALKED
        assert session.rung == ["PJSIP/agent1", "PJSIP/agent2"]


async def test_a_phone_transfers_to_a_queue_that_records_nothing(redis: Redis) -> None:
    private = with_queues(operator={"recording": RecordingPolicy(when=When.NEVER)})
    async with opened(redis, private) as bench:
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.login(OPERATOR, "agent2")
        acd = Distributor(redis, "demo", system_clock, "test-1")
        await acd.join(CONTACT, bench.rides.queues["support"])
        offer = await acd.match(bench.rides.queues["support"])
        assert offer is not None
        await acd.answered(offer)
        session = FakeSession(answer)
        session.variables[WISH] = TO_OPERATORS
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert session.rung == ["PJSIP/agent2"]
        assert bench.recorder.expected == []


async def test_they_are_asked_for_consent_before_an_agent_is_held_for_them(redis: Redis) -> None:
    asking = with_queues(operator={"recording": RecordingPolicy(when=When.CONSENT)})
    async with opened(redis, asking) as bench:
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.login(OPERATOR, "agent2")
        session = FakeSession(hands_over(nothing), answer, keys=YES)
        asked: list[AgentState] = []
        wait_for_digit = session.wait_for_digit

        async def answers(_wait_s: float) -> str:
            asked.append((await bench.agent(OPERATOR)).state)
            return await wait_for_digit(_wait_s)

        session.wait_for_digit = answers  # type: ignore[method-assign]  # the seam under test
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert asked == [AgentState.READY]
        assert [one.queue for one in bench.recorder.expected] == ["support", "operator"]


async def test_whoever_was_asked_and_took_the_caller_over_hands_them_over_in_turn(
    bench: Bench,
) -> None:
    async def asked() -> None:
        acd = Distributor(bench.redis, "demo", system_clock, "test-2")
        offer = await acd.current_offer(CONTACT)
        assert offer is not None
        await acd.answered(offer)
        await bench.agents.login(BIRK, "agent3")
        await acd.consulting.begin(offer, Handover(HandedTo.AGENT, BIRK.id))
        await acd.consulting.answered(CONTACT)
        assert await acd.consulting.took_over(CONTACT) == ALVA.id

    await bench.agents.login(ALVA, "agent1")
    await bench.agents.login(OPERATOR, "agent2")
    session = FakeSession(hands_over(asked), answer)
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent1", "PJSIP/agent2"]
    assert (await bench.agent(BIRK)).state is AgentState.WRAPUP
    assert await bench.traces() == []


async def test_a_wish_that_is_done_leads_nobody_on_a_second_time(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    session = FakeSession(answer)
    session.variables[WISH] = TO_OPERATORS  # the controller died before it could be taken back
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent1"]


async def test_a_wish_that_is_done_is_so_while_the_next_agent_is_held(bench: Bench) -> None:
    await bench.agents.login(OPERATOR, "agent2")
    acd = Distributor(bench.redis, "demo", system_clock, "test-9")  # dead since
    operators = bench.rides.queues["operator"]
    await acd.join(CONTACT, operators)
    assert await acd.match(operators) is not None
    session = FakeSession(answer)
    session.variables[WISH] = TO_OPERATORS
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent2"]


async def test_who_is_gone_as_they_come_back_leaves_the_place_they_had(bench: Bench) -> None:
    acd = Distributor(bench.redis, "demo", system_clock, "test-1")
    await acd.join(CONTACT, bench.rides.queues["support"])  # this controller's, before Redis failed
    session = FakeSession()

    async def gone(name: str) -> str | None:
        raise AgiDisconnected from KeyError(name)

    session.get_variable = gone  # type: ignore[method-assign]  # the seam under test
    with pytest.raises(CallerHungUp):
        await bench.ride(session)
    assert await acd.held(CONTACT) is None
