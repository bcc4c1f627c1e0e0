"""Callers who would rather be called back than wait at all: asked for from the call tree."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from acd.errors import AcdUnavailable, CallbackOpen
from ivr.callbacks.offer import CallbackTalk, Speaker, rules_of
from ivr.calls.agi_call import AgiCaller
from ivr.calls.dialplan import DONE
from ivr.flow.call import QueueAway
from ivr.flow.callback import CallbackOffer
from ivr.flow.organisation import Organisation
from ivr.flow.world import CallbackWish
from ivr.queueing.consent import consent_given
from ivr.queueing.joining import acd_queue
from ivr.services import Services

logger = logging.getLogger(__name__)


class CallbackWishes:
    """The wishes of one organisation's callers."""

    def __init__(self, organisation: Organisation, services: Services) -> None:
        self._organisation = organisation
        self._services = services

    async def keep(self, call: AgiCaller, wish: CallbackWish) -> bool:
        """Ask for number and time, and put the caller in line as one who is to be called.

        Returns:
            Whether they will be called; they have been told so.

        Raises:
            CallerHungUp: The caller is gone; nothing is kept.
            CallFailed: The channel failed.
            QueueAway: Redis does not answer.
        """
        offer, texts = self._offer(wish), self._organisation.texts.callback
        if offer is None or texts is None or not self._services.outgoing.endpoint:
            logger.warning("Nobody is called back here", extra={"contact": call.contact})
            return False
        speaker = Speaker(
            call, self._organisation, wish.language, caller=call.caller, dialled=call.dialled
        )
        talk = CallbackTalk(
            speaker,
            texts=texts,
            offer=offer,
            organisation=self._organisation,
            outgoing=self._services.outgoing,
            taken=self._taken,
            now=lambda: datetime.fromtimestamp(self._services.clock() / 1000, UTC),
            in_line=False,
        )
        described = self._organisation.queues[wish.queue]
        try:
            wanted = await talk.wish(call.caller)
            if wanted is None:
                return False
            await self._services.callbacks.add(
                wanted.number,
                acd_queue(wish.queue, self._organisation),
                language=wish.language,
                answers=wish.answers,
                rules=rules_of(described),
                consent=await consent_given(call.session),
                due_ms=None if wanted.time is None else round(wanted.time.timestamp() * 1000),
                contact=call.contact,
            )
        except CallbackOpen:  # since the number was confirmed
            await speaker.say(texts.already)
            return False
        except AcdUnavailable as away:
            raise QueueAway from away
        # At once: should this controller die now, nobody must walk the caller through the tree.
        await call.session.set_variable(DONE, "1")
        await talk.promise(wanted)
        return True

    def _offer(self, wish: CallbackWish) -> CallbackOffer | None:
        queue = self._organisation.queues.get(wish.queue)
        return None if queue is None else queue.callback

    async def _taken(self, number: str) -> bool:
        return await self._services.callbacks.of_number(number) is not None
