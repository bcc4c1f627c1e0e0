"""What is kept of supervisors' acts is kept so long as their organisation says, and no longer.

The rows name people at work: who listened, and to whom. Every controller looks every hour; a row
that another one has deleted is nobody's loss.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from ivr.office import Office
from store.columns import instant
from store.database import Database
from store.errors import DatabaseAway
from store.models import SupervisorAct

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 3600.0


class Keeping:
    """Deletes supervisors' acts whose time is over."""

    def __init__(
        self, database: Database, offices: Mapping[str, Office], clock: Callable[[], int]
    ) -> None:
        """Bind.

        Args:
            database: The record.
            offices: By organisation; what their files say is asked anew each time.
            clock: Epoch milliseconds.
        """
        self._database = database
        self._offices = offices
        self._clock = clock

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Work until cancelled.

        Args:
            sleep: Waits so many seconds.
        """
        while True:
            try:
                await self.expire()
            except DatabaseAway as fault:
                logger.warning(
                    "old acts of supervisors stay for now, it is tried again",
                    extra={"fault": str(fault)},
                )
            await sleep(EVERY_SECONDS)

    async def expire(self) -> None:
        """Delete what is due now.

        Raises:
            DatabaseAway: The database does not answer; what is left is due the next time.
        """
        now = instant(self._clock())
        async with self._database.writing() as session:
            for org, office in tuple(self._offices.items()):
                keep = timedelta(days=office.organisation.audit.keep_days)
                await session.execute(
                    delete(SupervisorAct).where(
                        SupervisorAct.org == org, SupervisorAct.at < now - keep
                    )
                )
