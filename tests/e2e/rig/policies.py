"""Numbers of the demo organisation that lead straight to a queue of each recording policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AFTER_DIGITS_S = 2.0

NUMBERS = {"always": "201", "never": "202", "consent": "203", "on_demand": "204"}
"""By policy, which is also the queue's name."""


def add_policies(home: Path, organisation: Any) -> None:
    """Add the queues to an organisation's document, and their call trees to its folder."""
    goodbye = {language: "Hej." for language in organisation["languages"]}
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
