"""A contact and an agent are brought together, talk, or do not, on a real Redis."""

from __future__ import annotations

import pytest

from acd.errors import AcdUnavailable, OfferAnswered, OfferNotAnswered, StaleOffer
from acd.model.agent import AgentState
from acd.model.figures import QueueGauge
from acd.model.offer import Offer, RefusalReason
from acd.model.waiting import Place
from store.events import EventType
from tests.integration.acd.conftest import FEES, START_MS, SUPPORT, House

pytestmark = pytest.mark.integration


async def test_a_match_reserves_both_and_says_so(house: House) -> None:
    offer = await house.offer()
    assert offer == Offer(
        id="1",
        contact="c-1",
        queue="fees",
        agent="4001",
        phone="phone4001",
        controller="one",
        expires_at_ms=START_MS + 25_000,
    )
    assert await house.acd.current_offer("c-1") == offer
    assert await house.agent_state() is AgentState.RESERVED
    assert await house.acd.place("c-1") is None
    event = (await house.news())[-1]
    assert (event.type, event.contact, event.queue, event.agent, event.fields) == (
        EventType.CALL_OFFERED,
        "c-1",
        "fees",
        "4001",
        {"offer": "1"},
    )


async def test_nothing_is_matched_without_a_contact_or_without_an_agent(house: House) -> None:
    await house.log_in("4001")
    before = await house.everything()
    assert await house.acd.match(FEES) is None
    assert await house.acd.match_agent("4001") is None
    assert await house.acd.match_agent("9999") is None
    assert await house.everything() == before
    await house.agents.logout("4001")
    await house.acd.join("c-1", FEES)
    assert await house.acd.match(FEES) is None


async def test_an_agent_of_two_queues_is_reserved_in_both(house: House) -> None:
    await house.log_in("4001", FEES, SUPPORT)
    await house.acd.join("c-1", FEES)
    await house.acd.join("s-1", SUPPORT)
    assert await house.acd.match(FEES) is not None
    assert await house.acd.match(SUPPORT) is None


async def test_an_agent_of_two_queues_gets_whoever_waits_longest_in_either(house: House) -> None:
    await house.acd.join("s-1", SUPPORT)
    house.clock.forward(1)
    await house.acd.join("c-1", FEES)
    await house.log_in("4001", FEES, SUPPORT)
    offer = await house.acd.match_agent("4001")
    assert offer is not None
    assert offer.contact == "s-1"


