"""A number of the demo organisation whose agents hand callers over, and the queues for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ivr.softphone import Line
from media.tones import tone
from store.events import Event, EventType
from tests.e2e.rig.listening import wait_until_hears_tone

NUMBER = "241"
COLLEAGUE = "4002"
FRONT, BACK = "front", "back"
"""The queue that callers come to, and the one that they are handed over to."""

BACK_KEY = "12"
AFTERWARDS = "Tack för samtalet."

ENTER = (
    "Ange agentens nummer, eller stjärna och köns siffra, eller noll och ett telefonnummer."
    " Avsluta med fyrkant."
)
UNKNOWN = "Det numret finns inte."
NOT_ALLOWED = "Dit får du inte koppla samtal."
GOES_ON = "Samtalet fortsätter."


def add_handover(home: Path, organisation: Any) -> None:
    """Add the queues to an organisation's document, and the call tree to its folder."""
    for name, key, recorded in ((FRONT, "11", "always"), (BACK, BACK_KEY, "never")):
        organisation["queues"][name] = {
            "ring": "3 s",
            "wrapup": "1 s",
            "transfer_key": key,
            "recording": {"when": recorded},
        }
    words = dict.fromkeys(organisation["languages"], AFTERWARDS)
    (home / "handover.yaml").write_text(
        f"""numbers: ["{NUMBER}"]
start: talk
nodes:
  talk: {{queue: {FRONT}, then: after, on_nobody: after}}
  after: {{hang_up: {words!r}}}
""",
        encoding="utf-8",
    )


def told_of(events: Iterable[Event], contact: str) -> list[Event]:
    """What the queues tell of a contact, without holds: AMI tells of those on a way of its own."""
    holds = {EventType.CALL_HELD, EventType.CALL_RESUMED}
    return [
        event
        for event in events
        if event.contact == contact and event.type.startswith("call.") and event.type not in holds
    ]


async def talk(*lines: Line) -> None:
    """Let the first speak to all others, and each of them to the first."""
    first, *others = lines
    for speaker, hears in ((first, others), *((other, (first,)) for other in others)):
        hz = 440 + 330 * lines.index(speaker)
        await speaker.play(tone(hz, 0.8))
        for one in hears:
            await wait_until_hears_tone(one, hz)
