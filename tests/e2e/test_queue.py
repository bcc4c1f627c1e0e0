"""Waiting in the queue: place, music, the next agent, wrap-up."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_music
from tests.e2e.rig.phones import READY, RECEPTION, AgentHandset, Cast, Ears, Handset
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.reception import NEXT, SECOND, walk_to_queue

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SECOND_AGENT = "4002"
SECOND_NUMBER = "+46707654321"


@pytest_asyncio.fixture(loop_scope="session")
async def colleague(cast: Cast, platform: Platform) -> AsyncIterator[AgentHandset]:
    """A second agent, logged in after the first and thus rung after them."""
    handset = await cast.agent(2)
    await handset.sit_down(SECOND_AGENT, platform.redis)
    yield handset
    await cast.hang_up()
    await handset.stand_up(SECOND_AGENT, platform.redis)


async def test_callers_hear_their_place_and_music_and_are_served_in_order(
    cast: Cast, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    await agent.pause("1", "Du är pausad: rast.", ears)
    first = await caller.call(RECEPTION)
    await walk_to_queue(first, ears)
    await ears.hear(first, NEXT)
    second = await (await cast.caller(SECOND_NUMBER)).call(RECEPTION)
    await walk_to_queue(second, ears)
    said = await ears.hear(second, SECOND)
    await wait_until_hears_music(second, since=round(said * 16000))
    await ears.hear(second, SECOND, since=len(second.heard))  # said again after a while

    await agent.code(READY, ears, "Du är redo att ta emot samtal.")
    theirs = await agent.pick_up()
    (started_first, started_second) = journal.all(EventType.CONTACT_STARTED) or [
        await journal.wait(EventType.CONTACT_STARTED, count=n) for n in (1, 2)
    ]
    await journal.wait(EventType.CALL_ANSWERED, contact=started_first.contact)
    since = len(second.heard)
    await ears.hear(second, NEXT, since=since)
    await theirs.hang_up()
    theirs = await agent.pick_up()
    await journal.wait(EventType.CALL_ANSWERED, contact=started_second.contact)
    await theirs.hang_up()


async def test_a_supervisor_logs_an_agent_out_whose_phone_is_rung_no_more(
    *,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    code, told = await platform.vaxel(
        "tokens", "make", "lead", "--role", "supervisor", "--org", ORG
    )
    assert code == 0, told
    token = {"Authorization": f"Bearer {told.split()[-1]}"}
    address = f"http://127.0.0.1:{platform.settings.http.port}/api/v1/{ORG}"
    async with ClientSession(headers=token) as http:
        async with http.post(f"{address}/agents/{AGENT}/logout") as answer:
            assert (answer.status, (await answer.json())["state"]) == (200, "logged_out")

        line = await caller.call(RECEPTION)
        await walk_to_queue(line, ears)
        theirs = await colleague.pick_up()
        answered = await journal.wait(EventType.CALL_ANSWERED, agent=SECOND_AGENT)

        async with http.get(f"{address}/calls/{answered.contact}") as answer:
            call = await answer.json()
            assert (call["state"], call["agent"]) == ("talking", SECOND_AGENT)
        await theirs.hang_up()
        assert (await platform.vaxel("tokens", "revoke", "lead"))[0] == 0
        async with http.get(f"{address}/calls") as answer:
            assert answer.status == 401
    assert [offer.agent for offer in journal.all(EventType.CALL_OFFERED)] == [SECOND_AGENT]
    await agent.sit_down(AGENT, platform.redis)  # as they were found


async def test_an_agent_who_does_not_answer_is_paused_and_the_next_one_is_rung(
    *,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    unanswered = await agent.ring()
    queued = await journal.wait(EventType.CALL_QUEUED)
    theirs = await colleague.pick_up()
    assert unanswered.is_closed
    refused = await journal.wait(EventType.CALL_REFUSED, contact=queued.contact)
    assert (refused.agent, refused.fields["reason"]) == (AGENT, "no_answer")
    await journal.wait(EventType.AGENT_PAUSED, agent=AGENT, reason="not_answering")
    await journal.wait(EventType.CALL_ANSWERED, contact=queued.contact, agent=SECOND_AGENT)
    assert len(journal.all(EventType.CALL_QUEUED, contact=queued.contact)) == 1
    assert await platform.metric("vaxel_agents", org=ORG, state="paused") == 1
    await theirs.hang_up()


async def test_a_caller_is_put_through_to_who_speaks_their_language_though_another_has_idled_longer(
    *,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    await agent.sit_down(AGENT, platform.redis, skills={"language.da": 10})
    await colleague.sit_down(SECOND_AGENT, platform.redis)
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    theirs = await colleague.pick_up()
    offered = await journal.wait(EventType.CALL_OFFERED)
    assert offered.agent == SECOND_AGENT
    await journal.wait(EventType.CALL_ANSWERED, contact=offered.contact, agent=SECOND_AGENT)
    await theirs.hang_up()


async def test_a_caller_whom_nobody_answers_keeps_the_place_before_later_ones(
    cast: Cast, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    first = await caller.call(RECEPTION)
    await walk_to_queue(first, ears)
    await agent.ring()  # and does not answer: the agent is paused
    queued = await journal.wait(EventType.CALL_QUEUED)
    second = await (await cast.caller(SECOND_NUMBER)).call(RECEPTION)
    await walk_to_queue(second, ears)
    await journal.wait(EventType.AGENT_PAUSED, agent=AGENT)
    await ears.hear(second, SECOND)
    back = await agent.call(READY)
    await ears.hear(back, "Du blev pausad för att du inte svarade när det ringde.")
    await ears.hear(back, "Du är redo att ta emot samtal.")
    theirs = await agent.pick_up()
    await journal.wait(EventType.CALL_ANSWERED, contact=queued.contact)
    await second.hang_up()
    await theirs.hang_up()


async def test_a_busy_agent_is_passed_over_and_the_caller_waits_on(
    caller: Handset, agent: AgentHandset, colleague: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    await (await agent.ring()).reject()
    theirs = await colleague.pick_up()
    refused = await journal.wait(EventType.CALL_REFUSED)
    assert (refused.agent, refused.fields["reason"]) == (AGENT, "busy")
    await theirs.hang_up()


async def test_an_agent_whose_phone_is_gone_is_passed_over_and_is_back_with_the_phone(
    *,
    cast: Cast,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    await agent.phone.unregister()
    await journal.wait(EventType.AGENT_PHONE_LOST, agent=AGENT, phone="agent1")
    assert await platform.metric("vaxel_agents", org=ORG, state="phone_away") == 1
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    theirs = await colleague.pick_up()
    offered = await journal.wait(EventType.CALL_OFFERED)
    assert offered.agent == SECOND_AGENT
    later = await (await cast.caller(SECOND_NUMBER)).call(RECEPTION)
    await walk_to_queue(later, ears)
    await agent.phone.register()
    await journal.wait(EventType.AGENT_PHONE_BACK, agent=AGENT)
    again = await agent.pick_up()
    await journal.wait(EventType.CALL_ANSWERED, agent=AGENT)
    assert not journal.all(EventType.CALL_REFUSED)
    await theirs.hang_up()
    await again.hang_up()


async def test_after_a_call_the_agent_has_time_to_wrap_up(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    theirs = await agent.pick_up()
    await journal.wait(EventType.CALL_ANSWERED)
    await theirs.hang_up()
    wrapup = await journal.wait(EventType.AGENT_WRAPUP, agent=AGENT)
    ready = await journal.wait(EventType.AGENT_READY, agent=AGENT)
    assert ready.at - wrapup.at >= 900

    async def one_is_ready() -> bool:
        return await platform.metric("vaxel_agents", org=ORG, state="ready") == 1

    await eventually(one_is_ready)
