"""The events of supervisors, who act by the API or at a phone."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import AGENT, CONTACT, QUEUE
from store.contract.kind import Field, Group, Kind
from store.contract.values import INSTANT, MILLISECONDS, TEXT, words
from store.events import EventType

_BY = Field("by", TEXT, "Name of the token by which it was done, or number of the supervisor.")
_PHONE = Field("phone", TEXT, "The phone at which the supervisor is.")
_MODES = {
    "listen": "hears agent and caller, is heard by nobody",
    "whisper": "is heard by the agent alone",
    "barge": "is heard by both",
    "take_over": "talks to the caller in the agent's place",
}


def kinds() -> Iterator[Kind]:
    """All of them."""
    yield Kind(
        EventType.SUPERVISOR_ACTED,
        Group.SUPERVISOR,
        "A supervisor has acted on an agent or a contact. What comes of it is told by the events "
        "that follow, of an agent in a conversation when that is over.",
        (
            Field(
                "act",
                words(
                    pause="an agent is to be paused",
                    unpause="an agent is to be ready",
                    logout="an agent is to be logged out",
                    result="what came of an agent's last contact is given",
                    prioritise="a contact gets another place in its line",
                    move="a waiting call goes to another queue",
                    cancel="a callback is to be called no more",
                ),
                "What.",
            ),
            _BY,
            Field("agent", TEXT, "To whom, if to an agent.", required=False),
            Field("contact", TEXT, "To whom, if to a contact.", required=False),
            Field("queue", TEXT, "Where that contact is.", required=False),
            Field("reason", TEXT, "Of a pause.", required=False),
            Field("to", TEXT, "The queue that a call is moved to.", required=False),
            Field(
                "credit",
                MILLISECONDS,
                "Of a priority: the contact stands as if it had arrived so much earlier.",
                required=False,
            ),
        ),
    )
    mode = Field("mode", words(**_MODES), "How.")
    conversation = _BY, AGENT, CONTACT, QUEUE
    yield Kind(
        EventType.SUPERVISOR_JOINED,
        Group.SUPERVISOR,
        "A supervisor comes into an agent's conversation; supervisor.left follows.",
        (mode, *conversation, _PHONE),
    )
    yield Kind(
        EventType.SUPERVISOR_SWITCHED,
        Group.SUPERVISOR,
        "The supervisor in a conversation is there in another way from now on.",
        (mode, *conversation, _PHONE),
    )
    yield Kind(
        EventType.SUPERVISOR_LEFT,
        Group.SUPERVISOR,
        "The supervisor is no longer in the conversation.",
        (
            *conversation,
            _PHONE,
            Field("duration", MILLISECONDS, "From supervisor.joined."),
        ),
    )
    yield Kind(
        EventType.SUPERVISOR_REFUSED,
        Group.SUPERVISOR,
        "A supervisor was not let do something, or somebody was not taken for the supervisor.",
        (
            Field(
                "reason",
                words(
                    right="the supervisor has no right to it",
                    role="the role of the supervisor's token is too low for it; of a token the "
                    "same is told once an hour, and at most twenty different ones",
                    queue="nobody may come into the queue's conversations",
                    wrong_pin="the PIN is wrong",
                    locked="too many wrong PINs: the right one is refused too",
                ),
                "Why.",
            ),
            _BY,
            Field(
                "act",
                words(
                    **_MODES,
                    pause="",
                    unpause="",
                    logout="",
                    result="",
                    prioritise="",
                    move="",
                    cancel="",
                ),
                "What; left out where it had not come to that.",
                required=False,
            ),
            Field("agent", TEXT, "The agent whom it was about, if known.", required=False),
            Field("contact", TEXT, "The contact that it was about, if known.", required=False),
            Field("queue", TEXT, "Where that contact is, or comes from.", required=False),
            Field("phone", TEXT, "The phone at which it was tried, or to be rung.", required=False),
            Field("until", INSTANT, "When the lock ends by itself.", required=False),
        ),
    )
