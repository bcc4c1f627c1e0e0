"""Callers in a room together: Asterisk's ConfBridge, set up in ``confbridge.conf``."""

from __future__ import annotations

import logging
from typing import Final

from ivr.agi_call import AgiCaller
from wire.agi.errors import AgiHungUp
from wire.agi.link import NO_LIMIT

logger = logging.getLogger(__name__)

PROFILES: Final = ("vaxel_room", "vaxel_member", "vaxel_keys")
"""Of the room, of who is in it, and of the keys (``*`` leaves it)."""

_LEFT: Final = {"DTMF", "KICKED", "TIMEOUT", "ENDMARKED"}
"""What ``CONFBRIDGE_RESULT`` says of somebody who was in the room and goes on."""


async def join(call: AgiCaller, org: str, room: str) -> bool:
    """Be in a room of an organisation until the caller leaves it, or four hours are over.

    Returns:
        Whether they were in it; a full room takes nobody.

    Raises:
        AgiHungUp: The caller is gone.
        AgiError: The channel failed.
    """
    session = call.session
    await session.exec("ConfBridge", f"{org}-{room}", *PROFILES, limit_s=NO_LIMIT)
    result = await session.get_variable("CONFBRIDGE_RESULT") or ""
    if session.hung_up or result == "HANGUP":
        raise AgiHungUp
    if result not in _LEFT:
        logger.warning(
            "a caller could not join a conference", extra={"contact": call.contact, "why": result}
        )
    return result in _LEFT
