"""A queue's rides on the real Redis, and what a phone or a caller may do in one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest
from redis.asyncio import Redis

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.agent import Agent, AgentStatus
from acd.offers import OfferListener
from ivr.calls.agi_call import AgiCall
from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.load import load_organisation
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.organisation import Organisation
from ivr.queueing.ride import QueueRides
from store.events import EventType
from store.stream import BEGINNING, EventStream
from tests.integration.acd.conftest import kept_of
from tests.integration.ivr.fake_line import (
    Dial,
    FakePrompts,
    FakeRecorder,
    FakeSession,
)
from tests.integration.ivr.fake_office import an_office
from wire.agi.session import AgiSession

_DEMO = load_organisation(Path(__file__).parents[4] / "dialplans" / "demo")
DEMO = _DEMO.model_copy(
    update={
        "queues": {
            name: queue.model_copy(update={"announce_every": 0.5})
            for name, queue in _DEMO.queues.items()
        }
    }
)
ALVA = Agent("4001", "Alva", ("support",))
BIRK = Agent("4002", "Birk", ("support",))
OPERATOR = Agent("4005", "Dag", ("operator",))
SECOND_OPERATOR = Agent("4006", "Ebba", ("operator",))


@dataclass(frozen=True, slots=True)
class Bench:
    """One controller's rides, with fake channels and a fake recorder."""

    redis: Redis
    agents: Agents
    rides: QueueRides
    recorder: FakeRecorder
    succeeded: asyncio.Event

    async def ride(
        self,
        session: FakeSession,
        contact: str = "vaxel-1.1",
        max_wait: float | None = None,
        **more: Any,
    ) -> QueueOutcome:
        call = AgiCall(
            cast(AgiSession, session),
            FakePrompts(),
            contact=contact,
            caller="0700000001",
            dialled="100",
            ride=self.rides.ride,
            listen=_never,
            record=_never,
            world=lambda _: MemoryCall(Script(()), dialled="100").world,
        )
        return await call.queue(QueueRequest("support", "en", max_wait, **more))

    async def happened(self) -> list[tuple[EventType, str]]:
        events = await EventStream(self.redis, "demo").read(BEGINNING)
        return [
            (event.type, event.fields.get("reason", ""))
            for event in events
            if event.type.startswith("call.")
        ]

    async def agent(self, agent: Agent) -> AgentStatus:
        return await self.agents.status(agent.id)

    async def traces(self, contact: str = "vaxel-1.1") -> list[str]:
        """Every key but the stream that speaks of the contact, but for agents' last ones."""
        return [key async for key in self._keys() if kept_of(contact, await self._content(key))]

    async def _keys(self) -> AsyncIterator[str]:
        async for key in self.redis.scan_iter("vaxel:*"):
            yield str(key)

    async def _content(self, key: str) -> object:
        kind = await self.redis.type(key)
        if kind == "hash":
            return await self.redis.hgetall(key)
        if kind == "zset":
            return await self.redis.zrange(key, 0, -1)
        return await (self.redis.smembers(key) if kind == "set" else self.redis.get(key))


async def _never(*_: object) -> NoReturn:
    raise AssertionError("nothing of this kind happens in a queue")


async def answer(session: FakeSession) -> str:
    session.answered_at = str(system_clock())
    return "ANSWER"


def decline(status: str) -> Dial:
    async def dial(_session: FakeSession) -> str:
        return status

    return dial


async def caller_gives_up(session: FakeSession) -> str:
    session.hang_up_now()
    return "CANCEL"


async def caller_ends_the_talk(session: FakeSession) -> str:
    session.answered_at = str(system_clock())
    session.hang_up_now()
    return "ANSWER"


@asynccontextmanager
async def opened(redis: Redis, organisation: Organisation = DEMO) -> AsyncIterator[Bench]:
    offers = OfferListener(redis, "test-1")
    recorder = FakeRecorder()
    succeeded = asyncio.Event()
    office = an_office(
        redis, organisation, offers, "test-1", recorder=recorder, succeeded=succeeded
    )
    listening = asyncio.create_task(offers.run())
    await offers.subscribed.wait()
    await office.distributor.upkeep.renew()
    yield Bench(redis, office.agents, office.rides, recorder, succeeded)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture
async def bench(redis: Redis) -> AsyncIterator[Bench]:
    async with opened(redis) as made:
        yield made
