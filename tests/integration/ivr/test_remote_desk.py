"""The desk of agents outside, on the real Redis: who gets in, and when calls may come."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from acd.model import AgentState, AgentStatus, Queue
from acd.offers import OfferListener
from ivr.agi_call import AgiCaller
from ivr.office import Office
from ivr.remote_agents import remote_phone
from store.events import EventType
from store.stream import BEGINNING
from tests.integration.ivr.fake_line import FakePrompts, FakeRecorder, FakeSession
from tests.integration.ivr.fake_office import PIN, an_office, asterisk_away
from tests.integration.ivr.rides.conftest import ALVA, BIRK
from tests.integration.ivr.test_reach import HOME, OUTSIDE
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

    async def kept(self) -> dict[str, Any]:
        """What Redis keeps of her."""
        key = f"vaxel:{{{self.office.organisation.id}}}:agents"
        record: dict[str, Any] = json.loads(str(await self.redis.hget(key, ALVA.id)))
        return record


@pytest.fixture
def bench(redis: Redis) -> Bench:
    offers, ami = OfferListener(redis, "test-1"), asterisk_away()
    recorder = FakeRecorder()
    return Bench(redis, an_office(redis, OUTSIDE, offers, "test-1", ami=ami, recorder=recorder))


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
    offers, ami = OfferListener(redis, "test-1"), asterisk_away()
    bench = Bench(redis, an_office(redis, home, offers, "test-1", ami=ami, recorder=FakeRecorder()))
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


async def test_who_owes_a_result_is_told_so_and_wraps_up_on(bench: Bench) -> None:
    await bench.visit(f"{PIN}#")
    office, queue = bench.office, Queue("support", wrapup_seconds=1, result_within_seconds=60)
    await office.distributor.join("c-1", queue)
    offer = await office.distributor.match_agent(ALVA.id)
    assert offer is not None
    await office.distributor.answered(offer)
    await office.distributor.ended(offer, 1000)
    served, heard, _ = await bench.visit(f"{PIN}#4")
    assert served
    assert f"sv: {OUTSIDE.texts.after_call.result_owed.utterance('sv', {}).text}" in heard
    assert HANG_UP not in heard
    assert (await bench.alva()).state is AgentState.WRAPUP
