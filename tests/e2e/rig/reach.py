"""Agents of the demo organisation who are reached otherwise than by a ringing telephone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AUTO_AGENT = "4003"
"""Wears a headset: the telephone is to answer by itself."""


OUTSIDE = "+46701112233"
"""Somebody whom agents may call, by :data:`OUTSIDE_AS_DIALLED`."""

OUTSIDE_AS_DIALLED = "0701112233"
NOT_ALLOWED = "Det numret får inte ringas härifrån."


REMOTE_AGENT, REMOTE_NUMBER = "4002", "+46702223344"
"""Works at a mobile telephone."""

ASKED = "En kollega frågar om ett samtal från kön front. Tryck 1 för att svara."
TAKE = "Samtal från kön always. Tryck 1 för att ta emot det."


DESK = "242"
MENU_OF_THE_DESK = "Du är inloggad. För att logga ut, tryck 2."
IN_READINESS = "Du är redo att ta emot samtal."
HANG_UP = "Lägg på nu. Därefter kommer samtalen till dig."


def add_reach(home: Path, organisation: Any) -> None:
    """Write into the organisation's document how its agents are reached, and reach others."""
    organisation["agents"][int(AUTO_AGENT)]["auto_answer"] = True
    (home / "desk.yaml").write_text(
        f"""numbers: ["{DESK}"]
start: a
nodes:
  a: {{agent_desk: , on_failure: end}}
  end: {{hang_up: }}
"""
    )
    organisation["agents"][int(REMOTE_AGENT)]["remote"] = REMOTE_NUMBER
    organisation["outgoing_calls"] = {"allow": ["+46 70*"], "ring": "8 s"}
