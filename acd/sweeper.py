"""Keeps an organisation's queues moving: leases, what time alone changes, and pairs left over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from acd.errors import AcdUnavailable
from acd.model.queue import Queue
from acd.upkeep import Tick, Upkeep

log = logging.getLogger(__name__)

_LEASE_PARTS = 3  # a lease is renewed when a third of it is over: two renewals may fail
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0

LiveContacts = Callable[[], Awaitable[Collection[str] | None]]
"""Asks Asterisk for the contacts whose channel exists; ``None`` when it cannot be asked now."""


class Sweeper:
    """One controller's upkeep of one organisation. Every controller runs one for each."""

    def __init__(
        self,
        upkeep: Upkeep,
        queues: Callable[[], Collection[Queue]],
        live_contacts: LiveContacts,
    ) -> None:
        """Bind to an organisation.

        Args:
            upkeep: Of its queues.
            queues: Asked at each round, since an organisation's file may be reloaded.
            live_contacts: Asked while conversations of dead controllers go on.
        """
        self._upkeep = upkeep
        self._queues = queues
        self._live_contacts = live_contacts
        self._poked = asyncio.Event()
        self._adopted: tuple[Queue, ...] | None = None

    def poke(self) -> None:
        """Do the next round now: an agent became ready or a contact joined."""
        self._poked.set()

    async def run(self) -> None:
        """Work until cancelled. Redis going away is logged once and waited out."""
        away = 0.0
        while True:
            try:
                pause = await self.round()
                if away:
                    log.info("the queues move again", extra={"org": self._upkeep.org})
                away = 0.0
            except AcdUnavailable as fault:
                self._adopted = None  # a Redis that comes back may have forgotten
                if not away:
                    log.warning(
                        "the queues stand still",
                        extra={"org": self._upkeep.org, "fault": str(fault)},
                    )
                pause = away = min(max(away * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
            await self._nap(pause)

    async def round(self) -> float:
        """Renew, sweep, make all pairs that can be made, end conversations that are over.

        Before that, what the file says anew of the queues is told to Redis.

        Returns:
            Seconds until the next round is needed.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        queues = tuple(self._queues())
        if queues != self._adopted:
            await self._upkeep.adopt(queues)
            self._adopted = queues
        while True:
            tick = await self._upkeep.tick(queues)
            self._report(tick)
            if not tick.offers:
                break
        if tick.adrift:
            await self._reconcile()
        now = self._upkeep.clock()
        pause = (tick.lease_end_ms - now) / _LEASE_PARTS
        if tick.next_due_ms:
            pause = min(pause, tick.next_due_ms - now)
        return max(pause, 0) / 1000

    async def _reconcile(self) -> None:
        live = await self._live_contacts()
        if live is None:
            return
        for contact in await self._upkeep.reconcile(live):
            log.info("a conversation ended unseen", extra={"contact": contact})
            self.poke()

    def _report(self, tick: Tick) -> None:
        for node in tick.swept.dead:
            log.warning("a node has no controller; its phones are not rung", extra={"node": node})
        for contact in tick.swept.expired:
            log.warning("an offer expired", extra={"contact": contact})
        for contact in tick.swept.adrift:
            log.warning("a contact lost its controller", extra={"contact": contact})
        for contact in tick.swept.lost:
            log.warning("no controller took the contact up", extra={"contact": contact})

    async def _nap(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._poked.wait()
        except TimeoutError:
            return
        finally:
            self._poked.clear()
