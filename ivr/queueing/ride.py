"""One caller's ride through a queue: wait with music and a spoken position, ring, talk.

The ACD decides who talks to whom; this module makes Asterisk do it. While the caller waits, the AGI
session is idle and music plays; an offer, a key, the next announcement, the longest wait or the
caller's hang-up wakes the ride, whichever comes first. An offer wins over everything that is being
said or asked: it is cut short, so that no free agent waits for the end of a sentence. Media never
passes through here.

A caller may ask to be called back instead, and a caller who was going to be called may take that
place over by calling (:mod:`ivr.callbacks.kept_place`).

A ride that is cancelled (the controller stops) leaves the contact in its place: the dialplan hands
the call to the next controller, whose ``join`` takes the contact up where it stood. So does a ride
that Redis fails; if no controller can serve the call, Asterisk's own queue does.

Where the next controller is there already (:mod:`ivr.succession`), who waits goes to it as soon as
nothing is being said to them and no agent rings. Who was called back stays: they would be greeted
once more, and asked again whether they are there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from acd.errors import AcdUnavailable, CallbackUnknown
from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.model.waiting import AT_ONCE, LeaveReason
from acd.skills import sparing_backups
from ivr.agents.remote_agents import ANSWERED
from ivr.callbacks.kept_place import KeptPlace
from ivr.callbacks.offer import Wish
from ivr.calls.agi_call import AgiCaller
from ivr.conversations.handovers import WISH, Handovers, wish_of
from ivr.flow.call import CallGoesOn, CallHandedOn, QueueAway, QueueOutcome, QueueRequest
from ivr.flow.callback import CallbackOffer
from ivr.flow.organisation import Organisation
from ivr.queueing.consent import when_recorded
from ivr.queueing.joining import acd_queue, join, leave, steps_of
from ivr.queueing.ringing import Ringing, Served
from ivr.queueing.staying import Staying
from ivr.queueing.waiting import Elsewhere, Waiting
from ivr.services import Services
from wire.agi.errors import AgiError, AgiHungUp

OFFER_LATE_S: Final = 1.0
"""An agent who was being found a moment ago is there within this time."""

_LEFT: Final = {
    QueueOutcome.TIMED_OUT: LeaveReason.TIMEOUT,
    QueueOutcome.NOBODY: LeaveReason.NOBODY,
    QueueOutcome.CLOSED: LeaveReason.CLOSED,
}
"""How a wait that is over is told of."""


class QueueRides:
    """The rides through the queues of one organisation."""

    def __init__(self, organisation: Organisation, services: Services) -> None:
        self._organisation = organisation
        self._services = services
        self._queues: Mapping[str, Queue] = {
            name: acd_queue(name, organisation) for name in organisation.queues
        }

    @property
    def queues(self) -> Mapping[str, Queue]:
        """The organisation's queues as the ACD knows them."""
        return self._queues

    async def ride(self, call: AgiCaller, request: QueueRequest) -> QueueOutcome:
        """Join, wait and talk.

        Raises:
            AgiHungUp: The caller is gone; the queue knows.
            AgiError: The channel failed; the contact has left the queue.
            QueueAway: Redis does not answer.
        """
        return await self._guarded(call, request, _Ride.to_end)

    async def take_up(self, call: AgiCaller, request: QueueRequest) -> QueueOutcome:
        """Put somebody through who was called back and is in the queue as a caller by now.

        Raises:
            As :meth:`ride`.
        """
        return await self._guarded(call, request, _Ride.called_back)

    async def _guarded(
        self,
        call: AgiCaller,
        request: QueueRequest,
        way: Callable[[_Ride], Awaitable[QueueOutcome]],
    ) -> QueueOutcome:
        queue = self._queues[request.queue]
        ride = _Ride(call, request, queue, self._organisation, self._services, queues=self._queues)
        try:
            try:
                return await way(ride)
            except (AcdUnavailable, AgiError, CallGoesOn):
                raise
            except Exception:
                # Our own slip: the call goes on elsewhere. No agent shall be rung for it, or talk
                # to it for ever, as this controller lives on.
                await leave(self._services.distributor, call.contact, LeaveReason.FAILED)
                raise
        except AcdUnavailable as away:
            raise QueueAway from away


