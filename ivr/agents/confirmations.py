"""Agents outside who have picked up, or their mailbox has: only key 1 takes the call.

They hear from which queue it comes, again and again until a key or the end of the ring time.
Meanwhile the caller hears music on and keeps the place. Whom a colleague asks (``*3``) is asked
likewise, by :mod:`ivr.conversations.consultations`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

from acd.clock import Clock
from acd.errors import AcdUnavailable, StaleOffer
from ivr.callbacks.offer import YES, Speaker
from ivr.calls.agi_call import AgiVoice, AllPrompts
from ivr.flow.call import CallerHungUp, CallFailed
from ivr.flow.organisation import Organisation
from ivr.flow.remote import TakeText
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
        home, texts = office.organisation, office.organisation.texts.remote
        if texts is None:
            return
        voice = AgiVoice(session, self._prompts.of(home.id))
        queue, until_ms = offer.queue, int(until)
        if not await takes(
            voice, home, texts.take, queue=queue, until_ms=until_ms, clock=self._clock
        ):
            return
        try:
            await office.distributor.answered(offer)
        except StaleOffer:
            return
        except AcdUnavailable as fault:  # told again when Dial returns
            logger.warning("an answer could not be noted", extra={"fault": fault.code})
        await session.set_variable(TAKEN, "1")


async def takes(
    voice: AgiVoice,
    home: Organisation,
    question: TakeText,
    *,
    queue: str,
    until_ms: int,
    clock: Clock,
    wanted: Callable[[], bool] = lambda: True,
) -> bool:
    """Ask whoever has picked up until a key is pressed, or the time is over.

    Args:
        voice: To them.
        home: Whose agent they are.
        question: What is asked.
        queue: Where the caller comes from.
        until_ms: The key counts until then, epoch.
        clock: Epoch milliseconds.
        wanted: Whether it is still of use.

    Returns:
        Whether it is an agent who takes the call; not, too, when they are gone.
    """

    def left_s() -> float:
        return (until_ms - clock()) / 1000

    speaker, key = Speaker(voice, home, home.default_language), ""
    said = {"queue": queue.replace("-", " ").replace("_", " ")}
    try:
        while wanted():
            key = await speaker.say(question, said, interrupt=_KEYS)
            wait_s = min(KEY_WAIT_S, left_s())
            if not key and wait_s > 0:
                key = await voice.collect(count=1, wait=wait_s, stop="")
            if key or left_s() < SPOKEN_S:
                break
    except (CallerHungUp, CallFailed):
        return False
    return key == YES
