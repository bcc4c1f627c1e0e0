"""Controllers that die with a callback in hand: it is neither forgotten nor dialled twice."""

from __future__ import annotations

import pytest

from acd.errors import StaleOffer
from acd.model.agent import AgentState
from acd.model.callback import CallbackState, MissReason
from acd.model.offer import RefusalReason
from acd.model.waiting import AT_ONCE, Place
from store.events import EventType
from tests.integration.acd.callback_ways import dialling, reached, state_of
from tests.integration.acd.conftest import FEES, NUMBER, RULES, House

pytestmark = pytest.mark.integration

LEASE_S = 10
GRACE_S = 15
IN_LINE = Place(position=1, waiting=1, ready=1, logged_in=1, estimate=AT_ONCE)


async def test_a_callback_that_waits_needs_no_living_controller(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.keep_place(due_ms=house.clock() + 3_600_000)
    house.clock.forward(3_600)
    assert (await house.other.upkeep.sweep()).called == ("c-1",)
    house.clock.forward(86_400)
    await house.other.upkeep.renew()
    assert (await house.other.upkeep.sweep()).adrift == ()
    assert await house.other.place("c-1") == Place(position=1, waiting=1, ready=0, logged_in=0)


async def test_a_callback_that_nobody_begins_to_dial_is_given_back(house: House) -> None:
    offer = await house.callback_offer()
    await house.news()
    house.clock.forward(LEASE_S - 0.001)
    assert (await house.other.upkeep.sweep()).expired == ()
    house.clock.forward(0.001)
    assert (await house.other.upkeep.sweep()).expired == ("c-1",)
    refused, ready = await house.news()
    assert refused.fields == {"offer": offer.id, "reason": "expired", "callback": "1"}
    assert ready.type is EventType.AGENT_READY
    assert await house.other.place("c-1") == IN_LINE
    callback = await house.callbacks.get("c-1")
    assert callback is not None
    assert callback.attempt == 0, "the caller has noticed nothing"
    with pytest.raises(StaleOffer):
        await house.callbacks.dialled(offer)
    house.clock.forward(LEASE_S)
    assert (await house.other.upkeep.sweep()).adrift == (), "it is the dead controller's no longer"
    following = await house.other.match(FEES)
    assert following is not None
    assert following.controller == "two"


async def test_while_the_callers_phone_may_ring_nobody_else_dials(house: House) -> None:
    offer = await house.callback_offer()
    house.clock.forward(9)
    await house.callbacks.dialled(offer)
    house.clock.forward(RULES.ring_ms / 1000 + 4.999)
    swept = await house.other.upkeep.sweep()
    assert (swept.expired, swept.adrift) == ((), ())
    assert await house.other.match(FEES) is None
    house.clock.forward(0.001)
    await house.news()
    assert (await house.other.upkeep.sweep()).expired == ("c-1",)
    missed, ready = await house.news()
    assert missed.fields["reason"] == "lost"
    assert ready.type is EventType.AGENT_READY
    assert await house.other.match(FEES) is None, "nobody is rung twice within a minute"
    house.clock.forward(RULES.every_ms / 1000)
    await house.other.upkeep.sweep()
    assert await house.other.place("c-1") == IN_LINE
    following = await house.other.match(FEES)
    assert following is not None
    assert await house.callbacks.dialled(following) == 2, "the first attempt counts"


async def test_the_last_attempt_stays_the_last_when_its_controller_dies(house: House) -> None:
    offer = await house.callback_offer()
    await house.callbacks.missed(offer, MissReason.BUSY)
    house.clock.forward(RULES.every_ms / 1000)
    (offer,) = (await house.acd.upkeep.tick([FEES])).offers
    await house.callbacks.dialled(offer)
    await house.news()
    house.clock.forward(RULES.ring_ms / 1000 + 5)
    await house.other.upkeep.sweep()
    missed, ended, ready = await house.news()
    assert missed.fields == {"attempt": "2", "reason": "lost", "offer": offer.id}
    assert ended.fields == {"outcome": "given_up"}
    assert ready.type is EventType.AGENT_READY
    assert NUMBER not in repr(await house.everything())


async def test_a_caller_who_was_reached_when_the_controller_died_is_taken_up_at_the_old_place(
    house: House,
) -> None:
    await reached(house)
    await house.news()
    assert await house.other.join("c-1", FEES) is True
    assert await house.news_types() == [EventType.CALL_REFUSED, EventType.AGENT_READY]
    following = await house.other.match(FEES)
    assert following is not None
    assert following.controller == "two"
    await house.other.answered(following)
    await house.other.ended(following, 1)
    assert NUMBER not in repr(await house.everything())


async def test_a_caller_who_was_reached_and_whom_nobody_takes_up_is_called_again(
    house: House,
) -> None:
    await reached(house)
    house.clock.forward(RULES.greeting_ms / 1000 + FEES.ring_seconds + 5)
    await house.other.upkeep.renew()
    assert (await house.other.upkeep.sweep()).expired == ("c-1",)
    assert await house.agent_state() is AgentState.READY
    assert await house.other.match(FEES) is None, "nobody would ring"
    await house.news()
    house.clock.forward(GRACE_S)
    assert (await house.other.upkeep.sweep()).lost == ("c-1",)
    (missed,) = await house.news()
    assert (missed.type, missed.fields["reason"]) == (EventType.CALLBACK_MISSED, "lost")
    assert missed.fields["attempt"] == "1"
    assert await state_of(house) is CallbackState.SCHEDULED


async def test_a_caller_on_the_line_whose_controller_dies_is_kept_for_a_while(
    house: House,
) -> None:
    offer = await house.callback_offer()
    await house.callbacks.reached(offer)
    await house.acd.refused(offer, RefusalReason.EXPIRED)
    house.clock.forward(LEASE_S)
    await house.other.upkeep.renew()
    assert (await house.other.upkeep.sweep()).adrift == ("c-1",)
    assert await house.other.join("c-1", FEES) is True
    assert await house.other.place("c-1") == IN_LINE


async def test_a_controller_that_was_thought_dead_gets_its_caller_back(house: House) -> None:
    offer = await house.callback_offer()
    await house.callbacks.reached(offer)
    await house.acd.refused(offer, RefusalReason.EXPIRED)
    house.clock.forward(LEASE_S)
    await house.other.upkeep.sweep()
    await house.acd.upkeep.renew()
    following = await house.other.match(FEES)
    assert following is not None
    assert following.controller == "one"


async def test_a_conversation_goes_on_when_its_controller_dies(house: House) -> None:
    offer = await reached(house)
    await house.acd.answered(offer)
    house.clock.forward(LEASE_S)
    assert (await house.other.upkeep.sweep()).adrift == ("c-1",)
    assert await house.other.upkeep.reconcile(["c-1"]) == ()
    assert await house.agent_state() is AgentState.TALKING
    await house.news()
    house.clock.forward(60)
    assert await house.other.upkeep.reconcile([]) == ("c-1",)
    ended, wrapup = await house.news()
    assert ended.fields == {"offer": offer.id, "outcome": "talked", "talked": "70000"}
    assert wrapup.type is EventType.AGENT_WRAPUP, "and nothing of a lost contact"
    assert NUMBER not in repr(await house.everything())


async def test_a_living_controller_that_is_slow_does_not_lose_its_reservation_to_a_lease(
    house: House,
) -> None:
    offer = await dialling(house)
    house.clock.forward(RULES.ring_ms / 1000)
    await house.other.upkeep.sweep()
    await house.callbacks.reached(offer)
    assert await state_of(house) is CallbackState.REACHED
