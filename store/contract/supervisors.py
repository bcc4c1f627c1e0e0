"""The events of supervisors who act by the API."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.kind import Field, Group, Kind
from store.contract.values import MILLISECONDS, TEXT, words
from store.events import EventType


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
            Field("by", TEXT, "Name of the token by which it was done."),
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
