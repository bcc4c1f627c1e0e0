"""Controllers that die, offers that nobody rings, conversations that go on without anyone."""

from __future__ import annotations

import pytest

from acd.errors import StaleOffer
from acd.model.agent import AgentState, PhoneState
from acd.model.waiting import AT_ONCE, LeaveReason, Place
from store.events import EventType
from tests.integration.acd.conftest import FEES, NUMBER, RULES, START_MS, SUPPORT, House, kept_of

pytestmark = pytest.mark.integration

LEASE_S = 10
GRACE_S = 15


async def test_an_offer_that_nobody_answers_or_refuses_is_given_back(house: House) -> None:
    offer = await house.offer()
    await house.acd.join("c-2", FEES)
    house.clock.forward(24.999)
    await house.acd.upkeep.renew()
    assert (await house.acd.upkeep.sweep()).expired == ()
    await house.news()
    house.clock.forward(0.001)
    assert (await house.acd.upkeep.sweep()).expired == ("c-1",)
    assert await house.agent_state() is AgentState.READY
    refused, ready = await house.news()
    assert (refused.type, refused.fields) == (
        EventType.CALL_REFUSED,
        {"offer": offer.id, "reason": "expired"},
    )
    assert ready.type is EventType.AGENT_READY
    assert await house.acd.place("c-1") == Place(
        position=1, waiting=2, ready=1, logged_in=1, estimate=AT_ONCE
    )
    with pytest.raises(StaleOffer):
        await house.acd.answered(offer)


async def test_an_answered_offer_does_not_expire(house: House) -> None:
    await house.acd.answered(await house.offer())
    house.clock.forward(3600)
    swept = await house.acd.upkeep.sweep()
    assert swept.expired == ()
    assert await house.agent_state() is AgentState.TALKING


async def test_a_controller_that_renews_keeps_what_it_holds(house: House) -> None:
    await house.acd.join("c-1", FEES)
    for _ in range(10):
        house.clock.forward(LEASE_S - 0.001)
        assert await house.acd.upkeep.renew() == house.clock() + LEASE_S * 1000
        assert (await house.other.upkeep.sweep()).adrift == ()
    assert await house.acd.place("c-1") is not None


async def test_one_renewal_stands_for_any_number_of_contacts(house: House) -> None:
    for number in range(50):
        await house.acd.join(f"c-{number}", FEES)
    before = (await house.redis.info("stats"))["total_reads_processed"]
    await house.acd.upkeep.renew()
    after = (await house.redis.info("stats"))["total_reads_processed"]
    assert after - before <= 3  # EVALSHA, perhaps its SCRIPT LOAD, and INFO
    house.clock.forward(LEASE_S - 0.001)
    assert (await house.other.upkeep.sweep()).adrift == ()


async def test_a_dead_controllers_contact_is_not_offered_but_kept_for_a_while(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES)
    await house.other.join("c-2", FEES)
    house.clock.forward(LEASE_S)
    await house.other.upkeep.renew()
    assert (await house.other.upkeep.sweep()).adrift == ("c-1",)
    await house.log_in("4001")
    offer = await house.other.match(FEES)
    assert offer is not None
    assert offer.contact == "c-2"
    assert (await house.acd.snapshot([FEES])).queues["fees"].waiting == 2


async def test_the_next_controller_takes_a_contact_up_at_its_old_place(house: House) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(1)
    await house.other.join("c-2", FEES)
    house.clock.forward(LEASE_S)
    await house.other.upkeep.renew()
    await house.other.upkeep.sweep()
    await house.news()
    assert await house.other.join("c-1", FEES) is True
    assert await house.news() == [], "it never left"
    assert await house.other.place("c-1") == Place(position=1, waiting=2, ready=0, logged_in=0)
    await house.log_in("4001")
    offer = await house.other.match(FEES)
    assert offer is not None
    assert (offer.contact, offer.controller) == ("c-1", "two")
    house.clock.forward(GRACE_S)
    await house.other.upkeep.renew()
    assert (await house.other.upkeep.sweep()).lost == ()


async def test_a_contact_comes_back_before_its_controller_is_known_to_be_dead(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES)
    assert await house.other.join("c-1", FEES) is True
    house.clock.forward(LEASE_S)
    await house.other.upkeep.renew()
    assert (await house.other.upkeep.sweep()).adrift == ()
    assert await house.other.place("c-1") is not None


