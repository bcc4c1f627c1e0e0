"""Callers in a room together: Asterisk's ConfBridge, set up in ``confbridge.conf``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from ivr.calls.agi_call import AgiCaller
from ivr.flow.world import Conferred
from wire.agi.link import NO_LIMIT

logger = logging.getLogger(__name__)

PROFILES: Final = ("vaxel_room", "vaxel_member", "vaxel_keys")
"""Of the room, of who is in it, and of the keys (``*`` leaves it)."""

_JOINED: Final = {"DTMF", "KICKED", "TIMEOUT", "ENDMARKED", "HANGUP"}
"""What ``CONFBRIDGE_RESULT`` says of somebody who was in the room."""


async def join(call: AgiCaller, org: str, room: str, clock: Callable[[], int]) -> Conferred:
    """Be in a room of an organisation until the caller leaves it, or four hours are over.

    A full room takes nobody.

    Args:
        call: The caller.
        org: Whose room it is.
        room: Its name.
        clock: Epoch milliseconds.

    Raises:
        AgiError: The channel failed.
    """
    session, began_ms = call.session, clock()
    await session.exec("ConfBridge", f"{org}-{room}", *PROFILES, limit_s=NO_LIMIT)
    result = await session.get_variable("CONFBRIDGE_RESULT") or ""
    joined, hung_up = result in _JOINED, session.hung_up or result == "HANGUP"
    if not joined:
        logger.warning(
            "a caller could not join a conference", extra={"contact": call.contact, "why": result}
        )
    stayed = max(0, clock() - began_ms) / 1000 if joined else 0
    return Conferred(room, joined, stayed, hung_up)
