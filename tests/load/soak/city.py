"""Callers, agents and controllers on the real queues; what they do goes into a ledger of their own.

A caller joins at one of the controllers, is offered to agents, is refused, hangs up or talks; some
agents go for a moment and come back. Nothing here reads an event or a figure: the ledger holds what
was done, and is compared afterwards with what the platform counted.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from acd.agents import Agents
from acd.clock import system_clock
from acd.distributor import Distributor
from acd.errors import StaleOffer
from acd.model.agent import Agent
from acd.model.offer import Offer, RefusalReason
from acd.model.queue import Queue
from acd.model.waiting import LeaveReason
from acd.offers import OfferListener
from acd.sweeper import Sweeper
from store.events import Event, EventType
from store.stream import EventStream, connect

ORG = "city"
TREE = "soak"
SERVED = 25
"""Queues of one agent."""


@dataclass(slots=True)
class Ledger:
    """What was done, by queue; ``ended`` by how the contact ended."""

    joined: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    abandoned: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    talked_ms: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """One controller, as far as the queues are concerned."""

    acd: Distributor
    agents: Agents
    stream: EventStream
    offers: OfferListener


class City:
    """Everybody; see the module.

    Args:
        desks: The controllers.
        queues: So many queues; every second one has wrap-up time.
        crew: So many agents.
        seed: Of all chance.
    """

    def __init__(self, desks: list[Desk], queues: int, crew: int, seed: int) -> None:
        self.ledger = Ledger()
        self.queues = [
            Queue(f"queue-{number}", ring_seconds=60, wrapup_seconds=number % 2)
            for number in range(queues)
        ]
        self._desks = desks
        self._crew = [str(number) for number in range(crew)]
        self._chance = random.Random(seed)
        self._number = 0

    async def log_in(self) -> None:
        """Seat all agents; each queue is served by some."""
        names = [queue.name for queue in self.queues]
        for number, agent in enumerate(self._crew):
            first = number * SERVED
            own = tuple(names[(first + n) % len(names)] for n in range(min(SERVED, len(names))))
            await self._desks[0].agents.login(Agent(agent, "Somebody", own), f"phone-{agent}")

    async def live(self, calls: int, seconds: float) -> None:
        """Keep so many calls in the house for so long; all have ended on return."""
        until = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as group:
            upkeep = [
                group.create_task(Sweeper(desk.acd.upkeep, lambda: self.queues, _nobody).run())
                for desk in self._desks
            ]
            upkeep.append(group.create_task(self._take_breaks()))
            async with asyncio.TaskGroup() as callers:
                for _ in range(calls):
                    callers.create_task(self._call_until(until))
            for task in upkeep:
                task.cancel()

    async def _call_until(self, until: float) -> None:
        loop, ledger = asyncio.get_running_loop(), self.ledger
        while loop.time() < until:
            self._number += 1
            ledger.at_once += 1
            ledger.most_at_once = max(ledger.most_at_once, ledger.at_once)
            await self._call(f"soak-{self._number}")
            ledger.at_once -= 1

    async def _call(self, contact: str) -> None:
        desk, queue = self._chance.choice(self._desks), self._chance.choice(self.queues)
        told = {"caller": "+46701740605", "dialled": "100", "tree": TREE, "version": "1"}
        await self._tell(desk, EventType.CONTACT_STARTED, contact, told)
        await desk.acd.join(contact, queue)
        self.ledger.joined[queue.name] += 1
        await desk.acd.match(queue)
        patience = self._chance.expovariate(1 / 5) if self._chance.random() < 0.2 else 300
        reason = "tree" if await self._serve(desk, contact, queue, patience) else "caller"
        self.ledger.ended[reason] += 1
        await self._tell(desk, EventType.CONTACT_ENDED, contact, {"reason": reason, "tree": TREE})

    async def _serve(self, desk: Desk, contact: str, queue: Queue, patience: float) -> bool:
        """Whether somebody talked to the caller; else they hung up."""
        while True:
            offer = await desk.offers.next_offer(desk.acd, contact, timeout_s=patience)
            await asyncio.sleep(self._chance.uniform(0.01, 0.1))
            what = self._chance.random()
            if offer is None or what < 0.03:
                await self._hang_up(desk, contact, queue)
                return False
            try:
                if what < 0.08:
                    await self._refuse(desk, offer, queue)
                    continue
                await desk.acd.answered(offer)
            except StaleOffer as stale:
                self.ledger.faults.append(f"{contact}: {stale}")
                continue
            self.ledger.answered[queue.name] += 1
            await self._talk(desk, offer, queue)
            return True

    async def _hang_up(self, desk: Desk, contact: str, queue: Queue) -> None:
        freed = await desk.acd.leave(contact, LeaveReason.ABANDONED)
        if freed is None:
            self.ledger.faults.append(f"{contact} hung up and was not there")
            return
        self.ledger.abandoned[queue.name] += 1
        for agent in freed:
            await desk.acd.match_agent(agent)

    async def _refuse(self, desk: Desk, offer: Offer, queue: Queue) -> None:
        await desk.acd.refused(offer, RefusalReason.NO_ANSWER)
        self.ledger.refused[queue.name] += 1
        await desk.agents.unpause(offer.agent)
        await desk.acd.match_agent(offer.agent)
        await desk.acd.match(queue)

    async def _talk(self, desk: Desk, offer: Offer, queue: Queue) -> None:
        talked = self._chance.uniform(0.1, 1.5)
        await asyncio.sleep(talked)
        try:
            await desk.acd.ended(offer, round(talked * 1000))
        except StaleOffer as stale:
            self.ledger.faults.append(f"{offer.contact}: {stale}")
            return
        self.ledger.talked_ms[queue.name] += round(talked * 1000)
        await desk.acd.match_agent(offer.agent)

    async def _take_breaks(self) -> None:
        """Every moment an agent asks for a pause, and is back after it."""
        while True:
            agent, desk = self._chance.choice(self._crew), self._chance.choice(self._desks)
            await desk.agents.pause(agent, "lunch")
            await asyncio.sleep(0.2)
            await desk.agents.unpause(agent)
            await desk.acd.match_agent(agent)

    async def _tell(self, desk: Desk, kind: EventType, contact: str, told: dict[str, str]) -> None:
        await desk.stream.append(Event(kind, system_clock(), ORG, contact, fields=told))


@asynccontextmanager
async def desks(url: str, count: int) -> AsyncIterator[list[Desk]]:
    """So many controllers, each with connections of its own, that hear of their offers."""
    async with AsyncExitStack() as stack:
        open_ones: list[Desk] = []
        listening: list[asyncio.Task[None]] = []
        for number in range(count):
            redis = await stack.enter_async_context(connect(url))
            name = f"controller-{number}"
            offers = OfferListener(redis, name)
            listening.append(asyncio.create_task(offers.run()))
            await offers.subscribed.wait()
            open_ones.append(
                Desk(
                    Distributor(redis, ORG, system_clock, name),
                    Agents(redis, ORG, system_clock),
                    EventStream(redis, ORG),
                    offers,
                )
            )
        try:
            yield open_ones
        finally:
            for task in listening:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*listening)


async def _nobody() -> Collection[str] | None:
    return None
