"""The feature code ``*10``: an agent hears how they stand, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from acd.model.agent import AgentState
from ivr.desk.after_call import say_wrapup
from ivr.desk.visit import Presence, Visit
from ivr.flow.staff import NOT_ANSWERING

_RANK: Final = (
    AgentState.LOGGED_OUT,
    AgentState.READY,
    AgentState.PAUSED,
    AgentState.WRAPUP,
    AgentState.RESERVED,
    AgentState.TALKING,
)
"""Of an agent at several organisations, the state that comes last here is told."""


async def tell(visit: Visit, found: Sequence[Presence]) -> None:
    """Say who is logged in here, what they do, their queues and who waits in these."""
    texts, first = visit.texts.own_state, found[0]
    known = first.office.organisation.agents.get(first.agent.id)
    await visit.say(texts.who, name="" if known is None else known.name, number=first.agent.id)
    busiest = max(found, key=lambda there: _RANK.index(there.agent.state))
    with visit.speaking_as(busiest.office):
        await _say_state(visit, busiest)
    queues = [queue for there in found for queue in there.agent.queues]
    await visit.say(texts.queues, queues=", ".join(queues))
    await visit.say(texts.waiting, waiting=sum([await _waiting(there) for there in found]))


async def _waiting(there: Presence) -> int:
    """Callers and callbacks in the queues that an agent serves at an organisation."""
    described = there.office.rides.queues
    asked = [described[name] for name in there.agent.queues if name in described]
    gauges = (await there.office.distributor.snapshot(asked)).queues.values()
    return sum(gauge.waiting + gauge.callbacks for gauge in gauges)


async def _say_state(visit: Visit, there: Presence) -> None:
    texts, agent = visit.texts, there.agent
    match agent.state:
        case AgentState.WRAPUP:
            await say_wrapup(visit, max(0, agent.until_ms - visit.clock()) // 1000)
        case AgentState.PAUSED:
            reasons = there.office.organisation.pauses.values()
            said = next((one.say for one in reasons if one.key == agent.reason), None)
            if said is not None:
                await visit.say(texts.desk.paused, reason=visit.spoken(said))
            elif agent.reason != NOT_ANSWERING:  # which was told before
                await visit.say(texts.own_state.phone_failed)
        case AgentState.READY:
            await visit.say(texts.desk.ready)
        case _:
            await visit.say(texts.own_state.in_call)
