"""One caller's ride through a queue: wait with music and a spoken position, ring, talk.

The ACD decides who talks to whom; this module makes Asterisk do it. While the caller waits, the AGI
session is idle and music plays; an offer, the next announcement, the longest wait or the caller's
hang-up wakes the ride, whichever comes first. Media never passes through here.

A ride that is cancelled (the controller stops) leaves the contact in its place: the dialplan hands
the call to the next controller, whose ``join`` takes the contact up where it stood. So does a ride
that Redis fails; if no controller can serve the call, Asterisk's own queue does.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from acd.distributor import Distributor
from acd.errors import AcdUnavailable, StaleOffer
from acd.model import LeaveReason, Offer, Queue, RefusalReason
from acd.offers import OfferListener
from ivr.agi_call import AgiCall
from ivr.answers import Answered, AnswerWatch
from ivr.consent import when_recorded
from ivr.flow.call import QueueAway, QueueOutcome, QueueRequest
from ivr.flow.errors import ExpressionError
from ivr.flow.organisation import Organisation
from ivr.flow.recording import When
from media.errors import MediaError
from recorder.recorder import Recorder
from recorder.sidecar import Sidecar
from store.models import RecordingKind
from wire.agi.errors import AgiError, AgiHungUp
from wire.agi.link import NO_LIMIT

logger = logging.getLogger(__name__)

REFUSALS: Final = {
    "NOANSWER": RefusalReason.NO_ANSWER,
    "BUSY": RefusalReason.BUSY,
    "CHANUNAVAIL": RefusalReason.UNREACHABLE,
    "CONGESTION": RefusalReason.UNREACHABLE,
}
"""What ``DIALSTATUS`` says of an agent who did not take the call."""

DIAL_OPTIONS: Final = "gim(default)U(vaxel-answered{recording})"
"""After the agent's hang-up go on; follow no forwarding; music instead of ringing; record.

The subroutine's arguments: the recording's path if there may be one, and whether it begins at once.
"""

FIRST_WORDS_MS: Final = 300
"""So long a free agent may take to be found before the caller is told to wait."""

PICKED_UP_S: Final = 2.0
"""``Dial`` gives up after the ring time; one that runs so much longer is a conversation."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the rides of one organisation need.

    Attributes:
        distributor: The organisation's queues.
        offers: Tells of offers to contacts of this controller.
        answers: Tells when an agent picks up.
        recorder: Takes the legs of each conversation over.
        clock: Epoch milliseconds.
    """

    distributor: Distributor
    offers: OfferListener
    answers: AnswerWatch
    recorder: Recorder
    clock: Callable[[], int]


class QueueRides:
    """The rides through the queues of one organisation."""

    def __init__(self, organisation: Organisation, services: Services) -> None:
        self._organisation = organisation
        self._services = services
        self._queues: Mapping[str, Queue] = {
            name: Queue(name, round(queue.ring_seconds), round(queue.wrapup_seconds))
            for name, queue in organisation.queues.items()
        }

    @property
    def queues(self) -> Mapping[str, Queue]:
        """The organisation's queues as the ACD knows them."""
        return self._queues

    async def ride(self, call: AgiCall, request: QueueRequest) -> QueueOutcome:
        """Wait and talk.

        Raises:
            AgiHungUp: The caller is gone; the queue knows.
            AgiError: The channel failed; the contact has left the queue.
            QueueAway: Redis does not answer.
        """
        services = self._services
        ride = _Ride(call, request, self._queues[request.queue], self._organisation, services)
        try:
            return await ride.to_end()
        except AcdUnavailable as away:
            raise QueueAway from away


