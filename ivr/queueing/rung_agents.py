"""The agents whose telephones one ``Dial`` rings for a caller, and what the queue is told of each.

Where several are rung, one who declines is passed over while the others ring on; whoever picks up
has the caller, and the others are free. What Asterisk's Manager has not told, since its link was
down, is made good when ``Dial`` returns.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from acd.distributor import Distributor
from acd.errors import AcdUnavailable, StaleOffer
from acd.model.offer import Offer, RefusalReason
from ivr.queueing.answers import ANSWER
from ivr.queueing.excuses import Excuses
from ivr.queueing.joining import begin

logger = logging.getLogger(__name__)

REFUSALS: Final = {
    "NOANSWER": RefusalReason.NO_ANSWER,
    "BUSY": RefusalReason.BUSY,
    "CHANUNAVAIL": RefusalReason.UNREACHABLE,
    "CONGESTION": RefusalReason.UNREACHABLE,
}
"""What ``DIALSTATUS`` says of an agent who did not take the call."""

_EXCUSABLE: Final = frozenset({RefusalReason.BUSY, RefusalReason.NO_ANSWER})


class RungAgents:
    """The agents of one offer, from the ring to the answer.

    Attributes:
        talk_known: Whether the queue knows of the answer, or need not any more.
    """

    def __init__(
        self,
        offer: Offer,
        distributor: Distributor,
        excuses: Excuses,
        *,
        missed_offers: int,
        talks: Callable[[Offer], Awaitable[None]],
        taken_by_picking_up: bool = True,
    ) -> None:
        """Begin to ring them.

        Args:
            offer: The offer.
            distributor: Is told.
            excuses: Knows who is not to blame.
            missed_offers: Of the queue, see :meth:`Distributor.refused`.
            talks: Called when an agent has answered, perhaps more than once.
            taken_by_picking_up: Else only :meth:`picked_up` says that a call was taken.
        """
        self._offer = offer
        self._distributor = distributor
        self._excuses = excuses
        self._missed_offers = missed_offers
        self._talks = talks
        self._taken_by_picking_up = taken_by_picking_up
        self._left = {view.phone: view for view in offer.views}
        self._rang: set[str] = set()
        self._told: dict[str, str] = {}
        self._refusing = asyncio.Lock()
        self._talks_since: tuple[Offer, int] | None = None
        self._troubled = False
        self.talk_known = False

    def rings(self, phone: str) -> None:
        """See :class:`ivr.queueing.answers.Rung`."""
        self._rang.add(phone)

    async def over(self, phone: str, status: str) -> None:
        """See :class:`ivr.queueing.answers.Rung`."""
        view = self.at(phone)
        if view is None or not self._taken_by_picking_up:
            return
        if status == ANSWER:
            await self.picked_up(view)
        elif self._offer.beside and status in REFUSALS:
            self._told[phone] = status
            async with self._refusing:
                if phone in self._left and len(self._left) > 1:  # else Dial returns in a moment
                    with self._told_later():
                        await self._refuse(view, status)

    def at(self, phone: str) -> Offer | None:
        """Who is at a phone, as they have the offer: any phone where only one is rung."""
        return self._offer.at(phone) if self._offer.beside else self._offer

    @property
    def talker(self) -> Offer | None:
        """Who has picked up, as far as anybody has said."""
        return None if self._talks_since is None else self._talks_since[0]

    async def picked_up(self, view: Offer) -> None:
        """An agent is said to have picked up, now or before; again until :attr:`talk_known`.

        Args:
            view: Who.
        """
        if self._talks_since is None:
            self._talks_since = view, self._distributor.clock()
        with self._told_later():
            await self.answered(*self._talks_since)

    async def answered(self, view: Offer, at_ms: int) -> None:
        """An agent has picked up: whoever was rung beside is there for the next.

        Args:
            view: Who.
            at_ms: When, epoch.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        if await begin(self._distributor, self._offer, view, at_ms):
            await self._talks(view)
        self.talk_known = True

    async def refuse(self, status: str) -> None:
        """Nobody has answered, and nobody rings any more.

        Args:
            status: ``DIALSTATUS``.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        async with self._refusing:
            for phone, view in tuple(self._left.items()):
                await self._refuse(view, self._status_of(phone, status))

    @contextmanager
    def _told_later(self) -> Iterator[None]:
        """What Redis cannot be told now; said once."""
        try:
            yield
        except AcdUnavailable as fault:
            if not self._troubled:
                self._troubled = True
                logger.warning(
                    "what became of a ring could not be noted",
                    extra={"contact": self._offer.contact, "fault": fault.code},
                )

    def _status_of(self, phone: str, status: str) -> str:
        """What became of one phone where ``status`` is told of all together."""
        if not self._offer.beside:
            return status
        not_there = self._rang and phone not in self._rang
        return self._told.get(phone, "CHANUNAVAIL" if not_there else status)

    async def _refuse(self, view: Offer, status: str) -> None:
        reason = REFUSALS.get(status, RefusalReason.UNREACHABLE)
        with suppress(StaleOffer):
            if reason in _EXCUSABLE and await self._excused(view):
                reason = RefusalReason.EXPIRED
            await self._distributor.refused(view, reason, missed_offers=self._missed_offers)
        self._left.pop(view.phone, None)

    async def _excused(self, view: Offer) -> bool:
        """Whether another organisation has rung the phone at the same time."""
        return await self._excuses.excused(self._distributor.org, view)
