"""How an event is shown to a person."""

from __future__ import annotations

from datetime import UTC

import pytest

from ivr.cli.events import line
from store.events import Event, EventType

pytestmark = pytest.mark.unit


def test_what_comes_from_outside_does_nothing_to_the_terminal() -> None:
    fields = {"caller": "\x1b[2J\u202e123", "dialled": "1 2"}
    event = Event(EventType.CONTACT_STARTED, 1_000, "town", "c\x9b", fields=fields)
    told = line(event, UTC, show_numbers=True)
    assert told == (
        "1970-01-01 00:00:01  contact.started        'c\\x9b'  "
        "caller='\\x1b[2J\\u202e123'  dialled='1 2'"
    )
    assert "caller=…123" in line(event, UTC, show_numbers=False)
