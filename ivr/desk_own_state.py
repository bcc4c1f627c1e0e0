"""The feature code ``*10``: an agent hears how they stand, and what waits for them."""

from __future__ import annotations

from acd.model import AgentState, AgentStatus
from ivr.desk_after_call import say_wrapup
from ivr.desk_visit import Visit
from ivr.flow.organisation import NOT_ANSWERING
from ivr.office import Office


async def tell(visit: Visit, office: Office, agent: AgentStatus) -> None:
    """Say who is logged in here, what they do, their queues and who waits in these."""
    texts, known = visit.texts.own_state, office.organisation.agents.get(agent.id)
    await visit.say(texts.who, name="" if known is None else known.name, number=agent.id)
    await _say_state(visit, office, agent)
    await visit.say(texts.queues, queues=", ".join(agent.queues))
    described = office.rides.queues
    asked = [described[name] for name in agent.queues if name in described]
    gauges = (await office.distributor.snapshot(asked)).queues.values()
    await visit.say(texts.waiting, waiting=sum(one.waiting + one.callbacks for one in gauges))


async def _say_state(visit: Visit, office: Office, agent: AgentStatus) -> None:
    texts = visit.texts
    match agent.state:
        case AgentState.WRAPUP:
            await say_wrapup(visit, max(0, agent.until_ms - visit.clock()) // 1000)
        case AgentState.PAUSED:
            reasons = office.organisation.pauses.values()
            said = next((one.say for one in reasons if one.key == agent.reason), None)
            if said is not None:
                await visit.say(texts.desk.paused, reason=visit.spoken(said))
            elif agent.reason != NOT_ANSWERING:  # which was told before
                await visit.say(texts.own_state.phone_failed)
        case AgentState.READY:
            await visit.say(texts.desk.ready)
        case _:
            await visit.say(texts.own_state.in_call)
