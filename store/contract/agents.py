"""The events of an agent."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import AGENT
from store.contract.kind import Field, Group, Kind
from store.contract.values import INSTANT, TEXT
from store.events import EventType


def kinds() -> Iterator[Kind]:
    """All of them."""
    until = Field("until", INSTANT, "When that ends by itself.")
    yield _agent(
        EventType.AGENT_LOGGED_IN,
        "The agent is at a phone; agent.ready follows.",
        Field("phone", TEXT, "Which."),
    )
    yield _agent(EventType.AGENT_LOGGED_OUT, "The agent is gone.")
    yield _agent(EventType.AGENT_READY, "The agent may be given a contact.")
    yield _agent(
        EventType.AGENT_PAUSED,
        "The agent is given no contact.",
        Field(
            "reason",
            TEXT,
            "A reason of the organisation's own; or busy, not_answering, unreachable: the phone.",
        ),
    )
    yield _agent(
        EventType.AGENT_WRAPUP,
        "The agent works on the conversation that is over; told again when the end is another.",
        until,
    )
    yield _agent(
        EventType.AGENT_PHONE_LOST,
        "The agent's phone cannot be reached; nothing is offered until agent.phone_back.",
        Field("phone", TEXT, "Which."),
    )
    yield _agent(
        EventType.AGENT_PHONE_BACK,
        "The agent's phone can be reached again.",
        Field("phone", TEXT, "Which."),
    )
    yield _agent(EventType.AGENT_LOCKED, "Too many wrong PINs: the agent cannot log in.", until)


def _agent(type_: EventType, meaning: str, *fields: Field) -> Kind:
    return Kind(type_, Group.AGENT, meaning, (AGENT, *fields))
