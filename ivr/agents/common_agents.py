"""Tells at once when an organisation has taken, or let go of, an agent who works for others too.

A phone says that it rings or is free; that a wrap-up is over, or an agent held for a callback or at
a telephone outside, only the organisation's events say. They are read where somebody is shared,
from now on: what was before is asked for anyway (:mod:`ivr.agents.elsewhere`), and so is what is
missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from ivr.agents.elsewhere import Elsewhere
from store.events import Event
from store.following import EventReader, Gaps, follow

GATHER_S: Final = 0.1
"""The steps of so long are looked at together."""

_ASK_S: Final = 30.0
"""An organisation that shares nobody may, after a change of its files."""

_BATCH: Final = 200


class CommonAgents:
    """Follows those of one organisation."""

    def __init__(
        self, org: str, stream: EventReader, elsewhere: Elsewhere, look: Callable[[], None]
    ) -> None:
        """Bind.

        Args:
            org: The organisation.
            stream: Its events.
            elsewhere: Knows who is shared.
            look: Asks what they do; :meth:`ivr.agents.phones.Phones.look`.
        """
        self.name = f"common agents of {org}"
        self.gaps = Gaps()
        self._org = org
        self._stream = stream
        self._elsewhere = elsewhere
        self._look = look

    async def run(self) -> None:
        """Follow until cancelled; outages are waited for."""
        while not self._elsewhere.shares(self._org):  # noqa: ASYNC110 - files change seldom
            await asyncio.sleep(_ASK_S)
        await follow(self._stream, self, batch=_BATCH, gather=GATHER_S)

    async def position(self) -> str:
        """The end of the stream: whatever has been missed is looked at together."""
        newest = await self._stream.last_id()
        self._look()
        return newest

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        """Have it looked at where any event is about an agent who is shared."""
        shared = self._elsewhere.shared()
        if any(event.agent in shared for event in events):
            self._look()
        return events[-1].id if events else after
