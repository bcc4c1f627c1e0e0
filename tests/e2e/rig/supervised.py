"""Queues of the demo organisation as supervisors find them, and a supervisor of few rights.

Into the private one nobody may listen, in the watched one the agent is told of it. A call that
waits there may be moved to the spare one, by whose rule it is recorded too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

PRIVATE, PRIVATE_NUMBER = "private", "220"
WATCHED, WATCHED_NUMBER = "always", "201"
"""A queue of the recording policies, thus recorded."""

SPARE, SPARE_KEY = "spare", "13"
ABSENT = "4090"
"""An agent of the watched queue who is never there."""

SUPERVISOR, LISTENER = "4900", "4901"
"""Who may everything, and who may listen and pause."""


def add_supervision(home: Path, organisation: Any) -> None:
    """Add them to an organisation's document, and the call tree to its folder."""
    organisation["supervisors"][int(LISTENER)] = {"name": "Eskil Öberg", "may": ["listen", "pause"]}
    organisation["queues"][WATCHED]["supervision"] = {"tell_agent": True}
    organisation["queues"][PRIVATE] = {
        "ring": "3 s",
        "wrapup": "0 s",
        "recording": "never",
        "supervision": "never",
    }
    watched = organisation["queues"][WATCHED]
    organisation["queues"][SPARE] = {
        "ring": "3 s",
        "wrapup": "1 s",
        "transfer_key": SPARE_KEY,
        "recording": dict(watched["recording"]),
    }
    organisation["agents"][int(ABSENT)] = {"name": "Ingen Alls", "queues": [WATCHED]}
    goodbye = {language: "Hej." for language in organisation["languages"]}
    (home / f"{PRIVATE}.yaml").write_text(
        f"""numbers: ["{PRIVATE_NUMBER}"]
start: talk
nodes:
  talk: {{queue: {PRIVATE}, then: end, on_nobody: end}}
  end: {{hang_up: {goodbye!r}}}
"""
    )
