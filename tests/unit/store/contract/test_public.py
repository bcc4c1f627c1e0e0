"""What others get of an event."""

from __future__ import annotations

import pytest

from store.contract.public import public
from store.events import Event, EventType

pytestmark = pytest.mark.unit

STARTED = Event(
    EventType.CONTACT_STARTED,
    at=1_795_464_430_000,
    org="city",
    contact="vaxel-1.0",
    fields={"caller": "+46701740605", "dialled": "100", "tree": "main", "version": "0a1b"},
    id="1795464430001-0",
)


def test_an_event_is_flat_and_typed_and_lacks_what_leads_to_a_caller() -> None:
    assert public(STARTED, personal=False) == {
        "id": "1795464430001-0",
        "org": "city",
        "type": "contact.started",
        "at": 1_795_464_430_000,
        "contact": "vaxel-1.0",
        "dialled": "100",
        "tree": "main",
        "version": "0a1b",
    }


def test_who_may_see_the_caller_gets_the_number() -> None:
    assert public(STARTED, personal=True)["caller"] == "+46701740605"


def test_numbers_flags_and_lists_have_their_types() -> None:
    offered = Event(
        EventType.CALL_OFFERED, 1, "city", "c", "fees", "4001", {"offer": "17", "callback": "1"}
    )
    assert public(offered, personal=False)["callback"] is True
    assert public(offered, personal=False)["offer"] == "17"
    score = Event(EventType.SURVEY_ANSWERED, 1, "city", "c", fields={"score": "4"})
    assert public(score, personal=False)["score"] == 4
    trees = Event(EventType.TREES_CHANGED, 1, "city", fields={"files": "a.yaml,b.yaml"})
    assert public(trees, personal=False)["files"] == ["a.yaml", "b.yaml"]


@pytest.mark.parametrize("odd", ["", "soon", "-5", "1e3", "99999999999999999999", "٣"])
def test_a_field_that_is_not_as_it_should_be_is_left_out_alone(odd: str) -> None:
    event = Event(
        EventType.CALL_ENDED, 1, "city", "c", "fees", "4001", {"talked": odd, "offer": "1"}
    )
    told = public(event, personal=True)
    assert "talked" not in told
    assert told["offer"] == "1"


def test_a_field_that_the_contract_does_not_name_goes_out_to_nobody() -> None:
    event = Event(EventType.AGENT_READY, 1, "city", agent="4001", fields={"home": "+46701740605"})
    assert public(event, personal=True).keys() == {"id", "org", "type", "at", "agent"}