async def test_a_match_is_one_round_trip(house: House) -> None:
    for number in range(20):
        await house.acd.join(f"c-{number}", FEES)
        await house.log_in(str(number))
    await house.acd.match(FEES)  # the script is known from here on
    before = await house.redis.info("stats")
    evaluated = (await house.redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    for _ in range(10):
        assert await house.acd.match(FEES) is not None
    after = await house.redis.info("stats")
    # Besides the ten: the two INFO requests that lie between the readings.
    assert after["total_reads_processed"] - before["total_reads_processed"] == 10 + 2
    stats = await house.redis.info("commandstats")
    assert stats["cmdstat_evalsha"]["calls"] - evaluated == 10


async def test_an_answer_begins_the_conversation(house: House) -> None:
    offer = await house.offer()
    house.clock.forward(4)
    await house.news()
    assert await house.acd.answered(offer) is True
    assert await house.agent_state() is AgentState.TALKING
    (event,) = await house.news()
    assert (event.type, event.agent) == (EventType.CALL_ANSWERED, "4001")
    assert event.fields == {"offer": "1", "waited": "4000"}


async def test_an_answer_may_be_reported_twice(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.news()
    before = await house.everything()
    house.clock.forward(1)
    assert await house.other.answered(offer) is False
    assert await house.everything() == before
    assert await house.news() == []


async def test_an_answer_that_is_learnt_late_counts_from_when_it_was_given(house: House) -> None:
    offer = await house.offer()
    house.clock.forward(10)
    await house.acd.answered(offer, START_MS + 3_000)
    assert (await house.news())[-1].fields["waited"] == "3000"
    assert (await house.agents.status("4001")).since_ms == START_MS + 3_000


async def test_after_a_conversation_the_agent_wraps_up_and_is_ready_when_the_time_is_over(
    house: House,
) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    house.clock.forward(60)
    await house.news()
    await house.acd.ended(offer, 58_500)
    assert await house.agent_state() is AgentState.WRAPUP
    ended, wrapup = await house.news()
    assert (ended.type, ended.fields) == (EventType.CALL_ENDED, {"offer": "1", "talked": "58500"})
    until = START_MS + 70_000
    assert (wrapup.type, wrapup.fields) == (EventType.AGENT_WRAPUP, {"until": str(until)})

    house.clock.forward(9.999)
    assert (await house.acd.upkeep.sweep()).ready == ()
    tick = await house.acd.upkeep.tick([FEES])
    assert tick.next_due_ms == until
    house.clock.forward(0.001)
    assert (await house.acd.upkeep.sweep()).ready == ("4001",)
    assert await house.agent_state() is AgentState.READY
    assert await house.news_types() == [EventType.AGENT_READY]


async def test_without_wrapup_time_the_agent_is_ready_at_once_but_last_in_turn(
    house: House,
) -> None:
    offer = await house.offer(queue=SUPPORT)
    house.clock.forward(1)
    await house.log_in("4002", SUPPORT)
    await house.acd.answered(offer)
    house.clock.forward(60)
    await house.acd.ended(offer, 60_000)
    assert await house.agent_state() is AgentState.READY
    await house.acd.join("c-2", SUPPORT)
    following = await house.acd.match(SUPPORT)
    assert following is not None
    assert following.agent == "4002"


async def test_a_conversation_ends_once(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1_000)
    before = await house.everything()
    with pytest.raises(StaleOffer) as refusal:
        await house.acd.ended(offer, 1_000)
    assert refusal.value.code == "acd.stale_offer"
    assert await house.everything() == before


async def test_a_conversation_cannot_end_before_it_began(house: House) -> None:
    offer = await house.offer()
    before = await house.everything()
    with pytest.raises(OfferNotAnswered):
        await house.acd.ended(offer, 1_000)
    assert await house.everything() == before


@pytest.mark.parametrize(
    ("reason", "pause"),
    [
        (RefusalReason.NO_ANSWER, "not_answering"),
        (RefusalReason.BUSY, "busy"),
        (RefusalReason.UNREACHABLE, "unreachable"),
    ],
)
async def test_a_refused_contact_keeps_its_place_and_the_agent_is_paused(
    house: House, reason: RefusalReason, pause: str
) -> None:
    offer = await house.offer("c-1")
    house.clock.forward(5)
    await house.acd.join("c-2", FEES)
    await house.news()
    await house.acd.refused(offer, reason)
    assert await house.acd.place("c-1") == Place(position=1, waiting=2, ready=0, logged_in=1)
    status = await house.agents.status("4001")
    assert (status.state, status.reason) == (AgentState.PAUSED, pause)
    refused, paused = await house.news()
    assert (refused.type, refused.fields) == (
        EventType.CALL_REFUSED,
        {"offer": "1", "reason": reason.value},
    )
    assert (paused.type, paused.fields) == (EventType.AGENT_PAUSED, {"reason": pause})

    await house.log_in("4002")
    following = await house.acd.match(FEES)
    assert following is not None
    assert (following.contact, following.agent) == ("c-1", "4002")


async def test_a_withdrawn_offer_leaves_the_agent_ready_at_the_old_place(house: House) -> None:
    offer = await house.offer()
    house.clock.forward(5)
    await house.log_in("4002")
    await house.acd.refused(offer, RefusalReason.EXPIRED)
    following = await house.acd.match(FEES)
    assert following is not None
    assert following.agent == "4001"


async def test_a_refused_offer_is_stale_for_every_further_step(house: House) -> None:
    offer = await house.offer()
    await house.acd.refused(offer, RefusalReason.EXPIRED)
    assert await house.acd.match(FEES) is not None  # the same two, under a new offer
    await house.news()
    before = await house.everything()
    with pytest.raises(StaleOffer):
        await house.acd.answered(offer)
    with pytest.raises(StaleOffer):
        await house.acd.refused(offer, RefusalReason.BUSY)
    with pytest.raises(StaleOffer):
        await house.acd.ended(offer, 1)
    assert await house.everything() == before
    assert await house.news() == []


async def test_an_answered_offer_cannot_be_refused(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    before = await house.everything()
    with pytest.raises(OfferAnswered):
        await house.acd.refused(offer, RefusalReason.NO_ANSWER)
    assert await house.everything() == before


async def test_a_snapshot_counts_who_waits_and_what_agents_do(house: House) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(5)
    await house.acd.join("c-2", FEES, credit_ms=60_000)
    for agent in ("1", "2", "3"):
        await house.log_in(agent)
    await house.agents.pause("3", "lunch")
    assert await house.acd.match(FEES) is not None
    house.clock.forward(5)
    snapshot = await house.acd.snapshot([FEES, SUPPORT])
    # The contact that is being offered waits still; the oldest wait is true time, not credit.
    assert snapshot.queues == {"fees": QueueGauge(2, 10_000), "support": QueueGauge(0, 0)}
    assert snapshot.agents == {
        AgentState.READY: 1,
        AgentState.RESERVED: 1,
        AgentState.TALKING: 0,
        AgentState.WRAPUP: 0,
        AgentState.PAUSED: 1,
    }


async def test_the_queue_that_holds_a_contact_is_known(house: House) -> None:
    await house.acd.join("c-1", FEES)
    assert await house.other.held("c-1") == "fees"
    assert await house.other.held("c-2") is None


async def test_two_organisations_do_not_meet(house: House) -> None:
    neighbour = House(house.redis, org="suburb", clock=house.clock)
    await house.acd.join("c-1", FEES)
    await neighbour.log_in("4001")
    assert await neighbour.acd.match(FEES) is None
    assert await house.acd.match(FEES) is None


async def test_a_clock_that_is_set_back_gives_no_negative_times(house: House) -> None:
    offer = await house.offer()
    house.clock.forward(-60)
    await house.acd.answered(offer)
    assert (await house.news())[-1].fields["waited"] == "0"


async def test_a_redis_that_refuses_to_work_is_an_error_of_this_room(house: House) -> None:
    await house.redis.set("vaxel:{city}:waiting", "no sorted set")
    with pytest.raises(AcdUnavailable, match="WRONGTYPE") as fault:
        await house.acd.match(FEES) or await house.acd.join("c-1", FEES)
    assert fault.value.__cause__ is not None
