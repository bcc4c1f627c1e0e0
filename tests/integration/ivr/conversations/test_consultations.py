"""What a controller makes of a consultation whose steps it has not heard of, on the real Redis."""

from __future__ import annotations

from typing import cast

import pytest
from redis.asyncio import Redis

import ivr.conversations.consultation_steps
from acd.errors import AcdUnavailable
from acd.model.agent import AgentState
from ivr.agents.destinations import ALONE
from ivr.conversations.consultations import Consultations
from ivr.conversations.consulted_telephones import ConsultedTelephones
from ivr.conversations.handovers import AGENT
from ivr.office import Office
from recorder.pauses import Pauses
from recorder.recorder import Recorder
from tests.integration.ivr.fake_line import FakePrompts, FakeRecorder, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.integration.ivr.rides.conftest import ALVA, BIRK, DEMO
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

CONTACT = "vaxel-1.1"
CALLER, FIRST, SECOND = "PJSIP/caller-1", "PJSIP/agent1-2", "PJSIP/agent2-3"
BETWEEN = "Local/4002@vaxel-consult-4;1"


class Asked:
    """Alva talks to a caller and asks Birk; the link to Asterisk is lost then."""

    def __init__(self, office: Office) -> None:
        self.office, self.ami = office, FakeAmi()
        self.watch = Consultations(
            self.ami.as_client(),
            {"demo": office},
            Pauses(self.ami.as_client(), {}, after_digits=lambda _: 4, clock_ms=lambda: 0),
            FakePrompts(),
            cast(Recorder, FakeRecorder()),
            telephones=ConsultedTelephones(ALONE, lambda _: "", lambda: 0),
            clock=lambda: 0,
        )

    async def begin(self) -> None:
        fields = {"agi_uniqueid": "vaxel-1.4", "agi_extension": f"{BIRK.id}#"}
        session = FakeSession(environment=Environment(fields))
        session.variables = {"CHANNEL(linkedid)": CONTACT, f"MASTER_CHANNEL({AGENT})": FIRST}
        await self.watch.serve(cast(AgiSession, session))
        assert session.variables["VAXEL_TO"] == "PJSIP/agent2"

    async def found(self, *bridges: set[str]) -> tuple[AgentState, AgentState]:
        """The link is back, and Asterisk has these channels; what both agents do then."""
        self.ami.listed = [
            {
                "Uniqueid": CONTACT if channel == CALLER else channel,
                "Channel": channel,
                "BridgeId": f"b-{number}",
            }
            for number, bridge in enumerate(bridges)
            for channel in bridge
        ]
        await self.ami.connect()
        alva, birk = await self.office.agents.statuses([ALVA.id, BIRK.id])
        return alva.state, birk.state


@pytest.fixture
async def asked(redis: Redis) -> Asked:
    office = an_office(redis, DEMO)
    await office.distributor.upkeep.renew()
    await office.agents.login(ALVA, "agent1")
    await office.distributor.join(CONTACT, office.rides.queues["support"])
    offer = await office.distributor.match_agent(ALVA.id)
    assert offer is not None
    await office.distributor.answered(offer)
    await office.agents.login(BIRK, "agent2")
    asked = Asked(office)
    await asked.begin()
    return asked


async def test_while_it_rings_nothing_changes(asked: Asked) -> None:
    ringing = {CALLER}, {FIRST, BETWEEN}
    assert await asked.found(*ringing) == (AgentState.TALKING, AgentState.RESERVED)


async def test_whoever_has_picked_up_talks(asked: Asked) -> None:
    they = {CALLER}, {FIRST, SECOND}
    for _ in range(2):
        assert await asked.found(*they) == (AgentState.TALKING, AgentState.TALKING)


async def test_whoever_is_not_there_any_more_is_free(asked: Asked) -> None:
    await asked.found({CALLER}, {FIRST, SECOND})
    assert await asked.found({CALLER, FIRST}) == (AgentState.TALKING, AgentState.READY)
    assert not await asked.office.distributor.consulting.running(CONTACT)


async def test_three_are_one_conversation_that_goes_on_with_the_second(asked: Asked) -> None:
    together = {CALLER, FIRST, SECOND}
    assert await asked.found(together) == (AgentState.TALKING, AgentState.TALKING)
    assert await asked.found({CALLER, SECOND}) == (AgentState.WRAPUP, AgentState.TALKING)
    offer = await asked.office.distributor.conversation(BIRK.id)
    assert offer is not None
    assert offer.contact == CONTACT


async def test_the_first_has_left_the_caller_to_the_second(asked: Asked) -> None:
    assert await asked.found({CALLER, SECOND}) == (AgentState.WRAPUP, AgentState.TALKING)
    assert ("Setvar", {"Channel": CONTACT, "Variable": AGENT, "Value": SECOND}) in asked.ami.asked
    assert await asked.found({CALLER, SECOND}) == (AgentState.WRAPUP, AgentState.TALKING)


async def test_a_step_that_redis_does_not_hear_is_told_when_it_is_back(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    consulting = asked.office.distributor.consulting
    over, refused = consulting.over, [AcdUnavailable("away")]

    async def away(contact: str, agent: str) -> str | None:
        if refused:
            raise refused.pop()
        return await over(contact, agent)

    await asked.found({CALLER}, {FIRST, SECOND})
    monkeypatch.setattr(ivr.conversations.consultation_steps, "RETRY_S", 0)
    monkeypatch.setattr(consulting, "over", away)
    await asked.ami.tell_and_wait("Hangup", Linkedid=CONTACT, Channel=SECOND, Uniqueid=SECOND)
    assert (await asked.office.agents.status(BIRK.id)).state is AgentState.READY


async def test_who_has_had_the_caller_since_is_not_taken_for_who_was_asked(asked: Asked) -> None:
    await asked.found({CALLER, SECOND})
    asked.ami.asked.clear()
    await asked.found({CALLER, "PJSIP/agent3-9"})
    assert asked.watch._steps.in_hand == {}
    assert not [name for name, _ in asked.ami.asked if name == "Setvar"]


async def test_a_caller_who_is_gone_is_for_whoever_serves_the_call(asked: Asked) -> None:
    assert await asked.found({FIRST, SECOND}) == (AgentState.TALKING, AgentState.RESERVED)
    assert asked.watch._steps.in_hand == {}
