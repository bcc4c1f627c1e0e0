"""Another controller takes calls while this one stops: who goes to it, and who stays."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.distributor import Distributor
from acd.model.agent import AgentState
from acd.model.offer import Offer
from ivr.flow.call import CallHandedOn, QueueOutcome
from store.events import EventType
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.rides.conftest import ALVA, BIRK, Bench, answer, decline

pytestmark = pytest.mark.integration

CONTACT = "vaxel-1.1"


@pytest.fixture
def other(redis: Redis) -> Distributor:
    """The queues, as the next controller sees them."""
    return Distributor(redis, "demo", system_clock, "test-2")


async def nobody_is_free(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")


async def test_who_waits_is_taken_up_by_the_next_one_at_the_old_place(
    bench: Bench, other: Distributor
) -> None:
    await nobody_is_free(bench)
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    bench.succeeded.set()
    with pytest.raises(CallHandedOn):
        await riding
    await bench.agents.unpause(ALVA.id)
    await other.join("vaxel-1.2", bench.rides.queues["support"])
    late = await other.match_agent(ALVA.id)
    assert late is not None
    assert late.contact == "vaxel-1.2", "nobody is rung for who is on the way"

    assert await other.join(CONTACT, bench.rides.queues["support"])
    await bench.agents.login(BIRK, "agent2")
    offer = await other.match_agent(BIRK.id)
    assert offer is not None
    assert (offer.contact, offer.controller) == (CONTACT, "test-2")
    queued = [kind for kind, _ in await bench.happened() if kind is EventType.CALL_QUEUED]
    assert len(queued) == 2, "each once"


class Speaking(FakeSession):
    """A line on which sentences take their time."""

    def __init__(self) -> None:
        super().__init__()
        self.speaks, self.may_end = asyncio.Event(), asyncio.Event()

    async def stream_file(self, name: str, *, interrupt: str = "") -> str:
        self.speaks.set()
        await self.may_end.wait()
        return await super().stream_file(name, interrupt=interrupt)


async def test_who_is_being_told_something_hears_it_to_its_end_first(bench: Bench) -> None:
    await nobody_is_free(bench)
    session = Speaking()
    riding = asyncio.create_task(bench.ride(session))
    await session.speaks.wait()
    bench.succeeded.set()
    done, _ = await asyncio.wait({riding}, timeout=0.1)
    assert not done
    session.may_end.set()
    with pytest.raises(CallHandedOn):
        await riding
    assert session.played == ["en: You are next in line."]


async def test_who_has_just_been_given_to_an_agent_talks_to_them(
    bench: Bench, other: Distributor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await nobody_is_free(bench)
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    hand_on = Distributor.hand_on

    async def at_that_very_moment(self: Distributor, contact: str) -> bool:
        await bench.agents.unpause(ALVA.id)
        assert isinstance(await other.match_agent(ALVA.id), Offer)
        return await hand_on(self, contact)

    monkeypatch.setattr(Distributor, "hand_on", at_that_very_moment)
    bench.succeeded.set()
    assert await riding is QueueOutcome.TALKED


async def test_whose_agent_declines_goes_to_the_next_one_then(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    bench.succeeded.set()
    with pytest.raises(CallHandedOn):
        await bench.ride(FakeSession(decline("BUSY")))
    assert (await bench.agent(ALVA)).state is AgentState.PAUSED
    assert [kind for kind, _ in await bench.happened()] == [
        EventType.CALL_QUEUED,
        EventType.CALL_OFFERED,
        EventType.CALL_REFUSED,
    ]
