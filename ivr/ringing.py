"""One caller and the agent who is reserved for them: ring, talk, record, tell the queue."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Final

from acd.errors import AcdUnavailable, StaleOffer
from acd.model import Offer, Queue, RefusalReason
from ivr.agi_call import AgiCaller
from ivr.answers import Answered
from ivr.consent import when_recorded
from ivr.flow.call import QueueRequest
from ivr.flow.organisation import Organisation
from ivr.flow.recording import When
from ivr.handovers import WISH, Handovers, HandoverWish
from ivr.joining import end
from ivr.remote_agents import (
    ANSWERED,
    LATE_S,
    UNTAKEN,
    is_remote,
    remote_destination,
    remote_options,
)
from ivr.services import Services
from ivr.stranded import Talk
from recorder.sidecar import Sidecar
from store.models import RecordingKind
from wire.agi.errors import AgiHungUp
from wire.agi.link import NO_LIMIT

logger = logging.getLogger(__name__)

REFUSALS: Final = {
    "NOANSWER": RefusalReason.NO_ANSWER,
    "BUSY": RefusalReason.BUSY,
    "CHANUNAVAIL": RefusalReason.UNREACHABLE,
    "CONGESTION": RefusalReason.UNREACHABLE,
}
"""What ``DIALSTATUS`` says of an agent who did not take the call."""

DIAL_OPTIONS: Final = "gitm(default)U(vaxel-answered{recording})"
"""After the agent's hang-up go on; follow no forwarding; the agent may ask others; music instead of
ringing; record.

