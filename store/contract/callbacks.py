"""The events of the callback that took the contact's place, or that an operator asked for."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import AGENT, ATTEMPT, HELD, OFFER, OFFER_IF, QUEUE, WAITED, contact_kind
from store.contract.kind import Field, Group, Kind
from store.contract.values import INSTANT, MILLISECONDS, words, words_of
from store.events import EventType
from store.models import CallbackOutcome


def kinds() -> Iterator[Kind]:
    """All of them."""
    group = Group.CALLBACK
    yield contact_kind(
        EventType.CALLBACK_REQUESTED,
        group,
        "A callback takes the contact's place in the queue, or an operator has asked for one. Its "
        "offers to agents are call.offered and call.refused.",
        QUEUE,
        Field("effective", INSTANT, "Its place in line: whoever has an earlier one is before it."),
        Field("due", INSTANT, "The time that was chosen, if any.", required=False),
        Field(
            "source",
            words(queue="the caller, instead of waiting", operator="a person at a desk"),
            "Who asked.",
        ),
    )
    yield contact_kind(
        EventType.CALLBACK_DIALLED,
        group,
        "The caller's phone is about to ring; the agent is held.",
        *(QUEUE, AGENT, OFFER, ATTEMPT),
    )
    yield contact_kind(
        EventType.CALLBACK_MISSED,
        group,
        "An attempt did not bring the caller to an agent.",
        QUEUE,
        HELD,
        ATTEMPT,
        Field(
            "reason",
            words(
                "no_answer",
                "busy",
                unreachable="no way to the number",
                unconfirmed="picked up, but nobody said yes",
                hung_up="picked up, then hung up",
                failed="a fault on our side",
                timeout="reached, and waited as long as the tree allows",
                nobody="reached, and no agent was logged in",
                closed="reached, and the queue closed",
                lost="whoever made the attempt is not alive to tell",
            ),
            "Why.",
        ),
        OFFER_IF,
        Field("due", INSTANT, "Of the next attempt; none after the last.", required=False),
    )
    yield contact_kind(
        EventType.CALLBACK_ANSWERED,
        group,
        "Agent and caller talk.",
        *(QUEUE, AGENT, OFFER, WAITED),
    )
    yield contact_kind(
        EventType.CALLBACK_ENDED,
        group,
        "The callback is over.",
        QUEUE,
        HELD,
        Field("outcome", words_of(CallbackOutcome), "What came of it."),
        OFFER_IF,
        Field("talked", MILLISECONDS, "Length of the conversation, if any.", required=False),
    )
