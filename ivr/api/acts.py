"""What a supervisor does: each is one step in Redis, which tells who wanted it.

A step that is refused has changed nothing, and is answered by the ACD's own error.
"""

from __future__ import annotations

from typing import Final

from acd.errors import ContactUnknown
from acd.model.agent import AgentState, AgentStatus
from ivr.api.errors import RecordingDiffers, RequestInvalid, SupervisionDiffers
from ivr.api.models import Agent, Call, Cancelled, Move, Nothing, Pause, Priority, Result
from ivr.api.reading import agent_of, call_of
from ivr.api.route import Asked, House, Route
from ivr.api.tokens import Role
from ivr.flow.after_call import choices_of
from ivr.supervision import moving
from ivr.supervision.moving import Difference, difference


async def pause(house: House, asked: Asked[Nothing, Pause]) -> Agent:
    """Pause an agent, after the call where there is one."""
    reason = asked.body.reason
    known = sorted(one.key for one in house.office.organisation.pauses.values())
    if reason not in known:
        raise RequestInvalid(
            "reason: the organisation has no such pause.", f"Take one of: {', '.join(known)}."
        )
    agents = house.office.agents
    return _agent(house, await agents.pause(asked.path["agent"], reason, by=asked.token.name))


async def unpause(house: House, asked: Asked[Nothing, Nothing]) -> Agent:
    """End an agent's pause or wrap-up, and give them whoever waits."""
    agent = asked.path["agent"]
    status = await house.office.agents.unpause(agent, by=asked.token.name)
    await house.office.distributor.match_agent(agent)
    return _agent(house, status)


async def logout(house: House, asked: Asked[Nothing, Nothing]) -> Agent:
    """Log an agent out, after the call where there is one."""
    agents = house.office.agents
    return _agent(house, await agents.logout(asked.path["agent"], by=asked.token.name))


async def give_result(house: House, asked: Asked[Nothing, Result]) -> Agent:
    """Say what came of an agent's last contact; the wrap-up that has waited for it may end."""
    organisation, agents = house.office.organisation, house.office.agents
    agent, result, contact = asked.path["agent"], asked.body.result, asked.body.contact
    last = (await agents.status(agent)).last
    queue = None if last is None else organisation.queues.get(last.queue)
    known = sorted(one.key for one in choices_of(queue, organisation.results).values())
    if result not in known:
        raise RequestInvalid(
            "result: it is none of those that may come of this contact.",
            f"Take one of: {', '.join(known) or 'none'}.",
        )
    contact = contact or ("" if last is None else last.contact)
    status = await agents.give_result(agent, result, contact=contact, by=asked.token.name)
    if status.state is AgentState.READY:
        await house.office.distributor.match_agent(agent)
    return _agent(house, status)


async def prioritise(house: House, asked: Asked[Nothing, Priority]) -> Call:
    """Move a contact in line."""
    contact = await house.floor.prioritise(
        asked.path["contact"], asked.body.credit_ms, by=asked.token.name
    )
    return call_of(contact, asked.token)


async def move(house: House, asked: Asked[Nothing, Move]) -> Call:
    """Let a waiting call wait in another queue, and give it to whoever is ready there."""
    known, to = house.office.organisation.queues, asked.body.queue
    if to not in known:
        raise RequestInvalid(
            "queue: the organisation has none of this name.", f"Take one of: {', '.join(known)}."
        )
    contact = await house.floor.contact(asked.path["contact"])
    if contact is None:
        raise ContactUnknown(asked.path["contact"])
    match difference(known, contact.queue, to):
        case Difference.RECORDING:
            raise RecordingDiffers(contact.queue, to)
        case Difference.SUPERVISION:
            raise SupervisionDiffers(contact.queue, to)
    moved = await moving.move(house.office, house.floor, contact, to, by=asked.token.name)
    return call_of(moved, asked.token)


async def cancel(house: House, asked: Asked[Nothing, Nothing]) -> Cancelled:
    """Call nobody, or nobody once more. Who was held for it is given others by the next round."""
    callbacks = house.office.callbacks
    return Cancelled(gone=await callbacks.cancel(asked.path["contact"], by=asked.token.name))


ACTS: Final = (
    Route(
        method="POST",
        path="/agents/{agent}/pause",
        role=Role.SUPERVISOR,
        summary="Pause an agent; with a call, after the call.",
        serve=pause,
        act="pause",
        answer=Agent,
        body=Pause,
    ),
    Route(
        method="POST",
        path="/agents/{agent}/unpause",
        role=Role.SUPERVISOR,
        summary="End a pause or wrap-up; with a call, take back what was to come after it.",
        serve=unpause,
        act="unpause",
        answer=Agent,
    ),
    Route(
        method="POST",
        path="/agents/{agent}/logout",
        role=Role.SUPERVISOR,
        summary="Log an agent out; with a call, after the call.",
        serve=logout,
        act="logout",
        answer=Agent,
    ),
    Route(
        method="POST",
        path="/agents/{agent}/result",
        role=Role.SUPERVISOR,
        summary="Say what came of the contact that an agent talks with or talked to last.",
        serve=give_result,
        act="result",
        answer=Agent,
        body=Result,
    ),
    Route(
        method="PUT",
        path="/calls/{contact}/priority",
        role=Role.SUPERVISOR,
        summary="Move a contact forward in line, or back to the place of its arrival.",
        serve=prioritise,
        act="prioritise",
        answer=Call,
        body=Priority,
    ),
    Route(
        method="POST",
        path="/calls/{contact}/move",
        role=Role.SUPERVISOR,
        summary="Let a waiting call wait in another queue; it keeps its place by arrival.",
        serve=move,
        act="move",
        answer=Call,
        body=Move,
    ),
    Route(
        method="DELETE",
        path="/callbacks/{contact}",
        role=Role.SUPERVISOR,
        summary="Cancel a callback.",
        serve=cancel,
        act="cancel",
        answer=Cancelled,
    ),
)


def _agent(house: House, status: AgentStatus) -> Agent:
    return agent_of(status, house.office.organisation.agents)
