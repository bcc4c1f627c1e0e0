"""What the files say, as the queues take it; puts callers in line and takes them out."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from acd.distributor import Distributor
from acd.errors import StaleOffer, TooManyLines
from acd.model.agent import Agent
from acd.model.offer import Offer
from acd.model.queue import Queue, Strategy
from acd.model.waiting import LeaveReason
from acd.skills import Requirement, narrowed
from ivr.flow.call import QueueRequest
from ivr.flow.organisation import Organisation

logger = logging.getLogger(__name__)


def acd_queue(name: str, organisation: Organisation) -> Queue:
    """A queue as the ACD knows it."""
    queue = organisation.queues[name]
    helped = any(name in agent.backup for agent in organisation.agents.values())
    return Queue(
        name,
        round(queue.ring_seconds),
        queue.usual_wrapup_seconds,
        missed_offers=queue.missed_offers,
        strategy=Strategy(queue.strategy.value),
        weight=queue.weight,
        backup_seconds=round(queue.backup_after) if helped else 0,
        result_within_seconds=queue.longest_wrapup_seconds if queue.result_required else 0,
        ring_at_once=queue.ring_at_once,
    )


def acd_agent(number: str, organisation: Organisation) -> Agent:
    """An agent as the ACD knows them, at whatever telephone they are."""
    agent = organisation.agents[number]
    return Agent(
        number,
        agent.name,
        agent.serves,
        agent.levels,
        frozenset(agent.backup),
        weight=agent.weight,
    )


def steps_of(request: QueueRequest) -> tuple[Requirement, ...]:
    """What a call tree requires and whom it prefers, as the queues take it."""
    steps = [Requirement(round(step.after * 1000), step.skills) for step in request.require]
    if (prefer := request.prefer) is None:
        return tuple(steps)
    return narrowed(steps, agent=prefer.agent, agent_ms=round(prefer.seconds * 1000))


async def join(
    distributor: Distributor,
    contact: str,
    queue: Queue,
    request: QueueRequest,
    *,
    credit_ms: int = 0,
) -> bool:
    """Let a contact join a queue, or be taken up where it stands.

    A requirement that the queue cannot keep apart from all others is dropped: an agent who can do
    less is better than a call that falls out of the queue.

    Args:
        distributor: The organisation's queues.
        contact: Its id.
        queue: Where to.
        request: What is required of the agent.
        credit_ms: Moves it forward as if it had arrived so much earlier.

    Returns:
        Whether it was taken up at its old place.

    Raises:
        AcdUnavailable: Redis does not answer.
    """
    try:
        return await distributor.join(
            contact, queue, credit_ms=credit_ms, require=steps_of(request)
        )
    except TooManyLines as full:
        logger.error(
            "a caller waits without the skills that are required",
            extra={"contact": contact, "queue": queue.name, "fault": full.code},
        )
        return await distributor.join(contact, queue, credit_ms=credit_ms)


async def leave(distributor: Distributor, contact: str, reason: LeaveReason) -> None:
    """Take a contact out of its queue, whatever it was doing.

    The agents whom it held are there at once for the next, in any of their queues.

    Args:
        distributor: The organisation's queues.
        contact: Its id.
        reason: Why.

    Raises:
        AcdUnavailable: Redis does not answer.
    """
    for freed in await distributor.leave(contact, reason) or ():
        await distributor.match_agent(freed)


async def begin(
    distributor: Distributor, rung: Offer, talker: Offer, at_ms: int | None = None
) -> bool:
    """An agent has picked up; the others whom the contact held are there at once for the next.

    It is told late, too, where Redis or Asterisk's Manager was away until the offer had expired.

    Args:
        distributor: The organisation's queues.
        rung: The offer.
        talker: As the agent has it who picked up.
        at_ms: When, epoch, if that is known to be earlier than now.

    Returns:
        Whether they talk, as far as the queue knows by now.

    Raises:
        AcdUnavailable: Redis does not answer.
    """
    freed: Iterable[str] = ()
    try:
        if await distributor.answered(talker, at_ms):
            freed = [view.agent for view in rung.views if view.agent != talker.agent]
    except StaleOffer:
        at = distributor.clock() if at_ms is None else at_ms
        held = await distributor.answered_late(talker, at)
        if held is None:  # over, or taken over by whom the agent asked
            return False
        freed = held
    for agent in freed:
        await distributor.match_agent(agent)
    return True


async def end(distributor: Distributor, offer: Offer, talked_ms: int) -> None:
    """A conversation is over, by now perhaps with an agent who took it over.

    Args:
        distributor: The organisation's queues.
        offer: The conversation, as it began.
        talked_ms: Its length.

    Raises:
        AcdUnavailable: Redis does not answer.
    """
    try:
        await distributor.ended(offer, talked_ms)
    except StaleOffer:
        taken = await distributor.current_offer(offer.contact)
        if taken is not None and taken.controller == distributor.controller:
            await leave(distributor, offer.contact, LeaveReason.FAILED)
        return
    await distributor.match_agent(offer.agent)  # ready, without wrap-up time
