"""Agents at their phones: logging in and out, pausing, coming back, proving who they are."""

from __future__ import annotations

import pytest

from acd.agents import Agents
from acd.errors import AgentBusy, AgentLocked, NotLoggedIn, PhoneBusy, WrongPin
from acd.model.agent import AgentState, AgentStatus
from acd.model.offer import RefusalReason
from acd.model.waiting import LeaveReason
from store.events import EventType
from tests.integration.acd.conftest import FEES, START_MS, SUPPORT, House

pytestmark = pytest.mark.integration


async def test_an_agent_who_logs_in_is_ready_at_the_phone(house: House) -> None:
    await house.log_in("4001", FEES, SUPPORT, phone="agent1")
    status = AgentStatus(
        "4001", AgentState.READY, "", START_MS, "agent1", queues=("fees", "support")
    )
    assert await house.agents.status("4001") == status
    assert await house.agents.at_phone("agent1") == status
    logged_in, ready = await house.news()
    assert (logged_in.type, logged_in.agent) == (EventType.AGENT_LOGGED_IN, "4001")
    assert logged_in.fields == {"phone": "agent1"}
    assert ready.type is EventType.AGENT_READY


async def test_nobody_is_at_a_phone_where_nobody_logged_in(house: House) -> None:
    assert await house.agents.at_phone("agent1") is None
    assert await house.agents.status("4001") == AgentStatus("4001", AgentState.LOGGED_OUT)


async def test_an_agent_who_logs_out_leaves_nothing_behind(house: House) -> None:
    await house.log_in("4001", FEES, SUPPORT)
    await house.news()
    status = await house.agents.logout("4001")
    assert status.state is AgentState.LOGGED_OUT
    assert await house.news_types() == [EventType.AGENT_LOGGED_OUT]
    assert await house.everything() == {}


@pytest.mark.parametrize("step", ["logout", "pause", "unpause"])
async def test_who_is_not_logged_in_can_do_nothing_else(house: House, step: str) -> None:
    steps = {
        "logout": lambda: house.agents.logout("4001"),
        "pause": lambda: house.agents.pause("4001", "lunch"),
        "unpause": lambda: house.agents.unpause("4001"),
    }
    with pytest.raises(NotLoggedIn):
        await steps[step]()
    assert await house.everything() == {}
    assert await house.news() == []


async def test_an_agent_who_logs_in_elsewhere_moves_there(house: House) -> None:
    await house.log_in("4001", FEES, SUPPORT, phone="agent1")
    await house.agents.pause("4001", "lunch")
    house.clock.forward(60)
    await house.news()
    await house.log_in("4001", FEES, phone="agent2")
    assert await house.agents.at_phone("agent1") is None
    status = await house.agents.at_phone("agent2")
    assert status == AgentStatus(
        "4001", AgentState.READY, "", START_MS + 60_000, "agent2", ("fees",)
    )
    assert await house.news_types() == [
        EventType.AGENT_LOGGED_OUT,
        EventType.AGENT_LOGGED_IN,
        EventType.AGENT_READY,
    ]
    await house.acd.join("s-1", SUPPORT)
    assert await house.acd.match(SUPPORT) is None, "no longer an agent of that queue"


@pytest.mark.parametrize("answered", [False, True])
async def test_an_agent_with_a_call_does_not_move(house: House, answered: bool) -> None:
    offer = await house.offer()
    if answered:
        await house.acd.answered(offer)
    before = await house.everything()
    with pytest.raises(AgentBusy):
        await house.log_in("4001", phone="agent2")
    assert await house.everything() == before


async def test_a_phone_has_one_agent_and_the_newest_stays(house: House) -> None:
    await house.log_in("4001", phone="agent1")
    await house.news()
    await house.log_in("4002", phone="agent1")
    assert (await house.agents.status("4001")).state is AgentState.LOGGED_OUT
    status = await house.agents.at_phone("agent1")
    assert status is not None
    assert status.id == "4002"
    assert [event.agent for event in await house.news()] == ["4001", "4002", "4002"]


async def test_a_phone_on_which_somebody_else_talks_is_not_taken_over(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    before = await house.everything()
    with pytest.raises(PhoneBusy):
        await house.log_in("4002", phone=offer.phone)
    assert await house.everything() == before


async def test_a_paused_agent_gets_no_calls_until_back(house: House) -> None:
    await house.log_in("4001")
    await house.acd.join("c-1", FEES)
    await house.news()
    status = await house.agents.pause("4001", "lunch")
    assert (status.state, status.reason) == (AgentState.PAUSED, "lunch")
    assert await house.acd.match(FEES) is None
    assert (await house.agents.unpause("4001")).state is AgentState.READY
    assert await house.acd.match_agent("4001") is not None
    assert await house.news_types() == [
        EventType.AGENT_PAUSED,
        EventType.AGENT_READY,
        EventType.CALL_OFFERED,
    ]


async def test_a_second_pause_changes_the_reason_and_the_same_one_nothing(house: House) -> None:
    await house.log_in("4001")
    await house.agents.pause("4001", "lunch")
    await house.agents.pause("4001", "meeting")
    await house.agents.pause("4001", "meeting")
    assert (await house.agents.status("4001")).reason == "meeting"
    pauses = [event for event in await house.news() if event.type is EventType.AGENT_PAUSED]
    assert [event.fields["reason"] for event in pauses] == ["lunch", "meeting"]


async def test_coming_back_when_ready_changes_nothing(house: House) -> None:
    await house.log_in("4001")
    before = await house.everything()
    house.clock.forward(5)
    assert (await house.agents.unpause("4001")).state is AgentState.READY
    assert await house.everything() == before


async def test_coming_back_ends_the_wrapup(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1)
    assert (await house.agents.unpause("4001")).state is AgentState.READY
    house.clock.forward(60)
    assert (await house.acd.upkeep.sweep()).ready == ()


async def test_a_pause_during_wrapup_begins_at_once_and_outlasts_it(house: House) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1)
    await house.agents.pause("4001", "lunch")
    house.clock.forward(60)
    await house.acd.upkeep.sweep()
    assert (await house.agents.status("4001")).state is AgentState.PAUSED


