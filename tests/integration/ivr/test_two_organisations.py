"""One person who works for two organisations: one log-in, one phone, never two callers at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from acd.model.agent import Agent, AgentState, AgentStatus
from acd.model.offer import Offer
from acd.model.queue import Queue
from ivr.agents.common_agents import CommonAgents
from ivr.agents.elsewhere import Elsewhere
from ivr.agents.phones import Phones
from ivr.calls.agi_call import AgiCaller
from ivr.conversations.handovers import Handovers
from ivr.desk.desk import Desk
from ivr.flow.call import QueueRequest
from ivr.flow.load import load_organisation
from ivr.flow.recording import When
from ivr.office import Office
from ivr.queueing.joining import acd_queue
from ivr.queueing.ringing import Ringing, Served
from store.events import EventType
from store.stream import BEGINNING
from tests.integration.acd.conftest import HandClock
from tests.integration.ivr.fake_line import FakePrompts, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.unit.flow.trees import ORGANISATION, write
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

ORGS = "town", "village"
PHONE = "agent1"


@dataclass
class Two:
    """A town and a village that share agent 4001."""

    offices: dict[str, Office]
    desk: Desk
    clock: HandClock = field(default_factory=HandClock)

    async def dial(self, code: str, keys: str = "") -> list[str]:
        fields = {"agi_channel": f"PJSIP/{PHONE}-0000002a", "agi_extension": code}
        session = FakeSession(environment=Environment(fields), keys=keys)
        await self.desk.serve(cast(AgiSession, session))
        return [said.removeprefix("sv: ").removesuffix(" sv") for said in session.played]

    async def log_in(self) -> None:
        for org in ORGS:
            await self.offices[org].agents.login(Agent("4001", "", ("support",)), PHONE)

    async def agent(self, org: str) -> AgentStatus:
        return await self.offices[org].agents.status("4001")

    async def states(self) -> list[AgentState]:
        return [(await self.agent(org)).state for org in ORGS]

    def queue(self, org: str) -> Queue:
        return acd_queue("support", self.offices[org].organisation)

    async def wait_in(self, org: str, contact: str = "c-1") -> None:
        await self.offices[org].distributor.upkeep.renew()
        await self.offices[org].distributor.join(contact, self.queue(org))

    async def offer(self, org: str, contact: str = "c-1") -> Offer:
        await self.wait_in(org, contact)
        offer = await self.offices[org].distributor.match(self.queue(org))
        assert offer is not None
        return offer


@pytest.fixture
def two(redis: Redis, tmp_path: Path) -> Two:
    return of_two(
        redis, tmp_path, {org: ORGANISATION.replace("id: town", f"id: {org}") for org in ORGS}
    )


async def talk(two: Two, org: str, queue: Queue) -> None:
    """Agent 4001 has talked to a caller of a queue, later than to any before."""
    distributor = two.offices[org].distributor
    contact = f"c-{org}-{len(await two.offices[org].stream.read(BEGINNING))}"
    await distributor.upkeep.renew()
    await distributor.join(contact, queue)
    offer = await distributor.match(queue)
    assert offer is not None
    await distributor.answered(offer)
    await distributor.ended(offer, 1)
    await asyncio.sleep(0.002)  # the two conversations begin at different milliseconds


async def results(two: Two) -> list[str]:
    """The organisations to which one was given, in order."""
    events = [
        event
        for org in ORGS
        for event in await two.offices[org].stream.read(BEGINNING)
        if event.type is EventType.CONTACT_RESULT_GIVEN
    ]
    return [event.org for event in sorted(events, key=lambda event: event.at)]


def of_two(redis: Redis, folder: Path, files: Mapping[str, str]) -> Two:
    offices = {}
    for org, text in files.items():
        write(folder / org, "organisation.yaml", text)
        organisation = load_organisation(folder / org)
        offices[org] = an_office(redis, organisation)
    clock = HandClock()
    desk = Desk(offices, {"4001": "2468"}.get, FakePrompts(), clock)  # type: ignore[arg-type]
    return Two(offices, desk, clock)


async def test_one_log_in_holds_for_both_and_so_does_all_that_follows(two: Two) -> None:
    heard = await two.dial("*11", "4001#2468#")
    assert heard == ["enter_agent", "enter_pin", "logged_in"]
    assert await two.states() == [AgentState.READY] * 2
    assert await two.dial("*13", "1") == ["enter_reason", "paused"]
    assert [(await two.agent(org)).reason for org in ORGS] == ["lunch"] * 2
    assert (await two.dial("*10"))[:2] == ["who", "paused"]
    assert await two.dial("*14") == ["ready"]
    assert await two.states() == [AgentState.READY] * 2
    assert await two.dial("*12") == ["logged_out"]
    assert await two.states() == [AgentState.LOGGED_OUT] * 2


async def test_wrong_pins_are_counted_once_for_the_person(two: Two) -> None:
    heard = await two.dial("*11", "4001#1#4001#2#4001#3#")
    assert heard.count("wrong_pin") == 2
    assert heard[-1] == "locked"


async def test_who_talks_for_one_cannot_log_in_elsewhere_for_the_other(two: Two) -> None:
    await two.log_in()
    for org in ORGS:  # at another phone
        await two.offices[org].agents.login(Agent("4001", "", ("support",)), "agent2")
    offer = await two.offer("village")
    await two.offices["village"].distributor.answered(offer)
    assert (await two.dial("*11", "4001#2468#"))[-1] == "busy"
    assert [(await two.agent(org)).phone for org in ORGS] == ["agent2"] * 2


async def test_ready_gives_an_agent_one_call_though_both_have_callers(two: Two) -> None:
    await two.log_in()
    await two.dial("*13", "1")
    for org in ORGS:
        await two.wait_in(org, f"c-{org}")
    await two.dial("*14")
    assert await two.states() == [AgentState.RESERVED, AgentState.READY]


async def test_a_result_belongs_to_the_conversation_that_was_last(two: Two) -> None:
    await two.log_in()
    for org in reversed(ORGS):
        await talk(two, org, two.queue(org))
    await two.dial("*16", "1##")
    assert await results(two) == ["town"]


async def test_the_result_that_is_owed_is_given_first_and_the_oldest_of_several(
    two: Two,
) -> None:
    await two.log_in()
    for org, owed in {"village": 60, "town": 0}.items():
        await talk(two, org, replace(two.queue(org), result_within_seconds=owed))
    await two.dial("*16", "1##")
    assert await results(two) == ["village"], "the town's was later, and owes nothing"
    await two.dial("*16", "1##")
    assert await results(two) == ["village", "town"]

    for org in ORGS:
        await two.offices[org].agents.unpause("4001", by="4900")
    for org in reversed(ORGS):
        await talk(two, org, replace(two.queue(org), result_within_seconds=60))
    assert await two.dial("*14") == ["result_owed"]
    for _ in ORGS:
        await two.dial("*16", "1##")
    assert await results(two) == ["village", "town", "village", "town"]
    assert await two.dial("*14") == ["ready"]


async def test_a_result_is_asked_for_in_the_words_of_its_organisation(
    redis: Redis, tmp_path: Path
) -> None:
    """The organisations of one agent need not speak the same languages."""
    danish = ORGANISATION.replace("id: town", "id: village").replace("[sv, en]", "[da, en]")
    two = of_two(redis, tmp_path, {"town": ORGANISATION, "village": danish.replace("sv: ", "da: ")})
    await two.log_in()
    await talk(two, "village", replace(two.queue("village"), result_within_seconds=60))
    heard = await two.dial("*16", "1##")
    assert (heard[0], heard[-1]) == ("da: enter_result", "da: result_given")
    assert await results(two) == ["village"]
    await two.offices["village"].agents.pause("4001", "lunch")
    assert (await two.dial("*10"))[1] == "da: paused"


async def test_a_result_that_cannot_be_given_hides_none_that_can(
    redis: Redis, tmp_path: Path
) -> None:
    """The village's file has lost its results since the agent talked to its caller."""
    results_of_it = ORGANISATION.index("results:\n"), ORGANISATION.index("texts:\n")
    without = ORGANISATION[: results_of_it[0]] + ORGANISATION[results_of_it[1] :]
    files = {"town": ORGANISATION, "village": without.replace("id: town", "id: village")}
    two = of_two(redis, tmp_path, files)
    await two.log_in()
    for org in reversed(ORGS):
        await talk(two, org, replace(two.queue(org), result_within_seconds=60))
    assert await two.dial("*14") == ["result_owed"]
    await two.dial("*16", "1##")
    assert await results(two) == ["town"]
    assert await two.dial("*14") == ["ready"]
    assert await two.states() == [AgentState.READY] * 2


