"""A number of the demo organisation whose agents hand callers over, and the queues for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

NUMBER = "241"
SURVEYED = "244"
"""The same with a survey at the end, in place of the last words."""

COLLEAGUE = "4002"
FRONT, BACK = "front", "back"
"""The queue that callers come to, and the one that they are handed over to."""

BACK_KEY = "12"
AFTERWARDS = "Tack för samtalet."
QUESTION = "Hur nöjd är du, från ett till fem?"

ENTER = (
    "Ange agentens nummer, eller stjärna och köns siffra, eller noll och ett telefonnummer."
    " Avsluta med fyrkant."
)
UNKNOWN = "Det numret finns inte."
NOT_ALLOWED = "Dit får du inte koppla samtal."
GOES_ON = "Samtalet fortsätter."
HANDED_ON = [
    ("call.queued", FRONT, ""),
    ("call.offered", FRONT, "4001"),
    ("call.answered", FRONT, "4001"),
    ("call.transferred", FRONT, "4001"),
    ("call.ended", FRONT, "4001"),
    ("call.queued", BACK, ""),
    ("call.offered", BACK, COLLEAGUE),
    ("call.answered", BACK, COLLEAGUE),
    ("call.ended", BACK, COLLEAGUE),
]
"""What is told of a caller whom the first agent hands over to the second: type, queue, agent."""


def add_handover(home: Path, organisation: Any) -> None:
    """Add the queues to an organisation's document, and the call tree to its folder."""
    for name, key, recorded in ((FRONT, "11", "always"), (BACK, BACK_KEY, "never")):
        organisation["queues"][name] = {
            "ring": "3 s",
            "wrapup": "1 s",
            "transfer_key": key,
            "recording": {"when": recorded},
        }
    question = dict.fromkeys(organisation["languages"], QUESTION)
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
    (home / "surveyed.yaml").write_text(
        f"""numbers: ["{SURVEYED}"]
start: talk
nodes:
  talk: {{queue: {FRONT}, then: rating, on_nobody: after}}
  rating:
    survey: after-call
    questions: [{{id: helpful, ask: {question!r}}}]
    then: after
  after: {{hang_up: {words!r}}}
""",
        encoding="utf-8",
    )
