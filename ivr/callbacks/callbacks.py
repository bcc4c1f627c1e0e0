"""People who are called back: the call out, and the talk with whoever picks up.

An agent is held for a callback before its phone rings. Whoever picks up says who they are by a
key, because an answering machine presses none; then they are put through like any waiting caller.
Somebody who hangs up before an agent has answered has been missed, and is called again by the
queue's rule: a line that broke must not cost the place.

A controller that dies leaves the rest to the others: a phone that rings goes on ringing, and who
picks up is served by whichever controller the dialplan finds, with the agent who is held; what
nobody picked up comes back in Redis when its time is over (:mod:`acd.callbacks`). A controller that
stops in order does the same; as long as it has calls it tells what came of the phones that it rang.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from acd.errors import AcdError, AcdUnavailable, StaleOffer
from acd.model.callback import Callback, MissReason
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from acd.names import check_name
from acd.offers import OfferListener
from ivr.callbacks.offer import NOTHING, YES, Speaker
from ivr.calls.agi_call import AgiCaller, AllPrompts, Prompts, speaking_of_callers
from ivr.calls.dialplan import DONE
from ivr.calls.outgoing import ORGANISATION, Dialler, Outcome, OutgoingCall
from ivr.conversations.handovers import comes_back, wish_of
from ivr.flow.call import (
    CallerHungUp,
    CallFailed,
    CallGoesOn,
    QueueAway,
    QueueOutcome,
    QueueRequest,
)
from ivr.flow.callback import CallbackTexts
from ivr.office import Office
from ivr.queueing.consent import note_consent
from ivr.queueing.joining import leave
from ivr.queueing.stranded import CALLED_BACK_PATIENCE_MS
from wire.agi.session import AgiSession
from wire.ami.errors import AmiError

logger = logging.getLogger(__name__)

ASKED_TIMES: Final = 2

LONGEST_WAIT_S: Final = 300.0
"""Somebody who was called waits no longer than this for an agent, should theirs not answer."""

_MISSED: Final = {
    Outcome.NO_ANSWER: MissReason.NO_ANSWER,
    Outcome.BUSY: MissReason.BUSY,
    Outcome.UNREACHABLE: MissReason.UNREACHABLE,
    Outcome.NOT_MADE: MissReason.FAILED,
}


class CallbackRunner:
    """Calls people back (:meth:`run`) and serves those who pick up (``agi://…/callback``)."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        offers: OfferListener,
        dialler: Dialler,
        prompts: AllPrompts,
        shown_number: Callable[[str], str],
    ) -> None:
        """Bind; nothing is called yet.

        Args:
            offices: By organisation.
            offers: Tells of callbacks whose turn it is.
            dialler: Makes the calls.
            prompts: Spoken texts.
            shown_number: What the phones of people show whom an organisation calls.
        """
        self._offices = offices
        self._offers = offers
        self._dialler = dialler
        self._prompts = prompts
        self._shown_number = shown_number

    async def run(self, office: Office) -> None:
        """Call whoever's turn it is in one organisation, as its files say then, until cancelled."""
        org = office.organisation.id
        async with asyncio.TaskGroup() as calls:
            async for offer in self._offers.callback_offers(office.distributor):
                calls.create_task(self._call(self._offices[org], offer))

    async def _call(self, office: Office, offer: Offer) -> None:
        """One attempt. Redis or Asterisk going away leaves it to its time limit."""
        told = {"contact": offer.contact}
        try:
            await self._attempt(office, offer)
        except StaleOffer:
            logger.info("a callback was over before the call", extra=told)
        except (AcdError, AmiError) as fault:
            logger.warning(
                "a callback is left to its time limit", extra={**told, "code": fault.code}
            )
        except Exception:  # it must end neither the callbacks of all nor the controller
            logger.exception("a callback cannot be made", extra=told)
            with suppress(AcdError):
                await office.callbacks.missed(offer, MissReason.FAILED)

    async def _attempt(self, office: Office, offer: Offer) -> None:
        callback = await office.callbacks.get(offer.contact)
        if callback is None or await self._dialler.has_channel(offer.contact):
            return  # cancelled; or rung by a controller that is dead: who picks up comes to us
        if callback.queue not in office.rides.queues:
            logger.warning("a callback's queue was taken away", extra={"contact": offer.contact})
            await office.callbacks.missed(offer, MissReason.FAILED)
            return
        await office.callbacks.dialled(offer)
        outcome = await self._dialler.dial(self._outgoing(office, callback))
        logger.info(
            "a caller was called back", extra={"contact": offer.contact, "outcome": outcome}
        )
        if outcome in _MISSED:
            await office.callbacks.missed(offer, _MISSED[outcome])
            await office.distributor.match_agent(offer.agent)

    def _outgoing(self, office: Office, callback: Callback) -> OutgoingCall:
        organisation = office.organisation
        return OutgoingCall(
            contact=callback.contact,
            org=organisation.id,
            number=callback.number,
            shown_number=self._shown_number(organisation.id),
            shown_name=organisation.name,
            ring_ms=callback.rules.ring_ms,
        )

    async def serve(self, session: AgiSession) -> None:
        """Somebody who was called has picked up.

        Raises:
            AgiError: The channel is gone or failed.
            AcdUnavailable, QueueAway: Redis does not answer; the dialplan goes on.
        """
        contact = check_name("Contact", session.environment.uniqueid)
        office = self._offices[await session.get_variable(ORGANISATION) or ""]
        callback = await office.callbacks.get(contact)
        if callback is not None and callback.queue not in office.rides.queues:
            callback = None  # its queue was taken away while the phone rang
        prompts = self._prompts.of(office.organisation.id)
        answer = _Answer(session, office, prompts, callback)
        office.stranded.is_back(contact)
        try:
            if await wish_of(session) is not None:
                await answer.go_on(callback)
            elif callback is None:
                await answer.apologise()
            else:
                await answer.connect(callback)
            await session.set_variable(DONE, "1")
            await answer.call.hang_up()
        except (CallerHungUp, CallGoesOn):
            return
        except (AcdUnavailable, QueueAway):
            returns_ms = CALLED_BACK_PATIENCE_MS if await comes_back(session) else 0
            office.stranded.add(contact, returns_ms=returns_ms)
            raise
        except CallFailed as fault:
            logger.warning(
                "a caller who was called back could not be served",
                extra={"contact": contact, "fault": str(fault)},
            )