async def test_who_was_taken_out_of_a_file_is_rung_by_it_no_more_once_they_log_in_elsewhere(
    redis: Redis, tmp_path: Path
) -> None:
    nobody = ORGANISATION.replace("id: town", "id: village").replace("  4001:", "  4009:")
    two = of_two(redis, tmp_path, {"town": ORGANISATION, "village": nobody})
    village = two.offices["village"].agents
    await village.login(Agent("4001", "", ("support",)), "agent2")
    await two.dial("*11", "4001#2468#")
    assert await two.states() == [AgentState.READY, AgentState.LOGGED_OUT]


async def test_who_is_logged_out_of_one_meanwhile_is_paused_at_the_other(two: Two) -> None:
    await two.log_in()
    town, village = (two.offices[org].agents for org in ORGS)

    class Slow(FakeSession):
        async def wait_for_digit(self, wait_s: float) -> str:
            await town.logout("4001", by="4900")
            return await super().wait_for_digit(wait_s)

    fields = {"agi_channel": f"PJSIP/{PHONE}-0000002a", "agi_extension": "*13"}
    session = Slow(environment=Environment(fields), keys="1")
    await two.desk.serve(cast(AgiSession, session))
    assert session.played[-1] == "sv: paused sv"
    assert (await village.status("4001")).state is AgentState.PAUSED


