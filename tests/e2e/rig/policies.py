"""Numbers of the demo organisation that lead straight to what recordings are made of.

A queue of each recording policy, and a mailbox for messages in English.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

AFTER_DIGITS_S = 4.0
"""Time for two people to say something between two digits, also on a slow machine."""

NUMBERS = {"always": "201", "never": "202", "consent": "203", "on_demand": "204"}
"""By policy, which is also the queue's name."""

MAILBOX, MAILBOX_NUMBER = "english", "205"
"""Key 3 chooses English, then comes the beep."""


def add_policies(home: Path, organisation: Any) -> None:
    """Add the queues to an organisation's document, and the call trees to its folder."""
    goodbye = {language: "Hej." for language in organisation["languages"]}
    (home / f"{MAILBOX}.yaml").write_text(
        f"""numbers: ["{MAILBOX_NUMBER}"]
start: choose
nodes:
  choose: {{language: {goodbye!r}, choices: {{3: en}}, then: message}}
  message: {{voicemail: {MAILBOX}, greeting: {goodbye!r}, then: end}}
  end: {{hang_up: {goodbye!r}}}
"""
    )
    for policy, number in NUMBERS.items():
        organisation["queues"][policy] = {
            "ring": "3 s",
            "wrapup": "0 s",
            "recording": {"when": policy, "after_digits": f"{AFTER_DIGITS_S:g} s"},
        }
        (home / f"{policy}.yaml").write_text(
            f"""numbers: ["{number}"]
start: talk
nodes:
  talk: {{queue: {policy}, then: again, on_nobody: end}}
  again: {{queue: {policy}, then: end, on_nobody: end}}
  end: {{hang_up: {goodbye!r}}}
"""
        )
