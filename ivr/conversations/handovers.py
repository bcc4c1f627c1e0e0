"""An agent's wish to hand the caller over, and what becomes of it when the agent has hung up.

The wish stands on the caller's channel: whichever controller hears the agent's keys, the one that
serves the caller finds it when ``Dial`` returns; and one that takes the call up later, because that
one died meanwhile, finds it too.

The contact stays one contact. To a queue or an agent it waits once more, in the same atomic step in
which the agent's wrap-up begins, where it would stand had it come there in the first place. To a
number outside it leaves the queues for the time of that call; where nobody is reached it is back in
the agent's queue at its old place. It is never left without a way to an agent.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Self

from acd.errors import OfferNotAnswered, StaleOffer, TooManyLines
from acd.model.agent import AgentStatus
from acd.model.handover import HandedTo, Handover
from acd.model.offer import Offer
from acd.model.queue import Queue
from ivr.calls.agi_call import AgiCaller
from ivr.flow.call import Preferred, QueueRequest, RequiredSkills
from ivr.flow.world import TransferOutcome, Transferred, TransferRequest
from ivr.queueing.joining import join, steps_of
from ivr.services import Services
from ivr.world.transfers import Transfers
from store.events import Event, EventType
from store.stream import StreamUnavailable
from wire.agi.errors import AgiError, AgiHungUp
from wire.agi.session import AgiSession

logger = logging.getLogger(__name__)

WISH: Final = "VAXEL_HANDOVER"
"""On the caller's channel; empty when the agent has no such wish."""

REFERRED: Final = "SIPTRANSFER"
"""On the caller's channel, by Asterisk: ``yes`` where a phone has transferred them (REFER)."""

AGENT: Final = "VAXEL_AGENT"
"""On the caller's channel: that of the agent who has the conversation."""

RING_S: Final = 30.0
"""So long a number outside may ring."""

WAITS_FOR_ONE_S: Final = 30.0
"""So long the caller waits for the agent whom they are handed over to; then for anybody."""

LANGUAGE: Final = "language."
"""What is required of an agent's languages goes along to another queue; subjects are its own."""


@dataclass(frozen=True, slots=True)
class HandoverWish:
    """To whom an agent hands the caller over.

    Attributes:
        to: To what.
        target: Name of the queue, id of the agent, or the number (personal).
        queue: Where the caller waits for them; ``""`` for a number.
        literal: Whether the organisation's list names the number as a whole.
    """

    to: HandedTo
    target: str = field(repr=False)
    queue: str = ""
    literal: bool = False

    def noted(self) -> str:
        """As it stands on the channel."""
        return " ".join((self.to, self.target, self.queue or "-", "1" if self.literal else "0"))

    @classmethod
    def read(cls, noted: str) -> Self | None:
        """The wish that stands there; ``None`` for none."""
        match noted.split():
            case [to, target, queue, literal] if to in set(HandedTo):
                where = "" if queue == "-" else queue
                return cls(HandedTo(to), target, where, literal == "1")
        return None

    @property
    def told(self) -> Handover:
        """What the ACD is told: never the number."""
        return Handover(self.to, "" if self.to is HandedTo.NUMBER else self.target)


async def wish_of(session: AgiSession) -> HandoverWish | None:
    """The wish on a caller's channel."""
    return HandoverWish.read(await session.get_variable(WISH) or "")


async def comes_back(session: AgiSession) -> bool:
    """Whether the dialplan asks for a controller again for a call that is given up here.

    Not for one that is gone, nor for a caller who has talked, unless an agent hands them over.
    """
    if session.hung_up:
        return False
    try:
        outcome = await session.evaluate(f"${{DIALSTATUS}} ${{{WISH}}}")
    except AgiError:
        return False
    status, _, wish = outcome.partition(" ")
    return status != "ANSWER" or bool(wish)


def waits_in(agent: AgentStatus, own: str, queues: Mapping[str, Queue]) -> str:
    """The queue in which a caller waits for one agent: their own where the agent serves it."""
    known = [queue for queue in agent.queues if queue in queues]
    return own if own in known else next(iter(known), "")