The subroutine's arguments: the recording's path if there may be one, and whether it begins at once.
"""

AUTO_ANSWER: Final = "b(vaxel-auto-answer^s^1)"
"""A further one for an agent whose phone answers by itself."""

PICKED_UP_S: Final = 2.0
"""``Dial`` gives up after the ring time; one that runs so much longer is a conversation."""

LONGEST_SHOWN: Final = 80


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

    async def serve(self, offer: Offer) -> bool:
        """Ring the agent and let them talk.

        Returns:
            Whether the caller has talked and is through; if not, the contact waits: at its place,
            or where the agent has handed it over to.

        Raises:
            AgiHungUp: The caller is gone.
            AgiError: The channel failed.
        """
        recorder = self._services.recorder
        sidecar, recording = await self._recording(offer)
        status, answered_ms, wish = await self._dial(offer, recording)
        if status == "ANSWER":
            talked_ms = max(0, self._services.clock() - answered_ms)
            over = wish is None or self._session.hung_up
            try:
                with suppress(StaleOffer):  # taken over, or over: the sweep was first
                    await self._distributor.answered(offer, at_ms=answered_ms)
                    await self._keep_agent(offer)
                if over:
                    await end(self._distributor, offer, talked_ms)
            except AcdUnavailable:
                if over:
                    self._services.stranded.talked(Talk(offer, answered_ms, talked_ms))
                raise
            if sidecar is not None:
                recorder.finish(sidecar.base)
        elif sidecar is not None:
            with suppress(OSError):  # the recorder's sweep finds it
                await recorder.drop(sidecar)
        if self._session.hung_up:
            raise AgiHungUp
        if wish is not None:
            through = await self._handovers.carry_out(wish, offer, talked_ms)
            if not through:
                await self._follow(wish)
            return through
        if status == "ANSWER":
            # The dialplan hangs up on a caller who has talked; this one may come to a queue again.
            await self._session.set_variable("DIALSTATUS", "")
            return True
        with suppress(StaleOffer):
            reason = await self._reason(offer, REFUSALS.get(status, RefusalReason.UNREACHABLE))
            await self._distributor.refused(offer, reason, missed_offers=self._queue.missed_offers)
        return False

    async def _reason(self, offer: Offer, reason: RefusalReason) -> RefusalReason:
        """Why the offer came to nothing: two organisations may have rung one phone at once."""
        if reason not in (RefusalReason.BUSY, RefusalReason.NO_ANSWER):
            return reason
        excused = await self._services.excuses.excused(self._organisation.id, offer)
        return RefusalReason.EXPIRED if excused else reason

    async def _recording(self, offer: Offer) -> tuple[Sidecar | None, str]:
        """Whose it will be, if there may be one, and the arguments of ``vaxel-answered``.

        A disk that is full costs the recording, and never the caller the conversation.
        """
        sidecar = self._sidecar(offer)
        if sidecar is None:
            return None, ""
        try:
            base = await self._services.recorder.expect(sidecar)
        except OSError as fault:
            await self._services.recorder.unrecorded(sidecar, fault)
            return None, ""
        return sidecar, f"^{base}" if sidecar.on_demand else f"^{base}^now"

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
            language=self._request.language,
            keep_days=self._organisation.queues[self._known(offer)].recording.keep_days,
            on_demand=self._recorded is When.ON_DEMAND,
        )

    async def _follow(self, wish: HandoverWish) -> None:
        """Record from here on as the queue wants it that the caller was handed over to."""
        if wish.queue in self._organisation.queues:
            self._recorded = await when_recorded(
                self._call, wish.queue, self._organisation, self._request.language
            )

    async def _dial(self, offer: Offer, recording: str) -> tuple[str, int, HandoverWish | None]:
        """Run ``Dial`` to its end.

        Returns:
            ``DIALSTATUS``, when the agent answered (epoch ms), and whom they hand the caller to.
        """
        remote = is_remote(offer.phone)
        destination = self._services.destinations.of(offer)
        if remote:
            outside = remote_destination(offer, self._organisation, self._services.outgoing)
            if outside is None:
                return "CHANUNAVAIL", self._services.clock(), None
            destination = outside

        async def answered() -> None:
            if remote:
                return  # picked up is not taken yet: the key says so (ivr.remote_agents)
            try:
                await self._distributor.answered(offer)
            except StaleOffer:
                return  # taken over by whom the agent asked, or over
            except AcdUnavailable as fault:  # told again when Dial returns
                logger.warning(
                    "an answer could not be noted",
                    extra={"contact": offer.contact, "fault": fault.code},
                )
                return
            await self._keep_agent(offer)

        await self._session.set_variable("CALLERID(name)", self._shown(offer))
        ring = round(self._organisation.queues[self._known(offer)].ring_seconds)
        if remote:
            await self._session.set_variable(ANSWERED, "")  # of an agent before
        with self._services.answers.expect(offer.contact, answered):
            overdue = asyncio.create_task(_later(ring + PICKED_UP_S, answered))
            try:
                await self._session.exec(
                    "Dial",
                    destination,
                    str(ring),
                    self._options(offer, ring).format(recording=recording),
                    limit_s=NO_LIMIT,
                )
            finally:
                overdue.cancel()
                await asyncio.gather(overdue, return_exceptions=True)
        outcome = await self._session.evaluate(f"${{DIALSTATUS}} ${{{ANSWERED}}} ${{{WISH}}}")
        status, at, wish = (*outcome.split(" ", 2), "", "")[:3]
        if remote and (at == UNTAKEN or (status == "ANSWER" and not at)):
            status = "NOANSWER"  # a mailbox, or nobody who wanted the call
        answered_ms = int(at) if at.isdecimal() else self._services.clock()
        return status, answered_ms, HandoverWish.read(wish) if status == "ANSWER" else None

    async def _keep_agent(self, offer: Offer) -> None:
        """Keep who talks to the caller, once, where the call tree will ask for it."""
        if self._request.keeps_agent and self._kept != offer.agent:
            self._kept = offer.agent
            days = self._organisation.callers.keep_days
            await self._services.memory.keep_agent(self._call.caller, offer.agent, days)

    def _options(self, offer: Offer, ring_s: int) -> str:
        """Options of ``Dial`` for this agent, with ``{recording}`` open."""
        if is_remote(offer.phone):
            until_ms = self._services.clock() + round((ring_s + LATE_S) * 1000)
            shown = self._services.shown_number
            return remote_options(offer, self._organisation.id, shown, until_ms)
        agent = self._organisation.agents.get(offer.agent)  # may have been taken out of the file
        auto = agent is not None and agent.auto_answer
        return DIAL_OPTIONS + (AUTO_ANSWER if auto else "")

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


async def _later(seconds: float, step: Answered) -> None:
    await asyncio.sleep(seconds)
    await step()