# Never two callers at once -----------------------------------------------------------------------


@asynccontextmanager
async def followed(two: Two, ami: FakeAmi) -> AsyncIterator[None]:
    """A controller tells both of phones."""
    elsewhere = Elsewhere(two.offices)
    phones = Phones(ami.as_client(), two.offices, [PHONE], elsewhere)
    await ami.connect()
    tasks = [asyncio.create_task(phones.run())]
    for org, office in two.offices.items():
        common = CommonAgents(org, office.stream, elsewhere, phones.look)
        tasks.append(asyncio.create_task(common.run()))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another task does."""
    for _ in range(500):
        if await so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


@pytest.mark.parametrize("ends", ["by time", "by the agent", "by a program"])
async def test_the_wrapup_for_one_keeps_the_other_from_calling_until_it_is_over(
    two: Two, ends: str
) -> None:
    ami = FakeAmi()
    ami.listed = [{"Device": f"PJSIP/{PHONE}", "State": "NOT_INUSE"}]
    town, village = (two.offices[org] for org in ORGS)
    queue = Queue("support", wrapup_seconds=2 if ends == "by time" else 60)

    async def in_use() -> bool:
        return (await two.agent("village")).reason == "phone_in_use"

    async def over() -> bool:
        return "4001" in (await town.distributor.upkeep.sweep()).ready

    async def called() -> bool:
        return (await two.agent("village")).state is AgentState.RESERVED

    await two.log_in()
    async with followed(two, ami):
        await town.distributor.upkeep.renew()
        await town.distributor.join("c-1", queue)
        offer = await town.distributor.match(queue)
        assert offer is not None
        ami.tell("DeviceStateChange", Device=f"PJSIP/{PHONE}", State="RINGING")
        await until(in_use)
        await town.distributor.answered(offer)
        ami.tell("DeviceStateChange", Device=f"PJSIP/{PHONE}", State="NOT_INUSE")
        await town.distributor.ended(offer, 1)
        await two.wait_in("village", "c-2")
        await asyncio.sleep(0.2)  # nothing to wait for: nothing shall happen
        assert await village.distributor.match(two.queue("village")) is None
        assert await in_use()
        if ends == "by time":
            await until(over)
        elif ends == "by a program":
            await town.agents.unpause("4001", by="wallboard")
        else:
            await two.dial("*14")
            ami.tell("DeviceStateChange", Device=f"PJSIP/{PHONE}", State="INUSE")
            ami.tell("DeviceStateChange", Device=f"PJSIP/{PHONE}", State="NOT_INUSE")
        await until(called)


@pytest.mark.parametrize("status", ["BUSY", "NOANSWER"])
async def test_an_agent_whom_both_call_in_one_instant_is_paused_by_neither(
    two: Two, status: str
) -> None:
    await two.log_in()
    first, second = await two.offer("town", "c-1"), await two.offer("village", "c-2")
    await two.offices["town"].distributor.answered(first)

    assert await ring(two, "village", second, status) is Served.WAITS

    agent = await two.agent("village")
    assert (agent.state, agent.reason) == (AgentState.READY, "phone_in_use")
    place = await two.offices["village"].distributor.place("c-2")
    assert place is not None
    assert place.position == 1
    assert await two.offices["village"].distributor.match(two.queue("village")) is None
    events = await two.offices["village"].stream.read(BEGINNING)
    assert [e.fields["reason"] for e in events if e.type is EventType.CALL_REFUSED] == ["expired"]


@pytest.mark.parametrize(("status", "reason"), [("BUSY", "busy"), ("NOANSWER", "not_answering")])
async def test_an_agent_whom_nobody_else_has_is_paused_as_ever(
    two: Two, status: str, reason: str
) -> None:
    await two.log_in()
    offer = await two.offer("village")
    assert await ring(two, "village", offer, status) is Served.WAITS
    assert (await two.agent("village")).reason == reason


async def ring(two: Two, org: str, offer: Offer, status: str) -> Served:
    """An organisation rings the agent, and ``Dial`` says this."""

    async def dial(_session: FakeSession) -> str:
        return status

    office, session = two.offices[org], FakeSession(dial)
    services = replace(office.rides._services, excuses=Elsewhere(two.offices))
    call = AgiCaller(cast(AgiSession, session), FakePrompts(), contact=offer.contact, caller="")
    request = QueueRequest(queue="support", language="sv", answers={})
    ringing = Ringing(
        call,
        two.queue(org),
        office.organisation,
        services,
        request=request,
        recorded=When.NEVER,
        handovers=Handovers(call, request, office.rides.queues, services),
    )
    return await ringing.serve(offer)