class Handovers:
    """Hands one caller over."""

    def __init__(
        self,
        call: AgiCaller,
        request: QueueRequest,
        queues: Mapping[str, Queue],
        services: Services,
    ) -> None:
        """Bind to a caller.

        Args:
            call: The caller.
            request: How they came to the queue.
            queues: Of the organisation.
            services: What serves it.
        """
        self._call = call
        self._request = request
        self._queues = queues
        self._services = services

    async def carry_out(self, wish: HandoverWish, offer: Offer, talked_ms: int) -> bool:
        """End the agent's conversation and lead the caller on.

        Args:
            wish: Where to.
            offer: The conversation.
            talked_ms: Its length.

        Returns:
            Whether the caller has talked to somebody else and is through; if not, they wait.

        Raises:
            AgiHungUp: The caller is gone.
            AgiError: The channel failed.
        """
        session, distributor = self._call.session, self._services.distributor
        queue = self._queues.get(wish.queue)
        if wish.to is not HandedTo.NUMBER and queue is None:  # none, or taken away meanwhile
            queue = self._queues[self._request.queue]
            wish = HandoverWish(HandedTo.QUEUE, queue.name, queue.name)
        offer, effective = await self._leave_agent(wish, offer, talked_ms, queue)
        # From here on the ACD knows; a controller that takes the call up goes by that.
        await session.set_variable(WISH, "")
        await session.set_variable("DIALSTATUS", "")
        await distributor.match_agent(offer.agent)  # ready, without wrap-up time
        if queue is None:
            if await self._outside(wish, offer):
                return True
            queue = self._queues.get(offer.queue, self._queues[self._request.queue])
            credit = max(0, self._services.clock() - effective)
            again = replace(self._request, prefer=None)
            await join(distributor, offer.contact, queue, again, credit_ms=credit)
        await distributor.match(queue)
        return False

    async def _leave_agent(
        self, wish: HandoverWish, offer: Offer, talked_ms: int, queue: Queue | None
    ) -> tuple[Offer, int]:
        """The conversation that is over, and the effective arrival."""
        distributor, onward = self._services.distributor, self._onward(wish, queue)
        with suppress(StaleOffer, OfferNotAnswered):
            return offer, await self._hand(wish, offer, talked_ms, queue, onward)
        # The agent's colleague has taken it over; or it is over, and perhaps offered to the next.
        taken = await distributor.current_offer(offer.contact)
        if taken is not None:
            with suppress(StaleOffer, OfferNotAnswered):
                return taken, await self._hand(wish, taken, None, queue, onward)
        if queue is not None:
            await join(distributor, offer.contact, queue, onward)
        return offer, self._services.clock()

    async def _hand(
        self,
        wish: HandoverWish,
        offer: Offer,
        talked_ms: int | None,
        queue: Queue | None,
        onward: QueueRequest,
    ) -> int:
        hand = partial(self._services.distributor.transferred, offer, talked_ms, wish.told, queue)
        try:
            return await hand(require=steps_of(onward))
        except TooManyLines as full:
            logger.error(
                "a caller is handed over without the skills that are required",
                extra={"contact": offer.contact, "queue": wish.queue, "fault": full.code},
            )
            return await hand()

    def _onward(self, wish: HandoverWish, queue: Queue | None) -> QueueRequest:
        """How the caller comes to where they wait from here on."""
        steps = self._request.require
        if queue is not None and wish.queue != self._request.queue:
            steps = tuple(
                RequiredSkills(
                    step.after,
                    {
                        name: level
                        for name, level in step.skills.items()
                        if name.startswith(LANGUAGE)
                    },
                )
                for step in steps
            )
        named = wish.to is HandedTo.AGENT
        prefer = Preferred(wish.target, WAITS_FOR_ONE_S) if named else None
        return replace(self._request, require=steps, prefer=prefer)

    async def _outside(self, wish: HandoverWish, offer: Offer) -> bool:
        """Ring the number; whether they talked."""
        session, services = self._call.session, self._services
        # What the agent's phone showed beside the caller's number is not for others.
        await session.set_variable("CALLERID(name)", "")
        request = TransferRequest(wish.target, wish.literal, RING_S)
        came = await Transfers(services.outgoing, services.clock).connect(self._call, request)
        await self._tell(came, offer)
        if came.hung_up:
            raise AgiHungUp
        return came.outcome is TransferOutcome.TALKED

    async def _tell(self, came: Transferred, offer: Offer) -> None:
        fields = {"outcome": came.outcome.value, "rang": f"{came.rang * 1000:.0f}"}
        if came.outcome is TransferOutcome.TALKED:
            fields["talked"] = f"{came.talked * 1000:.0f}"
        services = self._services
        event = Event(
            EventType.CALL_FORWARDED,
            services.clock(),
            services.distributor.org,
            offer.contact,
            queue=offer.queue,
            agent=offer.agent,
            fields=fields,
        )
        with suppress(StreamUnavailable):
            await services.stream.append(event)
