"""What a supervisor does: each is one step in Redis, which tells who wanted it.

A step that is refused has changed nothing, and is answered by the ACD's own error.
"""

from __future__ import annotations

from typing import Final

from acd.model import AgentStatus
from ivr.api.errors import RequestInvalid
from ivr.api.models import Agent, Call, Cancelled, Nothing, Pause, Priority
from ivr.api.reading import agent_of, call_of
from ivr.api.route import Asked, House, Route
from ivr.api.tokens import Role


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


async def prioritise(house: House, asked: Asked[Nothing, Priority]) -> Call:
    """Move a contact in line."""
    contact = await house.floor.prioritise(
        asked.path["contact"], asked.body.credit_ms, by=asked.token.name
    )
    return call_of(contact, asked.token)


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
        answer=Agent,
        body=Pause,
    ),
    Route(
        method="POST",
        path="/agents/{agent}/unpause",
        role=Role.SUPERVISOR,
        summary="End a pause or wrap-up; with a call, take back what was to come after it.",
        serve=unpause,
        answer=Agent,
    ),
    Route(
        method="POST",
        path="/agents/{agent}/logout",
        role=Role.SUPERVISOR,
        summary="Log an agent out; with a call, after the call.",
        serve=logout,
        answer=Agent,
    ),
    Route(
        method="PUT",
        path="/calls/{contact}/priority",
        role=Role.SUPERVISOR,
        summary="Move a contact forward in line, or back to the place of its arrival.",
        serve=prioritise,
        answer=Call,
        body=Priority,
    ),
    Route(
        method="DELETE",
        path="/callbacks/{contact}",
        role=Role.SUPERVISOR,
        summary="Cancel a callback.",
        serve=cancel,
        answer=Cancelled,
    ),
)


def _agent(house: House, status: AgentStatus) -> Agent:
    return agent_of(status, house.office.organisation.agents)
