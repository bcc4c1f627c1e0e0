"""Where everybody is in their calls, by the platform's own events.

A person hears where they are; the demo's people read it in the events from which all figures are
made, and so never press a key into the void.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from store.events import Event, EventType
from store.following import EventReader, Gaps, follow


class Story:
    """What happens to one person, in order."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._news = asyncio.Event()

    def add(self, event: Event) -> None:
        """Note what has happened."""
        self._events.append(event)
        self._news.set()

    def forget(self) -> None:
        """Pass over all that has happened."""
        self._events.clear()

    async def comes(self, wanted: Callable[[Event], bool], seconds: float) -> bool:
        """Wait until something wanted is next; what is not wanted is passed over."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    while self._events:
                        if wanted(self._events[0]):
                            return True
                        self._events.popleft()
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False

    async def next(self, wanted: Callable[[Event], bool], seconds: float) -> Event | None:
        """Wait for something wanted and take it; ``None`` when it does not come in time."""
        return self._events.popleft() if await self.comes(wanted, seconds) else None


class Stage:
    """The events of the organisation, told to whom they concern.

    Args:
        stream: The organisation's events.
        tell: Told every event.
    """

    name = "demo"

    def __init__(self, stream: EventReader, tell: Callable[[Event], None]) -> None:
        self.gaps = Gaps()
        self._stream = stream
        self._tell = tell
        self._position = ""
        self._callers: dict[str, Story] = {}
        self._contacts: dict[str, Story] = {}
        self._agents: dict[str, Story] = {}

    async def run(self) -> None:
        """Follow the events until cancelled."""
        await follow(self._stream, self)

    @contextmanager
    def caller(self, number: str) -> Iterator[Story]:
        """The story of the next call from ``number``."""
        story = self._callers[number] = Story()
        try:
            yield story
        finally:
            self._callers.pop(number, None)
            self._contacts = {
                contact: known for contact, known in self._contacts.items() if known is not story
            }

    def agent(self, agent: str) -> Story:
        """The story of an agent."""
        return self._agents.setdefault(agent, Story())

    async def position(self) -> str:
        """See :class:`store.following.Consumer`; the past is of no concern.

        Raises:
            StreamUnavailable: Redis cannot be used.
        """
        self._position = self._position or await self._stream.last_id()
        return self._position

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        """See :class:`store.following.Consumer`."""
        for event in events:
            if event.type is EventType.CONTACT_STARTED:
                story = self._callers.get(event.fields.get("caller", ""))
                if story is not None:
                    self._contacts[event.contact] = story
            for known in (self._contacts.get(event.contact), self._agents.get(event.agent)):
                if known is not None:
                    known.add(event)
            self._tell(event)
        self._position = events[-1].id if events else after
        return self._position
