"""Agents outside who have picked up, or their mailbox has: only key 1 takes the call.

They hear from which queue it comes, again and again until a key or the end of the ring time.
Meanwhile the caller hears music on and keeps the place.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from acd.errors import AcdUnavailable, StaleOffer
from acd.model import Clock, Offer
from ivr.agi_call import AgiVoice, AllPrompts
from ivr.callback_offer import YES, Speaker
from ivr.flow.call import CallerHungUp, CallFailed
from ivr.flow.organisation import Organisation
from ivr.office import Office
from wire.agi.session import AgiSession

logger = logging.getLogger(__name__)

TAKEN: Final = "VAXEL_TAKEN"
"""On the channel of whoever picked up: ``1`` when they take the call."""

KEY_WAIT_S: Final = 3.0
"""Between two sentences; a telephone that was just picked up is not at the ear yet."""

SPOKEN_S: Final = 4.0
"""With less time left than this nothing is said once more: it would outlast the offer."""

_KEYS: Final = "0123456789*#"


class Confirmations:
    """Serves agents outside who have picked up (``agi://…/confirm``)."""

    def __init__(self, offices: Mapping[str, Office], prompts: AllPrompts, clock: Clock) -> None:
        self._offices = offices
        self._prompts = prompts
        self._clock = clock

    async def serve(self, session: AgiSession) -> None:
        """Ask whoever has picked up; any controller can. The call is taken when ``TAKEN`` is set.

        Raises:
            AgiError: The channel is gone or failed; then nobody has taken it.
            AcdUnavailable: Redis does not answer, likewise.
        """
        org, contact, number, until = session.environment.args
        office = self._offices[org]
        offer = await office.distributor.current_offer(contact)
        if offer is None or offer.id != number:
            return  # over meanwhile
        voice = AgiVoice(session, self._prompts.of(office.organisation.id))
        try:
            if not await self._takes(voice, office.organisation, offer, int(until)):
                return
        except (CallerHungUp, CallFailed):
            return
        try:
            await office.distributor.answered(offer)
        except StaleOffer:
            return
        except AcdUnavailable as fault:  # told again when Dial returns
            logger.warning("an answer could not be noted", extra={"fault": fault.code})
        await session.set_variable(TAKEN, "1")

    async def _takes(
        self, voice: AgiVoice, home: Organisation, offer: Offer, until_ms: int
    ) -> bool:
        """Say what it is until a key is pressed, or the time is over."""
        texts = home.texts.remote
        if texts is None:
            return False
        speaker = Speaker(voice, home, home.default_language)
        queue = offer.queue.replace("-", " ").replace("_", " ")
        while True:
            key = await speaker.say(texts.take, {"queue": queue}, interrupt=_KEYS)
            wait_s = min(KEY_WAIT_S, self._left_s(until_ms))
            if not key and wait_s > 0:
                key = await voice.collect(count=1, wait=wait_s, stop="")
            if key or self._left_s(until_ms) < SPOKEN_S:
                return key == YES

    def _left_s(self, until_ms: int) -> float:
        return (until_ms - self._clock()) / 1000
