"""A controller that serves callers in a process of its own, and kills itself in the midst of it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass

from acd.agents import Agents
from acd.distributor import Distributor
from acd.errors import ContactBusy, StaleOffer
from acd.model.handover import HandedTo, Handover
from acd.model.offer import Offer, RefusalReason
from acd.model.waiting import LeaveReason
from store.stream import connect
from tests.integration.acd.conftest import FEES, SUPPORT

ORG = "city"
IN_VAIN = 20  # a lane that has found no agent so often gives up


def die() -> None:
    """As by a fault of the machine: nothing is closed, and no reply is read any more."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Mortal:
    """What it does, step by step."""

    acd: Distributor
    agents: Agents
    steps_left: int

    def step(self) -> None:
        """Something was done; the last step of all is not survived."""
        self.steps_left -= 1
        if not self.steps_left:
            die()

    async def serve(self, contact: str) -> None:
        """One caller, until they are through or nobody comes for them."""
        number = int(contact.partition("-")[2])
        queue = (FEES, SUPPORT)[number % 2]
        try:
            await self.acd.join(contact, queue)
        except ContactBusy:
            return  # its conversation was answered just before its controller died
        self.step()
        for _ in range(IN_VAIN):
            for one in (queue, SUPPORT):  # where they may have been handed over to
                if await self.acd.match(one) is not None:
                    self.step()
            if (offer := await self.acd.current_offer(contact)) is not None:
                with suppress(StaleOffer):
                    if await self.is_through(offer, number):
                        return
            if number % 9 == 0:  # hangs up while they may be being found
                await self.acd.leave(contact, LeaveReason.ABANDONED)
                self.step()
                return

    async def is_through(self, offer: Offer, number: int) -> bool:
        """Ring, talk, perhaps hand over; ``False``: the caller waits again."""
        *others, last = offer.views
        if (int(offer.id) + number) % 7 == 0:
            for view in offer.views:
                await self.acd.refused(view, RefusalReason.NO_ANSWER)
                self.step()
                await self.agents.unpause(view.agent)
                self.step()
            return False
        if others:
            await self.acd.refused(others[0], RefusalReason.EXPIRED)
            self.step()
        await self.acd.answered(last)
        self.step()
        if (int(offer.id) + number) % 5 == 0:
            on = Handover(HandedTo.QUEUE, SUPPORT.name)
            await self.acd.transferred(offer, 1, on, SUPPORT)
            self.step()
            return False
        await self.acd.ended(offer, 1)
        self.step()
        return True


def live(url: str, name: str, now_ms: int, steps: int, contacts: list[str]) -> None:
    """Serve each contact, new or left by a dead controller, in a lane of its own.

    Time stands still. After so many steps over all lanes, or when no lane can go on at this time,
    the process is gone, whatever it has in hand.
    """
    asyncio.run(_live(url, name, now_ms, steps, contacts))


async def _live(url: str, name: str, now_ms: int, steps: int, contacts: list[str]) -> None:
    def clock() -> int:
        return now_ms

    async with connect(url) as redis:
        acd = Distributor(redis, ORG, clock, name)
        mortal = Mortal(acd, Agents(redis, ORG, clock), steps)
        await acd.upkeep.renew()
        await asyncio.gather(*(mortal.serve(contact) for contact in contacts))
        die()
