"""Contacts of which Redis could not be told how they went on; it is told when it is back.

A caller may hang up, or a conversation end, while Redis is away. Without this the queue would keep
whoever is gone, an agent would be rung for them, and the contact's record would have no end. A
caller who is still there comes back by the dialplan, which asks for a controller for some seconds;
only then the call has gone to Asterisk's own queue, and no agent must be rung for it here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from acd.errors import AcdError
from acd.model import LeaveReason
from ivr.joining import leave
from ivr.office import Office
from store.events import Event
from store.stream import StreamUnavailable

PATIENCE_MS: Final = 11_000
"""The dialplan asks for a controller for eight seconds, and somewhat longer on a busy machine."""

RETRY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Left:
    """One contact.

    Attributes:
        office: Of its organisation.
        ended: What is to be told of its end.
        due_ms: Epoch; not before.
    """

    office: Office
    ended: Event
    due_ms: int


class Stranded:
    """Those of one controller."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._left: dict[str, _Left] = {}

    def add(self, office: Office, ended: Event, *, returns: bool) -> None:
        """A call is over here.

        Args:
            office: Whose call.
            ended: What is to be told unless it comes back.
            returns: Whether the dialplan may bring it back.
        """
        due = self._clock() + (PATIENCE_MS if returns else 0)
        self._left[ended.contact] = _Left(office, ended, due)

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
            await leave(left.office.distributor, contact, LeaveReason.FAILED)
            if self._left.get(contact) is left:  # it has not come back at this very moment
                await left.office.stream.append(left.ended)
                del self._left[contact]
