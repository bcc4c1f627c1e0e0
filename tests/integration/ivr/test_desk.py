"""Feature codes on the real Redis and a fake channel: what is said, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from acd.model import Agent, AgentState, AgentStatus, Queue
from acd.offers import OfferListener
from ivr.desk import Desk
from ivr.flow.load import load_organisation
from ivr.office import Office
from ivr.queueing import acd_queue
from store.events import EventType
from store.stream import BEGINNING
from tests.integration.acd.conftest import HandClock
from tests.integration.ivr.fake_line import FakePrompts, FakeRecorder, FakeSession
from tests.integration.ivr.fake_office import an_office, asterisk_away
from tests.unit.flow.trees import ORGANISATION, write
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

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

    async def dial(self, code: str, keys: str = "") -> list[str]:
        """What an agent hears who dials a code at agent1 and keys this in, in Swedish."""
        fields = {"agi_channel": "PJSIP/agent1-0000002a", "agi_extension": code}
        session = FakeSession(environment=Environment(fields), keys=keys)
        await self.desk.serve(cast(AgiSession, session))
        assert session.variables == {"VAXEL_DONE": "1"}
        return [said.removeprefix("sv: ").removesuffix(" sv") for said in session.played]

    async def talk(self, name: str = "support", contact: str = "c-1") -> None:
        """The agent talks to a caller of a queue."""
        distributor, queue = self.office.distributor, self.queue(name)
        await distributor.renew()
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
        return acd_queue(name, self.office.organisation.queues[name])

    async def agent(self) -> AgentStatus:
        return await self.office.agents.status("4001")

    async def results(self) -> list[str]:
        events = await self.office.stream.read(BEGINNING)
        given = (e for e in events if e.type is EventType.CONTACT_RESULT_GIVEN)
        return [event.fields["result"] for event in given]


@pytest.fixture
def floor(redis: Redis, tmp_path: Path) -> Floor:
    write(tmp_path, "organisation.yaml", TOWN)
    offers = OfferListener(redis, "test-1")
    organisation = load_organisation(tmp_path)
    office = an_office(
        redis, organisation, offers, "test-1", ami=asterisk_away(), recorder=FakeRecorder()
    )
    clock = HandClock()
    desk = Desk({"town": office}, lambda number: PINS.get(number, ""), FakePrompts(), clock)
    return Floor(redis, office, desk, clock)


async def test_a_result_is_asked_for_with_its_choices_and_noted(floor: Floor) -> None:
    await floor.talk()
    heard = await floor.dial("*16", "22")
    assert heard == ["enter_result", "result_choice", "result_choice", "result_given"]
    assert await floor.results() == ["passed_on"]


async def test_an_unknown_result_is_asked_for_again_three_times_and_nothing_is_noted(
    floor: Floor,
) -> None:
    await floor.talk()
    heard = await floor.dial("*16", "9##7#")
    assert heard.count("unknown_result") == 3
    assert await floor.results() == []


async def test_a_queue_offers_its_own_results_only(floor: Floor) -> None:
    await floor.talk("cases")
    heard = await floor.dial("*16", "1#22")
    assert heard == [
        *("enter_result", "result_choice", "unknown_result"),
        *("enter_result", "result_choice", "result_given"),
    ]
    assert await floor.results() == ["passed_on"]


async def test_without_a_contact_there_is_no_result(floor: Floor) -> None:
    assert await floor.dial("*16", "1") == ["not_logged_in"]
    await floor.office.agents.login(Agent("4001", "", ("support",)), "agent1")
    assert await floor.dial("*16", "1#") == ["no_contact"]


async def test_ready_is_refused_until_the_result_that_the_queue_requires_is_given(
    floor: Floor,
) -> None:
    await floor.talk("cases")
    await floor.hang_up()
    assert await floor.dial("*14") == ["result_owed"]
    assert (await floor.agent()).state is AgentState.WRAPUP
    await floor.dial("*16", "22")
    assert await floor.dial("*14") == ["ready"]


async def test_more_wrapup_is_told_in_seconds_then_in_minutes_then_refused(floor: Floor) -> None:
    await floor.talk()
    heard = [await floor.dial("*15") for _ in range(5)]
    assert heard == [
        ["wrapup_seconds"],
        ["wrapup_seconds"],
        ["wrapup_minutes"],
        ["wrapup_minutes"],
        ["wrapup_limit"],
    ]
    await floor.hang_up()
    status = await floor.agent()
    assert status.until_ms - status.since_ms == 180_000


async def test_who_has_no_wrapup_is_told_so(floor: Floor) -> None:
    await floor.office.agents.login(Agent("4001", "", ("support",)), "agent1")
    assert await floor.dial("*15") == ["no_wrapup"]
    await floor.talk()
    await floor.hang_up()
    await floor.dial("*14")
    assert await floor.dial("*15") == ["no_wrapup"]
