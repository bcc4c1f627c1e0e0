"""The line of a queue: who joins, in which order they stand, how they leave."""

from __future__ import annotations

import pytest

from acd.errors import ContactBusy, StaleOffer
from acd.model.agent import AgentState
from acd.model.offer import RefusalReason
from acd.model.waiting import LeaveReason, Place
from store.events import EventType
from tests.integration.acd.conftest import FEES, START_MS, SUPPORT, House, kept_of

pytestmark = pytest.mark.integration


async def test_a_contact_that_joins_stands_in_line_and_in_the_log(house: House) -> None:
    assert await house.acd.join("c-1", FEES) is False
    assert await house.acd.place("c-1") == Place(position=1, waiting=1, ready=0, logged_in=0)
    (event,) = await house.news()
    assert (event.type, event.contact, event.queue) == (EventType.CALL_QUEUED, "c-1", "fees")
    assert event.fields == {"arrived": str(START_MS)}


async def test_joining_twice_changes_nothing(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.news()
    before = await house.everything()
    assert await house.acd.join("c-1", FEES) is True
    assert await house.everything() == before
    assert await house.news() == []


async def test_a_contact_of_this_controller_cannot_be_in_two_queues(house: House) -> None:
    await house.acd.join("c-1", FEES)
    before = await house.everything()
    with pytest.raises(ContactBusy, match="c-1"):
        await house.acd.join("c-1", SUPPORT)
    assert await house.everything() == before


async def test_a_contact_that_talks_cannot_join_again(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    before = await house.everything()
    with pytest.raises(ContactBusy):
        await house.acd.join("c-1", FEES)
    assert await house.everything() == before


async def test_a_contact_id_that_would_break_an_index_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="Contact"):
        await house.acd.join("c|1", FEES)
    assert await house.everything() == {}


async def test_places_follow_the_arrival(house: House) -> None:
    for number in (1, 2, 3):
        await house.acd.join(f"c-{number}", FEES)
        house.clock.forward(1)
    await house.acd.join("s-1", SUPPORT)
    await house.log_in("4001", FEES)
    await house.log_in("4002", FEES, SUPPORT)
    await house.agents.pause("4002", "lunch")
    assert await house.acd.place("c-3") == Place(position=3, waiting=3, ready=1, logged_in=2)
    assert await house.acd.place("s-1") == Place(position=1, waiting=1, ready=0, logged_in=1)


async def test_the_longest_waiting_contact_is_served_first_and_credit_counts_as_waiting(
    house: House,
) -> None:
    await house.acd.join("early", FEES)
    house.clock.forward(10)
    await house.acd.join("late", FEES)
    await house.acd.join("urgent", FEES, credit_ms=10_001)
    for agent in ("1", "2", "3"):
        await house.log_in(agent)
    offers = [await house.acd.match(FEES) for _ in range(3)]
    assert [offer.contact for offer in offers if offer] == ["urgent", "early", "late"]


async def test_waiting_longer_wins_against_any_credit_in_the_end(house: House) -> None:
    await house.acd.join("plain", FEES)
    house.clock.forward(61)
    await house.acd.join("urgent", FEES, credit_ms=60_000)
    await house.log_in("1")
    offer = await house.acd.match(FEES)
    assert offer is not None
    assert offer.contact == "plain"


async def test_the_longest_idle_agent_is_rung_first(house: House) -> None:
    for agent in ("3", "1", "2"):
        await house.log_in(agent)
        house.clock.forward(1)
    for number in range(3):
        await house.acd.join(f"c-{number}", FEES)
    offers = [await house.acd.match(FEES) for _ in range(3)]
    assert [offer.agent for offer in offers if offer] == ["3", "1", "2"]


async def test_queues_with_names_that_begin_alike_are_not_mixed(house: House) -> None:
    longer = type(FEES)("fees-abroad")
    await house.acd.join("c-1", longer)
    await house.log_in("4001", FEES)
    assert await house.acd.match(FEES) is None
    assert await house.acd.place("c-1") == Place(position=1, waiting=1, ready=0, logged_in=0)


async def test_a_caller_who_hangs_up_while_waiting_is_abandoned(house: House) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(30)
    await house.news()
    assert await house.acd.leave("c-1", LeaveReason.ABANDONED) == ()
    (event,) = await house.news()
    assert (event.type, event.fields) == (EventType.CALL_ABANDONED, {"waited": "30000"})
    assert await house.acd.leave("c-1", LeaveReason.ABANDONED) is None
    assert await house.news() == []


@pytest.mark.parametrize("reason", [LeaveReason.TIMEOUT, LeaveReason.NOBODY, LeaveReason.FAILED])
async def test_a_contact_that_flows_out_says_why(house: House, reason: LeaveReason) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(1)
    await house.news()
    await house.acd.leave("c-1", reason)
    (event,) = await house.news()
    assert (event.type, event.fields) == (
        EventType.CALL_LEFT,
        {"waited": "1000", "reason": reason.value},
    )


async def test_a_caller_who_hangs_up_while_it_rings_gives_the_agent_back(house: House) -> None:
    offer = await house.offer()
    house.clock.forward(3)
    await house.log_in("4002")
    await house.news()
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    assert await house.news_types() == [EventType.CALL_ABANDONED, EventType.AGENT_READY]
    with pytest.raises(StaleOffer):
        await house.acd.answered(offer)
    await house.acd.join("c-2", FEES)
    following = await house.acd.match(FEES)
    assert following is not None
    assert following.agent == "4001", "idle longer than 4002, and it was not their doing"


async def test_a_caller_who_hangs_up_while_talking_ends_the_conversation(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    house.clock.forward(42)
    await house.news()
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    ended, wrapup = await house.news()
    assert (ended.type, ended.fields) == (EventType.CALL_ENDED, {"offer": "1", "talked": "42000"})
    assert wrapup.type is EventType.AGENT_WRAPUP
    assert await house.agent_state() is AgentState.WRAPUP


@pytest.mark.parametrize("last", ["waiting", "reserved", "refused", "talking", "ended", "orphan"])
async def test_a_contact_that_is_gone_leaves_no_trace_but_its_events(
    house: House, last: str
) -> None:
    contact = "vaxel-1763925160.42"
    if last in ("waiting", "orphan"):
        await house.acd.join(contact, FEES)
        if last == "orphan":
            house.clock.forward(10)
            await house.other.upkeep.sweep()
    else:
        offer = await house.offer(contact)
        if last == "refused":
            await house.acd.refused(offer, RefusalReason.NO_ANSWER)
        elif last in ("talking", "ended"):
            await house.acd.answered(offer)
        if last == "ended":
            await house.acd.ended(offer, 1)
    freed = await house.acd.leave(contact, LeaveReason.ABANDONED)
    assert (freed is None) == (last == "ended")
    assert not kept_of(contact, await house.everything())
    assert await house.acd.held(contact) is None