class _Ride:
    """One contact in one queue."""

    def __init__(
        self,
        call: AgiCall,
        request: QueueRequest,
        queue: Queue,
        organisation: Organisation,
        services: Services,
    ) -> None:
        self._call = call
        self._session = call.session
        self._language = request.language
        self._max_wait = request.max_wait
        self._queue = queue
        self._organisation = organisation
        self._services = services
        self._distributor = services.distributor
        self._recorded = When.NEVER

    async def to_end(self) -> QueueOutcome:
        """Ask for consent where the queue wants it; join, wait, talk; the queue knows the end."""
        contact = self._call.contact
        # Before the queue knows of the caller: no agent shall wait for the answer.
        self._recorded = await when_recorded(
            self._call, self._queue.name, self._organisation, self._language
        )
        await self._distributor.join(contact, self._queue)
        try:
            place = await self._distributor.place(contact)
            if place is not None and place.logged_in == 0:
                await self._distributor.leave(contact, LeaveReason.NOBODY)
                return QueueOutcome.NOBODY
            await self._distributor.match(self._queue)
            return await self._wait()
        except AgiHungUp:
            await self._give_up(LeaveReason.ABANDONED)
            raise
        except AgiError:
            await self._give_up(LeaveReason.FAILED)
            raise

    async def _give_up(self, reason: LeaveReason) -> None:
        """Leave the queue; an agent who was being rung is there for the next in line."""
        await self._distributor.leave(self._call.contact, reason)
        await self._distributor.match(self._queue)

    async def _wait(self) -> QueueOutcome:
        """Until an agent has talked to the caller, or the longest wait is over."""
        clock = self._services.clock
        announce = clock() + FIRST_WORDS_MS
        ends = math.inf if self._max_wait is None else clock() + self._max_wait * 1000
        while True:
            offer = await self._next_offer(until_ms=min(announce, ends))
            if offer is not None:
                if await self._serve(offer):
                    return QueueOutcome.TALKED
                await self._distributor.match(self._queue)
                announce = clock() + FIRST_WORDS_MS
            elif clock() >= ends:
                await self._distributor.leave(self._call.contact, LeaveReason.TIMEOUT)
                return QueueOutcome.TIMED_OUT
            else:
                await self._announce()
                every = self._organisation.queues[self._queue.name].announce_every
                announce = clock() + round(every * 1000)

    async def _next_offer(self, *, until_ms: float) -> Offer | None:
        """The contact's offer, or none when it is time for something else."""
        timeout_s = max(0.0, (until_ms - self._services.clock()) / 1000)
        search = asyncio.ensure_future(
            self._services.offers.next_offer(
                self._distributor, self._call.contact, timeout_s=timeout_s
            )
        )
        try:
            return await self._session.unless_hung_up(search)
        finally:
            search.cancel()
            await asyncio.gather(search, return_exceptions=True)

    async def _announce(self) -> None:
        """Say the position, and start the music that the sentence has ended."""
        # Redis may have lost the contact; else this changes nothing.
        await self._distributor.join(self._call.contact, self._queue)
        place = await self._distributor.place(self._call.contact)
        if place is not None:
            texts = self._organisation.texts.queue
            text = texts.next if place.position == 1 else texts.position
            variables = {
                "organisation": self._organisation.name,
                "language": self._language,
                "caller": self._call.caller,
                "dialled": self._call.dialled,
                "position": place.position,
            }
            try:
                await self._call.play(text.utterance(self._language, variables))
            except (ExpressionError, MediaError) as fault:
                logger.warning(
                    "the position cannot be spoken; the caller waits with music",
                    extra={"contact": self._call.contact, "fault": fault.code},
                )
        await self._session.music_on()

    async def _serve(self, offer: Offer) -> bool:
        """Ring the agent and let them talk; whether they did."""
        recorder = self._services.recorder
        sidecar = self._sidecar(offer)
        recording = ""
        if sidecar is not None:
            recording = f"^{await recorder.expect(sidecar)}"
            recording += "" if sidecar.on_demand else "^now"
        status, answered_ms = await self._dial(offer, recording)
        if status == "ANSWER":
            with suppress(StaleOffer):  # over already: the sweep or a reconciliation was first
                await self._distributor.answered(offer, at_ms=answered_ms)
                await self._distributor.ended(offer, max(0, self._services.clock() - answered_ms))
                await self._distributor.match_agent(offer.agent)  # ready, without wrap-up time
            if sidecar is not None:
                recorder.finish(sidecar.base)
        elif sidecar is not None:
            await recorder.drop(sidecar)
        if self._session.hung_up:
            raise AgiHungUp
        if status == "ANSWER":
            # The dialplan hangs up on a caller who has talked; this one may come to a queue again.
            await self._session.set_variable("DIALSTATUS", "")
            return True
        with suppress(StaleOffer):
            reason = REFUSALS.get(status, RefusalReason.UNREACHABLE)
            await self._distributor.refused(offer, reason)
        return False

    def _sidecar(self, offer: Offer) -> Sidecar | None:
        """Whose the recording of this conversation will be; none where nothing is recorded."""
        if self._recorded is When.NEVER:
            return None
        return Sidecar(
            contact=offer.contact,
            n=int(offer.id),
            org=self._organisation.id,
            kind=RecordingKind.CONVERSATION,
            offered_at_ms=self._services.clock(),
            queue=offer.queue,
            agent=offer.agent,
            caller=self._call.caller,
            language=self._language,
            keep_days=self._organisation.queues[offer.queue].recording.keep_days,
            on_demand=self._recorded is When.ON_DEMAND,
        )

    async def _dial(self, offer: Offer, recording: str) -> tuple[str, int]:
        """Run ``Dial`` to its end: ``DIALSTATUS``, and when the agent answered (epoch ms)."""

        async def answered() -> None:
            try:
                await self._distributor.answered(offer)
            except (StaleOffer, AcdUnavailable) as fault:  # told again when Dial returns
                logger.warning(
                    "an answer could not be noted",
                    extra={"contact": offer.contact, "fault": fault.code},
                )

        ring = self._queue.ring_seconds
        with self._services.answers.expect(offer.contact, answered):
            overdue = asyncio.create_task(_later(ring + PICKED_UP_S, answered))
            try:
                await self._session.exec(
                    "Dial",
                    f"PJSIP/{offer.phone}",
                    str(ring),
                    DIAL_OPTIONS.format(recording=recording),
                    limit_s=NO_LIMIT,
                )
            finally:
                overdue.cancel()
                await asyncio.gather(overdue, return_exceptions=True)
        outcome = await self._session.evaluate("${DIALSTATUS} ${VAXEL_ANSWERED}")
        status, _, at = outcome.partition(" ")
        return status, int(at) if at.isdecimal() else self._services.clock()


async def _later(seconds: float, step: Answered) -> None:
    await asyncio.sleep(seconds)
    await step()
