"""An agent hands a contact over: one step, one contact, and nobody waits twice for one wait."""

from __future__ import annotations

import pytest

from acd.errors import OfferNotAnswered, StaleOffer
from acd.model import AgentState, HandedTo, Handover
from acd.skills import Requirement
from store.events import EventType
from tests.integration.acd.conftest import FEES, SUPPORT, House

pytestmark = pytest.mark.integration

TO_SUPPORT = Handover(HandedTo.QUEUE, "support")
OUTSIDE = Handover(HandedTo.NUMBER)


async def test_the_agent_wraps_up_and_the_contact_waits_elsewhere_in_one_step(
    house: House,
) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    house.clock.forward(30)
    await house.news()
    await house.acd.transferred(offer, 30_000, TO_SUPPORT, SUPPORT)
    assert [(e.type.value, e.queue, e.agent) for e in await house.news()] == [
        ("call.transferred", "fees", "4001"),
        ("call.ended", "fees", "4001"),
        ("agent.wrapup", "", "4001"),
        ("call.queued", "support", ""),
    ]
    assert await house.agent_state() is AgentState.WRAPUP
    assert await house.acd.held("c-1") == "support"


async def test_whoever_is_handed_over_stands_before_those_who_came_later(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    house.clock.forward(60)
    await house.acd.join("c-2", SUPPORT)
    house.clock.forward(60)
    await house.acd.transferred(offer, 120_000, TO_SUPPORT, SUPPORT)
    await house.log_in("4002", SUPPORT)
    second = await house.acd.match(SUPPORT)
    assert second is not None
    assert (second.contact, second.agent) == ("c-1", "4002")
    waited = await house.acd.answered(second)
    assert waited
    answered = (await house.news())[-1]
    assert (answered.type, answered.fields["waited"]) == (EventType.CALL_ANSWERED, "0")


async def test_the_tree_finds_it_where_it_was_handed_over_to(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.acd.transferred(
        offer, 0, TO_SUPPORT, SUPPORT, require=[Requirement(0, {"language.sv": 1})]
    )
    assert await house.acd.join("c-1", FEES)  # as a waiting call does now and then
    assert await house.other.join("c-1", FEES)  # as the next controller does
    assert await house.acd.held("c-1") == "support"


async def test_to_a_number_it_leaves_and_knows_where_it_belongs(house: House) -> None:
    offer = await house.offer()
    began = house.clock()
    await house.acd.answered(offer)
    house.clock.forward(40)
    assert await house.acd.transferred(offer, 40_000, OUTSIDE, None) == began
    assert await house.acd.held("c-1") is None


async def test_a_contact_that_was_called_back_waits_as_a_call(house: House) -> None:
    offer = await house.callback_offer()
    await house.callbacks.dialled(offer)
    await house.callbacks.reached(offer)
    await house.acd.answered(offer)
    await house.acd.transferred(offer, 0, TO_SUPPORT, SUPPORT)
    assert await house.acd.held("c-1") == "support"
    assert await house.callbacks.get("c-1") is None


async def test_what_is_no_conversation_is_not_handed_over(house: House) -> None:
    offer = await house.offer()
    before = await house.everything()
    with pytest.raises(OfferNotAnswered):
        await house.acd.transferred(offer, 0, TO_SUPPORT, SUPPORT)
    assert await house.everything() == before
    await house.acd.answered(offer)
    await house.acd.ended(offer, 0)
    with pytest.raises(StaleOffer):
        await house.acd.transferred(offer, 0, TO_SUPPORT, SUPPORT)
