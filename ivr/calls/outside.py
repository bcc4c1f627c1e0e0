"""Somebody outside is rung for whoever is on a channel, to the end of what they talk."""

from __future__ import annotations

from typing import Final

from ivr.agents.remote_agents import ANSWERED
from wire.agi.link import NO_LIMIT
from wire.agi.session import AgiSession

LONGEST_S: Final = 4 * 3600
"""A conversation is over after so long: a line that nobody hung up costs money."""

_STATUS: Final = f"${{DIALSTATUS}} ${{{ANSWERED}}}"


async def dial(
    session: AgiSession, channel: str, ring_s: float, options: str
) -> tuple[str, int | None]:
    """Ring, and let them talk to the end.

    Args:
        session: Of whoever has it rung.
        channel: What to dial.
        ring_s: For how long, seconds.
        options: Of ``Dial``.

    Returns:
        ``DIALSTATUS``, and when somebody answered, epoch milliseconds; that may be an agent
        before, where nobody answers now.

    Raises:
        AgiError: The channel failed.
    """
    await session.exec("Dial", channel, str(round(ring_s)), options, limit_s=NO_LIMIT)
    status, _, answered_ms = (await session.evaluate(_STATUS)).partition(" ")
    return status, int(answered_ms) if answered_ms.isdecimal() else None
