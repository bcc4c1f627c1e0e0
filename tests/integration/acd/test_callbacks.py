"""A callback is a place in the line: kept, called when its turn comes, tried again, given up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from acd.callback_model import CallbackSource, CallbackState, MissReason
from acd.errors import (
    CallbackOpen,
    CallbackUnknown,
    ContactOffered,
    InvalidNumber,
    NotWaiting,
    OfferAnswered,
    StaleOffer,
)
from acd.model import AgentState, LeaveReason, Offer, Place, RefusalReason
from store.events import EventType
from tests.integration.acd.conftest import FEES, NUMBER, RULES, START_MS, SUPPORT, House

pytestmark = pytest.mark.integration

OTHER_NUMBER = "+4533123456"


async def state_of(house: House, contact: str = "c-1") -> CallbackState:
    callback = await house.callbacks.get(contact)
    assert callback is not None
    return callback.state


async def agent_state(house: House, agent: str = "4001") -> AgentState:
    return (await house.agents.status(agent)).state


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
    assert await house.acd.leave("c-1", LeaveReason.ABANDONED) is False
    assert await house.news() == []


async def test_a_callback_keeps_its_place_among_the_callers(house: House) -> None:
    for contact in ("c-1", "c-2", "c-3"):
        await house.acd.join(contact, FEES)
        house.clock.forward(1)
    await house.keep_place("c-2")
    house.clock.forward(0.001)
    assert await house.acd.place("c-3") == Place(position=2, waiting=2, ready=0, logged_in=0)
    await house.acd.renew()
    house.clock.forward(9.999)
    assert (await house.acd.sweep()).called == ("c-2",)
    assert await house.acd.place("c-3") == Place(position=3, waiting=3, ready=0, logged_in=0)
    callback = await house.callbacks.get("c-2")
    assert callback is not None
    assert callback.place == Place(position=2, waiting=3, ready=0, logged_in=0)
    for agent in ("1", "2", "3"):
        await house.log_in(agent)
    offers = [await house.acd.match(FEES) for _ in range(3)]
    assert [offer.contact for offer in offers if offer] == ["c-1", "c-2", "c-3"]


async def test_nobody_is_called_who_may_still_be_on_the_phone_with_us(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.log_in("4001")
    await house.keep_place(due_ms=house.clock() + 1)
    house.clock.forward(9.999)
    assert (await house.acd.tick([FEES])).offers == ()
    house.clock.forward(0.001)
    (offer,) = (await house.acd.tick([FEES])).offers
    assert offer.contact == "c-1"


async def test_the_controller_that_finds_an_agent_is_the_one_that_calls(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.keep_place()
    house.clock.forward(10)
    await house.other.sweep()
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
    assert set(kept) == {"vaxel:{city}:due", "vaxel:{city}:offers"}, "the lease and a counter"


async def test_an_offer_of_a_callback_is_marked_for_whoever_counts_offers(house: House) -> None:
    offer = await house.callback_offer()
    (offered,) = (e for e in await house.news() if e.type is EventType.CALL_OFFERED)
    assert offered.fields == {"offer": offer.id, "callback": "1"}
    await house.acd.refused(offer, RefusalReason.NO_ANSWER)
    refused, paused = await house.news()
    assert refused.fields == {"offer": offer.id, "reason": "no_answer", "callback": "1"}
    assert paused.type is EventType.AGENT_PAUSED


async def test_what_is_known_of_the_caller_goes_with_the_callback(house: House) -> None:
    offer = await house.callback_offer()
    await house.callbacks.dialled(offer)
    callback = await house.callbacks.get("c-1")
    assert callback is not None
    assert callback == await house.callbacks.of_number(NUMBER)
    assert (callback.language, callback.answers) == ("sv", {"main": "fees"})
    assert (callback.queue, callback.source) == ("fees", CallbackSource.QUEUE)
    assert (callback.state, callback.attempt, callback.rules) == (CallbackState.DIALLING, 1, RULES)
    assert NUMBER not in repr(callback), "it may be logged"


async def test_a_missed_callback_is_tried_again_at_its_old_place(house: House) -> None:
    offer = await house.callback_offer()
    await house.callbacks.dialled(offer)
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
    await house.acd.renew()
    await house.acd.sweep()
    assert await house.acd.place("c-1") is None
    house.clock.forward(0.001)
    await house.acd.sweep()
    assert await house.acd.place("c-1") == Place(position=1, waiting=2, ready=1, logged_in=1)


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
    (offer,) = (await house.acd.tick([FEES])).offers
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
    offer = await house.callback_offer()
    await house.callbacks.dialled(offer)
    await house.callbacks.reached(offer)
    await house.news()
    assert await house.acd.leave("c-1", LeaveReason.ABANDONED) is True
    missed, ready = await house.news()
    assert (missed.type, missed.fields["reason"]) == (EventType.CALLBACK_MISSED, "hung_up")
    assert missed.fields["attempt"] == "1"
    assert ready.type is EventType.AGENT_READY
    assert await state_of(house) is CallbackState.SCHEDULED


async def test_a_caller_who_hangs_up_while_the_next_agent_is_awaited_is_missed_once(
    house: House,
) -> None:
    offer = await house.callback_offer()
    await house.callbacks.dialled(offer)
    await house.callbacks.reached(offer)
    await house.acd.refused(offer, RefusalReason.BUSY)
    await house.news()
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    (missed,) = await house.news()
    assert (missed.fields["attempt"], missed.agent) == ("1", "")


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


async def add(house: House, number: str = NUMBER, due_ms: int | None = None) -> str:
    return await house.callbacks.add(
        number, FEES, language="da", answers={}, rules=RULES, due_ms=due_ms
    )


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


async def test_at_a_chosen_time_a_callback_has_the_wait_that_it_had_before(house: House) -> None:
    await house.acd.join("c-1", FEES, credit_ms=5_000)
    house.clock.forward(30)
    due = house.clock() + 3_600_000
    await house.keep_place(due_ms=due)
    requested = (await house.news())[-1]
    assert requested.fields == {
        "effective": str(due - 35_000),
        "source": "queue",
        "due": str(due),
    }
    await house.log_in("4001")
    house.clock.forward(3_599.999)
    assert (await house.acd.tick([FEES])).offers == ()
    for contact, seconds in (("earlier", -36), ("later", -34)):
        await house.acd.join(contact, FEES, credit_ms=-1000 * seconds)
    house.clock.forward(0.001)
    await house.acd.sweep()
    line = [await house.acd.place(contact) for contact in ("earlier", "c-1", "later")]
    assert [place and place.position for place in line] == [1, 2, 3]
    await house.acd.leave("earlier", LeaveReason.ABANDONED)
    offer = await house.acd.match(FEES)
    assert offer is not None
    await house.acd.answered(offer)
    assert (await house.news())[-1].fields["waited"] == "30000"


async def test_a_missed_attempt_does_not_bring_a_chosen_time_forward(house: House) -> None:
    await house.acd.renew()
    await house.acd.join("c-1", FEES)
    due = house.clock() + 3_600_000
    await house.keep_place(due_ms=due)
    assert await house.acd.join("c-1", FEES) is True, "the caller is back at the queue"
    house.clock.forward(1)
    await house.acd.join("c-2", FEES)
    assert await house.acd.place("c-1") == Place(position=1, waiting=2, ready=0, logged_in=0)
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    callback = await house.callbacks.get("c-1")
    assert callback is not None
    assert (callback.state, callback.due_ms) == (CallbackState.SCHEDULED, due)


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


async def scheduled(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.keep_place()


async def waiting(house: House) -> None:
    await scheduled(house)
    house.clock.forward(10)
    await house.acd.sweep()


async def reserved(house: House) -> Offer:
    return await house.callback_offer()


async def dialling(house: House) -> Offer:
    offer = await reserved(house)
    await house.callbacks.dialled(offer)
    return offer


async def reached(house: House) -> Offer:
    offer = await dialling(house)
    await house.callbacks.reached(offer)
    return offer


@pytest.mark.parametrize("come_so_far", [scheduled, waiting, reserved, dialling, reached])
async def test_a_callback_can_be_cancelled_until_the_two_talk(
    house: House, come_so_far: Callable[[House], Awaitable[Offer | None]]
) -> None:
    offer = await come_so_far(house)
    assert (await state_of(house)).value == come_so_far.__name__
    await house.news()
    await house.callbacks.cancel("c-1")
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


async def test_whoever_talks_is_past_cancelling_and_missing(house: House) -> None:
    offer = await reached(house)
    await house.acd.answered(offer)
    with pytest.raises(CallbackUnknown):
        await house.callbacks.cancel("c-1")
    with pytest.raises(OfferAnswered):
        await house.callbacks.missed(offer, MissReason.HUNG_UP)
    assert await agent_state(house) is AgentState.TALKING


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


async def test_the_caller_who_comes_to_another_queue_needs_no_callback(house: House) -> None:
    offer = await reserved(house)
    await house.news()
    assert await house.acd.join("c-1", SUPPORT) is False
    ended, ready, queued = await house.news()
    assert (ended.type, ended.fields["offer"]) == (EventType.CALLBACK_ENDED, offer.id)
    assert (ready.type, queued.type) == (EventType.AGENT_READY, EventType.CALL_QUEUED)
    assert await house.callbacks.of_number(NUMBER) is None
    assert await house.acd.held("c-1") == "support"


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


async def test_callbacks_have_gauges_of_their_own(house: House) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(30)
    await house.acd.join("c-2", FEES)
    await house.keep_place("c-1")
    await add(house, OTHER_NUMBER, due_ms=house.clock() + 3_600_000)
    house.clock.forward(30)
    gauge = (await house.acd.snapshot([FEES])).queues["fees"]
    assert (gauge.waiting, gauge.oldest_wait_ms) == (1, 30_000)
    assert (gauge.callbacks, gauge.oldest_callback_ms) == (2, 60_000)


async def test_callbacks_are_listed_by_place(house: House) -> None:
    for number in range(3):
        await house.acd.join(f"c-{number}", FEES)
        house.clock.forward(1)
    for number in (2, 0, 1):
        await house.keep_place(f"c-{number}", f"+4670174060{number}")
    last = await add(house, due_ms=house.clock() + 60_000)
    house.clock.forward(10)
    await house.acd.sweep()
    rows = await house.callbacks.open()
    assert [row.contact for row in rows] == ["c-0", "c-1", "c-2", last]
    assert [row.place and row.place.position for row in rows] == [1, 2, 3, None]
