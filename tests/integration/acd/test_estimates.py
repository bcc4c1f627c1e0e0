"""What a waiting time is estimated from is kept in step with what happens, on a real Redis."""

from __future__ import annotations

import pytest

from acd.estimate import ENOUGH
from acd.model.offer import RefusalReason
from acd.model.queue import Queue
from acd.model.waiting import AT_ONCE, Estimate, LeaveReason
from store.events import EventType
from tests.integration.acd.conftest import FEES, SUPPORT, House

pytestmark = pytest.mark.integration

PACE = "vaxel:{city}:pace"
WHOLE = 1_000_000


async def kept(house: House) -> dict[str, str]:
    return {str(name): str(value) for name, value in (await house.redis.hgetall(PACE)).items()}


async def capacity(house: House, queue: Queue = FEES) -> int:
    return int((await kept(house)).get(f"capacity|{queue.name}", 0))


async def foretold(house: House, credit_ms: int = 0) -> Estimate | None:
    return (await house.acd.figures("fees", credit_ms=credit_ms)).estimate


async def serve(
    house: House, contact: str, queue: Queue = FEES, *, rings: float = 4, talks: float = 60
) -> None:
    """An agent who is ready talks to a new contact and does their after-call work."""
    await house.acd.join(contact, queue)
    offer = await house.acd.match(queue)
    assert offer is not None
    house.clock.forward(rings)
    await house.acd.answered(offer)
    house.clock.forward(talks)
    await house.acd.ended(offer, round(talks * 1000))
    house.clock.forward(queue.wrapup_seconds)
    await house.acd.upkeep.sweep()


async def test_a_service_is_ring_talk_and_after_call_work_as_really_taken(house: House) -> None:
    await house.log_in("4001")
    await serve(house, "c-1", rings=4, talks=60)
    assert (await kept(house))["service|fees"] == "74000|4000|1"
    await house.acd.join("c-2", FEES)
    offer = await house.acd.match(FEES)
    assert offer is not None
    house.clock.forward(8)
    await house.acd.answered(offer)
    house.clock.forward(30)
    await house.acd.ended(offer, 30_000)
    house.clock.forward(2)
    assert (await kept(house))["service|fees"] == "74000|4000|1", "the agent still wraps up"
    await house.agents.unpause("4001")
    assert (await kept(house))["service|fees"] == "57000|6000|2"


@pytest.mark.parametrize("step", ["pause", "logout"])
async def test_after_call_work_that_ends_in_another_way_is_over_too(
    house: House, step: str
) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    house.clock.forward(60)
    await house.acd.ended(offer, 60_000)
    house.clock.forward(5)
    await (house.agents.pause("4001", "lunch") if step == "pause" else house.agents.logout("4001"))
    assert await kept(house) == {"service|fees": "65000|0|1"}


async def test_an_offer_that_came_to_nothing_is_no_service(house: House) -> None:
    offer = await house.offer()
    house.clock.forward(20)
    await house.acd.refused(offer, RefusalReason.NO_ANSWER)
    assert await kept(house) == {}, "and the agent who is paused for it does not work"


async def test_old_contacts_fade(house: House) -> None:
    await house.log_in("4001", SUPPORT)
    for number in range(60):
        await serve(house, f"old-{number}", SUPPORT, rings=0, talks=100)
    assert (await kept(house))["service|support"] == "100000|0|50"
    for number in range(50):
        await serve(house, f"new-{number}", SUPPORT, rings=0, talks=200)
    mean = int((await kept(house))["service|support"].split("|")[0])
    # All but (1 - 1/50)^50 = 36 % of the way.
    assert mean == pytest.approx(163_600, abs=100)


async def test_whoever_works_counts_and_whoever_does_not_or_will_not_does_not(
    house: House,
) -> None:
    offer = await house.offer()
    await house.log_in("4002")
    assert await capacity(house) == 2 * WHOLE
    await house.agents.pause("4002", "lunch")
    assert await capacity(house) == WHOLE
    await house.agents.unpause("4002")
    await house.acd.answered(offer)
    assert await capacity(house) == 2 * WHOLE
    await house.agents.logout("4001")
    assert await capacity(house) == WHOLE, "4001 takes no call after this one"
    await house.agents.unpause("4001")
    assert await capacity(house) == 2 * WHOLE
    await house.agents.pause("4001", "lunch")
    await house.acd.ended(offer, 1_000)
    assert await capacity(house) == WHOLE
    await house.agents.logout("4001")
    await house.agents.logout("4002")
    assert await capacity(house) == 0


async def test_an_agent_of_two_queues_counts_in_each_by_the_time_that_it_took(
    house: House,
) -> None:
    await house.log_in("4001", FEES, SUPPORT)
    assert (await capacity(house), await capacity(house, SUPPORT)) == (WHOLE / 2, WHOLE / 2)
    for number in range(20):
        queue = SUPPORT if number % 4 == 0 else FEES
        await serve(house, f"c-{number}", queue, rings=0, talks=100 - queue.wrapup_seconds)
    # By time 3 : 1, less a little for the minute that each is thought to have had beforehand.
    assert await capacity(house) / WHOLE == pytest.approx(0.74, abs=0.01)
    assert await capacity(house, SUPPORT) / WHOLE == pytest.approx(0.26, abs=0.01)


