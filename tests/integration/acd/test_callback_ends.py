"""A callback that is cancelled, or is past that; steps that are no longer possible."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from acd.errors import (
    CallbackUnknown,
    OfferAnswered,
    StaleOffer,
)
from acd.model.agent import AgentState
from acd.model.callback import MissReason
from acd.model.offer import Offer
from acd.skills import Requirement
from store.events import EventType
from tests.integration.acd.callback_ways import (
    OTHER_NUMBER,
    add,
    dialling,
    reached,
    reserved,
    scheduled,
    state_of,
    waiting,
)
from tests.integration.acd.conftest import FEES, NUMBER, RULES, SUPPORT, House
from tests.integration.acd.indexes import check_indexes, kept_in

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("come_so_far", [scheduled, waiting, reserved])
async def test_a_callback_can_be_cancelled_until_the_phone_rings(
    house: House, come_so_far: Callable[[House], Awaitable[Offer | None]]
) -> None:
    offer = await come_so_far(house)
    assert (await state_of(house)).value == come_so_far.__name__
    await house.news()
    assert await house.callbacks.cancel("c-1") is True
    ended, *rest = await house.news()
    assert (ended.type, ended.fields["outcome"]) == (EventType.CALLBACK_ENDED, "cancelled")
    assert "c-1" not in repr(await house.everything())
    assert NUMBER not in repr(await house.everything())
    with pytest.raises(CallbackUnknown):
        await house.callbacks.cancel("c-1")
    if offer is None:
        assert (ended.agent, rest) == ("", [])
        return
    assert (ended.agent, ended.fields["offer"]) == ("4001", offer.id)
    assert [event.type for event in rest] == [EventType.AGENT_READY]
    for step in (house.callbacks.dialled, house.callbacks.reached, house.acd.answered):
        with pytest.raises(StaleOffer):
            await step(offer)


@pytest.mark.parametrize("come_so_far", [dialling, reached])
async def test_who_is_called_when_it_is_cancelled_keeps_the_agent_and_is_not_called_again(
    house: House, come_so_far: Callable[[House], Awaitable[Offer]]
) -> None:
    offer = await come_so_far(house)
    await house.news()
    for _ in range(2):
        assert await house.callbacks.cancel("c-1") is False
    assert await house.news() == []
    assert await house.agent_state() is AgentState.RESERVED, "a phone rings, or a person listens"
    assert await house.callbacks.missed(offer, MissReason.HUNG_UP) is None
    missed, ended, ready = await house.news()
    assert missed.fields["attempt"] == "1"
    assert ended.fields == {"outcome": "cancelled"}
    assert ready.type is EventType.AGENT_READY
    assert NUMBER not in repr(await house.everything())


async def test_who_is_cancelled_while_a_dead_controller_rings_is_not_called_again(
    house: House,
) -> None:
    await dialling(house)
    await house.callbacks.cancel("c-1")
    house.clock.forward(RULES.ring_ms / 1000 + 5)
    await house.news()
    assert (await house.other.upkeep.sweep()).expired == ("c-1",)
    _, ended, _ = await house.news()
    assert ended.fields == {"outcome": "cancelled"}
    assert NUMBER not in repr(await house.everything())


async def test_who_picks_up_after_the_cancelling_talks_as_anybody(house: House) -> None:
    offer = await dialling(house)
    await house.callbacks.cancel("c-1")
    await house.callbacks.reached(offer)
    await house.acd.answered(offer)
    await house.news()
    await house.acd.ended(offer, 1_000)
    assert (await house.news())[0].fields["outcome"] == "talked"


async def test_all_callbacks_of_a_person_are_found_by_number_and_by_call(house: House) -> None:
    mine = await add(house)
    house.clock.forward(1)
    await house.acd.join("c-2", FEES)
    await house.keep_place("c-2", OTHER_NUMBER)
    await add(house, "+4533123457")

    async def found(numbers: set[str], contacts: set[str]) -> list[str]:
        return [row.contact for row in await house.callbacks.of_person(numbers, contacts)]

    assert await found({NUMBER, "0701740605"}, set()) == [mine]
    assert await found(set(), {"c-2", "c-9"}) == ["c-2"]
    assert await found({NUMBER}, {"c-2"}) == [mine, "c-2"]
    assert await found({"0701740605"}, {"c-9"}) == []


async def test_whoever_talks_is_past_cancelling_and_missing(house: House) -> None:
    offer = await reached(house)
    await house.acd.answered(offer)
    with pytest.raises(CallbackUnknown):
        await house.callbacks.cancel("c-1")
    with pytest.raises(OfferAnswered):
        await house.callbacks.missed(offer, MissReason.HUNG_UP)
    assert await house.agent_state() is AgentState.TALKING


async def test_a_call_cannot_be_cancelled_dialled_or_missed(house: House) -> None:
    offer = await house.offer("c-1")
    with pytest.raises(CallbackUnknown):
        await house.callbacks.cancel("c-1")
    with pytest.raises(StaleOffer):
        await house.callbacks.dialled(offer)
    with pytest.raises(StaleOffer):
        await house.callbacks.missed(offer, MissReason.BUSY)
    assert await house.acd.callback_offers() == ()
    assert await house.callbacks.get("c-1") is None
    assert await house.acd.current_offer("c-1") == offer


async def test_the_caller_who_comes_to_another_queue_needs_no_callback(house: House) -> None:
    offer = await reserved(house)
    await house.news()
    assert await house.acd.join("c-1", SUPPORT) is False
    ended, ready, queued = await house.news()
    assert (ended.type, ended.fields["offer"]) == (EventType.CALLBACK_ENDED, offer.id)
    assert (ready.type, queued.type) == (EventType.AGENT_READY, EventType.CALL_QUEUED)
    assert await house.callbacks.of_number(NUMBER) is None
    assert await house.acd.held("c-1") == "support"


async def in_no_queue(house: House) -> None:
    """It was once."""


async def adrift(house: House) -> None:
    await house.acd.join("c-1", FEES, require=[Requirement(0, {"language.sv": 3})])
    house.clock.forward(10)
    await house.other.upkeep.sweep()


async def ringing(house: House) -> Offer:
    return await house.offer()


async def talking(house: House) -> Offer:
    offer = await house.offer()
    await house.acd.answered(offer)
    return offer


@pytest.mark.parametrize(
    "stood", [in_no_queue, adrift, ringing, talking, scheduled, reserved, dialling, reached]
)
async def test_a_caller_who_asks_for_a_callback_elsewhere_has_no_other_place_any_more(
    house: House, stood: Callable[[House], Awaitable[object]]
) -> None:
    """As when the controller has died and the tree has led them there since."""
    await stood(house)
    await house.callbacks.add(
        OTHER_NUMBER, SUPPORT, language="da", answers={}, rules=RULES, contact="c-1"
    )
    (kept,) = await house.callbacks.open()
    assert (kept.contact, kept.number, kept.queue) == ("c-1", OTHER_NUMBER, "support")
    assert await house.callbacks.of_number(NUMBER) is None
    check_indexes(await kept_in(house.redis, house.org))
