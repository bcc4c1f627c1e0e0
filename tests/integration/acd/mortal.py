"""A controller in a process of its own that calls people back, to be killed.

    python -m tests.integration.acd.mortal URL NAME NOW_MS STEP

Its time stands still. It works until it has come to STEP with a callback, says so and does nothing
more. A number as STEP: it kills itself after so many steps, whatever it has in hand then, or when
there is nothing to do at this time.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from typing import NoReturn

from acd.callbacks import Callbacks
from acd.distributor import Distributor
from acd.errors import StaleOffer
from acd.model.callback import MissReason
from acd.model.offer import Offer
from acd.offers import OfferListener
from store.stream import connect
from tests.integration.acd.conftest import NUMBER, RULES, SUPPORT

ORG = "city"


@dataclass(slots=True)
class Mortal:
    """What it does, step by step."""

    distributor: Distributor
    callbacks: Callbacks
    step: str
    taken: int = 0
    in_hand: int = 0

    async def live(self, listener: OfferListener) -> NoReturn:
        """Until killed."""
        await self.distributor.upkeep.renew()
        if self.step in ("scheduled", "waiting"):
            await self._keep_a_place()
        async with asyncio.TaskGroup() as group:
            group.create_task(listener.run())
            await listener.subscribed.wait()
            group.create_task(self._match())
            async for offer in listener.callback_offers(self.distributor):
                group.create_task(self._call_back(offer))
        raise AssertionError("nothing of that ends")

    async def _keep_a_place(self) -> None:
        await self.distributor.join("c-1", SUPPORT)
        due = None if self.step == "waiting" else self.distributor.clock() + 60_000
        await self.callbacks.keep_place(
            "c-1", NUMBER, language="sv", answers={}, rules=RULES, due_ms=due
        )
        await self._come_to(self.step)

    async def _match(self) -> None:
        while True:
            tick = await self.distributor.upkeep.tick([SUPPORT])
            self.in_hand += len(tick.offers)
            if not self.in_hand and self.step.isdecimal():
                os.kill(os.getpid(), signal.SIGKILL)

    async def _call_back(self, offer: Offer) -> None:
        try:
            await self._come_to("reserved")
            attempt = await self.callbacks.dialled(offer)
            await self._come_to("dialling")
            if (int(offer.id) + attempt) % 3 == 0:
                await self.callbacks.missed(offer, MissReason.NO_ANSWER)
                return
            await self.callbacks.reached(offer)
            await self._come_to("reached")
            await self.distributor.answered(offer)
            await self._come_to("talking")
            await self.distributor.ended(offer, 1_000)
        except StaleOffer:
            return
        finally:
            self.in_hand -= 1

    async def _come_to(self, step: str) -> None:
        self.taken += 1
        if self.step == str(self.taken):
            os.kill(os.getpid(), signal.SIGKILL)
        if step == self.step:
            print(step, flush=True)
            await asyncio.Event().wait()


async def _main(url: str, name: str, now_ms: int, step: str) -> None:
    def clock() -> int:
        return now_ms

    async with connect(url) as redis:
        distributor = Distributor(redis, ORG, clock, name)
        mortal = Mortal(distributor, Callbacks(redis, ORG, clock), step)
        await mortal.live(OfferListener(redis, name))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
