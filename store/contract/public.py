"""An event as others get it: JSON with typed values."""

from __future__ import annotations

from typing import Final

from store.contract.kind import Field
from store.contract.table import KINDS
from store.contract.values import TEXT, JsonValue
from store.events import Event

OWN: Final = (
    Field("id", TEXT, "Id in the stream; a greater one is later."),
    Field("org", TEXT, "Id of the organisation."),
)
"""What the JSON form has and an entry has not: there it is the place of the entry."""


def public(event: Event, *, personal: bool) -> dict[str, JsonValue]:
    """The JSON form of an event: one flat object, by the names that the stream has.

    What the contract does not name, or what is not as the contract has it, is left out: an old or
    odd entry costs its own field, and nothing goes out of which nobody knows whether it may.

    Args:
        event: As read from the stream.
        personal: Whether fields that lead to a caller go out.

    Returns:
        ``id``, ``org``, ``type``, ``at`` (epoch ms) and the type's own fields that are there.
    """
    told: dict[str, JsonValue] = {
        "id": event.id,
        "org": event.org,
        "type": event.type.value,
        "at": event.at,
    }
    wire = event.to_wire()
    for field in KINDS[event.type].fields:
        if field.name not in wire or (field.personal and not personal):
            continue
        try:
            told[field.name] = field.value.typed(wire[field.name])
        except ValueError:
            continue
    return told
