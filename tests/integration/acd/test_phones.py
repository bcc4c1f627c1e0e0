"""An agent is offered what their phone can take; offers that the agent missed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from acd.model.agent import Agent, AgentState, PhoneState
from acd.model.offer import RefusalReason
from acd.skills import Requirement
from store.events import EventType
from tests.integration.acd.conftest import FEES, SUPPORT, House

pytestmark = pytest.mark.integration

WELL, IN_USE, UNREACHABLE = PhoneState.WELL, PhoneState.IN_USE, PhoneState.UNREACHABLE
PHONE = "phone4001"
OUTAGE_S = 15


@pytest.mark.parametrize("state", [IN_USE, UNREACHABLE])
async def test_an_agent_is_offered_nothing_while_the_phone_cannot_be_rung(
    house: House, state: PhoneState
) -> None:
    await house.log_in("4001")
    assert await house.agents.phones_are({PHONE: state}) == ()
    await house.acd.join("c-1", FEES)
    ways: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: house.acd.match(FEES),
        lambda: house.acd.match_agent("4001"),
    )
    for way in ways:
        assert await way() is None
    assert (await house.acd.upkeep.tick([FEES])).offers == ()
    status = await house.agents.status("4001")
    assert (status.state, status.reason) == (AgentState.READY, f"phone_{state}")
    now = await house.acd.snapshot([])
    assert (now.agents[AgentState.READY], now.phone_away) == (0, 1)
    place = await house.acd.place("c-1")
    assert place is not None
    assert (place.ready, place.logged_in) == (0, 1)

    assert await house.agents.phones_are({PHONE: WELL}) == ("4001",)
    assert (await house.agents.status("4001")).reason == ""
    assert await house.acd.match_agent("4001") is not None


async def test_a_phone_that_is_in_use_when_its_agent_logs_in_is_offered_nothing_yet(
    house: House,
) -> None:
    await house.agents.phones_are({PHONE: IN_USE, "phone4002": IN_USE})
    await house.log_in("4001")
    await house.acd.join("c-1", FEES)
    assert await house.acd.match(FEES) is None
    assert await house.agents.phones_are({PHONE: WELL, "phone4002": WELL}) == ("4001",)
    assert await house.acd.match(FEES) is not None


async def test_idle_time_stands_still_while_the_phone_is_away(house: House) -> None:
    await house.log_in("4001")
    house.clock.forward(60)
    await house.log_in("4002")
    house.clock.forward(10)
    await house.agents.phones_are({PHONE: UNREACHABLE})
    house.clock.forward(50)  # idle for 70 s before, the other one for 60 s by now
    await house.agents.phones_are({PHONE: WELL})
    await house.acd.join("c-1", FEES)
    offer = await house.acd.match(FEES)
    assert offer is not None
    assert offer.agent == "4001"

    await house.acd.refused(offer, RefusalReason.EXPIRED)
    await house.agents.phones_are({PHONE: UNREACHABLE})
    house.clock.forward(3600)
    await house.agents.phones_are({PHONE: WELL})
    offer = await house.acd.match(FEES)
    assert offer is not None
    assert offer.agent == "4002"  # has been free all that hour


async def test_callers_do_not_wait_for_phones_that_stay_away(house: House) -> None:
    await house.acd.upkeep.renew()
    await house.log_in("4001")
    await house.agents.phones_are({PHONE: UNREACHABLE})
    house.clock.forward(OUTAGE_S - 1)
    await house.acd.upkeep.tick([FEES])
    assert (await house.acd.figures("fees")).logged_in == 1
    house.clock.forward(1)
    await house.acd.upkeep.tick([FEES])
    assert (await house.acd.figures("fees")).logged_in == 0
    assert await house.agents.phones_are({PHONE: WELL}) == ("4001",)
    assert (await house.acd.figures("fees")).logged_in == 1
    assert await house.news_types() == [
        EventType.AGENT_LOGGED_IN,
        EventType.AGENT_READY,
        EventType.AGENT_PHONE_LOST,
        EventType.AGENT_PHONE_BACK,
    ]


async def test_a_short_outage_takes_no_agent_away_later(house: House) -> None:
    await house.log_in("4001")
    await house.agents.phones_are({PHONE: UNREACHABLE})
    house.clock.forward(5)
    await house.agents.phones_are({PHONE: WELL})
    house.clock.forward(60)
    await house.acd.upkeep.tick([FEES])
    assert (await house.acd.figures("fees")).logged_in == 1


async def test_who_logs_out_while_the_phone_is_away_is_gone(house: House) -> None:
    await house.log_in("4001")
    await house.agents.phones_are({PHONE: UNREACHABLE})
    await house.agents.logout("4001")
    house.clock.forward(60)
    await house.acd.upkeep.tick([FEES])
    assert await house.agents.phones_are({PHONE: WELL}) == ()
    assert (await house.acd.snapshot([])).phone_away == 0


async def test_the_agents_own_call_from_the_queue_costs_nothing(house: House) -> None:
    offer = await house.offer(queue=SUPPORT)
    assert await house.agents.phones_are({PHONE: IN_USE}) == ()
    await house.acd.answered(offer)
    assert (await house.agents.status("4001")).reason == ""
    await house.acd.ended(offer, 1_000)
    await house.acd.join("c-2", SUPPORT)
    assert await house.acd.match(SUPPORT) is None  # their phone has still to hang up
    assert await house.agents.phones_are({PHONE: WELL}) == ("4001",)
    assert await house.acd.match(SUPPORT) is not None


async def test_a_phone_that_vanishes_during_an_offer_needs_no_pause(house: House) -> None:
    offer = await house.offer()
    await house.agents.phones_are({PHONE: UNREACHABLE})
    await house.acd.refused(offer, RefusalReason.UNREACHABLE)
    assert await house.agent_state() is AgentState.READY
    assert await house.acd.match(FEES) is None
    assert await house.agents.phones_are({PHONE: WELL}) == ("4001",)


async def test_an_agent_is_paused_after_as_many_missed_offers_as_the_queue_allows(
    house: House,
) -> None:
    offer = await house.offer()
    await house.log_in("4002")
    house.clock.forward(20)
    await house.acd.refused(offer, RefusalReason.NO_ANSWER, missed_offers=2)
    assert await house.agent_state() is AgentState.READY
    other = await house.acd.match(FEES)
    assert other is not None
    assert other.agent == "4002"  # the first stands last now
    await house.acd.answered(other)

    await house.acd.join("c-2", FEES)
    again = await house.acd.match(FEES)
    assert again is not None
    assert again.agent == "4001"
    await house.acd.refused(again, RefusalReason.NO_ANSWER, missed_offers=2)
    status = await house.agents.status("4001")
    assert (status.state, status.reason) == (AgentState.PAUSED, "not_answering")


@pytest.mark.parametrize("sign", ["answers", "comes back"])
async def test_a_sign_of_life_begins_the_count_anew(house: House, sign: str) -> None:
    offer = await house.offer(queue=SUPPORT)
    await house.acd.refused(offer, RefusalReason.NO_ANSWER, missed_offers=2)
    second = await house.acd.match(SUPPORT)
    assert second is not None
    if sign == "answers":
        await house.acd.answered(second)
        await house.acd.ended(second, 1_000)
        await house.acd.join("c-2", SUPPORT)
    else:
        await house.acd.refused(second, RefusalReason.EXPIRED)
        await house.agents.pause("4001", "lunch")
        await house.agents.unpause("4001")
    third = await house.acd.match(SUPPORT)
    assert third is not None
    await house.acd.refused(third, RefusalReason.NO_ANSWER, missed_offers=2)
    assert await house.agent_state() is AgentState.READY


async def test_an_agent_who_comes_back_is_in_the_lines_that_were_opened_meanwhile(
    house: House,
) -> None:
    await house.acd.upkeep.renew()
    await house.agents.login(Agent("4001", "Somebody", ("fees",), {"sv": 5}), PHONE)
    await house.agents.phones_are({PHONE: UNREACHABLE})
    house.clock.forward(OUTAGE_S)
    await house.acd.upkeep.tick([FEES])
    await house.acd.join("c-1", FEES, require=[Requirement(0, {"sv": 3})])
    assert await house.agents.phones_are({PHONE: WELL}) == ("4001",)
    assert await house.acd.match_agent("4001") is not None
