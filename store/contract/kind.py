"""What is told of a type of events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from store.contract.values import Value
from store.events import EventType


class Group(Enum):
    """What a type of event is about: a heading of the page."""

    CONTACT = "The contact as a whole"
    AWAY = "Connected by the tree"
    QUEUE = "The contact in a queue"
    CALLBACK = "The callback"
    AGENT = "The agent"
    SUPERVISOR = "The supervisor"
    RECORDING = "The recording"
    ANSWERS = "What the caller says"
    ORGANISATION = "The organisation"


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        name: In the stream and in JSON.
        value: What it holds.
        meaning: A sentence or its beginning.
        required: Every event of the type has it.
        personal: It leads to a caller.
    """

    name: str
    value: Value
    meaning: str
    required: bool = True
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of events.

    Attributes:
        type: Its name.
        group: What it is about.
        meaning: What has happened.
        fields: All but those of every event.
        one_of: Of these, which are not required, each event has exactly one.
    """

    type: EventType
    group: Group
    meaning: str
    fields: tuple[Field, ...]
    one_of: frozenset[str] = frozenset()

    def field(self, name: str) -> Field | None:
        """The field of a name."""
        return next((field for field in self.fields if field.name == name), None)
