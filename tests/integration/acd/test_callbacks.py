"""A callback is a place in the line: asked for, kept, listed, and only one a number."""

from __future__ import annotations

import pytest

from acd.errors import (
    CallbackOpen,
    ContactOffered,
    InvalidNumber,
    NotWaiting,
)
from acd.model.callback import CallbackSource, CallbackState
from acd.model.offer import RefusalReason
from acd.model.waiting import LeaveReason, Place
from store.events import EventType
from tests.integration.acd.callback_ways import (
    OTHER_NUMBER,
    add,
    dialling,
    reached,
    state_of,
)
from tests.integration.acd.conftest import FEES, NUMBER, RULES, START_MS, House, kept_of

pytestmark = pytest.mark.integration


async def test_whoever_asks_for_a_callback_leaves_the_queue_without_abandoning(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES, credit_ms=3_000)
    await house.news()
    house.clock.forward(40)
    await house.keep_place()
    left, requested = await house.news()
    assert (left.type, left.queue) == (EventType.CALL_LEFT, "fees")
    assert left.fields == {"waited": "40000", "reason": "callback"}
    assert (requested.type, requested.contact) == (EventType.CALLBACK_REQUESTED, "c-1")
    assert requested.fields == {"effective": str(START_MS - 3_000), "source": "queue"}
    assert await house.acd.held("c-1") is None, "its call may end"
    assert await house.acd.leave("c-1", LeaveReason.ABANDONED) is None
    assert await house.news() == []


async def test_a_callback_keeps_its_place_among_the_callers(house: House) -> None:
    for contact in ("c-1", "c-2", "c-3"):
        await house.acd.join(contact, FEES)
        house.clock.forward(1)
    await house.keep_place("c-2")
    house.clock.forward(0.001)
    assert await house.acd.place("c-3") == Place(position=2, waiting=2, ready=0, logged_in=0)
    await house.acd.upkeep.renew()
    house.clock.forward(9.999)
    assert (await house.acd.upkeep.sweep()).called == ("c-2",)
    assert await house.acd.place("c-3") == Place(position=3, waiting=3, ready=0, logged_in=0)
    callback = await house.callbacks.get("c-2")
    assert callback is not None
    assert callback.place == Place(position=2, waiting=3, ready=0, logged_in=0)
    for agent in ("1", "2", "3"):
        await house.log_in(agent)
    offers = [await house.acd.match(FEES) for _ in range(3)]
    assert [offer.contact for offer in offers if offer] == ["c-1", "c-2", "c-3"]


async def test_what_is_known_of_the_caller_goes_with_the_callback(house: House) -> None:
    await dialling(house)
    callback = await house.callbacks.get("c-1")
    assert callback is not None
    assert callback == await house.callbacks.of_number(NUMBER)
    assert (callback.language, callback.answers) == ("sv", {"main": "fees"})
    assert callback.consent is False
    assert (callback.queue, callback.source) == ("fees", CallbackSource.QUEUE)
    assert (callback.state, callback.attempt, callback.rules) == (CallbackState.DIALLING, 1, RULES)
    assert NUMBER not in repr(callback), "it may be logged"


async def test_one_number_has_one_open_callback(house: House) -> None:
    for contact in ("c-1", "c-2"):
        await house.acd.join(contact, FEES)
    await house.keep_place("c-1")
    await house.news()
    before = await house.everything()
    with pytest.raises(CallbackOpen) as refused:
        await house.keep_place("c-2")
    assert refused.value.contact == "c-1"
    with pytest.raises(CallbackOpen):
        await add(house)
    await house.keep_place("c-1")  # the reply was lost, perhaps
    assert await house.everything() == before
    assert await house.news() == []
    await house.keep_place("c-2", OTHER_NUMBER)
    assert [callback.contact for callback in await house.callbacks.open()] == ["c-1", "c-2"]


async def test_a_number_is_free_again_when_its_caller_talks(house: House) -> None:
    offer = await house.callback_offer()
    await house.acd.answered(offer)
    assert await house.callbacks.of_number(NUMBER) is None
    assert await house.callbacks.open() == ()
    assert await state_of(house) is CallbackState.TALKING
    following = await add(house)
    await house.acd.ended(offer, 1)
    found = await house.callbacks.of_number(NUMBER)
    assert found is not None
    assert found.contact == following


