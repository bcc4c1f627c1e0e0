"""Whether a waiting caller may stay: the longest wait, nobody left to serve them, closing time."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.organisation import Organisation
from ivr.services import Services

LOOK_EVERY_MS: Final = 5_000
"""A look at Redis is one short script for each caller who leaves when nobody is there."""


class Staying:
    """One caller's stay in a queue. Nobody is asked while an agent is being rung for them."""

    def __init__(
        self,
        contact: str,
        request: QueueRequest,
        organisation: Organisation,
        services: Services,
        *,
        queue: str,
    ) -> None:
        """Begin to wait.

        Args:
            contact: The caller's contact.
            request: For how long they wait.
            organisation: Whose queue it is.
            services: What serves it.
            queue: Where they wait: another than they came to, where an agent has handed them over.
        """
        self._contact = contact
        self._organisation = organisation
        self._services = services
        self._queue = rules = organisation.queues[queue]
        closes = rules.at_closing == "leave"
        self._hours = organisation.hours.get(rules.hours or "") if closes else None
        limit = request.leave_when_empty
        self._limit_ms = math.inf if limit is None else limit * 1000
        now = services.clock()
        self._ends_ms = math.inf if request.max_wait is None else now + request.max_wait * 1000
        self._empty_since = math.inf
        looks = self._hours is not None or limit is not None
        self._look_ms = now + min(LOOK_EVERY_MS, self._limit_ms) if looks else math.inf

    @property
    def due_ms(self) -> float:
        """When to ask next, epoch milliseconds; ``inf`` for never."""
        return min(self._ends_ms, self._look_ms)

    async def nobody(self) -> bool:
        """Whether there is nobody now who could ever serve the caller.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        at_work = self._queue.empty == "not_working"
        return await self._services.distributor.nobody(self._contact, at_work=at_work)

    async def over(self) -> QueueOutcome | None:
        """How the wait ends now, ``None`` when it goes on.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        now = self._services.clock()
        if now >= self._ends_ms:
            return QueueOutcome.TIMED_OUT
        if now < self._look_ms:
            return None
        self._look_ms = now + LOOK_EVERY_MS
        if self._hours is not None:
            moment = datetime.fromtimestamp(now / 1000, UTC)
            if not self._hours.open_at(moment, self._organisation.time_zone):
                return QueueOutcome.CLOSED
        if self._limit_ms < math.inf:
            self._empty_since = min(self._empty_since, now) if await self.nobody() else math.inf
            if now - self._empty_since >= self._limit_ms:
                return QueueOutcome.NOBODY
            self._look_ms = min(self._look_ms, self._empty_since + self._limit_ms)
        return None
