"""The agent's code ``*2`` during a conversation: the caller is handed over, by what is keyed next.

An agent's number, ``*`` and the key of a queue, or ``0`` and a number outside, each ended by ``#``;
``#`` alone, or silence, changes nothing. The caller hears music meanwhile and the recording is
silent. What cannot be is told, and agent and caller talk on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from acd.model.offer import Offer
from ivr.calls.agi_call import AgiVoice, AllPrompts
from ivr.conversations.handover_targets import CannotHandOver, judged
from ivr.conversations.handovers import AGENT, WISH, HandoverWish
from ivr.flow.call import CallerHungUp, CallFailed
from ivr.flow.standard_texts import HandoverTexts
from ivr.flow.texts import Text
from ivr.office import Office
from recorder.pauses import RECORDING, Cause, Pauses
from wire.agi.session import AgiSession
from wire.ami.errors import AmiError

logger = logging.getLogger(__name__)

TRIES: Final = 3
KEY_WAIT_S: Final = 6.0
LONGEST: Final = 20
_KEYS: Final = "0123456789*#"


class HandoverCodes:
    """Serves agents in conversations (``agi://…/handover``)."""

    def __init__(self, offices: Mapping[str, Office], pauses: Pauses, prompts: AllPrompts) -> None:
        self._offices = offices
        self._pauses = pauses
        self._prompts = prompts

    async def serve(self, session: AgiSession) -> None:
        """One code.

        Raises:
            AgiError: The channel is gone or failed.
            AcdUnavailable: Redis does not answer: they talk on.
        """
        found = await self._conversation(session)
        if found is None:
            return  # somebody outside, or a conversation that is over as far as the ACD knows
        office, offer = found
        texts = office.organisation.texts.handover
        if texts is None:
            return
        channel = session.environment.channel
        recorded = bool(await session.get_variable(RECORDING))
        if recorded:
            await self._silence(channel, offer)
        desk = _Asking(session, self._prompts, office, texts)
        try:
            wish = await desk.wish(offer)
            if wish is not None:
                # On the caller's channel, the first of this call.
                await session.set_variable(f"MASTER_CHANNEL({WISH})", wish.noted())
                logger.info(
                    "an agent hands a caller over",
                    extra={"contact": offer.contact, "to": wish.to.value},
                )
                await session.hangup()
                return
            await desk.say(texts.goes_on)
        except (CallerHungUp, CallFailed):
            return  # hung up meanwhile, or no word can be spoken
        finally:
            if recorded and not session.hung_up:
                with suppress(AmiError):
                    await self._pauses.resume(channel, Cause.HANDOVER)

    async def _silence(self, channel: str, offer: Offer) -> None:
        try:
            await self._pauses.pause(channel, Cause.HANDOVER)
        except AmiError as fault:  # on demand, and not begun; or the link is away
            logger.warning(
                "the recording hears an agent's keys",
                extra={"contact": offer.contact, "fault": fault.code},
            )

    async def _conversation(self, session: AgiSession) -> tuple[Office, Offer] | None:
        """Whose conversation this is, where it is that of the channel's agent.

        Not by the phone: it may be at another node, and whom an agent asks has the code too.
        """
        if await session.get_variable(f"MASTER_CHANNEL({AGENT})") != session.environment.channel:
            return None
        contact = await session.get_variable("CHANNEL(linkedid)") or ""
        for office in tuple(self._offices.values()):
            offer = await office.distributor.current_offer(contact)
            if offer is not None:
                return office, offer
        return None


class _Asking:
    """Asks one agent to whom."""

    def __init__(
        self, session: AgiSession, prompts: AllPrompts, office: Office, texts: HandoverTexts
    ) -> None:
        self._voice = AgiVoice(session, prompts.of(office.organisation.id))
        self._office = office
        self._texts = texts

    async def wish(self, offer: Offer) -> HandoverWish | None:
        """To whom; ``None`` where the agent does not want to any more.

        Raises:
            CallerHungUp, CallFailed: The agent is gone.
        """
        for _ in range(TRIES):
            first = await self.say(self._texts.enter, interrupt=_KEYS)
            keys = await self._voice.collect(first=first, count=LONGEST, wait=KEY_WAIT_S)
            if not keys:
                return None
            try:
                return await judged(self._office, keys, offer)
            except CannotHandOver as refused:
                await self.say(refused.words(self._texts))
        return None

    async def say(self, text: Text, *, interrupt: str = "") -> str:
        """Speak; the key that interrupted."""
        home = self._office.organisation
        language = home.default_language
        everyday = {"organisation": home.name, "language": language}
        return await self._voice.say(text.utterance(language, everyday), interrupt=interrupt)
