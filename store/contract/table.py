"""The table of the contract: of each type of event what it tells and by which fields.

Who adds a type or a field adds it here. Fields are added, never renamed, retyped or given another
meaning; what others read must go on to be there. A personal field is never required: it is left
out for who may not see it, and is gone when the person has asked to be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from store.contract import (
    agents,
    callbacks,
    contacts,
    organisations,
    queues,
    recordings,
    supervisors,
)
from store.contract.kind import Field, Kind
from store.contract.values import INSTANT, words_of
from store.events import EventType

VERSION = 1
"""Of the contract; another one only if something that others rely on were to end."""

EVERY = (
    Field("type", words_of(EventType), "What has happened."),
    Field("at", INSTANT, "When, by the clock of who decided it."),
)
"""The fields of every event."""

_PARTS = contacts, queues, callbacks, agents, supervisors, recordings, organisations

KINDS: Mapping[EventType, Kind] = {
    kind.type: kind for kind in chain.from_iterable(part.kinds() for part in _PARTS)
}
"""Of each type of event what it tells."""
