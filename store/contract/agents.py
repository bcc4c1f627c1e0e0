"""The events of an agent."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import AGENT
from store.contract.kind import Field, Group, Kind
from store.contract.values import INSTANT, MILLISECONDS, TEXT, words
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

    call = Field("call", TEXT, "Id of the call, the same from its beginning to its end.")
    yield _agent(
        EventType.AGENT_CALL_BEGUN,
        "The agent calls somebody of their own accord; nothing is offered until that is over.",
        call,
    )
    yield _agent(EventType.AGENT_CALL_ANSWERED, "Whom the agent calls has picked up.", call)
    yield _agent(
        EventType.AGENT_CALL_ENDED,
        "The agent's own call is over.",
        call,
        Field(
            "outcome",
            words(
                "talked",
                "no_answer",
                "busy",
                "unreachable",
                cancelled="the agent hung up first, or nobody was left to see what became of it",
            ),
            "What came of it.",
        ),
        Field("talked", MILLISECONDS, "Length of the conversation, if any.", required=False),
        Field(
            "state",
            words("ready", "wrapup", "paused"),
            "What the agent does now: it may have changed during the call.",
        ),
        Field("reason", TEXT, "Of a pause.", required=False),
    )
    yield _agent(
        EventType.AGENT_CALL_REFUSED,
        "The agent wanted to call somebody and was not let.",
        Field(
            "reason",
            words(
                off="the organisation lets its agents call nobody",
                not_allowed="the number is none that they may call",
                busy="the agent has a call",
            ),
            "Why.",
        ),
    )


def _agent(type_: EventType, meaning: str, *fields: Field) -> Kind:
    return Kind(type_, Group.AGENT, meaning, (AGENT, *fields))
