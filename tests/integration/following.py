"""A consumer of events that is as far as they are."""

from __future__ import annotations

from store.following import Consumer, EventReader


async def caught_up(stream: EventReader, consumer: Consumer, batch: int = 500) -> str:
    """Let the consumer take in all that there is, so many events at a time; its position."""
    position = await consumer.position()
    while events := await stream.read(position, batch):
        position = await consumer.take_in(position, events)
    return position
