"""What an agent says came of a contact, and queues that wait for it."""

from __future__ import annotations

import pytest

from acd.errors import NoLastContact, NotLoggedIn, ResultOwed
from acd.floor import Floor
from acd.model.agent import AgentState, LastContact
from acd.model.offer import Offer
from acd.model.queue import Queue
from store.events import EventType
from tests.integration.acd.conftest import FEES, START_MS, SUPPORT, House

pytestmark = pytest.mark.integration

CASES = Queue("cases", wrapup_seconds=10, result_within_seconds=300)


async def talk(house: House, queue: Queue = FEES, contact: str = "c-1") -> Offer:
    """Agent 4001 talks to a caller."""
    offer = await house.offer(contact, queue)
    await house.acd.answered(offer)
    await house.news()
    return offer


async def state(house: House) -> tuple[AgentState, int]:
    status = await house.agents.status("4001")
    return status.state, status.until_ms


async def test_a_result_is_given_in_the_wrapup_and_told_once(house: House) -> None:
    offer = await talk(house)
    await house.acd.ended(offer, 1)
    await house.news()

    status = await house.agents.give_result("4001", "resolved", contact="c-1")

    assert status.last == LastContact("c-1", "fees", START_MS, "resolved")
    assert (status.state, status.until_ms) == (AgentState.WRAPUP, START_MS + 10_000)
    [given] = await house.news()
    assert (given.type, given.contact, given.queue, given.agent) == (
        EventType.CONTACT_RESULT_GIVEN,
        "c-1",
        "fees",
        "4001",
    )
    assert given.fields == {"result": "resolved"}
    before = await house.everything()
    await house.agents.give_result("4001", "resolved")
    assert await house.everything() == before
    assert await house.news() == []


async def test_another_result_replaces_the_first_and_both_are_told(house: House) -> None:
    await talk(house)
    await house.agents.give_result("4001", "resolved")
    await house.agents.give_result("4001", "passed_on", by="screen")
    first, act, second = await house.news()
    assert first.fields == {"result": "resolved"}
    assert act.type is EventType.SUPERVISOR_ACTED
    assert (act.fields, act.contact) == ({"act": "result", "by": "screen"}, "c-1")
    assert second.fields == {"result": "passed_on", "before": "resolved", "by": "screen"}


async def test_a_result_may_be_given_until_the_next_conversation_begins(house: House) -> None:
    offer = await talk(house, SUPPORT)
    await house.acd.ended(offer, 1)
    await house.acd.join("c-2", SUPPORT)
    following = await house.acd.match(SUPPORT)
    assert following is not None
    await house.agents.give_result("4001", "resolved", contact="c-1")

    await house.acd.answered(following)

    before = await house.everything()
    with pytest.raises(NoLastContact):
        await house.agents.give_result("4001", "resolved", contact="c-1")
    assert await house.everything() == before
    await house.agents.give_result("4001", "passed_on")
    assert (await house.news())[-1].contact == "c-2"


async def test_who_talked_to_nobody_or_is_not_there_gives_none(house: House) -> None:
    with pytest.raises(NotLoggedIn):
        await house.agents.give_result("4001", "resolved")
    assert await house.everything() == {}
    await house.log_in("4001")
    before = await house.everything()
    with pytest.raises(NoLastContact):
        await house.agents.give_result("4001", "resolved")
    assert await house.everything() == before


async def test_a_pause_does_not_take_the_last_contact_away_but_a_new_login_does(
    house: House,
) -> None:
    offer = await talk(house)
    await house.agents.pause("4001", "lunch")
    await house.acd.ended(offer, 1)
    await house.agents.give_result("4001", "resolved", contact="c-1")
    await house.log_in("4001")
    with pytest.raises(NoLastContact):
        await house.agents.give_result("4001", "resolved", contact="c-1")


# A queue that requires one -----------------------------------------------------------------------


async def test_who_owes_a_result_wraps_up_until_it_is_given_and_not_longer_than_allowed(
    house: House,
) -> None:
    offer = await talk(house, CASES)
    await house.acd.ended(offer, 1)
    assert await state(house) == (AgentState.WRAPUP, START_MS + 300_000)
    house.clock.forward(60)
    await house.acd.upkeep.sweep()
    assert (await state(house))[0] is AgentState.WRAPUP
    await house.news()

    status = await house.agents.give_result("4001", "resolved")

    assert status.state is AgentState.READY, "the usual wrap-up is over by then"
    assert await house.news_types() == [EventType.CONTACT_RESULT_GIVEN, EventType.AGENT_READY]


async def test_with_the_result_the_wrapup_ends_when_it_would_have_anyway(house: House) -> None:
    offer = await talk(house, CASES)
    await house.acd.ended(offer, 1)
    house.clock.forward(3)
    await house.news()
    status = await house.agents.give_result("4001", "resolved")
    assert (status.state, status.until_ms) == (AgentState.WRAPUP, START_MS + 10_000)
    _, wrapup = await house.news()
    assert (wrapup.type, wrapup.fields) == (
        EventType.AGENT_WRAPUP,
        {"until": str(START_MS + 10_000)},
    )
    house.clock.forward(7)
    assert (await house.acd.upkeep.sweep()).ready == ("4001",)


async def test_a_result_given_while_they_talk_is_owed_no_more(house: House) -> None:
    offer = await talk(house, CASES)
    await house.agents.give_result("4001", "resolved")
    await house.acd.ended(offer, 1)
    assert await state(house) == (AgentState.WRAPUP, START_MS + 10_000)
    assert (await house.agents.unpause("4001")).state is AgentState.READY


async def test_the_limit_lets_an_agent_go_who_never_says_it(house: House) -> None:
    offer = await talk(house, CASES)
    await house.acd.ended(offer, 1)
    house.clock.forward(300)
    assert (await house.acd.upkeep.sweep()).ready == ("4001",)
    status = await house.agents.status("4001")
    assert status.last is not None
    assert not status.last.owed


@pytest.mark.parametrize("paused", [False, True])
async def test_who_owes_a_result_is_not_ready_before(house: House, paused: bool) -> None:
    offer = await talk(house, CASES)
    if paused:  # which comes without a wrap-up
        await house.agents.pause("4001", "lunch")
    await house.acd.ended(offer, 1)
    before = await house.everything()
    with pytest.raises(ResultOwed):
        await house.agents.unpause("4001")
    assert await house.everything() == before
    await house.agents.give_result("4001", "resolved")
    assert (await house.agents.unpause("4001")).state is AgentState.READY


async def test_a_supervisor_lets_an_agent_off_the_result(house: House) -> None:
    offer = await talk(house, CASES)
    await house.acd.ended(offer, 1)
    assert (await house.agents.unpause("4001", by="lead")).state is AgentState.READY
    await house.agents.pause("4001", "lunch")
    assert (await house.agents.unpause("4001")).state is AgentState.READY


async def test_a_call_that_is_moved_takes_the_other_queues_rule_along(house: House) -> None:
    await house.acd.join("c-1", FEES)
    floor = Floor(house.redis, house.org, house.clock)
    await floor.move("c-1", "fees", CASES, by="lead")
    await house.log_in("4001", CASES)
    offer = await house.acd.match(CASES)
    assert offer is not None
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1)
    assert await state(house) == (AgentState.WRAPUP, START_MS + 300_000)
