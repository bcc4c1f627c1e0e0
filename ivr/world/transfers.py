"""Callers connected with somebody outside, by the endpoint that callbacks are made through."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from ivr.callbacks.offer import Outgoing
from ivr.calls.agi_call import AgiCaller
from ivr.calls.outside import LONGEST_S, dial
from ivr.flow.numbers import normalised
from ivr.flow.world import TransferOutcome, Transferred, TransferRequest
from ivr.numbers import NumberOwn, NumberRefused

logger = logging.getLogger(__name__)

OPTIONS: Final = f"gim(default)U(vaxel-connected)S({LONGEST_S})"
"""After the other side's hang-up go on; follow no forwarding; music instead of ringing; note when
it was answered."""

_OUTCOMES: Final = {
    "ANSWER": TransferOutcome.TALKED,
    "NOANSWER": TransferOutcome.NO_ANSWER,
    "BUSY": TransferOutcome.BUSY,
    "CANCEL": TransferOutcome.ABANDONED,
}
"""What ``DIALSTATUS`` says; any other is unreachable."""


class Transfers:
    """Dials for callers.

    Args:
        outgoing: Whom the installation calls.
        clock: Epoch milliseconds.
    """

    def __init__(self, outgoing: Outgoing, clock: Callable[[], int]) -> None:
        self._outgoing = outgoing
        self._clock = clock

    async def connect(self, call: AgiCaller, request: TransferRequest) -> Transferred:
        """Ring, and let them talk to the end.

        Args:
            call: The caller.
            request: Its target is let through by the organisation's list.

        Raises:
            AgiError: The channel failed.
        """
        if not self._outgoing.endpoint:
            logger.warning("Nobody is transferred: the setting outgoing.endpoint is empty")
            return Transferred(TransferOutcome.UNREACHABLE)
        destination = self.destination(request)
        if destination is None:
            return Transferred(TransferOutcome.REFUSED)
        session, began_ms = call.session, self._clock()
        status, answered_ms = await dial(session, destination, request.ring, OPTIONS)
        outcome = _OUTCOMES.get(status, TransferOutcome.UNREACHABLE)
        took_ms, talked_ms = max(0, self._clock() - began_ms), 0
        if outcome is TransferOutcome.TALKED and answered_ms is not None:
            talked_ms = min(max(0, began_ms + took_ms - answered_ms), took_ms)
        if not session.hung_up:
            # The dialplan hangs up on a caller who has talked; this one goes on in the tree.
            await session.set_variable("DIALSTATUS", "")
        logger.info(
            "a caller was transferred", extra={"contact": call.contact, "outcome": outcome.value}
        )
        rang_ms = took_ms - talked_ms
        return Transferred(outcome, rang_ms / 1000, talked_ms / 1000, session.hung_up)

    def destination(self, request: TransferRequest) -> str | None:
        """The channel to dial; ``None``: it must not be, or nothing is dialled at all."""
        if not self._outgoing.endpoint:
            return None
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
