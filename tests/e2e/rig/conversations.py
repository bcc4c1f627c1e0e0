"""Callers and agents who talk: everybody is heard by everybody else."""

from __future__ import annotations

from collections.abc import Iterable

from ivr.softphone import Line
from media.tones import tone
from store.events import Event, EventType
from tests.e2e.rig.handover import NUMBER
from tests.e2e.rig.listening import wait_until_hears_tone
from tests.e2e.rig.phones import AgentHandset, Handset


async def conversation(
    caller: Handset, agent: AgentHandset, number: str = NUMBER
) -> tuple[Line, Line]:
    """The lines of a caller and of the agent who talks to them."""
    line = await caller.call(number)
    theirs = await agent.pick_up()
    await talk(line, theirs)
    return line, theirs


async def talk(*lines: Line) -> None:
    """Let the first speak to all others, and each of them to the first."""
    first, *others = lines
    for speaker, hears in ((first, others), *((other, (first,)) for other in others)):
        hz = 440 + 330 * lines.index(speaker)
        await speaker.play(tone(hz, 0.8))
        for one in hears:
            await wait_until_hears_tone(one, hz)


def told_of(events: Iterable[Event], contact: str) -> list[Event]:
    """What the queues tell of a contact, without holds: AMI tells of those on a way of its own."""
    holds = {EventType.CALL_HELD, EventType.CALL_RESUMED}
    return [
        event
        for event in events
        if event.contact == contact and event.type.startswith("call.") and event.type not in holds
    ]
