"""People who are to be called back in a queue that was taken away: nobody will ever call them.

While its agents of before are logged in, such a callback has its tries and is given up. Else it
would stand for ever, and keep its person from asking anew: after a day it is given up too. A day,
since a queue may be missing by mistake.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from acd.errors import AcdUnavailable, CallbackUnknown
from acd.model.callback import Callback
from ivr.office import Office

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 3600.0
_DAY_MS: Final = 86_400_000


class StrayCallbacks:
    """Those of all organisations; every controller looks every hour."""

    def __init__(self, offices: Mapping[str, Office], clock: Callable[[], int]) -> None:
        """Bind.

        Args:
            offices: By organisation; what their files say is asked anew each time.
            clock: Epoch milliseconds.
        """
        self._offices = offices
        self._clock = clock

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Work until cancelled.

        Args:
            sleep: Waits so many seconds.
        """
        while True:
            for office in tuple(self._offices.values()):
                try:
                    await self._give_up(office)
                except AcdUnavailable as fault:
                    logger.warning("stray callbacks stay for now", extra={"code": fault.code})
            await sleep(EVERY_SECONDS)

    async def _give_up(self, office: Office) -> None:
        for callback in await office.callbacks.open():
            if callback.queue in office.organisation.queues or not self._is_old(callback):
                continue
            try:
                await office.callbacks.give_up(callback.contact)
            except CallbackUnknown:
                continue  # another controller was quicker
            logger.warning(
                "nobody is called back any more for a queue that was taken away",
                extra={"contact": callback.contact, "queue": callback.queue},
            )

    def _is_old(self, callback: Callback) -> bool:
        return max(callback.arrived_ms, callback.due_ms) + _DAY_MS <= self._clock()
