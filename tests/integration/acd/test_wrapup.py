"""After-call work that an agent makes longer."""

from __future__ import annotations

import pytest

from acd.errors import NoLastContact, NotLoggedIn, NoWrapup, WrapupAtLimit
from acd.model.agent import AgentState
from acd.model.handover import HandedTo, Handover
from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.model.waiting import LeaveReason
from store.events import EventType
from tests.integration.acd.conftest import FEES, START_MS, SUPPORT, House

pytestmark = pytest.mark.integration

MINUTE = 60_000
LIMIT = 150_000


async def talk(house: House, queue: Queue = FEES) -> Offer:
    """Agent 4001 talks to a caller."""
    offer = await house.offer("c-1", queue)
    await house.acd.answered(offer)
    await house.news()
    return offer


async def extend(house: House, contact: str = "c-1") -> int:
    left, _ = await house.agents.extend_wrapup("4001", MINUTE, LIMIT, contact=contact)
    return left


async def test_a_wrapup_lasts_longer_and_its_new_end_is_told(house: House) -> None:
    offer = await talk(house)
    await house.acd.ended(offer, 1)
    house.clock.forward(4)
    await house.news()

    assert await extend(house) == 66_000

    [told] = await house.news()
    until = START_MS + 70_000
    assert (told.type, told.fields) == (EventType.AGENT_WRAPUP, {"until": str(until)})
    assert (await house.agents.status("4001")).until_ms == until
    house.clock.forward(65)
    assert (await house.acd.upkeep.sweep()).ready == ()
    house.clock.forward(1)
    assert (await house.acd.upkeep.sweep()).ready == ("4001",)


async def test_no_wrapup_lasts_longer_than_its_limit(house: House) -> None:
    offer = await talk(house)
    await house.acd.ended(offer, 1)
    assert [await extend(house) for _ in range(3)] == [70_000, 130_000, 150_000]
    before = await house.everything()
    with pytest.raises(WrapupAtLimit):
        await extend(house)
    assert await house.everything() == before


@pytest.mark.parametrize("queue", [FEES, SUPPORT], ids=["with wrap-up", "without"])
async def test_in_a_conversation_the_wrapup_that_follows_is_longer(
    house: House, queue: Queue
) -> None:
    offer = await talk(house, queue)
    wrapup = queue.wrapup_seconds * 1000 + MINUTE
    assert await extend(house) == wrapup
    assert await house.news() == []
    await house.acd.ended(offer, 1)
    status = await house.agents.status("4001")
    assert (status.state, status.until_ms) == (AgentState.WRAPUP, START_MS + wrapup)


async def test_a_longer_wrapup_ends_early_all_the_same(house: House) -> None:
    offer = await talk(house)
    await house.acd.ended(offer, 1)
    await extend(house)
    assert (await house.agents.unpause("4001")).state is AgentState.READY
    house.clock.forward(100)
    assert (await house.acd.upkeep.sweep()).ready == ()


async def test_a_wrapup_that_no_sweep_has_ended_yet_goes_on(house: House) -> None:
    offer = await talk(house)
    await house.acd.ended(offer, 1)
    house.clock.forward(11)
    assert await extend(house) == 59_000


@pytest.mark.parametrize("doing", ["ready", "paused", "rung", "to pause after the call"])
async def test_there_is_no_wrapup_to_make_longer(house: House, doing: str) -> None:
    offer = await house.offer()
    if doing == "to pause after the call":
        await house.acd.answered(offer)
        await house.agents.pause("4001", "lunch")
    elif doing != "rung":
        await house.acd.answered(offer)
        await house.acd.ended(offer, 1)
        await (
            house.agents.unpause("4001")
            if doing == "ready"
            else house.agents.pause("4001", "lunch")
        )
    before = await house.everything()
    with pytest.raises(NoWrapup):
        await extend(house)
    assert await house.everything() == before


async def test_only_the_wrapup_of_the_contact_that_is_meant_grows(house: House) -> None:
    with pytest.raises(NotLoggedIn):
        await extend(house)
    offer = await talk(house)
    await house.acd.ended(offer, 1)
    before = await house.everything()
    with pytest.raises(NoLastContact):
        await extend(house, "c-9")
    assert await house.everything() == before


async def test_while_a_result_is_owed_the_time_after_it_grows(house: House) -> None:
    offer = await talk(house, Queue("cases", wrapup_seconds=10, result_within_seconds=150))
    await house.acd.ended(offer, 1)
    await house.news()
    assert await extend(house) == LIMIT, "which the owed result would take anyway"
    assert await house.news() == []
    status = await house.agents.give_result("4001", "resolved")
    assert status.until_ms == START_MS + 70_000


async def test_what_a_contact_takes_an_agent_counts_the_longer_wrapup(house: House) -> None:
    offer = await talk(house)
    house.clock.forward(30)
    await house.acd.ended(offer, 30_000)
    await extend(house)
    house.clock.forward(70)
    await house.acd.upkeep.sweep()
    kept = await house.redis.hgetall("vaxel:{city}:pace")
    assert kept["service|fees"] == "100000|0|1"


async def test_each_of_two_agents_has_their_own_wrapup(house: House) -> None:
    """Whoever is asked has none to make longer, and does not inherit one that was."""
    offer = await talk(house)
    await house.log_in("4002", SUPPORT)
    await house.acd.join("c-2", SUPPORT)
    earlier = await house.acd.match(SUPPORT)
    assert earlier is not None
    await house.acd.answered(earlier)
    await house.acd.ended(earlier, 1)
    await house.acd.consulting.begin(offer, Handover(HandedTo.AGENT, "4002"))
    await house.acd.consulting.answered("c-1")
    with pytest.raises(NoWrapup):
        await house.agents.extend_wrapup("4002", MINUTE, LIMIT)

    assert await extend(house) == 70_000
    assert await house.acd.consulting.took_over("c-1") == "4001"
    assert (await house.agents.status("4001")).until_ms == START_MS + 70_000
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    assert (await house.agents.status("4002")).until_ms == START_MS + 10_000
