"""The fields that several types of events share."""

from __future__ import annotations

from store.contract.kind import Field, Group, Kind
from store.contract.values import MILLISECONDS, NUMBER, TEXT, Flag, words
from store.events import EventType

CONTACT = Field("contact", TEXT, "Id of the contact, the same from the first ring to the last.")
SWITCHING = Field("contact", TEXT, "The call by which it was done, if by one.", required=False)
QUEUE = Field("queue", TEXT, "Name of the queue.")
QUEUE_IF = Field("queue", TEXT, "Name of the queue that it came through.", required=False)
AGENT = Field("agent", TEXT, "Id of the agent.")
HELD = Field("agent", TEXT, "The agent who was held for it and no longer is.", required=False)
TALKED_TO = Field("agent", TEXT, "The agent of the conversation.", required=False)

OFFER = Field("offer", TEXT, "Number of the offer: what brings these two together.")
OFFER_IF = Field("offer", TEXT, "The offer that held the agent.", required=False)
IS_CALLBACK = Field("callback", Flag(), "The contact is a callback.", required=False)
WAITED = Field("waited", MILLISECONDS, "From its arrival in the queue.")
TALKED = Field("talked", MILLISECONDS, "Length of the conversation.")
ATTEMPT = Field("attempt", NUMBER, "Number of the attempt, 1 is the first.")

NODE = Field("node", TEXT, "Id of the node.")
TREE = Field("tree", TEXT, "Name of the call tree.")

OUTCOME = Field(
    "outcome",
    words(
        "talked",
        "no_answer",
        "busy",
        unreachable="no way to it, or this installation dials nothing",
        refused="it may not be dialled",
        abandoned="the caller hung up while it rang",
    ),
    "What came of it.",
)
RANG = Field("rang", MILLISECONDS, "How long it rang.")
TALKED_IF = Field("talked", MILLISECONDS, "Length of the conversation, if any.", required=False)

RECORDING = Field("recording", TEXT, "Id of the recording.")
LENGTH = Field("duration", MILLISECONDS, "Its length.")
CAUSE = Field(
    "cause",
    words(
        agent="the agent's key",
        digits="digits of the caller",
        handover="the agent is handing the caller over",
    ),
    "Why.",
)

VERSION = Field("version", TEXT, "The first digits of the files' digest.")
BEFORE = Field("before", TEXT, "The version that was served until then.", required=False)
WHO = Field("who", TEXT, "The user who did it.", required=False)


def contact_kind(type_: EventType, group: Group, meaning: str, *fields: Field) -> Kind:
    """A type of events that always tells of a contact."""
    return Kind(type_, group, meaning, (CONTACT, *fields))
