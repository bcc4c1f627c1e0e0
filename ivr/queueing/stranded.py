"""Contacts of which Redis could not be told how they went on; it is told when it is back.

A caller may hang up, or a conversation end, while Redis is away, or out of this machine's reach.
Without this the queue would keep whoever is gone, an agent would be rung for them or talk to them
for ever, and the contact's record would have no end: the controller lives, so that nobody takes its
contacts for lost. A caller who is still there comes back by the dialplan, which asks for a
controller for some time; only then the call has gone elsewhere, and no agent must be rung for it.

What was told and only not confirmed is not told again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from typing import Final

from acd.distributor import Distributor
from acd.errors import AcdError
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from ivr.queueing.joining import begin, end, leave
from store.events import Event
from store.stream import EventStream, StreamUnavailable

CALLERS_PATIENCE_MS: Final = 11_000
"""The dialplan asks for a controller for eight seconds, and somewhat longer on a busy machine."""

CALLED_BACK_PATIENCE_MS: Final = 30_000
"""For whoever was called back it asks for twenty-five."""

RETRY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that is over.

    Attributes:
        offer: Which.
        answered_ms: When it began, epoch.
        talked_ms: Its length.
    """

    offer: Offer
    answered_ms: int
    talked_ms: int


@dataclass(frozen=True, slots=True)
class _Left:
    """One contact.

    Attributes:
        due_ms: Epoch; nothing is told before.
        talk: Its conversation, if that was the last of it.
        ended: What is to be told of its end beside that.
    """

    due_ms: int
    talk: Talk | None = None
    ended: Event | None = None


class Stranded:
    """Those of one organisation that one controller had in hand."""

    def __init__(
        self, distributor: Distributor, stream: EventStream, clock: Callable[[], int]
    ) -> None:
        self._distributor = distributor
        self._stream = stream
        self._clock = clock
        self._left: dict[str, _Left] = {}

    @property
    def contacts(self) -> Set[str]:
        """Of whom there is something to tell; nobody else tells of their end."""
        return self._left.keys()

    def talked(self, talk: Talk) -> None:
        """A conversation is over, as exactly as this controller saw it."""
        self._left[talk.offer.contact] = _Left(self._clock(), talk)

    def add(self, contact: str, ended: Event | None = None, *, returns_ms: int = 0) -> None:
        """A call is over here.

        Args:
            contact: Whose call.
            ended: What is to be told of its end, unless it comes back.
            returns_ms: Within which time the dialplan may bring it back; 0: never.
        """
        known = self._left.get(contact, _Left(0))
        self._left[contact] = replace(known, due_ms=self._clock() + returns_ms, ended=ended)

    def is_back(self, contact: str) -> None:
        """The call goes on; harmless for any other."""
        self._left.pop(contact, None)

    async def tidy(self) -> None:
        """Tell what is due as soon as Redis can be told; until cancelled."""
        while True:
            await asyncio.sleep(RETRY_S)
            try:
                await self._tell()
            except (AcdError, StreamUnavailable):
                continue  # still away; the sweeper says so

    async def _tell(self) -> None:
        for contact, left in list(self._left.items()):
            if self._clock() < left.due_ms:
                continue
            if (talk := left.talk) is not None:
                await begin(self._distributor, talk.offer, talk.offer, talk.answered_ms)
                await end(self._distributor, talk.offer, talk.talked_ms)
            await leave(self._distributor, contact, LeaveReason.FAILED)
            if self._left.get(contact) is left:  # it has not come back at this very moment
                if left.ended is not None and not await self._stream.holds(left.ended):
                    await self._stream.append(left.ended)
                self._left.pop(contact, None)
