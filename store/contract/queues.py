"""The events of a contact in a queue."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import (
    AGENT,
    HELD,
    IS_CALLBACK,
    OFFER,
    QUEUE,
    TALKED,
    WAITED,
    contact_kind,
)
from store.contract.kind import Field, Group, Kind
from store.contract.values import INSTANT, MILLISECONDS, words
from store.events import EventType


def kinds() -> Iterator[Kind]:
    """All of them."""
    group = Group.QUEUE
    waited = (QUEUE, WAITED)
    yield contact_kind(
        EventType.CALL_QUEUED,
        group,
        "The contact waits in a queue.",
        QUEUE,
        Field("arrived", INSTANT, "Where its waiting begins."),
    )
    yield contact_kind(
        EventType.CALL_OFFERED,
        group,
        "The contact is given to an agent: the phone is about to ring, of a callback the caller's.",
        *(QUEUE, AGENT, OFFER, IS_CALLBACK),
    )
    yield contact_kind(
        EventType.CALL_REFUSED,
        group,
        "The offer came to nothing; the contact waits again at its old place.",
        *(QUEUE, AGENT, OFFER),
        Field(
            "reason",
            words(
                "no_answer",
                busy="the phone was in use, or the agent declined",
                unreachable="the phone is not registered",
                expired="nobody rang it: not the agent's fault",
            ),
            "Why.",
        ),
        IS_CALLBACK,
    )
    yield contact_kind(
        EventType.CALL_ANSWERED,
        group,
        "Agent and caller talk.",
        *(QUEUE, AGENT, OFFER, WAITED),
        Field(
            "estimated",
            MILLISECONDS,
            "The wait that was foretold, on the average; all three or none.",
            required=False,
        ),
        Field(
            "estimated_low",
            MILLISECONDS,
            "Nine in ten were to wait longer than this,",
            required=False,
        ),
        Field(
            "estimated_high", MILLISECONDS, "and nine in ten no longer than this.", required=False
        ),
    )
    yield contact_kind(
        EventType.CALL_ABANDONED,
        group,
        "The caller hung up while waiting.",
        *waited,
        HELD,
    )
    yield contact_kind(
        EventType.CALL_LEFT,
        group,
        "The contact left the queue without an agent, and did not hang up.",
        *waited,
        Field(
            "reason",
            words(
                timeout="it waited as long as the tree allows",
                nobody="no agent is logged in",
                closed="the queue has closed",
                failed="a fault on our side",
                callback="the caller is called back",
                moved="a supervisor has moved it to another queue; its call.queued follows",
            ),
            "Why.",
        ),
        HELD,
    )
    yield contact_kind(
        EventType.CALL_ENDED,
        group,
        "The conversation is over; the agent's next event follows.",
        *(QUEUE, AGENT, OFFER, TALKED),
    )
