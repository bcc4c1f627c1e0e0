"""An agent hands a contact over: one step, one contact, and nobody waits twice for one wait."""

from __future__ import annotations

from typing import cast

import pytest

from acd.errors import AgentNotReady, ContactConsulting, OfferNotAnswered, StaleOffer
from acd.model.agent import AgentState
from acd.model.handover import HandedTo, Handover
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from acd.skills import Requirement
from store.events import EventType
from tests.integration.acd.conftest import FEES, SUPPORT, House

pytestmark = pytest.mark.integration

TO_SUPPORT = Handover(HandedTo.QUEUE, "support")
OUTSIDE = Handover(HandedTo.NUMBER)
COLLEAGUE = Handover(HandedTo.AGENT, "4002")


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


async def test_whether_its_agent_asks_somebody_is_known(house: House) -> None:
    assert not await house.acd.consulting.running("c-1")
    offer = await house.offer()
    await house.acd.answered(offer)
    assert not await house.acd.consulting.running("c-1")
    await house.acd.consulting.begin(offer, OUTSIDE)
    assert await house.acd.consulting.running("c-1")
    await house.acd.consulting.over("c-1", "")
    assert not await house.acd.consulting.running("c-1")


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


async def colleagues(house: House) -> Offer:
    """4001 talks with c-1; 4002 is ready, of another queue."""
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.log_in("4002", SUPPORT)
    await house.news()
    return offer


async def test_whoever_is_asked_is_offered_nothing_and_free_again_at_the_old_place(
    house: House,
) -> None:
    offer = await colleagues(house)
    asked = await house.acd.consulting.begin(offer, COLLEAGUE)
    assert asked.phone == "phone4002"
    await house.acd.join("c-2", SUPPORT)
    assert await house.acd.match(SUPPORT) is None
    assert await house.acd.consulting.answered("c-1")
    assert not await house.other.consulting.answered("c-1")
    assert (await house.agents.status("4002")).state is AgentState.TALKING
    assert await house.acd.consulting.over("c-1", "4002") == "4002"
    assert await house.other.consulting.over("c-1", "4002") is None
    second = await house.acd.match(SUPPORT)
    assert second is not None
    assert (second.contact, second.agent) == ("c-2", "4002")
    assert await house.agent_state() is AgentState.TALKING


async def test_the_conversation_goes_on_with_whom_was_asked_and_each_has_their_own_time(
    house: House,
) -> None:
    offer = await colleagues(house)
    house.clock.forward(20)
    asked = await house.acd.consulting.begin(offer, COLLEAGUE)
    await house.acd.consulting.answered("c-1")
    house.clock.forward(10)
    assert await house.acd.consulting.took_over("c-1") == "4001"
    assert await house.other.consulting.took_over("c-1") is None
    assert await house.agent_state() is AgentState.WRAPUP
    house.clock.forward(7)
    taken = await house.acd.current_offer("c-1")
    assert taken is not None
    assert (taken.id, taken.agent) == (asked.number, "4002")
    with pytest.raises(StaleOffer):
        await house.acd.ended(offer, 37_000)
    await house.acd.leave("c-1", LeaveReason.FAILED)  # as the caller's ride does then
    ends = [e for e in await house.news() if e.type is EventType.CALL_ENDED]
    assert [(e.agent, e.fields["talked"]) for e in ends] == [("4001", "30000"), ("4002", "7000")]


async def test_when_the_caller_is_gone_everybody_is_free(house: House) -> None:
    offer = await colleagues(house)
    await house.acd.consulting.begin(offer, COLLEAGUE)
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    assert (await house.agents.status("4002")).state is AgentState.READY
    assert await house.agent_state() is AgentState.WRAPUP


async def test_when_controllers_are_dead_the_channels_end_frees_whoever_was_asked(
    house: House,
) -> None:
    offer = await colleagues(house)
    await house.acd.consulting.begin(offer, COLLEAGUE)
    house.clock.forward(11)
    await house.other.upkeep.sweep()
    assert await house.other.upkeep.reconcile([]) == ("c-1",)
    assert (await house.agents.status("4002")).state is AgentState.READY


async def test_nobody_who_is_not_ready_is_asked_and_not_two_at_once(house: House) -> None:
    offer = await colleagues(house)
    await house.agents.pause("4002", "lunch")
    before = await house.everything()
    with pytest.raises(AgentNotReady):
        await house.acd.consulting.begin(offer, COLLEAGUE)
    assert await house.everything() == before
    await house.acd.consulting.begin(offer, OUTSIDE)
    with pytest.raises(ContactConsulting):
        await house.acd.consulting.begin(offer, OUTSIDE)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("wanted", [AgentState.LOGGED_OUT, AgentState.PAUSED])
async def test_what_whoever_is_asked_wants_meanwhile_comes_when_it_is_over(
    house: House, wanted: AgentState, *, answered: bool
) -> None:
    offer = await colleagues(house)
    await house.acd.consulting.begin(offer, COLLEAGUE)
    if answered:
        await house.acd.consulting.answered("c-1")
    if wanted is AgentState.PAUSED:
        await house.agents.pause("4002", "lunch")
    else:
        await house.agents.logout("4002")
    asked = (await house.agents.status("4002")).state
    assert asked is (AgentState.TALKING if answered else AgentState.RESERVED)
    assert await house.acd.consulting.over("c-1", "4002") == "4002"
    assert (await house.agents.status("4002")).state is wanted
    assert await house.agent_state() is AgentState.TALKING, "the caller has lost nobody"


async def test_a_hold_is_told_once_with_its_length_and_ends_with_the_conversation(
    house: House,
) -> None:
    offer = await colleagues(house)
    assert await house.acd.hold("c-1", "phone4001", on=True)
    assert not await house.other.hold("c-1", "phone4001", on=True)
    assert not await house.acd.hold("c-1", "phone4002", on=False), "it is not their caller"
    house.clock.forward(5)
    assert await house.acd.hold("c-1", "phone4001", on=False)
    await house.acd.hold("c-1", "phone4001", on=True)
    house.clock.forward(2)
    await house.acd.ended(offer, 7_000)
    told = [(e.type.value, e.fields.get("held")) for e in await house.news() if e.contact]
    assert told == [
        ("call.held", None),
        ("call.resumed", "5000"),
        ("call.held", None),
        ("call.resumed", "2000"),
        ("call.ended", None),
    ]


async def test_a_consultation_is_no_contact_of_whom_was_asked_until_they_have_it(
    house: House,
) -> None:
    offer = await colleagues(house)
    await house.acd.consulting.begin(offer, COLLEAGUE)
    await house.acd.consulting.answered("c-1")
    records = await house.everything()
    agents = cast(dict[str, dict[str, object]], records["vaxel:{city}:agents"])
    assert "last" not in agents["4002"], "no result is asked of them"
    await house.acd.consulting.took_over("c-1")
    records = await house.everything()
    agents = cast(dict[str, dict[str, object]], records["vaxel:{city}:agents"])
    assert cast(dict[str, object], agents["4002"]["last"])["contact"] == "c-1"