class _Ride:
    """One contact in one queue."""

    def __init__(
        self,
        call: AgiCaller,
        request: QueueRequest,
        queue: Queue,
        organisation: Organisation,
        services: Services,
        *,
        queues: Mapping[str, Queue],
    ) -> None:
        self._call = call
        self._request = request
        self._queue = queue
        self._queues = queues
        self._stands_in = queue
        self._organisation = organisation
        self._services = services
        self._distributor = services.distributor
        self._handovers = Handovers(call, request, queues, services)
        self._place = KeptPlace(call, request, queue, organisation, services)
        self._succeeded = services.succeeded

    async def to_end(self) -> QueueOutcome:
        """Ask for consent where the queue wants it; join, wait, talk; the queue knows the end."""
        async with self._until_gone():  # it may have a place already
            return await self._handed_over() or await self._turned_away() or await self._joined()

    async def _joined(self) -> QueueOutcome:
        contact = self._call.contact
        # Before the queue knows of the caller: no agent shall wait for the answer.
        ringing = await self._ringing()
        kept = await self._place.before()
        waited = 0 if kept is None else kept.wait_ms(self._services.clock())
        credit = max(waited, round(self._request.priority * 1000))
        resumed = await join(
            self._distributor, contact, self._queue, self._request, credit_ms=credit
        )
        staying = self._staying()
        if await staying.nobody():
            await self._distributor.leave(contact, LeaveReason.NOBODY)
            return QueueOutcome.NOBODY
        if not resumed:
            await self._foretell()
        if kept is not None:
            with suppress(CallbackUnknown):
                await self._services.callbacks.cancel(kept.contact)
        await self._distributor.match(self._queue)
        return await self._wait(ringing, self._place.offer(self._queue.name), staying)

    async def _handed_over(self) -> QueueOutcome | None:
        """How a caller goes on whose agent has handed them over and who is back in a new session.

        The agent's phone has transferred them, or the controller died.
        """
        session = self._call.session
        wish = await wish_of(session)
        if wish is None:
            return None
        offer = await self._distributor.current_offer(self._call.contact)
        if offer is None:
            await session.set_variable(WISH, "")  # it is done, or was never to be
            return None
        ringing = await self._ringing()
        await ringing.follow(wish)
        answered = await session.get_variable(ANSWERED) or ""
        now = self._services.clock()
        talked_ms = max(0, now - int(answered)) if answered.isdecimal() else 0
        if await self._handovers.carry_out(wish, offer, talked_ms):
            return QueueOutcome.TALKED
        return await self._wait_anew(ringing)

    async def _turned_away(self) -> QueueOutcome | None:
        """How a caller who may not join goes on; never one who has a place already."""
        request = self._request
        if request.max_length is None and request.max_estimate is None and not request.closed:
            return None
        if await self._distributor.held(self._call.contact) is not None:
            return None
        if request.closed:
            return QueueOutcome.CLOSED
        credit = round(request.priority * 1000)
        require = sparing_backups(self._queue, steps_of(request))
        line = await self._distributor.figures(self._queue.name, credit_ms=credit, require=require)
        if request.max_length is not None and line.waiting + line.callbacks >= request.max_length:
            return QueueOutcome.FULL
        longest, estimate = request.max_estimate, line.estimate
        if longest is None or estimate is None or estimate.expected_ms <= longest * 1000:
            return None
        return QueueOutcome.LONG_WAIT

    async def _foretell(self) -> None:
        """Keep what is expected of a wait that begins, to be held against it when it is over."""
        place = await self._distributor.place(self._call.contact)
        estimate = None if place is None else place.estimate
        if estimate is not None and estimate != AT_ONCE:
            await self._distributor.expect(self._call.contact, estimate)

    async def called_back(self) -> QueueOutcome:
        """The same for somebody who was called, and for whom an agent is held, as a rule."""
        self._succeeded = asyncio.Event()  # they stay
        async with self._until_gone():
            if (handed := await self._handed_over()) is not None:
                return handed
            ringing = await self._ringing()
            await self._distributor.match(self._queue)
            return await self._wait(ringing, None, self._staying())

    async def _ringing(self) -> Ringing:
        return Ringing(
            self._call,
            self._queue,
            self._organisation,
            self._services,
            request=self._request,
            recorded=await when_recorded(
                self._call, self._queue.name, self._organisation, self._request.language
            ),
            handovers=self._handovers,
        )

    @asynccontextmanager
    async def _until_gone(self) -> AsyncIterator[None]:
        """A caller who is gone leaves the queue; who was being rung is there for the next."""
        try:
            yield
        except AgiError as gone:
            hung_up = isinstance(gone, AgiHungUp)
            reason = LeaveReason.ABANDONED if hung_up else LeaveReason.FAILED
            await leave(self._distributor, self._call.contact, reason)
            raise

    def _staying(self) -> Staying:
        return Staying(
            self._call.contact,
            self._request,
            self._organisation,
            self._services,
            queue=self._stands_in.name,
        )

    async def _wait(
        self, ringing: Ringing, callback: CallbackOffer | None, staying: Staying
    ) -> QueueOutcome:
        """Until an agent has talked to the caller, or they need not or will not wait longer.

        Raises:
            CallHandedOn: They wait on elsewhere.
        """
        call, services = self._call, self._services
        with services.attention.listen(call.contact, call.told) as keys:
            waiting = Waiting(
                call,
                keys,
                self._stands_in,
                self._organisation,
                services,
                request=self._request,
                callback=callback,
                staying=staying,
                succeeded=self._succeeded,
            )
            while True:
                came = await self._unless_handed_on(await waiting.next())
                if isinstance(came, Offer):
                    served = await ringing.serve(came)
                    if served is Served.THROUGH:
                        return QueueOutcome.TALKED
                    if served is Served.HANDED_OVER:
                        break
                    # Not always that of the tree: a supervisor may have moved the caller.
                    await self._distributor.match(Queue(came.queue))
                    waiting.speak_soon()
                elif isinstance(came, Wish):
                    if await self._place.keep(came, self._stands_in.name, waiting):
                        return QueueOutcome.CALLED_BACK
                elif came is not None:
                    await leave(self._distributor, call.contact, _LEFT[came])
                    return came
        return await self._wait_anew(ringing)

    async def _unless_handed_on(
        self, came: Offer | Wish | QueueOutcome | Elsewhere
    ) -> Offer | Wish | QueueOutcome | None:
        """What came, or the offer that is there just when the caller was to wait elsewhere.

        Raises:
            CallHandedOn: They do.
        """
        if not isinstance(came, Elsewhere):
            return came
        if await self._distributor.hand_on(self._call.contact):
            raise CallHandedOn
        return await self._services.offers.next_offer(
            self._distributor, self._call.contact, timeout_s=OFFER_LATE_S
        )

    async def _wait_anew(self, ringing: Ringing) -> QueueOutcome:
        """A caller who was handed over waits as whoever has come to that queue just now."""
        stands_in = await self._distributor.held(self._call.contact) or ""
        self._stands_in = self._queues.get(stands_in, self._queue)
        return await self._wait(ringing, self._place.offer(self._stands_in.name), self._staying())
