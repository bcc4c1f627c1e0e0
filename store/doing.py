"""What an agent does, as the events tell it: one state after the other, each with its beginning.

The ACD appends an event with each change of an agent's state, in the same atomic step; so the
stream alone says how long an agent was ready, talked, wrapped up or was paused and why. Both the
metrics and the SQL record read it by this one rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from store.events import Event, EventType


class AgentState(StrEnum):
    """What an agent does now; exactly one of these."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    RESERVED = "reserved"  # a contact was given to the agent: the phone rings, or the caller's does
    TALKING = "talking"
    WRAPUP = "wrapup"  # after-call work
    PAUSED = "paused"
    DIALLING = "dialling"  # calls somebody of their own accord, who has not answered yet
    OUTBOUND = "outbound"  # talks in such a call


@dataclass(frozen=True, slots=True)
class Doing:
    """A state and what it is about.

    Attributes:
        state: What the agent does.
        reason: Why paused.
        contact: Whom the agent is rung for, talks with or wraps up after.
        queue: Where that contact comes from.
    """

    state: AgentState
    reason: str = ""
    contact: str = ""
    queue: str = ""


_LEADS_TO: Mapping[EventType, AgentState] = {
    EventType.AGENT_LOGGED_IN: AgentState.READY,
    EventType.AGENT_READY: AgentState.READY,
    EventType.CALL_OFFERED: AgentState.RESERVED,
    EventType.CALL_CONSULTED: AgentState.RESERVED,
    EventType.CALL_CONSULT_ANSWERED: AgentState.TALKING,
    EventType.CALL_TAKEN_OVER: AgentState.TALKING,
    EventType.CALL_ANSWERED: AgentState.TALKING,
    EventType.CALLBACK_ANSWERED: AgentState.TALKING,
    EventType.AGENT_WRAPUP: AgentState.WRAPUP,
    EventType.AGENT_PAUSED: AgentState.PAUSED,
    EventType.AGENT_LOGGED_OUT: AgentState.LOGGED_OUT,
    EventType.AGENT_CALL_BEGUN: AgentState.DIALLING,
    EventType.AGENT_CALL_ANSWERED: AgentState.OUTBOUND,
}

_OWN_CALL = frozenset({AgentState.DIALLING, AgentState.OUTBOUND})
_BEHIND_IT = frozenset({EventType.AGENT_READY, EventType.AGENT_WRAPUP, EventType.AGENT_PAUSED})
"""What an agent comes to while they are in a call of their own, its end tells anew."""


def doing_after(before: Doing | None, event: Event) -> Doing | None:
    """What the agent of an event does from then on.

    Args:
        before: What the agent did so far, ``None`` where that is unknown.
        event: Any event.

    Returns:
        ``None`` where the event does not say: it leaves everything as it is.
    """
    state = _LEADS_TO.get(event.type)
    if event.type is EventType.AGENT_CALL_ENDED:
        state = _state_of(event.fields.get("state", ""))
    elif before is not None and before.state in _OWN_CALL and event.type in _BEHIND_IT:
        return None
    if state is None or not event.agent:
        return None
    match state:
        case AgentState.RESERVED | AgentState.TALKING:
            return Doing(state, contact=event.contact, queue=event.queue)
        case AgentState.WRAPUP if before is not None and before.state not in _OWN_CALL:
            return Doing(state, contact=before.contact, queue=before.queue)
        case AgentState.PAUSED:
            return Doing(state, reason=event.fields.get("reason", ""))
    return Doing(state)


def _state_of(word: str) -> AgentState | None:
    return next((state for state in AgentState if state.value == word), None)
