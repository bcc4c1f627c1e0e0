"""The caller is called: reached, missed, tried again by rule, given up."""

from __future__ import annotations

import pytest

from acd.errors import StaleOffer
from acd.model.callback import CallbackState, MissReason
from acd.model.offer import RefusalReason
from acd.model.waiting import AT_ONCE, LeaveReason, Place
from store.events import EventType
from tests.integration.acd.callback_ways import dialling, reached, reserved, state_of
from tests.integration.acd.conftest import FEES, NUMBER, RULES, House

pytestmark = pytest.mark.integration


async def test_the_controller_that_finds_an_agent_is_the_one_that_calls(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.keep_place()
    house.clock.forward(10)
    await house.other.upkeep.sweep()
    await house.log_in("4001")
    offer = await house.other.match_agent("4001")
    assert offer is not None
    assert offer.controller == "two"
    assert await house.other.callback_offers() == (offer,)
    assert await house.acd.callback_offers() == ()


async def test_a_life_without_mishap_is_told_in_order_and_leaves_nothing_behind(
    house: House,
) -> None:
    offer = await house.callback_offer()
    await house.news()
    house.clock.forward(2)
    assert await house.callbacks.dialled(offer) == 1
    house.clock.forward(8)
    await house.callbacks.reached(offer)
    house.clock.forward(5)
    assert await house.acd.answered(offer)
    house.clock.forward(60)
    await house.acd.ended(offer, 60_000)
    dialled, answered, ended, wrapup = await house.news()
    assert [event.agent for event in (dialled, answered, ended)] == ["4001"] * 3
    assert (dialled.type, dialled.fields) == (
        EventType.CALLBACK_DIALLED,
        {"offer": offer.id, "attempt": "1"},
    )
    assert (answered.type, answered.fields) == (
        EventType.CALLBACK_ANSWERED,
        {"offer": offer.id, "waited": "25000"},
    )
    assert (ended.type, ended.fields) == (
        EventType.CALLBACK_ENDED,
        {"offer": offer.id, "outcome": "talked", "talked": "60000"},
    )
    assert wrapup.type is EventType.AGENT_WRAPUP
    await house.agents.logout("4001")
    kept = await house.everything()
    assert set(kept) == {f"vaxel:{{city}}:{part}" for part in ("due", "offers", "pace")}
    assert kept["vaxel:{city}:pace"] == {"service|fees": "75000|15000|1"}


async def test_an_offer_of_a_callback_is_marked_for_whoever_counts_offers(house: House) -> None:
    offer = await house.callback_offer()
    (offered,) = (e for e in await house.news() if e.type is EventType.CALL_OFFERED)
    assert offered.fields == {"offer": offer.id, "callback": "1"}
    await house.acd.refused(offer, RefusalReason.NO_ANSWER)
    refused, paused = await house.news()
    assert refused.fields == {"offer": offer.id, "reason": "no_answer", "callback": "1"}
    assert paused.type is EventType.AGENT_PAUSED


async def test_a_missed_callback_is_tried_again_at_its_old_place(house: House) -> None:
    offer = await dialling(house)
    await house.news()
    due = house.clock() + RULES.every_ms
    assert await house.callbacks.missed(offer, MissReason.BUSY) == due
    missed, ready = await house.news()
    assert (missed.type, missed.agent) == (EventType.CALLBACK_MISSED, "4001")
    assert missed.fields == {"attempt": "1", "reason": "busy", "offer": offer.id, "due": str(due)}
    assert ready.type is EventType.AGENT_READY
    with pytest.raises(StaleOffer):
        await house.callbacks.dialled(offer)

    await house.acd.join("c-2", FEES)
    house.clock.forward(299.999)
    await house.acd.upkeep.renew()
    await house.acd.upkeep.sweep()
    assert await house.acd.place("c-1") is None
    house.clock.forward(0.001)
    await house.acd.upkeep.sweep()
    assert await house.acd.place("c-1") == Place(
        position=1, waiting=2, ready=1, logged_in=1, estimate=AT_ONCE
    )


async def test_the_agent_of_a_missed_callback_is_first_for_the_next_caller(house: House) -> None:
    offer = await house.callback_offer()
    house.clock.forward(1)
    await house.log_in("4002")
    await house.callbacks.missed(offer, MissReason.NO_ANSWER)
    await house.acd.join("c-2", FEES)
    following = await house.acd.match(FEES)
    assert following is not None
    assert following.agent == "4001"


async def test_a_callback_is_given_up_after_its_tries(house: House) -> None:
    offer = await house.callback_offer()
    await house.callbacks.missed(offer, MissReason.UNREACHABLE)  # it counts without a ring
    house.clock.forward(300)
    (offer,) = (await house.acd.upkeep.tick([FEES])).offers
    assert await house.callbacks.dialled(offer) == 2
    await house.news()
    assert await house.callbacks.missed(offer, MissReason.NO_ANSWER) is None
    missed, ended, ready = await house.news()
    assert missed.fields == {"attempt": "2", "reason": "no_answer", "offer": offer.id}
    assert (ended.type, ended.agent) == (EventType.CALLBACK_ENDED, "")
    assert ended.fields == {"outcome": "given_up"}
    assert ready.type is EventType.AGENT_READY
    assert NUMBER not in repr(await house.everything())


async def test_an_agent_who_does_not_answer_leaves_a_waiting_call_at_the_old_place(
    house: House,
) -> None:
    offer = await house.callback_offer()
    await house.acd.join("c-2", FEES)
    await house.callbacks.dialled(offer)
    await house.callbacks.reached(offer)
    await house.acd.refused(offer, RefusalReason.NO_ANSWER)
    assert await house.acd.place("c-1") == Place(position=1, waiting=2, ready=0, logged_in=1)
    assert await house.acd.held("c-1") == "fees"
    assert await state_of(house) is CallbackState.REACHED

    await house.log_in("4002")
    following = await house.other.match(FEES)
    assert following is not None
    assert (following.contact, following.controller) == ("c-1", "one"), "the call is with one"
    assert await house.acd.callback_offers() == (), "nobody is to be dialled"
    await house.news()
    await house.acd.answered(following)
    assert EventType.CALLBACK_ANSWERED in await house.news_types()


async def test_a_caller_who_hangs_up_once_reached_is_missed_and_never_abandoned(
    house: House,
) -> None:
    await reached(house)
    await house.news()
    assert await house.acd.leave("c-1", LeaveReason.ABANDONED) == ("4001",)
    missed, ready = await house.news()
    assert (missed.type, missed.fields["reason"]) == (EventType.CALLBACK_MISSED, "hung_up")
    assert missed.fields["attempt"] == "1"
    assert ready.type is EventType.AGENT_READY
    assert await state_of(house) is CallbackState.SCHEDULED


async def test_a_caller_who_hangs_up_while_the_next_agent_is_awaited_is_missed_once(
    house: House,
) -> None:
    offer = await reached(house)
    await house.acd.refused(offer, RefusalReason.BUSY)
    await house.news()
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    (missed,) = await house.news()
    assert (missed.fields["attempt"], missed.agent) == ("1", "")


async def test_dialling_is_said_once_an_attempt(house: House) -> None:
    offer = await reserved(house)
    assert await house.callbacks.dialled(offer) == 1
    assert await house.acd.callback_offers() == ()
    await house.news()
    assert await house.callbacks.dialled(offer) == 1
    assert await house.news() == []
    await house.callbacks.reached(offer)
    with pytest.raises(StaleOffer):
        await house.callbacks.dialled(offer)


async def test_picking_up_is_said_once_and_the_agent_is_held_no_longer_for_more(
    house: House,
) -> None:
    offer = await reached(house)
    held = await house.acd.current_offer("c-1")
    house.clock.forward(10)
    await house.callbacks.reached(offer)
    assert await house.acd.current_offer("c-1") == held


async def test_the_leg_that_answers_when_its_offer_is_over_takes_its_place_up(
    house: House,
) -> None:
    offer = await dialling(house)
    await house.news()
    assert await house.other.join("c-1", FEES) is True
    assert await house.news_types() == [EventType.CALL_REFUSED, EventType.AGENT_READY]
    with pytest.raises(StaleOffer):
        await house.callbacks.reached(offer)
    following = await house.acd.match(FEES)
    assert following is not None
    assert following.controller == "two"
    assert await state_of(house) is CallbackState.REACHED
