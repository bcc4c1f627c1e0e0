"""A number of the demo organisation that leads straight to a queue that calls people back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acd.model.callback import CallbackRules
from acd.model.queue import Queue

NUMBER = "210"
QUEUE = Queue("callback", ring_seconds=5, wrapup_seconds=1)
RULES = CallbackRules(tries=2, every_ms=1000, ring_ms=8000, greeting_ms=20_000)
"""Of callbacks that the tests ask for by themselves."""

OFFER = "Vill du hellre bli uppringd, tryck 1. Du behåller din plats i kön."
WE_CALL = "Vi ringer dig på"
RIGHT = "Stämmer numret, tryck 1. För ett annat nummer, tryck 2."
ENTER = "Ange numret som vi ska ringa och avsluta med fyrkant."
FOREIGN = "Till det landet kan vi tyvärr inte ringa."
SOON = "Tryck 1, så ringer vi när det är din tur."
PROMISED = "Tack. Vi ringer dig när det är din tur. Hej då."
FREE = "En handläggare är ledig nu."
TAKE_OVER = (
    "Vi ska ringa upp ditt nummer. Är det du som har bett om det, tryck 1, "
    "så får du den platsen i kön."
)
GREETING = "Hej, det är Exempelstad. Du har bett oss att ringa upp."
PRESS = "Tryck 1, så kopplar vi dig till en handläggare."


def add_callbacks(home: Path, organisation: Any) -> None:
    """Add the queue to an organisation's document, and its call tree to its folder."""
    organisation["queues"][QUEUE.name] = {
        "ring": f"{QUEUE.ring_seconds} s",
        "wrapup": f"{QUEUE.wrapup_seconds} s",
        "announce_every": "6 s",
        "callback": {"after": "1 s", "ring": "8 s", "hours": "reception", "slots": 2},
    }
    goodbye = {language: "Hej." for language in organisation["languages"]}
    (home / "callback.yaml").write_text(
        f"""numbers: ["{NUMBER}"]
start: talk
nodes:
  talk: {{queue: {QUEUE.name}, then: end, on_nobody: end}}
  end: {{hang_up: {goodbye!r}}}
"""
    )
