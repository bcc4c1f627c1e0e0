"""How agents are reached otherwise than by a ringing telephone, on the real Redis."""

from __future__ import annotations

from typing import cast

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.model.agent import AgentState
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from ivr.agents.confirmations import TAKEN, Confirmations
from ivr.agents.remote_agents import ANSWERED, UNTAKEN, remote_phone
from ivr.flow.call import QueueOutcome
from ivr.queueing.telephones import AUTO_ANSWER
from store.stream import BEGINNING, EventStream
from tests.integration.ivr.fake_line import Dial, FakePrompts, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.integration.ivr.rides.conftest import ALVA, BIRK, DEMO, answer, decline, opened
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

REMOTE = "+46 70 222 33 44"
OUTSIDE = DEMO.model_copy(
    update={
        "agents": {
            **DEMO.agents,
            ALVA.id: DEMO.agents[ALVA.id].model_copy(update={"remote": REMOTE}),
        }
    }
)
HOME = remote_phone(ALVA.id)
TAKE = "sv: Samtal från kön support. Tryck 1 för att ta emot det."


async def nobody_presses(session: FakeSession) -> str:
    """A mailbox."""
    session.answered_at = UNTAKEN
    return "BUSY"


async def hangs_up_at_once(session: FakeSession) -> str:
    """Somebody who does not listen: for Asterisk they have answered."""
    session.answered_at = ""
    return "ANSWER"


async def test_only_the_phone_of_an_agent_with_a_headset_is_asked_to_answer_by_itself(
    redis: Redis,
) -> None:
    headset = DEMO.agents[ALVA.id].model_copy(update={"auto_answer": True})
    organisation = DEMO.model_copy(update={"agents": {**DEMO.agents, ALVA.id: headset}})
    async with opened(redis, organisation) as bench:
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.login(BIRK, "agent2")
        session = FakeSession(decline("NOANSWER"), answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        first, second = session.dial_options
        assert first.endswith(AUTO_ANSWER)
        assert AUTO_ANSWER not in second


async def test_an_agent_outside_is_rung_by_the_number_in_the_file_and_must_press_a_key(
    redis: Redis,
) -> None:
    async with opened(redis, OUTSIDE) as bench:
        await bench.agents.login(ALVA, HOME)
        session = FakeSession(answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert session.rung == ["PJSIP/+46702223344@caller"]
        (options,) = session.dial_options
        assert "U(vaxel-confirm^demo^vaxel-1.1^1^" in options
        assert options.endswith("^/recordings/vaxel-1.1-1^now)")
        events = await EventStream(redis, "demo").read(BEGINNING)
        assert "2223344" not in repr(events)


@pytest.mark.parametrize("picks_up", [nobody_presses, hangs_up_at_once])
async def test_who_picks_up_and_presses_no_key_has_not_answered(
    redis: Redis, picks_up: Dial
) -> None:
    async with opened(redis, OUTSIDE) as bench:
        await bench.agents.login(ALVA, HOME)
        await bench.agents.login(BIRK, "agent2")
        session = FakeSession(picks_up, answer)
        session.variables[ANSWERED] = "1764313200000"  # of an agent before
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert session.rung == ["PJSIP/+46702223344@caller", "PJSIP/agent2"]
        assert session.variables[ANSWERED] == ""
        status = await bench.agent(ALVA)
        assert (status.state, status.reason) == (AgentState.PAUSED, "not_answering")
        assert bench.recorder.dropped == ["vaxel-1.1-1"]


@pytest.mark.parametrize("number", [None, "+44 20 7946 0018", "+46 900 123 45 67"])
async def test_an_agent_outside_to_whom_there_is_no_way_is_unreachable(
    redis: Redis, number: str | None
) -> None:
    away = OUTSIDE.agents[ALVA.id].model_copy(update={"remote": number})
    organisation = OUTSIDE.model_copy(update={"agents": {**OUTSIDE.agents, ALVA.id: away}})
    async with opened(redis, organisation) as bench:
        await bench.agents.login(ALVA, HOME)
        await bench.agents.login(BIRK, "agent2")
        session = FakeSession(answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert session.rung == ["PJSIP/agent2"]
        assert (await bench.agent(ALVA)).reason == "unreachable"


class Picked:
    """Alva has picked up at home; a caller waits for her."""

    def __init__(self, redis: Redis) -> None:
        self.office = an_office(redis, OUTSIDE)
        self.confirmations = Confirmations({"demo": self.office}, FakePrompts(), system_clock)

    async def offer(self) -> Offer:
        await self.office.agents.login(ALVA, HOME)
        await self.office.distributor.join("c-1", self.office.rides.queues["support"])
        offer = await self.office.distributor.match_agent(ALVA.id)
        assert offer is not None
        return offer

    async def asked(self, offer: Offer, keys: str, *, left_ms: int = 9000) -> FakeSession:
        until = str(system_clock() + left_ms)
        told = ("demo", offer.contact, offer.id, until)
        fields = {f"agi_arg_{number}": word for number, word in enumerate(told, 1)}
        session = FakeSession(environment=Environment(fields), keys=keys)
        await self.confirmations.serve(cast(AgiSession, session))
        return session


async def test_key_1_takes_the_call_and_the_queue_knows_at_once(redis: Redis) -> None:
    picked = Picked(redis)
    session = await picked.asked(await picked.offer(), "1")
    assert (session.played, session.variables) == ([TAKE], {TAKEN: "1"})
    assert (await picked.office.agents.status(ALVA.id)).state is AgentState.TALKING


@pytest.mark.parametrize(("keys", "left_ms"), [("2", 9000), ("*", 9000), ("", 1000)])
async def test_no_other_key_takes_it_nor_silence(redis: Redis, keys: str, left_ms: int) -> None:
    picked = Picked(redis)
    session = await picked.asked(await picked.offer(), keys, left_ms=left_ms)
    assert (session.played, session.variables) == ([TAKE], {})
    assert (await picked.office.agents.status(ALVA.id)).state is AgentState.RESERVED


async def test_an_offer_that_is_over_is_not_asked_for(redis: Redis) -> None:
    picked = Picked(redis)
    offer = await picked.offer()
    await picked.office.distributor.leave(offer.contact, LeaveReason.ABANDONED)
    session = await picked.asked(offer, "1")
    assert (session.played, session.variables) == ([], {})
