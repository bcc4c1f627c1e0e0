"""One caller and the agents who are reserved for them: ring, talk, record, tell the queue."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Final

from acd.errors import AcdUnavailable, OfferAnswered, StaleOffer
from acd.model.handover import HandedTo
from acd.model.offer import Offer
from acd.model.queue import Queue
from ivr.agents.remote_agents import ANSWERED
from ivr.calls.agi_call import AgiCaller
from ivr.conversations.handovers import REFERRED, WISH, Handovers, HandoverWish
from ivr.flow.call import CallReferred, QueueRequest
from ivr.flow.organisation import Organisation
from ivr.flow.recording import When
from ivr.queueing.answers import ANSWER, DIALLED, phone_in
from ivr.queueing.consent import when_recorded
from ivr.queueing.joining import end
from ivr.queueing.recorded_talks import RecordedTalks
from ivr.queueing.rung_agents import RungAgents
from ivr.queueing.stranded import Talk
from ivr.queueing.telephones import Telephones, telephones_of
from ivr.services import Services
from recorder.sidecar import Sidecar
from store.models import RecordingKind
from wire.agi.errors import AgiHungUp
from wire.agi.link import NO_LIMIT

PICKED_UP_S: Final = 2.0
"""``Dial`` gives up after the ring time; one that runs so much longer is a conversation."""

LOOK_S: Final = 1.0
"""So often Redis is told again of an answer that it does not know."""

FULL_TIME_MS: Final = 4_000
"""An offer lasts five seconds longer than its telephones ring; one of which less than so much would
be left begins anew."""

LONGEST_SHOWN: Final = 80


class Served(Enum):
    """What came of an offer for the caller."""

    THROUGH = "through"  # they have talked
    WAITS = "waits"  # nobody has answered: they wait on at their place
    HANDED_OVER = "handed over"  # they have talked, and wait where the agent wants them to


@dataclass(frozen=True, slots=True)
class _Ended:
    """What came of one ``Dial``.

    Attributes:
        status: ``DIALSTATUS``.
        answered_ms: When somebody answered, epoch milliseconds.
        talker: The offer as the agent has it who did; ``None``: nobody.
        wish: To whom they hand the caller over.
        referred: Whether the agent's phone has transferred the caller.
    """

    status: str
    answered_ms: int
    talker: Offer | None = None
    wish: HandoverWish | None = None
    referred: bool = False


class Ringing:
    """Rings agents for one caller."""

    def __init__(
        self,
        call: AgiCaller,
        queue: Queue,
        organisation: Organisation,
        services: Services,
        *,
        request: QueueRequest,
        recorded: When,
        handovers: Handovers,
    ) -> None:
        """Begin with nobody.

        Args:
            call: The caller.
            queue: Where they wait.
            organisation: Whose queue it is.
            services: What serves it.
            request: The caller's language and earlier choices.
            recorded: When the conversation is recorded.
            handovers: Leads the caller on where an agent hands them over.
        """
        self._call = call
        self._session = call.session
        self._queue = queue
        self._organisation = organisation
        self._services = services
        self._distributor = services.distributor
        self._request = request
        self._recorded = recorded
        self._handovers = handovers
        self._kept = ""

    async def serve(self, offer: Offer) -> Served:
        """Ring the agents, and let the one talk who picks up.

        Raises:
            AgiHungUp: The caller is gone.
            CallReferred: The agent's phone has transferred the caller; the conversation is not
                over yet, as far as the queue knows.
            AgiError: The channel failed.
        """
        telephones = telephones_of(offer, self._organisation, self._services)
        rung = RungAgents(
            offer,
            self._distributor,
            self._services.excuses,
            missed_offers=self._queue.missed_offers,
            talks=self._keep_agent,
            taken_by_picking_up=telephones is None or telephones.taken_by_picking_up,
        )
        if telephones is None:
            await rung.refuse("CHANUNAVAIL")
            return Served.WAITS
        recorded = await self._expect_recordings(offer)
        try:
            await self._begin_to_ring(offer)
        except StaleOffer:
            await recorded.drop()
            return Served.WAITS
        ended = await self._dial(offer, telephones, rung, recorded.arguments)
        talked_ms, talker = max(0, self._services.clock() - ended.answered_ms), ended.talker
        if talker is not None:
            over = not ended.referred and (ended.wish is None or self._session.hung_up)
            try:
                await rung.answered(talker, ended.answered_ms)
                if over:
                    await end(self._distributor, talker, talked_ms)
            except AcdUnavailable:
                if over:
                    self._services.stranded.talked(Talk(talker, ended.answered_ms, talked_ms))
                if not ended.referred:
                    raise
            await recorded.finish(talker.agent)
        else:
            await recorded.drop()
        if ended.referred:  # the channel is alive, and called hung up by AGI all the same
            raise CallReferred
        if self._session.hung_up:
            raise AgiHungUp
        if talker is None:
            return await self._nobody_answered(rung, offer, ended.status)
        if ended.wish is not None:
            return await self._hand_over(ended.wish, talker, talked_ms)
        # The dialplan hangs up on a caller who has talked; this one may come to a queue again.
        await self._session.set_variable("DIALSTATUS", "")
        return Served.THROUGH

    async def _begin_to_ring(self, offer: Offer) -> None:
        """Words that the caller had to hear to their end must not take the agents' time to answer.

        Raises:
            StaleOffer: It is over by now.
        """
        ring_ms = self._organisation.queues[self._known(offer)].ring_seconds * 1000
        if offer.expires_at_ms - self._services.clock() < ring_ms + FULL_TIME_MS:
            with suppress(OfferAnswered):  # told of before: by time it is over no more
                await self._distributor.prolong(offer)

    async def _nobody_answered(self, rung: RungAgents, offer: Offer, status: str) -> Served:
        try:
            await rung.refuse(status)
        except OfferAnswered:  # taken by a key, and gone before the two were joined
            back = HandoverWish(HandedTo.QUEUE, offer.queue, offer.queue)
            return await self._hand_over(back, offer, 0)
        return Served.WAITS

    async def _hand_over(self, wish: HandoverWish, offer: Offer, talked_ms: int) -> Served:
        # Before the queue knows that the caller waits: no agent shall wait for the answer.
        await self.follow(wish)
        if await self._handovers.carry_out(wish, offer, talked_ms):
            return Served.THROUGH
        return Served.HANDED_OVER

    async def _expect_recordings(self, offer: Offer) -> RecordedTalks:
        """Of each who may pick up; none where nothing is recorded."""
        views = () if self._recorded is When.NEVER else offer.views
        sidecars = [self._sidecar(view, several=bool(offer.beside)) for view in views]
        return await RecordedTalks.expect(self._services.recorder, sidecars)

    def _sidecar(self, offer: Offer, *, several: bool) -> Sidecar:
        """Whose the recording of this conversation will be."""
        return Sidecar(
            contact=offer.contact,
            n=int(offer.id),
            org=self._organisation.id,
            kind=RecordingKind.CONVERSATION,
            offered_at_ms=self._services.clock(),
            queue=offer.queue,
            agent=offer.agent,
            caller=self._call.caller,
            language=self._request.language,
            keep_days=self._organisation.queues[self._known(offer)].recording.keep_days,
            on_demand=self._recorded is When.ON_DEMAND,
            phone=offer.phone if several else "",
        )

    async def follow(self, wish: HandoverWish) -> None:
        """Record from here on as the queue wants it to which the caller is handed over.

        Raises:
            AgiError: The channel is gone or failed.
        """
        if wish.queue in self._organisation.queues:
            self._recorded = await when_recorded(
                self._call, wish.queue, self._organisation, self._request.language
            )

    async def _dial(
        self, offer: Offer, telephones: Telephones, rung: RungAgents, recording: str
    ) -> _Ended:
        """Run ``Dial`` to its end."""
        session, answers = self._session, self._services.answers
        await session.set_variable("CALLERID(name)", self._shown(offer))
        if not telephones.taken_by_picking_up:
            await session.set_variable(ANSWERED, "")  # of an agent before
        ring = round(self._organisation.queues[self._known(offer)].ring_seconds)

        async def make_known() -> None:
            """Have Redis know who talks, where it or AMI was away when somebody picked up."""
            overdue_ms = self._services.clock() + (ring + PICKED_UP_S) * 1000
            while not rung.talk_known:
                await asyncio.sleep(LOOK_S)
                talker = rung.talker
                if talker is None and self._services.clock() > overdue_ms:
                    talker = await answers.answered_by(offer, session.environment.channel)
                if talker is not None:
                    await rung.picked_up(talker)

        with answers.expect(offer.contact, rung):
            watch = asyncio.create_task(make_known())
            try:
                options = telephones.options(ring, recording)
                where = telephones.destination
                await session.exec("Dial", where, str(ring), options, limit_s=NO_LIMIT)
            finally:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)
        asked = ("CHANNEL(uniqueid)", REFERRED, "DIALSTATUS", ANSWERED, DIALLED, WISH)
        told = await session.evaluate(" ".join(f"${{{name}}}" for name in asked))
        channel, refer, dialled, at, number, wish = (*told.split(" ", 5), *[""] * 5)[:6]
        # What is left here is the agent's where a phone has put the caller in a call of its own.
        referred = refer == "yes" or channel not in ("", offer.contact)
        status = telephones.status(dialled, at)
        answered_ms = int(at) if at.isdecimal() else self._services.clock()
        if status != ANSWER:
            return _Ended(status, answered_ms)
        talker = rung.at(phone_in(number))
        if talker is None:
            talker = await self._distributor.current_offer(offer.contact) or offer
        return _Ended(status, answered_ms, talker, HandoverWish.read(wish), referred)

    async def _keep_agent(self, offer: Offer) -> None:
        """Keep who talks to the caller, once, where the call tree will ask for it."""
        if self._request.keeps_agent and self._kept != offer.agent:
            self._kept = offer.agent
            days = self._organisation.callers.keep_days
            await self._services.memory.keep_agent(self._call.caller, offer.agent, days)

    def _known(self, offer: Offer) -> str:
        """The queue of an offer: another one where a supervisor has moved the caller.

        One that was made since this call began is unknown here; that of the tree stands for it.
        """
        known = offer.queue in self._organisation.queues
        return offer.queue if known else self._queue.name

    def _shown(self, offer: Offer) -> str:
        """What the agent's phone shows beside the number, e.g. ``sv support fees``.

        The language comes first: the agent greets in it.
        """
        request = self._request
        told = dict.fromkeys((request.language, offer.queue, *request.answers.values()))
        return " ".join(told)[:LONGEST_SHOWN]
