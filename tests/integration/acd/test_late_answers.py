"""An agent picked up, and nobody could tell before the offer expired: they talk all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.errors import OfferAnswered, StaleOffer
from acd.model.agent import AgentState
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from store.events import EventType
from tests.integration.acd.conftest import FEES, SUPPORT, House

pytestmark = pytest.mark.integration

OFFER_S = FEES.ring_seconds + 5
PICKED_UP_S = 8


async def expired(house: House) -> tuple[Offer, int]:
    """Agent 4001 has picked up after some seconds, and the offer has expired since."""
    offer = await house.offer()
    at_ms = house.clock() + PICKED_UP_S * 1000
    house.clock.forward(OFFER_S)
    await house.acd.upkeep.renew()
    assert (await house.acd.upkeep.sweep()).expired == ("c-1",)
    await house.news()
    return offer, at_ms


async def test_the_talk_has_its_agent_its_number_and_its_end(house: House) -> None:
    offer, at_ms = await expired(house)
    assert await house.acd.answered_late(offer, at_ms) == ()
    assert await house.agent_state() is AgentState.TALKING
    (answered,) = await house.news()
    assert (answered.type, answered.agent) == (EventType.CALL_ANSWERED, "4001")
    assert answered.fields["offer"] == offer.id
    await house.acd.ended(offer, 17_000)
    assert await house.agent_state() is AgentState.WRAPUP
    assert await house.acd.held("c-1") is None
    assert "c-1" not in str(await house.redis.zrange("vaxel:{city}:due", 0, -1))


async def test_who_is_held_for_the_contact_meanwhile_is_free(house: House) -> None:
    offer, at_ms = await expired(house)
    await house.agents.pause("4001", "break")  # as who is ready and has a caller may do
    await house.log_in("4002")
    in_vain = await house.other.match(FEES)
    assert in_vain is not None
    assert in_vain.agent == "4002"
    assert await house.acd.answered_late(offer, at_ms) == ("4002",)
    assert (await house.agents.status("4002")).state is AgentState.READY
    with pytest.raises(StaleOffer):
        await house.other.answered(in_vain)
    await house.acd.ended(offer, 17_000)
    alva = await house.agents.status("4001")
    assert (alva.state, alva.reason) == (AgentState.PAUSED, "break")


async def test_the_same_agent_may_be_the_one_who_is_held(house: House) -> None:
    offer, at_ms = await expired(house)
    again = await house.other.match(FEES)
    assert again is not None
    assert await house.acd.answered_late(offer, at_ms) == ("4001",)
    assert await house.acd.conversation("4001") == replace(
        again, id=offer.id, expires_at_ms=house.clock()
    )


@pytest.mark.parametrize("since", ["gone", "talks", "elsewhere", "moved", "another's"])
async def test_it_is_none_where_the_world_has_gone_on(house: House, since: str) -> None:
    offer, at_ms = await expired(house)
    match since:
        case "gone":
            await house.acd.leave("c-1", LeaveReason.ABANDONED)
        case "talks":
            again = await house.acd.match(FEES)
            assert again is not None
            await house.acd.answered(again)
        case "elsewhere":
            await house.acd.join("c-2", FEES, credit_ms=60_000)
            await house.acd.match(FEES)
        case "moved":
            await house.log_in("4001", SUPPORT, phone="phone-at-home")
        case _:
            await house.other.join("c-1", FEES)
    before = await house.everything()
    assert await house.acd.answered_late(offer, at_ms) is None
    assert await house.everything() == before


async def test_an_offer_that_is_begun_late_lasts_its_whole_time(house: House) -> None:
    offer = await house.offer()
    house.clock.forward(OFFER_S - 1)
    await house.acd.prolong(offer)
    house.clock.forward(OFFER_S - 1)
    await house.acd.upkeep.renew()
    assert (await house.acd.upkeep.sweep()).expired == ()
    await house.acd.answered(offer)
    with pytest.raises(OfferAnswered):
        await house.acd.prolong(offer)


async def test_an_offer_that_is_over_is_not_begun(house: House) -> None:
    offer, _ = await expired(house)
    with pytest.raises(StaleOffer):
        await house.acd.prolong(offer)
