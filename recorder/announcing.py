"""Events of recordings, appended exactly once however often the step is tried.

Whoever makes something that an event must tell of writes down, with it, where the stream stood
just before. The next attempt looks for the event behind that place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from store.events import Event
from store.following import EventReader


class EventLog(EventReader, Protocol):
    """What the recorder needs of :class:`store.stream.EventStream`."""

    async def append(self, event: Event) -> str:
        """Put an event at the end."""


async def announce(stream: EventLog, since: str, events: Sequence[Event]) -> None:
    """Append events of recordings unless an earlier attempt has.

    Args:
        stream: The organisation's.
        since: Its last entry before the first attempt.
        events: Each with the field ``recording``, and ``leg`` where it tells of one side.

    Raises:
        StreamUnavailable: Later; it may stand there by then.
    """
    untold = {_told_of(event): event for event in events}
    while told := await stream.read(since):
        for event in told:
            untold.pop(_told_of(event), None)
        since = told[-1].id
    for event in untold.values():
        await stream.append(event)


def _told_of(event: Event) -> tuple[str, ...]:
    return event.type.value, event.fields.get("recording", ""), event.fields.get("leg", "")
