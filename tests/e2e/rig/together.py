"""A queue of the demo organisation that rings its agents together, and its number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

QUEUE, NUMBER = "together", "243"


def add_together(home: Path, organisation: Any) -> None:
    """Add the queue to an organisation's document, and the call tree to its folder."""
    organisation["queues"][QUEUE] = {
        "ring": "5 s",
        "wrapup": "0 s",
        "ring_at_once": 3,
        "recording": {"when": "always"},
    }
    (home / f"{QUEUE}.yaml").write_text(
        f"""numbers: ["{NUMBER}"]
start: talk
nodes:
  talk: {{queue: {QUEUE}, then: end, on_nobody: end}}
  end: {{hang_up: }}
"""
    )
