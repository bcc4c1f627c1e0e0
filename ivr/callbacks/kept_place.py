"""The place in line of a caller who is called back, and of one who calls meanwhile to take it over.

One person, one place. Several people may call from one number, so whoever does is asked.
"""

from __future__ import annotations

import logging
from typing import Final

from acd.errors import CallbackOpen, ContactOffered, NotWaiting
from acd.model.callback import Callback, CallbackState
from acd.model.queue import Queue
from ivr.callbacks.offer import NOTHING, YES, Speaker, Wish, rules_of
from ivr.calls.agi_call import AgiCaller
from ivr.calls.dialplan import DONE
from ivr.flow.call import CallFailed, QueueRequest
from ivr.flow.callback import CallbackOffer
from ivr.flow.organisation import Organisation
from ivr.flow.texts import Text
from ivr.numbers import NumberRefused
from ivr.queueing.consent import consent_given
from ivr.queueing.waiting import Waiting
from ivr.services import Services

logger = logging.getLogger(__name__)

_TAKEN_OVER: Final = frozenset(
    {
        CallbackState.SCHEDULED,
        CallbackState.WAITING,
        CallbackState.RESERVED,
        CallbackState.DIALLING,
    }
)
"""A callback that nobody has picked up may become the call of whoever is to be called."""


class KeptPlace:
    """That of one caller who comes to a queue."""

    def __init__(
        self,
        call: AgiCaller,
        request: QueueRequest,
        queue: Queue,
        organisation: Organisation,
        services: Services,
    ) -> None:
        self._call = call
        self._request = request
        self._queue = queue
        self._organisation = organisation
        self._services = services

    def offer(self, queue: str) -> CallbackOffer | None:
        """What a queue offers those who would rather not wait; ``None`` for nothing."""
        if not self._services.outgoing.endpoint:
            return None
        return self._organisation.queues[queue].callback

    async def before(self) -> Callback | None:
        """The callback in this queue that the caller has asked for, and wants to be this call."""
        if (texts := self._organisation.texts.callback) is None:
            return None
        try:
            number = self._services.outgoing.judged(self._call.caller)
        except NumberRefused:
            return None
        kept = await self._services.callbacks.of_number(number)
        if kept is None or kept.contact == self._call.contact:
            return None
        if kept.state not in _TAKEN_OVER or kept.queue != self._queue.name:
            return None
        return kept if await self._says_yes(texts.take_over) else None

    async def keep(self, wish: Wish, queue: str, waiting: Waiting) -> bool:
        """Let a callback have the caller's place in a queue; whether the call may end now."""
        try:
            await self._services.callbacks.keep_place(
                self._call.contact,
                wish.number,
                language=self._request.language,
                answers=self._request.answers,
                rules=rules_of(self._organisation.queues[queue]),
                consent=await consent_given(self._call.session),
                due_ms=None if wish.time is None else round(wish.time.timestamp() * 1000),
            )
        except CallbackOpen:  # since the number was confirmed
            if (texts := self._organisation.texts.callback) is not None:
                waiting.tell(texts.already)
            return False
        except (ContactOffered, NotWaiting):
            return False  # an agent is free at this moment; or Redis has forgotten the contact
        # At once: should this controller die now, nobody must walk the caller through the tree.
        await self._call.session.set_variable(DONE, "1")
        await waiting.promise(wish)
        return True

    async def _says_yes(self, question: Text) -> bool:
        call = self._call
        speaker = Speaker(
            call,
            self._organisation,
            self._request.language,
            caller=call.caller,
            dialled=call.dialled,
        )
        try:
            return await speaker.ask((question, NOTHING)) == YES
        except CallFailed as fault:
            logger.warning(
                "a caller cannot be asked about their callback",
                extra={"contact": call.contact, "fault": str(fault)},
            )
            return False
