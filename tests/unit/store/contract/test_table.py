"""The table is whole, speaks the words of who writes the events, and takes nothing back."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path

import pytest

from acd.model.callback import CallbackSource, MissReason
from acd.model.offer import RefusalReason
from acd.model.waiting import LeaveReason
from ivr.flow.call import Hearing
from ivr.flow.trace import EndReason
from ivr.flow.world import TransferOutcome
from recorder.pauses import Cause
from store import forgetting
from store.contract.kind import Group
from store.contract.public import OWN
from store.contract.table import EVERY, KINDS
from store.contract.values import Word
from store.events import EventType

pytestmark = pytest.mark.unit

FIRST = Path(__file__).parent / "version-1.json"
"""What others may rely on since version 1: each field's type, and which are always there."""


def test_every_type_of_event_is_described_in_a_group() -> None:
    assert set(KINDS) == set(EventType)
    assert {kind.group for kind in KINDS.values()} == set(Group)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.type.value)
def test_no_two_fields_of_an_event_have_one_name(kind: object) -> None:
    names = [field.name for field in (*OWN, *EVERY, *kind.fields)]  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)


def test_what_leads_to_a_caller_is_never_required_and_is_what_erasure_takes_out() -> None:
    fields = [field for kind in KINDS.values() for field in kind.fields if field.personal]
    assert {field.name for field in fields} == {"caller"}
    assert not any(field.required for field in fields)
    script = Path(forgetting.__file__).parent / "scripts" / "forget_callers.lua"
    assert "if name == 'caller' and" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("type_", "name", "source", "more", "fewer"),
    [
        (EventType.CALL_REFUSED, "reason", RefusalReason, "", ""),
        (EventType.CALL_LEFT, "reason", LeaveReason, "callback moved", "abandoned"),
        (EventType.CALLBACK_REQUESTED, "source", CallbackSource, "", ""),
        (EventType.CALLBACK_MISSED, "reason", MissReason, "timeout nobody closed lost", ""),
        (EventType.CONTACT_ENDED, "reason", EndReason, "lost", ""),
        (EventType.CONTACT_TRANSFERRED, "outcome", TransferOutcome, "", ""),
        (EventType.SPEECH_HEARD, "outcome", Hearing, "", ""),
        (EventType.RECORDING_PAUSED, "cause", Cause, "", ""),
    ],
)
def test_a_field_has_the_words_of_who_writes_it(
    type_: EventType, name: str, source: type[StrEnum], more: str, fewer: str
) -> None:
    field = KINDS[type_].field(name)
    assert field is not None
    assert isinstance(field.value, Word)
    assert set(field.value.words) == {*source, *more.split()} - set(fewer.split())


def promised() -> dict[str, dict[str, object]]:
    """What the table promises now, as it stands in :data:`FIRST`."""
    return {
        kind.type.value: {
            "always": sorted(field.name for field in kind.fields if field.required),
            "fields": {field.name: field.value.json for field in kind.fields},
        }
        for kind in KINDS.values()
    }


def test_what_others_rely_on_is_still_there_and_still_the_same() -> None:
    first = json.loads(FIRST.read_text(encoding="utf-8"))
    now = json.loads(json.dumps(promised()))
    for type_, kind in first.items():
        assert set(kind["always"]) <= set(now[type_]["always"]), type_
        for name, value in kind["fields"].items():
            is_now = dict(now[type_]["fields"][name])
            assert set(value.pop("enum", [])) <= set(is_now.pop("enum", [])), (type_, name)
            assert value == is_now, (type_, name)
