"""What one decision costs, in commands that its script gives Redis: no more the more there is.

Each of these commands is one of a hash or O(log n) in a sorted set. How long that takes with
100,000 callers is a matter of ``make bench``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from acd.model.agent import Agent
from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.model.waiting import LeaveReason
from acd.skills import Requirement
from tests.integration.acd.conftest import FEES, SUPPORT, House

pytestmark = pytest.mark.integration

FEW, MANY = 4, 60
TOGETHER = replace(FEES, ring_at_once=3, backup_seconds=10)
AROUND = {"cmdstat_evalsha", "cmdstat_script|load", "cmdstat_config|resetstat"}
SWEDISH = (Requirement(0, {"language.sv": 3}), Requirement(20_000))

Commands = dict[str, int]


async def commands(house: House, step: Awaitable[Any]) -> Commands:
    """How often a step's script has given each command."""
    await house.redis.config_resetstat()
    await step
    told = await house.redis.info("commandstats")
    return {name: kept["calls"] for name, kept in told.items() if name not in AROUND}


async def crowd(house: House, size: int, *, pause: str = "") -> None:
    """So many agents, callers of each kind, and other queues in which callers wait in vain."""
    await house.redis.flushdb()
    await house.acd.upkeep.adopt([TOGETHER, SUPPORT])
    await house.acd.upkeep.renew()
    queues = (FEES.name, SUPPORT.name)
    for number in range(size):
        agent = Agent(str(number), "", queues, {"language.sv": 5}, frozenset({SUPPORT.name}))
        await house.agents.login(agent, f"p{number}")
        house.clock.forward(0.001)
        if pause:
            await house.agents.pause(agent.id, pause)
    await house.acd.join("opens-its-line", TOGETHER, require=SWEDISH)
    await house.acd.leave("opens-its-line", LeaveReason.ABANDONED)


async def callers(house: House, size: int) -> None:
    for number in range(size):
        for queue in (TOGETHER, SUPPORT, Queue(f"empty-{number}")):
            await house.acd.join(f"{queue.name}-{number}", queue, require=SWEDISH)


async def an_agent_is_ready(house: House, size: int) -> list[Commands]:
    await crowd(house, size, pause="lunch")
    await callers(house, size)
    took = [await commands(house, house.agents.unpause("1"))]
    took.append(await commands(house, house.acd.match_agent("1")))
    offer = await house.acd.current_offer(f"{FEES.name}-0")
    assert offer is not None
    return [*took, *await conversation(house, offer)]


async def a_caller_comes(house: House, size: int) -> list[Commands]:
    await crowd(house, size)
    took = [await commands(house, house.acd.join("c-1", TOGETHER, require=SWEDISH))]
    took.append(await commands(house, house.acd.match(TOGETHER)))
    offer = await house.acd.current_offer("c-1")
    assert offer is not None
    assert len(offer.views) == TOGETHER.ring_at_once
    return [*took, *await conversation(house, offer)]


async def conversation(house: House, offer: Offer) -> list[Commands]:
    begins = await commands(house, house.acd.answered(offer))
    return [begins, await commands(house, house.acd.ended(offer, 1))]


async def nobody_works(house: House, size: int) -> list[Commands]:
    await crowd(house, size, pause="lunch")
    joins = await commands(house, house.acd.join("c-1", TOGETHER, require=SWEDISH))
    return [joins, await commands(house, house.acd.nobody("c-1", at_work=True))]


@pytest.mark.parametrize("what", [an_agent_is_ready, a_caller_comes, nobody_works])
async def test_no_decision_takes_more_steps_the_more_there_is(
    house: House, what: Callable[[House, int], Awaitable[list[Commands]]]
) -> None:
    assert await what(house, MANY) == await what(house, FEW)
