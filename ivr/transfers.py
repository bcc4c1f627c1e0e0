"""Callers connected with somebody outside, by the endpoint that callbacks are made through."""

from __future__ import annotations

import logging
from typing import Final

from ivr.agi_call import AgiCaller
from ivr.callback_offer import Outgoing
from ivr.flow.numbers import normalised
from ivr.flow.world import TransferOutcome, TransferRequest
from ivr.numbers import NumberOwn, NumberRefused
from wire.agi.errors import AgiHungUp
from wire.agi.link import NO_LIMIT

logger = logging.getLogger(__name__)

LONGEST_S: Final = 4 * 3600
"""A conversation is over after so long: a line that nobody hung up costs money."""

OPTIONS: Final = f"gim(default)S({LONGEST_S})"
"""After the other side's hang-up go on; follow no forwarding; music instead of ringing."""

_OUTCOMES: Final = {
    "ANSWER": TransferOutcome.TALKED,
    "NOANSWER": TransferOutcome.NO_ANSWER,
    "BUSY": TransferOutcome.BUSY,
}
"""What ``DIALSTATUS`` says; any other is unreachable."""


class Transfers:
    """Dials for callers.

    Args:
        outgoing: Whom the installation calls.
    """

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    async def connect(self, call: AgiCaller, request: TransferRequest) -> TransferOutcome:
        """Ring, and let them talk to the end.

        Args:
            call: The caller.
            request: Its target is let through by the organisation's list.

        Raises:
            AgiHungUp: The caller is gone.
            AgiError: The channel failed.
        """
        if not self._outgoing.endpoint:
            logger.warning("Nobody is transferred: the setting outgoing.endpoint is empty")
            return TransferOutcome.UNREACHABLE
        destination = self._destination(request)
        if destination is None:
            return TransferOutcome.REFUSED
        session = call.session
        await session.exec("Dial", destination, str(round(request.ring)), OPTIONS, limit_s=NO_LIMIT)
        status = await session.get_variable("DIALSTATUS") or ""
        if session.hung_up:
            raise AgiHungUp
        # The dialplan hangs up on a caller who has talked; this one goes on in the tree.
        await session.set_variable("DIALSTATUS", "")
        outcome = _OUTCOMES.get(status, TransferOutcome.UNREACHABLE)
        logger.info(
            "a caller was transferred", extra={"contact": call.contact, "outcome": outcome.value}
        )
        return outcome

    def _destination(self, request: TransferRequest) -> str | None:
        """The channel to dial; ``None``: it must not be."""
        endpoint = self._outgoing.endpoint
        if request.target.startswith("sip:"):
            return f"PJSIP/{endpoint}/{request.target}"
        try:
            number = self._outgoing.judged(request.target)
        except NumberOwn:
            return None  # the call would come back to us, and again
        except NumberRefused:
            if not request.literal:
                return None
            number = normalised(request.target)  # a short number, which an admin has listed
        return f"PJSIP/{number}@{endpoint}"
