"""Callers on hold, as the agents' phones tell Asterisk (a re-INVITE), and AMI tells on.

The caller hears music, which is Asterisk's doing. Where the phone is at another node that one hands
the hold on, so it is told where the caller is. An agent who asks a colleague (``*3``) has the
caller hold too, by the same events.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from acd.errors import AcdUnavailable
from ivr.desk.desk import phone_of
from ivr.office import Office
from wire.ami.client import AmiClient
from wire.ami.frames import Frame

logger = logging.getLogger(__name__)


class Holds:
    """Tells the ACD of them, whosever call it is; idempotent."""

    def __init__(self, ami: AmiClient, offices: Mapping[str, Office]) -> None:
        """Subscribe to ``ami``, which is not yet connected."""
        self._offices = offices
        ami.subscribe("Hold", self._on_hold)
        ami.subscribe("Unhold", self._on_unhold)

    async def _on_hold(self, event: Frame) -> None:
        await self._tell(event, on=True)

    async def _on_unhold(self, event: Frame) -> None:
        await self._tell(event, on=False)

    async def _tell(self, event: Frame, *, on: bool) -> None:
        contact, phone = event.get("Linkedid"), phone_of(event.get("Channel"))
        if event.get("Uniqueid") == contact:
            return  # the caller's own phone
        for office in tuple(self._offices.values()):
            try:
                if await office.distributor.hold(contact, phone, on=on):
                    return
            except AcdUnavailable as fault:
                logger.warning(
                    "a hold could not be told", extra={"contact": contact, "fault": fault.code}
                )
                return
