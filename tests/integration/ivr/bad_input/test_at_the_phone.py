"""What agents do wrong at the phone: each slip is told, and changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

from acd.model.agent import Agent, AgentState
from tests.integration.ivr.bad_input.untouched import everything
from tests.integration.ivr.desk_floor import Floor, a_floor

pytestmark = pytest.mark.integration

PIN, LOCKED_AFTER = "2468", 3
WRONG = ["enter_agent", "enter_pin", "wrong_pin"]
Setup = Callable[[Floor], Awaitable[object]]


async def nobody(_floor: Floor) -> None:
    """Nobody is logged in."""


async def here(floor: Floor) -> None:
    """Agent 4001 is logged in at this phone."""
    await floor.office.agents.login(Agent("4001", "", ("support", "cases")), "agent1")


async def rung_elsewhere(floor: Floor) -> None:
    """Agent 4001 is being rung at another phone."""
    distributor, queue = floor.office.distributor, floor.queue("support")
    await floor.office.agents.login(Agent("4001", "", ("support",)), "agent2")
    await distributor.join("c-1", queue)
    await distributor.match(queue)


async def colleague_talks_here(floor: Floor) -> None:
    """Another agent talks at this phone."""
    distributor, queue = floor.office.distributor, floor.queue("support")
    await floor.office.agents.login(Agent("4002", "", ("support",)), "agent1")
    await distributor.join("c-1", queue)
    offer = await distributor.match(queue)
    assert offer is not None
    await distributor.answered(offer)


async def owes(floor: Floor) -> None:
    """Agent 4001 owes a result."""
    await floor.talk("cases")
    await floor.hang_up()


PHONE: dict[str, tuple[Setup, str, str, list[str]]] = {
    "an unknown agent": (nobody, "*11", "4999#2468#", WRONG * 3),
    "no agent at all": (nobody, "*11", "", WRONG * 3),
    "an agent's number that is none": (nobody, "*11", "*****#**#", WRONG * 3),
    "a log-in while rung at another phone": (
        rung_elsewhere,
        "*11",
        "4001#2468#",
        ["enter_agent", "enter_pin", "busy"],
    ),
    "a log-in where somebody talks": (
        colleague_talks_here,
        "*11",
        "4001#2468#",
        ["enter_agent", "enter_pin", "busy"],
    ),
    "a log-out of nobody": (nobody, "*12", "", ["not_logged_in"]),
    "a pause of nobody": (nobody, "*13", "1", ["not_logged_in"]),
    "an unknown pause": (here, "*13", "987", ["enter_reason", "unknown_reason"] * 3),
    "no pause chosen": (here, "*13", "", ["enter_reason", "unknown_reason"] * 3),
    "ready without the result that is owed": (owes, "*14", "", ["result_owed"]),
    "more wrap-up of nobody": (nobody, "*15", "", ["not_logged_in"]),
    "more wrap-up without any": (here, "*15", "", ["no_wrapup"]),
    "a result of nobody": (nobody, "*16", "1#", ["not_logged_in"]),
    "a result without a contact": (here, "*16", "1#", ["no_contact"]),
    "a result that the queue does not have": (
        owes,
        "*16",
        "1#9#333",
        ["enter_result", "result_choice", "unknown_result"] * 3,
    ),
}


@pytest.fixture
def floor(redis: Redis, tmp_path: Path) -> Floor:
    return a_floor(redis, tmp_path)


@pytest.mark.parametrize("slip", PHONE)
async def test_a_slip_at_the_phone_is_spoken_and_changes_nothing(floor: Floor, slip: str) -> None:
    prepare, code, keys, heard = PHONE[slip]
    await prepare(floor)
    before = await everything(floor.redis)
    assert await floor.dial(code, keys) == heard
    assert await everything(floor.redis) == before


async def test_a_wrong_pin_is_counted_and_nothing_else_until_it_locks(floor: Floor) -> None:
    await here(floor)
    before = await everything(floor.redis, but=(":pins",))
    assert await floor.dial("*11", "4001#1111#4001#2222#") == WRONG * 2 + WRONG
    assert await everything(floor.redis, but=(":pins",)) == before
    heard = await floor.dial("*11", "4001#3333#")
    assert heard == ["enter_agent", "enter_pin", "locked"]
    assert await floor.dial("*11", f"4001#{PIN}#") == heard, "the right one does not help now"
    assert (await floor.agent()).state is AgentState.READY, "who is at work goes on"


async def test_who_logs_in_twice_is_there_once(floor: Floor) -> None:
    for phone in ("agent1", "agent1", "agent2"):
        await floor.dial("*11", f"4001#{PIN}#", phone=phone)
    status = await floor.agent()
    assert (status.state, status.phone) == (AgentState.READY, "agent2")
    assert await floor.office.agents.at_phone("agent1") is None
    assert await floor.dial("*14") == ["not_logged_in"]