async def test_a_contact_that_comes_back_while_it_was_offered_gives_the_agent_back(
    house: House,
) -> None:
    offer = await house.offer()
    await house.news()
    assert await house.other.join("c-1", FEES) is True
    assert await house.news_types() == [EventType.CALL_REFUSED, EventType.AGENT_READY]
    assert await house.other.place("c-1") == Place(
        position=1, waiting=1, ready=1, logged_in=1, estimate=AT_ONCE
    )
    with pytest.raises(StaleOffer):
        await house.acd.answered(offer)


async def test_a_contact_that_nobody_takes_up_has_failed_and_not_hung_up(house: House) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(LEASE_S)
    await house.other.upkeep.sweep()
    house.clock.forward(GRACE_S - 0.001)
    assert (await house.other.upkeep.sweep()).lost == ()
    await house.news()
    house.clock.forward(0.001)
    assert (await house.other.upkeep.sweep()).lost == ("c-1",)
    left, ended = await house.news()
    assert (left.type, left.fields) == (
        EventType.CALL_LEFT,
        {"waited": "25000", "reason": "failed"},
    )
    assert (ended.type, ended.fields) == (EventType.CONTACT_ENDED, {"reason": "lost"})
    assert await house.everything() == {}


async def test_a_contact_that_was_offered_when_its_controller_died_is_kept_after_the_offer(
    house: House,
) -> None:
    await house.offer()
    house.clock.forward(LEASE_S)
    assert (await house.other.upkeep.sweep()).adrift == (), "its phone may be ringing still"
    house.clock.forward(15)
    assert (await house.other.upkeep.sweep()).expired == ("c-1",)
    assert await house.agent_state() is AgentState.READY
    assert await house.other.match(FEES) is None, "nobody would ring"
    house.clock.forward(GRACE_S)
    assert (await house.other.upkeep.sweep()).lost == ("c-1",)


