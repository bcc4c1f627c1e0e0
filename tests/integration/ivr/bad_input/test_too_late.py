"""Steps of an offer that come too late, and clocks that jump."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from acd.distributor import Distributor
from acd.errors import AcdError, AgentLocked, WrongPin
from acd.floor import Floor as AcdFloor
from acd.model.agent import AgentState
from acd.model.offer import Offer, RefusalReason
from tests.integration.acd.conftest import FEES, START_MS, HandClock, House
from tests.integration.ivr.bad_input.untouched import everything

pytestmark = pytest.mark.integration

HOUR_S = 3600


@pytest.fixture
def house(redis: Redis) -> House:
    return House(redis)


STALE: dict[str, Callable[[House, Offer], Awaitable[object]]] = {
    "an answer": lambda house, offer: house.acd.answered(offer),
    "an end": lambda house, offer: house.acd.ended(offer, 1000),
    "a refusal": lambda house, offer: house.acd.refused(offer, RefusalReason.BUSY),
    "an attempt": lambda house, offer: house.callbacks.dialled(offer),
    "a caller who is reached": lambda house, offer: house.callbacks.reached(offer),
}


@pytest.mark.parametrize("step", STALE)
@pytest.mark.parametrize("over", ["expired", "refused", "ended", "offered anew"])
async def test_a_step_of_an_offer_that_is_over_changes_nothing(
    house: House, step: str, over: str
) -> None:
    offer = await house.offer()
    match over:
        case "expired":
            house.clock.forward(26)
            await house.acd.upkeep.renew()
            await house.acd.upkeep.sweep()
        case "ended":
            await house.acd.answered(offer)
            await house.acd.ended(offer, 1)
        case _:
            await house.acd.refused(offer, RefusalReason.EXPIRED)
    if over == "offered anew":
        assert await house.acd.match(FEES) is not None
    before = await everything(house.redis)
    with pytest.raises(AcdError) as refused:
        await STALE[step](house, offer)
    assert refused.value.code == "acd.stale_offer"
    assert await everything(house.redis) == before


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_controller_with_a_wrong_clock_loses_no_caller_and_no_agent(
    house: House, hours: int
) -> None:
    """Whatever it does to leases and offers, the one with the right clock has all back."""
    await house.acd.upkeep.renew()
    await house.acd.join("c-1", FEES)
    await house.acd.join("c-2", FEES)
    await house.log_in("4001")
    wrong = HandClock(START_MS + hours * HOUR_S * 1000)
    other = Distributor(house.redis, house.org, wrong, "wrong")
    for _ in range(4):
        house.clock.forward(2)
        wrong.forward(2)
        await other.upkeep.tick([FEES])
        await house.acd.upkeep.tick([FEES])
    place = await house.acd.place("c-2")
    offer = await house.acd.current_offer("c-1")
    assert (place is not None) or (await house.acd.current_offer("c-2")) is not None
    assert offer is not None or await house.acd.place("c-1") is not None
    contacts = await AcdFloor(house.redis, house.org, house.clock).contacts("", 10)
    assert {contact.id for contact in contacts.contacts} == {"c-1", "c-2"}
    assert (await house.agents.status("4001")).state is not AgentState.LOGGED_OUT


async def test_a_clock_that_is_set_back_locks_nobody_out_for_longer(house: House) -> None:
    async def tries(pin: str) -> str:
        try:
            await house.agents.check_pin("4001", pin, "2468")
        except (AgentLocked, WrongPin) as refused:
            return refused.code
        return "right"

    for wrong in range(3):
        await tries(str(wrong))
    house.clock.forward(-HOUR_S)
    assert await tries("2468") == "acd.agent_locked"
    house.clock.forward(299)
    assert await tries("2468") == "acd.agent_locked"
    house.clock.forward(1)
    assert await tries("2468") == "right"


async def test_a_clock_that_is_set_back_keeps_no_agent_from_work(house: House) -> None:
    """A wrap-up that ends by itself in an hour can be ended, as any."""
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1)
    house.clock.forward(-HOUR_S)
    await house.acd.upkeep.tick([FEES])
    assert await house.agent_state() is AgentState.WRAPUP
    await house.agents.unpause("4001")
    await house.acd.join("c-2", FEES)
    assert await house.acd.match_agent("4001") is not None
