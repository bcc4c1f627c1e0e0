"""The events of a contact in a queue."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import (
    AGENT,
    HELD,
    IS_CALLBACK,
    OFFER,
    OUTCOME,
    QUEUE,
    RANG,
    TALKED,
    TALKED_IF,
    WAITED,
    contact_kind,
)
from store.contract.kind import Field, Group, Kind
from store.contract.values import INSTANT, MILLISECONDS, TEXT, Flag, words
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
        "The contact is given to an agent: the phone is about to ring, of a callback the caller's."
        " Where several are rung at once, one such event with the same number follows the other.",
        *(QUEUE, AGENT, OFFER, IS_CALLBACK),
        Field(
            "beside",
            Flag(),
            "Rung together with the agents before who have this number. Whoever answers first has"
            " the contact, and the next event of each other one tells that they are free.",
            required=False,
        ),
    )
    yield contact_kind(
        EventType.CALL_REFUSED,
        group,
        "The offer to this agent came to nothing; the contact waits again at its old place, unless"
        " others are still rung for it.",
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
        Field("rings_on", Flag(), "Others are still rung for the contact.", required=False),
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
        EventType.CALL_HELD,
        group,
        "The agent has the contact hold: it hears music, while the agent asks somebody too.",
        *(QUEUE, AGENT, OFFER),
    )
    yield contact_kind(
        EventType.CALL_RESUMED,
        group,
        "The contact holds no longer, also where the conversation is over.",
        *(QUEUE, AGENT, OFFER),
        Field("held", MILLISECONDS, "For how long it did; that is part of what call.ended tells."),
    )
    yield contact_kind(
        EventType.CALL_TRANSFERRED,
        group,
        "The agent hands the contact over; call.ended follows at once, and the contact goes on.",
        *(QUEUE, AGENT, OFFER),
        Field(
            "to",
            words(
                queue="it waits in another queue, or once more in this one: call.queued follows",
                agent="it waits for one agent first: call.queued follows",
                number="a number elsewhere: call.forwarded tells what came of it",
            ),
            "To what.",
        ),
        Field("to_queue", TEXT, "Name of that queue.", required=False),
        Field("to_agent", TEXT, "Id of that agent.", required=False),
        Field(
            "consulted",
            Flag(),
            "They have talked before, and the contact goes on with them at once: call.taken_over"
            " follows of an agent, nothing of a number.",
            required=False,
        ),
    )
    asked = Field("agent", TEXT, "Whom; nobody of ours where it is a number.", required=False)
    consultation = Field("offer", TEXT, "Number of the consultation, and of what becomes of it.")
    yield contact_kind(
        EventType.CALL_CONSULTED,
        group,
        "The agent asks somebody while the contact hears music; an agent is held from here on.",
        *(QUEUE, asked, consultation),
        Field("by", TEXT, "The agent of the conversation."),
        Field("to", words("agent", number="a number elsewhere"), "Who is asked."),
    )
    yield contact_kind(
        EventType.CALL_CONSULT_ANSWERED,
        group,
        "The agent who is asked has picked up.",
        *(QUEUE, AGENT, consultation),
    )
    yield contact_kind(
        EventType.CALL_JOINED,
        group,
        "The contact, its agent and whoever is asked talk together.",
        *(QUEUE, asked, consultation),
    )
    yield contact_kind(
        EventType.CALL_CONSULT_ENDED,
        group,
        "Whoever was asked is out of it; the agent's next event follows.",
        *(QUEUE, asked, consultation),
    )
    yield contact_kind(
        EventType.CALL_TAKEN_OVER,
        group,
        "The agent who was asked has the conversation: it is not waited for, offered or answered"
        " anew, and ends by a call.ended of its own.",
        *(QUEUE, AGENT, consultation),
    )
    yield contact_kind(
        EventType.CALL_FORWARDED,
        group,
        "The connection to a number to which an agent has handed the contact over is over, also by"
        " the caller's hang-up; where nobody was reached, the contact waits again.",
        *(QUEUE, AGENT, OUTCOME, RANG, TALKED_IF),
    )
    yield contact_kind(
        EventType.CALL_ENDED,
        group,
        "The conversation is over; the agent's next event follows.",
        *(QUEUE, AGENT, OFFER, TALKED),
    )