async def test_a_contact_led_to_another_queue_after_its_controller_died_leaves_the_first(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(2)
    await house.news()
    assert await house.other.join("c-1", SUPPORT) is False
    left, queued = await house.news()
    assert (left.type, left.queue) == (EventType.CALL_LEFT, "fees")
    assert left.fields == {"waited": "2000", "reason": "failed"}
    assert (queued.type, queued.queue) == (EventType.CALL_QUEUED, "support")
    assert queued.fields == {"arrived": str(START_MS + 2_000)}


async def test_a_controller_that_was_thought_dead_gets_its_contacts_back(house: House) -> None:
    offer = await house.offer("talking")
    await house.acd.answered(offer)
    await house.acd.join("waiting", FEES)
    house.clock.forward(LEASE_S + 1)
    assert sorted((await house.other.upkeep.sweep()).adrift) == ["talking", "waiting"]
    await house.acd.upkeep.renew()
    assert (await house.acd.upkeep.tick([])).adrift == 0
    assert await house.acd.place("waiting") is not None
    assert await house.acd.upkeep.reconcile([]) == (), "its controller will end it"
    assert await house.agent_state() is AgentState.TALKING


async def test_the_first_sign_of_life_gives_everything_back_whichever_it_is(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(LEASE_S)
    await house.other.upkeep.sweep()
    await house.acd.join("c-2", FEES)
    assert await house.acd.place("c-1") is not None
    house.clock.forward(LEASE_S)
    await house.other.upkeep.sweep()
    await house.callbacks.add(NUMBER, SUPPORT, language="sv", answers={}, rules=RULES)
    await house.log_in("4001", SUPPORT)
    assert await house.acd.match(SUPPORT) is not None
    assert await house.acd.place("c-1") is not None
    house.clock.forward(GRACE_S)
    await house.acd.upkeep.renew()
    assert (await house.acd.upkeep.sweep()).lost == ()


async def test_a_conversation_goes_on_when_its_controller_dies(house: House) -> None:
    await house.acd.answered(await house.offer())
    house.clock.forward(LEASE_S)
    assert (await house.other.upkeep.sweep()).adrift == ("c-1",)
    house.clock.forward(600)
    await house.other.upkeep.sweep()
    assert await house.agent_state() is AgentState.TALKING
    assert await house.other.upkeep.reconcile(["c-1", "c-9"]) == ()
    await house.news()
    house.clock.forward(60)
    assert await house.other.upkeep.reconcile(["c-9"]) == ("c-1",)
    ended, *_ = await house.news()
    assert (ended.type, ended.fields["talked"]) == (EventType.CALL_ENDED, "670000")
    assert await house.agent_state() is AgentState.WRAPUP
    assert not kept_of("c-1", await house.everything())


async def test_a_living_controllers_conversation_is_its_own(house: House) -> None:
    await house.acd.answered(await house.offer())
    assert await house.other.upkeep.reconcile([]) == ()
    assert await house.agent_state() is AgentState.TALKING


async def test_any_controller_may_end_a_dead_ones_conversation(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    house.clock.forward(LEASE_S)
    await house.other.upkeep.sweep()
    assert await house.other.current_offer("c-1") == offer
    await house.other.ended(offer, 9_000)
    assert not kept_of("c-1", await house.everything())


async def test_an_answer_that_comes_after_its_controllers_death_is_not_lost(house: House) -> None:
    offer = await house.offer()
    house.clock.forward(LEASE_S)
    await house.other.upkeep.sweep()
    assert await house.other.answered(offer) is True
    assert (await house.other.upkeep.tick([])).adrift == 1
    assert await house.other.upkeep.reconcile([]) == ("c-1",)


async def test_a_caller_who_comes_back_from_a_conversation_without_controller_arrives_anew(
    house: House,
) -> None:
    await house.acd.answered(await house.offer())
    house.clock.forward(LEASE_S)
    await house.other.upkeep.sweep()
    await house.news()
    assert await house.other.join("c-1", FEES) is False
    assert await house.news_types() == [
        EventType.CALL_ENDED,
        EventType.AGENT_WRAPUP,
        EventType.CALL_QUEUED,
    ]


async def test_who_is_handed_on_keeps_the_place_and_is_offered_to_nobody_meanwhile(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES)
    await house.acd.join("c-2", FEES)
    await house.other.upkeep.renew()
    assert not await house.other.hand_on("c-1"), "only its own controller may"
    assert not await house.acd.hand_on("c-9")
    assert await house.acd.hand_on("c-1")
    assert await house.acd.hand_on("c-1"), "harmless once more"
    await house.acd.upkeep.renew()
    await house.log_in("4001")
    offer = await house.acd.match(FEES)
    assert offer is not None
    assert offer.contact == "c-2"
    assert not await house.acd.hand_on("c-2"), "an agent is found"
    await house.news()

    assert await house.other.join("c-1", FEES) is True
    await house.log_in("4002")
    offer = await house.acd.match(FEES)
    assert offer is not None
    assert (offer.contact, offer.controller) == ("c-1", "two")
    await house.other.answered(offer)
    await house.other.ended(offer, 1)
    assert not kept_of("c-1", await house.everything())


async def test_who_is_handed_on_and_does_not_come_is_lost_like_a_dead_ones(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.acd.hand_on("c-1")
    await house.news()
    house.clock.forward(GRACE_S)
    await house.acd.upkeep.renew()
    assert (await house.other.upkeep.sweep()).lost == ("c-1",)
    left, ended = await house.news()
    assert (left.type, left.fields["reason"]) == (EventType.CALL_LEFT, "failed")
    assert (ended.type, ended.fields["reason"]) == (EventType.CONTACT_ENDED, "lost")
    assert not kept_of("c-1", await house.everything())


async def test_a_sweep_settles_what_it_can_and_says_that_more_is_due(house: House) -> None:
    for number in range(110):
        await house.acd.join(f"c-{number}", FEES)
    house.clock.forward(LEASE_S)
    await house.other.upkeep.tick([])  # a Redis that has its scripts runs each of a tick's once
    house.clock.forward(GRACE_S)
    tick = await house.other.upkeep.tick([])
    assert len(tick.swept.lost) == 100
    assert tick.next_due_ms <= house.clock()
    await house.other.upkeep.sweep()
    assert await house.acd.leave("c-1", LeaveReason.ABANDONED) is None
    assert (await house.acd.snapshot([FEES])).queues["fees"].waiting == 0


async def test_what_one_thing_has_settled_the_same_sweep_does_not_settle_again(
    house: House,
) -> None:
    """An agent has asked to go home, and the unreachable phone is due right after the offer."""
    await house.acd.upkeep.renew()
    await house.offer()
    await house.agents.logout("4001")
    house.clock.forward(12)
    await house.acd.upkeep.renew()
    await house.agents.phones_are({"phone4001": PhoneState.UNREACHABLE})
    house.clock.forward(15)
    swept = await house.acd.upkeep.sweep()
    assert swept.expired == ("c-1",)
    assert await house.agent_state() is AgentState.LOGGED_OUT
