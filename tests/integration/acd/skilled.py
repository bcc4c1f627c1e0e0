"""Agents with skills, and contacts that require some."""

from __future__ import annotations

from acd.model.agent import Agent
from acd.model.queue import Queue
from acd.skills import Requirement
from tests.integration.acd.conftest import FEES, House

SWEDISH = (Requirement(0, {"sv": 5}),)
SOFTENING = (Requirement(0, {"sv": 9}), Requirement(20_000, {"sv": 5}), Requirement(60_000))
LINES_LIMIT = 100


async def log_in(
    house: House, agent: str, queues: tuple[Queue, ...] = (FEES,), /, **skills: int
) -> None:
    person = Agent(agent, "Somebody", tuple(queue.name for queue in queues), skills)
    await house.agents.login(person, f"phone{agent}")


async def match(house: House, queue: Queue = FEES) -> tuple[str, str] | None:
    offer = await house.acd.match(queue)
    return None if offer is None else (offer.contact, offer.agent)


async def index(house: House, name: str) -> list[str]:
    return [str(member) for member in await house.redis.zrange(f"vaxel:{{city}}:{name}", 0, -1)]
