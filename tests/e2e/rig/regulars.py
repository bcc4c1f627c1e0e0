"""A queue of the demo organisation whose callers have their last agent again, and are comforted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

NUMBER, QUEUE = "240", "regulars"
AGENTS = (4001, 4002)
COMFORT = (
    "Tack för att du väntar. Vi svarar så snart vi kan, och du behåller din plats i kön. Medan du"
    " väntar kan du leta fram ditt ärendenummer. Det står högst upp på brevet från oss."
)


def add_regulars(home: Path, organisation: Any) -> None:
    """Add the queue to an organisation's document, and the call tree to its folder."""
    languages = organisation["languages"]
    organisation["queues"][QUEUE] = {
        "ring": "3 s",
        "wrapup": "0 s",
        "announce": "none",
        "comfort": [dict.fromkeys(languages, COMFORT)],
        "comfort_every": "5 s",
    }
    for agent in AGENTS:
        organisation["agents"][agent]["queues"].append(QUEUE)
    (home / f"{QUEUE}.yaml").write_text(
        f"""numbers: ["{NUMBER}"]
start: a
nodes:
  a: {{queue: {QUEUE}, prefer: {{agent: last, for: 30 s}}, then: end, on_nobody: end}}
  end: {{hang_up: {dict.fromkeys(languages, "Hej.")!r}}}
"""
    )