class _Answer:
    """One call that somebody picked up."""

    def __init__(
        self, session: AgiSession, office: Office, prompts: Prompts, callback: Callback | None
    ) -> None:
        organisation = office.organisation
        language = callback.language if callback else ""
        if language not in organisation.languages:
            language = organisation.default_language
        self.call = AgiCaller(
            session,
            prompts,
            contact=session.environment.uniqueid,
            caller=callback.number if callback else session.environment.caller_number,
        )
        self._office = office
        self._language = language
        self._speaker = Speaker(self.call, organisation, language)

    async def connect(self, callback: Callback) -> None:
        """Greet, make sure that a person listens, and put them through."""
        call, office = self.call, self._office
        offer = await self._take(callback)
        try:
            if not await self._consents(callback):
                await self._nobody(offer)
                return
            with speaking_of_callers():
                # what the agent's phone shows: the person, not the organisation that calls them
                await call.session.set_variable("CALLERID(num)", callback.number)
                if callback.consent is not None:
                    await note_consent(call.session, callback.consent)
        except (CallerHungUp, CallFailed) as gone:
            hung_up = isinstance(gone, CallerHungUp)
            reason = LeaveReason.ABANDONED if hung_up else LeaveReason.FAILED
            await leave(office.distributor, call.contact, reason)
            raise
        await self.go_on(callback)

    async def go_on(self, callback: Callback | None) -> None:
        """Put them through, or where an agent has handed them over to, who are a call since."""
        call, office = self.call, self._office
        queue = callback.queue if callback else await office.distributor.held(call.contact)
        if queue is None:
            return
        if queue not in office.rides.queues:  # taken away; the agent who hands them over is free
            await leave(office.distributor, call.contact, LeaveReason.FAILED)
            await self.apologise()
            return
        answers = callback.answers if callback else {}
        request = QueueRequest(queue, self._language, LONGEST_WAIT_S, answers)
        if await office.rides.take_up(call, request) is not QueueOutcome.TALKED:
            await self.apologise()

    async def apologise(self) -> None:
        """Say that it cannot be."""
        if (texts := self._texts) is not None:
            await self._speaker.say(texts.sorry)

    async def _take(self, callback: Callback) -> Offer | None:
        """Make the contact a call of this controller; the agent who is held for it, if any."""
        office, contact = self._office, self.call.contact
        offer = await office.distributor.current_offer(contact)
        if offer is not None:
            here = office.distributor.controller
            with suppress(StaleOffer):
                if await office.callbacks.reached(offer, by=here) or offer.controller == here:
                    return offer
        # Who greeted them is gone, or the time was over: they are here now, at the old place.
        await office.distributor.join(contact, office.rides.queues[callback.queue])
        return None

    async def _consents(self, callback: Callback) -> bool:
        """Whether a person listens; anybody who does where the queue asks for no key."""
        rules = self._office.organisation.queues[callback.queue].callback
        if (texts := self._texts) is None:
            return True
        key = await self._speaker.say(texts.greeting, interrupt=YES)
        if rules is not None and not rules.confirm:
            return True
        for _ in range(ASKED_TIMES):
            key = key or await self._speaker.ask((texts.press, NOTHING))
            if key == YES:
                return True
            key = ""
        return False

    async def _nobody(self, offer: Offer | None) -> None:
        office, contact = self._office, self.call.contact
        if offer is None:
            await leave(office.distributor, contact, LeaveReason.TIMEOUT)
            return
        with suppress(StaleOffer):
            await office.callbacks.missed(offer, MissReason.UNCONFIRMED)
            await office.distributor.match_agent(offer.agent)

    @property
    def _texts(self) -> CallbackTexts | None:
        return self._office.organisation.texts.callback
