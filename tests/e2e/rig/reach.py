"""Agents of the demo organisation who are reached otherwise than by a ringing telephone."""

from __future__ import annotations

from typing import Any

AUTO_AGENT = "4003"
"""Wears a headset: the telephone is to answer by itself."""


def add_reach(organisation: Any) -> None:
    """Write into the organisation's document how its agents are reached."""
    organisation["agents"][int(AUTO_AGENT)]["auto_answer"] = True
