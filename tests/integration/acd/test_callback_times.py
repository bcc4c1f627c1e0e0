"""A callback at a chosen time has the wait that it had before, and is late after it only."""

from __future__ import annotations

import pytest

from acd.model.callback import CallbackState, MissReason
from acd.model.waiting import LeaveReason, Place
from tests.integration.acd.callback_ways import (
    OTHER_NUMBER,
    add,
)
from tests.integration.acd.conftest import FEES, House

pytestmark = pytest.mark.integration


async def test_nobody_is_called_who_may_still_be_on_the_phone_with_us(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.log_in("4001")
    await house.keep_place(due_ms=house.clock() + 1)
    house.clock.forward(9.999)
    assert (await house.acd.upkeep.tick([FEES])).offers == ()
    house.clock.forward(0.001)
    (offer,) = (await house.acd.upkeep.tick([FEES])).offers
    assert offer.contact == "c-1"


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
    assert (await house.acd.upkeep.tick([FEES])).offers == ()
    for contact, seconds in (("earlier", -36), ("later", -34)):
        await house.acd.join(contact, FEES, credit_ms=-1000 * seconds)
    house.clock.forward(0.001)
    await house.acd.upkeep.sweep()
    line = [await house.acd.place(contact) for contact in ("earlier", "c-1", "later")]
    assert [place and place.position for place in line] == [1, 2, 3]
    await house.acd.leave("earlier", LeaveReason.ABANDONED)
    offer = await house.acd.match(FEES)
    assert offer is not None
    await house.acd.answered(offer)
    assert (await house.news())[-1].fields["waited"] == "30000"


async def test_a_missed_attempt_does_not_bring_a_chosen_time_forward(house: House) -> None:
    await house.acd.upkeep.renew()
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


async def test_a_callback_is_overdue_from_its_chosen_time_and_through_all_attempts(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(1_800)
    due = house.clock() + 3_600_000
    await house.keep_place(due_ms=due)

    async def overdue() -> int:
        return (await house.acd.snapshot([FEES])).queues["fees"].oldest_callback_ms

    house.clock.forward(3_600)
    assert await overdue() == 0, "it is not late yet"
    await house.log_in("4001")
    house.clock.forward(20)
    (offer,) = (await house.acd.upkeep.tick([FEES])).offers
    await house.callbacks.missed(offer, MissReason.BUSY)
    house.clock.forward(40)
    assert await overdue() == 60_000, "the next attempt is later, the promise is not"


async def test_a_caller_who_is_back_has_the_wait_that_the_callback_keeps(house: House) -> None:
    await house.acd.join("c-1", FEES, credit_ms=5_000)
    house.clock.forward(30)
    due = house.clock() + 3_600_000
    await house.keep_place(due_ms=due)
    kept = await house.callbacks.get("c-1")
    assert kept is not None
    assert kept.wait_ms(due - 1) == 35_000
    assert kept.wait_ms(due + 1_000) == 36_000
    now = await house.callbacks.get(await add(house, OTHER_NUMBER))
    assert now is not None
    assert now.wait_ms(house.clock() + 7_000) == 7_000
