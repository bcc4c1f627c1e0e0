"""Events of recordings, appended exactly once however often the step is tried.

Whoever makes something that an event must tell of writes down, with it, where the stream stood
just before. The next attempt looks for the event behind that place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from recorder.sidecar import Sidecar
from store.events import Event, EventType
from store.following import EventReader
from store.models import Recording


class EventLog(EventReader, Protocol):
    """What the recorder needs of :class:`store.stream.EventStream`."""

    async def append(self, event: Event) -> str:
        """Put an event at the end."""


def event_of(whose: Sidecar | Recording, kind: EventType, at_ms: int, **fields: str) -> Event:
    """What happened to a recording, or to the conversation that it is of.

    Args:
        whose: Where the event's names come from.
        kind: What happened.
        at_ms: When, epoch milliseconds.
        fields: Of the event, apart from ``recording``.
    """
    return Event(
        kind,
        at=at_ms,
        org=whose.org,
        contact=whose.contact,
        queue=whose.queue or "",
        agent=whose.agent or "",
        fields={"recording": whose.base if isinstance(whose, Sidecar) else whose.id, **fields},
    )


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