async def test_an_operators_callback_stands_at_the_end_of_the_line_at_once(house: House) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(1)
    await house.news()
    contact = await add(house)
    (requested,) = await house.news()
    assert requested.fields == {"effective": str(house.clock()), "source": "operator"}
    assert await house.acd.place(contact) == Place(position=2, waiting=2, ready=0, logged_in=0)
    callback = await house.callbacks.get(contact)
    assert callback is not None
    assert (callback.source, callback.answers) == (CallbackSource.OPERATOR, {})
    assert callback.consent is None, "nobody has asked"
    await house.acd.leave("c-1", LeaveReason.TIMEOUT)
    await house.log_in("4001")
    offer = await house.acd.match(FEES)
    assert offer is not None
    assert offer.expires_at_ms == house.clock() + 10_000
    await house.callbacks.dialled(offer)
    await house.callbacks.reached(offer)
    ringing = await house.acd.current_offer(contact)
    assert ringing is not None
    assert ringing.expires_at_ms == house.clock() + (20 + FEES.ring_seconds + 5) * 1000


@pytest.mark.parametrize("way", ["match", "match_agent", "tick"])
async def test_who_stops_finds_callbacks_for_the_one_that_serves(house: House, way: str) -> None:
    await house.acd.upkeep.renew()
    await house.other.upkeep.renew()
    await add(house)
    await house.acd.upkeep.tick([])
    await house.log_in("4001")
    house.acd.call_back_by("two")
    if way == "tick":
        (offer,) = (await house.acd.upkeep.tick([FEES])).offers
    else:
        found = await (house.acd.match(FEES) if way == "match" else house.acd.match_agent("4001"))
        assert found is not None
        offer = found
    assert offer.controller == "two"
    assert await house.acd.callback_offers() == ()
    assert await house.other.callback_offers() == (offer,)


async def test_who_picks_up_may_be_another_controllers_call_and_keeps_the_agent(
    house: House,
) -> None:
    offer = await house.callback_offer()
    await house.callbacks.dialled(offer)
    await house.news()
    assert await house.callbacks.reached(offer, by="two") is True
    assert await house.callbacks.reached(offer, by="one") is False, "theirs by now"
    held = await house.other.current_offer("c-1")
    assert held is not None
    assert (held.id, held.controller) == (offer.id, "two")
    assert await house.news() == [], "the agent is held on"
    await house.other.answered(offer)
    await house.other.ended(offer, 1)
    assert not kept_of("c-1", await house.everything())


async def test_a_place_can_only_be_kept_by_whoever_waits(house: House) -> None:
    with pytest.raises(NotWaiting):
        await house.keep_place("nobody")
    offer = await house.offer("c-1")
    before = await house.everything()
    with pytest.raises(ContactOffered):
        await house.keep_place("c-1")
    assert await house.everything() == before
    await house.acd.answered(offer)
    with pytest.raises(NotWaiting):
        await house.keep_place("c-1")


async def test_a_callback_on_the_line_cannot_be_kept_once_more(house: House) -> None:
    offer = await house.callback_offer()
    await house.callbacks.reached(offer)
    await house.acd.refused(offer, RefusalReason.BUSY)
    with pytest.raises(NotWaiting):
        await house.keep_place("c-1", OTHER_NUMBER)
    with pytest.raises(NotWaiting):
        await house.keep_place("c-1")


@pytest.mark.parametrize(
    "number", ["", "0701740605", "+0701740605", "+46", "+4670174060500000", "+46 70 174 06 05"]
)
async def test_a_number_that_is_not_e164_is_refused(house: House, number: str) -> None:
    await house.acd.join("c-1", FEES)
    with pytest.raises(InvalidNumber) as refused:
        await house.keep_place("c-1", number)
    assert "0701740605" not in str(refused.value)


async def test_the_number_stands_in_no_event(house: House) -> None:
    offer = await reached(house)
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1)
    assert NUMBER.lstrip("+") not in repr(await house.news())


async def test_callbacks_are_listed_by_place(house: House) -> None:
    for number in range(3):
        await house.acd.join(f"c-{number}", FEES)
        house.clock.forward(1)
    for number in (2, 0, 1):
        await house.keep_place(f"c-{number}", f"+4670174060{number}")
    last = await add(house, due_ms=house.clock() + 60_000)
    house.clock.forward(10)
    await house.acd.upkeep.sweep()
    rows = await house.callbacks.open()
    assert [row.contact for row in rows] == ["c-0", "c-1", "c-2", last]
    assert [row.place and row.place.position for row in rows] == [1, 2, 3, None]