@pytest.mark.parametrize("wish", ["pause", "logout"])
@pytest.mark.parametrize("end", ["ended", "hung up", "caller left", "refused", "withdrawn"])
async def test_a_pause_or_logout_asked_for_with_a_call_comes_after_it(
    house: House, wish: str, end: str
) -> None:
    offer = await house.offer()
    if end in ("ended", "hung up"):
        await house.acd.answered(offer)
    status = await (
        house.agents.pause("4001", "lunch") if wish == "pause" else house.agents.logout("4001")
    )
    assert status.state in (AgentState.RESERVED, AgentState.TALKING)
    await end_offer(house, end)
    status = await house.agents.status("4001")
    if wish == "pause":
        assert (status.state, status.reason) == (AgentState.PAUSED, "lunch")
    else:
        assert status.state is AgentState.LOGGED_OUT


async def end_offer(house: House, end: str) -> None:
    offer = await house.acd.current_offer("c-1")
    assert offer is not None
    match end:
        case "ended":
            await house.acd.ended(offer, 1)
        case "hung up" | "caller left":
            await house.acd.leave("c-1", LeaveReason.ABANDONED)
        case "refused":
            await house.acd.refused(offer, RefusalReason.NO_ANSWER)
        case "withdrawn":
            await house.acd.refused(offer, RefusalReason.EXPIRED)


async def test_coming_back_during_a_call_takes_the_pause_back(house: House) -> None:
    offer = await house.offer(queue=SUPPORT)
    await house.acd.answered(offer)
    await house.agents.pause("4001", "lunch")
    assert (await house.agents.unpause("4001")).state is AgentState.TALKING
    await house.acd.ended(offer, 1)
    assert (await house.agents.status("4001")).state is AgentState.READY


# PINs ------------------------------------------------------------------------------------------


async def test_the_right_pin_passes_and_leaves_no_count(house: House) -> None:
    with pytest.raises(WrongPin) as wrong:
        await house.agents.check_pin("4001", "1111", "2468")
    assert wrong.value.left == 2
    await house.agents.check_pin("4001", "2468", "2468")
    assert await house.everything() == {}


@pytest.mark.parametrize("given", ["", "2468 ", "24680", "２４６８", "åäö"])
async def test_a_pin_that_only_resembles_the_right_one_is_wrong(house: House, given: str) -> None:
    with pytest.raises(WrongPin):
        await house.agents.check_pin("4001", given, "2468")


async def test_an_agent_without_a_pin_is_never_let_in(house: House) -> None:
    with pytest.raises(WrongPin):
        await house.agents.check_pin("4001", "", "")


async def test_three_wrong_pins_in_a_row_lock_the_agent_for_a_while(house: House) -> None:
    for _ in range(2):
        with pytest.raises(WrongPin):
            await house.agents.check_pin("4001", "0", "2468")
    until = START_MS + 300_000
    with pytest.raises(AgentLocked) as locked:
        await house.agents.check_pin("4001", "0", "2468")
    assert locked.value.until_ms == until
    (event,) = await house.news()
    assert (event.type, event.agent, event.fields) == (
        EventType.AGENT_LOCKED,
        "4001",
        {"until": str(until)},
    )

    house.clock.forward(299.999)
    with pytest.raises(AgentLocked):
        await house.agents.check_pin("4001", "2468", "2468")
    assert await house.news() == [], "trying during the lock neither prolongs nor repeats it"
    house.clock.forward(0.001)
    await house.agents.check_pin("4001", "2468", "2468")


async def test_after_a_lock_the_count_begins_anew(house: House) -> None:
    agents = Agents(house.redis, house.org, house.clock, wrong_pins=2, lock_seconds=60)
    for error in (WrongPin, AgentLocked):
        with pytest.raises(error):
            await agents.check_pin("4001", "0", "2468")
    house.clock.forward(60)
    with pytest.raises(WrongPin):
        await agents.check_pin("4001", "0", "2468")


async def test_a_right_pin_between_wrong_ones_begins_the_count_anew(house: House) -> None:
    for _ in range(3):
        for _ in range(2):
            with pytest.raises(WrongPin):
                await house.agents.check_pin("4001", "0", "2468")
        await house.agents.check_pin("4001", "2468", "2468")


async def test_one_agents_wrong_pins_do_not_lock_another(house: House) -> None:
    for error in (WrongPin, WrongPin, AgentLocked):
        with pytest.raises(error):
            await house.agents.check_pin("4001", "0", "2468")
    await house.agents.check_pin("4002", "1357", "1357")
