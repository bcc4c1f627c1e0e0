"""The events of a contact's recordings."""

from __future__ import annotations

from collections.abc import Iterator

from store.contract.fields import CAUSE, CONTACT, LENGTH, QUEUE_IF, RECORDING, TALKED_TO
from store.contract.kind import Field, Group, Kind
from store.contract.values import TEXT, words, words_of
from store.events import EventType
from store.models import Deletion


def kinds() -> Iterator[Kind]:
    """All of them."""
    yield _recording(EventType.RECORDING_STORED, "A conversation's recording is kept.", LENGTH)
    yield _recording(
        EventType.RECORDING_FAILED,
        "A recording cannot be made or kept.",
        Field("reason", TEXT, "Code of the error."),
    )
    yield _recording(EventType.RECORDING_PAUSED, "What is said now is not recorded.", CAUSE)
    yield _recording(EventType.RECORDING_RESUMED, "That cause is over.", CAUSE)
    yield _recording(
        EventType.RECORDING_DELETED,
        "The audio of a recording is deleted.",
        Field("reason", words_of(Deletion), "Its time was over, or somebody asked for it."),
    )
    yield _recording(
        EventType.RECORDING_TRANSCRIBED,
        "One side of a recording is written down.",
        Field("leg", words("caller", "agent"), "Whose side."),
        Field("language", TEXT, "BCP 47 tag of its language.", required=False),
        Field("engine", TEXT, "Who wrote it down.", required=False),
    )


def _recording(type_: EventType, meaning: str, *fields: Field) -> Kind:
    shared = CONTACT, QUEUE_IF, TALKED_TO, RECORDING
    return Kind(type_, Group.RECORDING, meaning, (*shared, *fields))
