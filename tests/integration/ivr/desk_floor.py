"""The desk of a town on the real Redis, an agent's channel without Asterisk."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from acd.model.agent import Agent, AgentStatus
from acd.model.queue import Queue
from ivr.desk.desk import Desk
from ivr.flow.load import load_organisation
from ivr.office import Office
from ivr.queueing.joining import acd_queue
from store.events import EventType
from store.stream import BEGINNING
from tests.integration.acd.conftest import HandClock
from tests.integration.ivr.fake_line import FakePrompts, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.unit.flow.trees import ORGANISATION, write
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

TOWN = ORGANISATION.replace(
    "  support: {}\n",
    "  support: {wrapup: 10 s, wrapup_extension: 50 s, wrapup_limit: 3 min}\n"
    "  cases: {wrapup: 1 s, result_required: true, results: [passed_on]}\n",
)
PINS = {"4001": "2468"}


@dataclass
class Floor:
    """The desk of the town, whose agent 4001 sits at agent1."""

    redis: Redis
    office: Office
    desk: Desk
    clock: HandClock = field(default_factory=HandClock)

    async def dial(self, code: str, keys: str = "", phone: str = "agent1") -> list[str]:
        """What an agent hears who dials a code and keys this in, in Swedish."""
        fields = {"agi_channel": f"PJSIP/{phone}-0000002a", "agi_extension": code}
        session = FakeSession(environment=Environment(fields), keys=keys)
        await self.desk.serve(cast(AgiSession, session))
        assert session.variables == {"VAXEL_DONE": "1"}
        return [said.removeprefix("sv: ").removesuffix(" sv") for said in session.played]

    async def talk(self, name: str = "support", contact: str = "c-1") -> None:
        """The agent talks to a caller of a queue."""
        distributor, queue = self.office.distributor, self.queue(name)
        await distributor.upkeep.renew()
        await distributor.join(contact, queue)
        await self.office.agents.login(Agent("4001", "", ("support", "cases")), "agent1")
        offer = await distributor.match(queue)
        assert offer is not None
        await distributor.answered(offer)

    async def hang_up(self, contact: str = "c-1") -> None:
        offer = await self.office.distributor.current_offer(contact)
        assert offer is not None
        await self.office.distributor.ended(offer, 1)

    def queue(self, name: str) -> Queue:
        return acd_queue(name, self.office.organisation)

    async def agent(self) -> AgentStatus:
        return await self.office.agents.status("4001")

    async def results(self) -> list[str]:
        events = await self.office.stream.read(BEGINNING)
        given = (e for e in events if e.type is EventType.CONTACT_RESULT_GIVEN)
        return [event.fields["result"] for event in given]


def a_floor(redis: Redis, folder: Path, town: str = TOWN) -> Floor:
    """With nobody there."""
    write(folder, "organisation.yaml", town)
    organisation = load_organisation(folder)
    office = an_office(redis, organisation)
    clock = HandClock()
    desk = Desk({"town": office}, lambda number: PINS.get(number, ""), FakePrompts(), clock)
    return Floor(redis, office, desk, clock)