async def test_the_share_of_an_agent_is_known_on_the_next_day_by_the_queues_of_that_day(
    house: House,
) -> None:
    await house.log_in("4001", FEES, SUPPORT)
    for number in range(10):
        await serve(house, f"c-{number}")
    before = await kept(house)
    await house.agents.logout("4001")
    await house.log_in("4001", FEES, SUPPORT)
    assert await kept(house) == before
    await house.log_in("4001", SUPPORT)
    assert (await capacity(house), await capacity(house, SUPPORT)) == (0, WHOLE)


async def test_an_estimate_is_silent_until_enough_contacts_have_been_handled(
    house: House,
) -> None:
    await house.log_in("4001")
    for number in range(ENOUGH):
        assert await foretold(house) == AT_ONCE, "an agent is ready"
        await house.acd.join(f"c-{number}", FEES)
        offer = await house.acd.match(FEES)
        assert offer is not None
        assert await foretold(house) is None
        await house.acd.answered(offer)
        house.clock.forward(60)
        await house.acd.ended(offer, 60_000)
        await house.agents.unpause("4001")
    await house.acd.join("c-9", FEES)
    assert await house.acd.match(FEES) is not None
    assert await foretold(house) is not None


async def test_nobody_who_works_means_no_estimate(house: House) -> None:
    await house.log_in("4001")
    for number in range(ENOUGH):
        await serve(house, f"c-{number}")
    await house.agents.pause("4001", "lunch")
    await house.acd.join("c-9", FEES)
    place = await house.acd.place("c-9")
    assert place is not None
    assert place.estimate is None
    assert await foretold(house) is None


async def busy(house: House) -> None:
    """One agent of the queue, known to take 74 s for a contact, talks."""
    await house.log_in("4001")
    for number in range(50):
        await serve(house, f"before-{number}")
    offer = await house.offer("now")
    await house.acd.answered(offer)


async def test_an_estimate_counts_who_is_ahead_people_to_be_called_back_too(
    house: House,
) -> None:
    await busy(house)
    await house.acd.join("c-1", FEES)
    await house.keep_place("c-1")
    house.clock.forward(10)
    await house.acd.upkeep.sweep()
    await house.acd.join("c-2", FEES)
    place = await house.acd.place("c-2")
    assert place is not None
    assert place.position == 2
    assert place.estimate is not None
    assert place.estimate.expected_ms == 2 * 74_000 + 4_000


async def test_whoever_would_join_is_told_what_they_are_told_when_they_have(
    house: House,
) -> None:
    await busy(house)
    await house.acd.join("c-1", FEES)
    house.clock.forward(30)
    for credit in (0, 20_000, 30_000, 40_000):
        told = await foretold(house, credit)
        await house.acd.join(f"credit-{credit}", FEES, credit_ms=credit)
        place = await house.acd.place(f"credit-{credit}")
        assert place is not None
        assert told == place.estimate
        await house.acd.leave(f"credit-{credit}", LeaveReason.ABANDONED)
        assert place.position == (1 if credit > 30_000 else 2)


SAID = Estimate(30_000, 60_000, 120_000)


async def test_the_first_estimate_is_told_with_the_wait_when_it_is_over(house: House) -> None:
    await house.acd.join("c-1", FEES)
    assert await house.acd.expect("c-1", SAID)
    assert not await house.acd.expect("c-1", Estimate(1, 2, 3)), "a later one is another question"
    house.clock.forward(70)
    await house.log_in("4001")
    offer = await house.acd.match(FEES)
    assert offer is not None
    await house.acd.answered(offer)
    (answered,) = [e for e in await house.news() if e.type is EventType.CALL_ANSWERED]
    assert answered.fields == {
        "offer": "1",
        "waited": "70000",
        "estimated_low": "30000",
        "estimated": "60000",
        "estimated_high": "120000",
    }


async def test_an_estimate_outlives_an_offer_in_vain_and_a_controller(house: House) -> None:
    offer = await house.offer()
    await house.acd.refused(offer, RefusalReason.BUSY)
    assert await house.acd.expect("c-1", SAID)
    await house.other.join("c-1", FEES)
    await house.agents.unpause("4001")
    again = await house.other.match(FEES)
    assert again is not None
    await house.other.answered(again)
    (answered,) = [e for e in await house.news() if e.type is EventType.CALL_ANSWERED]
    assert answered.fields["estimated"] == "60000"


async def test_nothing_is_expected_of_who_does_not_wait_or_is_to_be_called_back(
    house: House,
) -> None:
    assert not await house.acd.expect("nobody", SAID)
    await house.offer()
    assert not await house.acd.expect("c-1", SAID)
    await house.acd.join("c-2", FEES)
    await house.keep_place("c-2")
    assert not await house.acd.expect("c-2", SAID)


async def test_the_wait_of_a_callback_is_not_held_against_the_callers_estimate(
    house: House,
) -> None:
    await house.acd.upkeep.renew()
    await house.acd.join("c-1", FEES)
    assert await house.acd.expect("c-1", SAID)
    await house.keep_place()
    await house.log_in("4001")
    house.clock.forward(60)
    await house.acd.upkeep.sweep()
    offer = await house.acd.match(FEES)
    assert offer is not None
    await house.callbacks.dialled(offer)
    await house.callbacks.reached(offer)
    await house.acd.answered(offer)
    (answered,) = [e for e in await house.news() if e.type is EventType.CALLBACK_ANSWERED]
    assert set(answered.fields) == {"offer", "waited"}
