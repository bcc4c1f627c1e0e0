"""The desk of agents outside, on the real Redis: who gets in, and when calls may come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from acd.model.agent import AgentState, AgentStatus
from acd.model.queue import Queue
from ivr.agents.common_agents import CommonAgents
from ivr.agents.elsewhere import Elsewhere
from ivr.agents.phones import Phones
from ivr.agents.remote_agents import remote_phone
from ivr.calls.agi_call import AgiCaller
from ivr.flow.organisation import Organisation
from ivr.office import Office
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.integration.ivr.fake_line import FakePrompts, FakeSession
from tests.integration.ivr.fake_office import PIN, an_office
from tests.integration.ivr.rides.conftest import ALVA, BIRK, DEMO
from tests.integration.ivr.test_reach import HOME, OUTSIDE
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

MOBILE = "0702223344"
ENTER = "sv: Ange din pinkod och avsluta med fyrkant."
WRONG = "sv: Agentnumret eller pinkoden stämmer inte."
HANG_UP = "sv: Lägg på nu. Därefter kommer samtalen till dig."
MENU = "sv: Du är inloggad."


@dataclass(frozen=True, slots=True)
class Bench:
    """One organisation with an agent outside."""

    redis: Redis
    office: Office

    async def visit(self, keys: str, caller: str = MOBILE) -> tuple[bool, list[str], FakeSession]:
        """Call the desk: whether one was served, what was heard, the line."""
        session = FakeSession(keys=keys)
        call = AgiCaller(cast(AgiSession, session), FakePrompts(), contact="c", caller=caller)
        served = await self.office.around.desk.visit(call)
        return served, session.played, session

    async def alva(self) -> AgentStatus:
        return await self.office.agents.status(ALVA.id)

    async def events(self, kind: EventType) -> list[Event]:
        return [one for one in await self.office.stream.read(BEGINNING) if one.type is kind]

    async def kept(self) -> dict[str, Any]:
        """What Redis keeps of her."""
        key = f"vaxel:{{{self.office.organisation.id}}}:agents"
        record: dict[str, Any] = json.loads(str(await self.redis.hget(key, ALVA.id)))
        return record


@pytest.fixture
def bench(redis: Redis) -> Bench:
    return Bench(redis, an_office(redis, OUTSIDE))


async def test_an_agent_logs_in_by_number_and_pin_when_the_call_is_over(bench: Bench) -> None:
    served, heard, session = await bench.visit(f"{PIN}#")
    assert (served, heard, session.hung_up) == (True, [ENTER, HANG_UP], True)
    alva = await bench.alva()
    assert (alva.state, alva.phone) == (AgentState.READY, HOME)
    assert alva.queues == OUTSIDE.agents[ALVA.id].queues
    events = await bench.office.stream.read(BEGINNING)
    assert [e.fields for e in events if e.type is EventType.AGENT_LOGGED_IN] == [{"phone": HOME}]
    assert (await bench.kept())["alone"], "no other phone is rung together with theirs"


async def test_who_only_helps_a_queue_out_does_so_from_outside_too(redis: Redis) -> None:
    helper = OUTSIDE.agents[ALVA.id].model_copy(update={"queues": (), "backup": ("support",)})
    home = OUTSIDE.model_copy(update={"agents": {**OUTSIDE.agents, ALVA.id: helper}})
    bench = Bench(redis, an_office(redis, home))
    served, _, _ = await bench.visit(f"{PIN}#")
    assert served
    assert (await bench.alva()).queues == ("support",)
    assert (await bench.kept())["backup"] == {"support": True}


@pytest.mark.parametrize("caller", ["0702223345", "", "anonymous", "+4670222334"])
async def test_nobody_else_is_asked_for_a_pin(bench: Bench, caller: str) -> None:
    served, heard, session = await bench.visit(f"{PIN}#", caller)
    assert (served, session.hung_up) == (False, False)
    assert heard == ["sv: Det här numret hör inte till någon handläggare."]
    assert (await bench.alva()).state is AgentState.LOGGED_OUT


async def test_three_wrong_pins_lock_the_agent_for_every_desk(bench: Bench) -> None:
    served, heard, _ = await bench.visit("1#2#3#")
    assert (served, heard[:4]) == (False, [ENTER, WRONG, ENTER, WRONG])
    assert heard[-1].startswith("sv: För många felaktiga försök.")
    served, heard, _ = await bench.visit(f"{PIN}#")
    assert not served
    assert heard[-1].startswith("sv: För många felaktiga försök.")
    assert (await bench.alva()).state is AgentState.LOGGED_OUT


async def test_who_is_logged_in_there_pauses_is_ready_and_logs_out(bench: Bench) -> None:
    await bench.visit(f"{PIN}#")
    served, heard, session = await bench.visit(f"{PIN}#31")
    assert (served, session.hung_up) == (True, True)
    assert heard[1].startswith(MENU)
    assert heard[-1] == "sv: Du är pausad: rast."
    alva = await bench.alva()
    assert (alva.state, alva.reason) == (AgentState.PAUSED, "break")

    served, heard, _ = await bench.visit(f"{PIN}#4")
    assert (served, heard[-1]) == (True, HANG_UP)
    assert (await bench.alva()).state is AgentState.READY

    served, heard, _ = await bench.visit(f"{PIN}#2")
    assert (served, heard[-1]) == (True, "sv: Du är utloggad.")
    assert (await bench.alva()).state is AgentState.LOGGED_OUT


async def test_who_presses_nothing_stays_as_they_were(bench: Bench) -> None:
    await bench.visit(f"{PIN}#")
    served, _, session = await bench.visit(f"{PIN}#")
    assert (served, session.hung_up) == (True, True)
    assert (await bench.alva()).state is AgentState.READY


async def test_an_agent_at_a_phone_here_moves_outside_but_not_in_a_call(bench: Bench) -> None:
    office = bench.office
    await office.agents.login(ALVA, "agent1")
    await office.distributor.join("c-1", office.rides.queues["support"])
    assert await office.distributor.match_agent(ALVA.id) is not None
    served, heard, _ = await bench.visit(f"{PIN}#")
    assert (served, heard[-1][:24]) == (False, "sv: Ett samtal pågår på ")
    assert (await bench.alva()).phone == "agent1"


async def test_two_agents_outside_are_at_two_places() -> None:
    assert remote_phone(ALVA.id) != remote_phone(BIRK.id)


async def talked(bench: Bench, queue: Queue) -> None:
    """The agent has had a conversation."""
    office = bench.office
    await office.distributor.join("c-1", queue)
    offer = await office.distributor.match_agent(ALVA.id)
    assert offer is not None
    await office.distributor.answered(offer)
    await office.distributor.ended(offer, 1000)


async def test_who_is_logged_in_there_has_what_softphones_dial(bench: Bench) -> None:
    await bench.visit(f"{PIN}#")
    await talked(bench, Queue("support", wrapup_seconds=60))
    served, heard, _ = await bench.visit(f"{PIN}#0561")
    assert served
    said = [text.removeprefix("sv: ") for text in heard if not text.startswith(MENU)]
    assert said[1] == "Alva Lindqvist, nummer fyra noll noll ett."
    assert said[2].endswith("sekunder för efterarbete.")
    assert said[5].endswith("sekunder för efterarbete.")
    assert said[2] != said[5]
    assert said[-1] == "Noterat: löst."
    given = await bench.events(EventType.CONTACT_RESULT_GIVEN)
    assert [event.fields["result"] for event in given] == ["resolved"]


async def test_who_owes_a_result_is_asked_for_it_and_ready_then(bench: Bench) -> None:
    await bench.visit(f"{PIN}#")
    await talked(bench, Queue("support", wrapup_seconds=30, result_within_seconds=60))
    served, heard, _ = await bench.visit(f"{PIN}#4")
    assert (served, heard[-1].startswith(MENU)) == (True, True)
    assert (await bench.alva()).state is AgentState.WRAPUP
    served, heard, _ = await bench.visit(f"{PIN}#41")
    assert (served, heard[-1]) == (True, HANG_UP)
    assert (await bench.alva()).state is AgentState.READY


# While they talk to us, and for several organisations --------------------------------------------


@dataclass
class House:
    """Organisations that share an agent outside, and a controller that tells of phones."""

    redis: Redis
    offices: dict[str, Office] = field(default_factory=dict)
    phones: Phones = field(init=False)

    def bench(self, org: str) -> Bench:
        return Bench(self.redis, self.offices[org])

    async def states(self) -> dict[str, tuple[AgentState, str, str]]:
        """What the agent does, why, and where."""
        theirs = {org: await self.bench(org).alva() for org in self.offices}
        return {org: (one.state, one.reason, one.phone) for org, one in theirs.items()}

    async def until(self, **states: AgentState) -> None:
        """Wait for what another task does."""
        for _ in range(500):
            if {org: state for org, (state, _, _) in (await self.states()).items()} == states:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"it never came: {await self.states()}")

    async def until_in_use(self, org: str, *, so: bool) -> None:
        for _ in range(500):
            if ((await self.states())[org][1] == "phone_in_use") is so:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"it never came: {await self.states()}")


async def opened(redis: Redis, files: Mapping[str, Organisation]) -> AsyncIterator[House]:
    house = House(redis)
    ami = FakeAmi()
    elsewhere = Elsewhere(house.offices)
    phones = house.phones = Phones(ami.as_client(), house.offices, [], elsewhere)
    for org, organisation in files.items():
        an_office(
            redis,
            organisation.model_copy(update={"id": org}),
            offices=house.offices,
            engaged=phones.engaged,
        )
        await house.offices[org].distributor.upkeep.renew()
    await ami.connect()
    tasks = [asyncio.create_task(phones.run())]
    for org, office in house.offices.items():
        common = CommonAgents(org, office.stream, elsewhere, phones.look)
        tasks.append(asyncio.create_task(common.run()))
    try:
        yield house
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def house(redis: Redis) -> AsyncIterator[House]:
    """A town and a village whose files name the same telephone, a hamlet whose file names none."""
    files = {"town": OUTSIDE, "village": OUTSIDE, "hamlet": DEMO}
    async for house in opened(redis, files):
        yield house


async def test_one_log_in_holds_for_all_that_name_the_telephone_and_so_does_what_follows(
    house: House,
) -> None:
    await house.offices["hamlet"].agents.login(ALVA, "agent1")
    served, _, _ = await house.bench("village").visit(f"{PIN}#")
    assert served
    there = {"town": AgentState.READY, "village": AgentState.READY}
    await house.until(**there, hamlet=AgentState.LOGGED_OUT)
    assert {phone for _, _, phone in (await house.states()).values()} == {HOME, ""}
    await house.bench("town").visit(f"{PIN}#31")
    paused = {org: AgentState.PAUSED for org in there}
    await house.until(**paused, hamlet=AgentState.LOGGED_OUT)
    await house.bench("town").visit(f"{PIN}#2")
    await house.until(**dict.fromkeys(house.offices, AgentState.LOGGED_OUT))


async def test_a_call_of_one_keeps_the_other_away_until_a_program_ends_the_wrapup(
    house: House,
) -> None:
    await house.bench("town").visit(f"{PIN}#")
    for org in ("town", "village"):
        await house.until_in_use(org, so=False)
    town, queue = house.offices["town"], Queue("support", wrapup_seconds=60)
    await town.distributor.join("c-1", queue)
    offer = await town.distributor.match(queue)
    assert offer is not None
    await house.until_in_use("village", so=True)
    await town.distributor.answered(offer)
    await town.distributor.ended(offer, 1000)
    await house.offices["village"].distributor.join("c-2", Queue("support"))
    began = asyncio.get_running_loop().time()
    await town.agents.unpause(ALVA.id, by="wallboard")
    await house.until(
        town=AgentState.READY, village=AgentState.RESERVED, hamlet=AgentState.LOGGED_OUT
    )
    assert asyncio.get_running_loop().time() - began < 2


async def test_nobody_is_offered_a_call_while_they_talk_to_us(house: House) -> None:
    await house.bench("town").visit(f"{PIN}#")
    office = house.offices["town"]
    for org in ("town", "village"):
        await house.until_in_use(org, so=False)
    async with house.phones.engaged(HOME):
        await office.distributor.join("c-1", Queue("support"))
        assert await office.distributor.match(Queue("support")) is None
        assert (await house.states())["town"] == (AgentState.READY, "phone_in_use", HOME)
    await house.until(
        town=AgentState.RESERVED, village=AgentState.READY, hamlet=AgentState.LOGGED_OUT
    )
