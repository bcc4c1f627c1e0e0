"""What the events of callbacks amount to, also where some are missing."""

from __future__ import annotations

import pytest

from store.callback_records import CallbackRecords
from store.events import Event, EventType
from store.models import Callback, CallbackOutcome, instant

pytestmark = pytest.mark.unit

NINE = 1_763_974_800_000


def event(kind: EventType, second: int = 0, agent: str = "", **own: str) -> Event:
    return Event(kind, NINE + second * 1000, "preschool", "c1", "fees", agent, own)


def callbacks(*events: Event) -> list[Callback]:
    records = CallbackRecords("preschool", [])
    for one in events:
        records.apply(one, instant(one.at))
    return records.new


def test_a_request_keeps_its_place_and_its_time() -> None:
    effective, due = str(NINE - 90_000), str(NINE + 3_600_000)
    (row,) = callbacks(
        event(EventType.CALLBACK_REQUESTED, source="queue", effective=effective, due=due)
    )
    assert (row.source, row.attempts, row.outcome) == ("queue", 0, None)
    assert row.requested_at == instant(NINE)
    assert (row.effective_at, row.due_at) == (instant(int(effective)), instant(int(due)))


def test_all_attempts_in_vain_are_one_callback_given_up() -> None:
    told = [event(EventType.CALLBACK_REQUESTED)]
    for attempt in ("1", "2", "3"):
        told.append(event(EventType.CALLBACK_DIALLED, 10, "4001", attempt=attempt))
        told.append(event(EventType.CALLBACK_MISSED, 20, attempt=attempt, reason="busy"))
    (row,) = callbacks(*told, event(EventType.CALLBACK_ENDED, 20, outcome="given_up"))
    assert (row.attempts, row.missed, row.outcome) == (3, "busy", CallbackOutcome.GIVEN_UP)
    assert (row.answered_at, row.talked_ms) == (None, None)


def test_a_contact_may_ask_again_when_its_callback_is_over() -> None:
    first, second = callbacks(
        event(EventType.CALLBACK_REQUESTED),
        event(EventType.CALLBACK_ENDED, 60, outcome="cancelled"),
        event(EventType.CALLBACK_REQUESTED, 90),
    )
    assert (first.outcome, second.outcome) == (CallbackOutcome.CANCELLED, None)
    assert second.requested_at == instant(NINE + 90_000)


def test_an_end_told_twice_changes_nothing() -> None:
    end = event(EventType.CALLBACK_ENDED, 60, outcome="cancelled")
    assert len(callbacks(event(EventType.CALLBACK_REQUESTED), end, end)) == 1


def test_a_talk_whose_beginning_is_missing_from_the_stream_is_known_by_its_length() -> None:
    (row,) = callbacks(
        event(EventType.CALLBACK_ENDED, 100, "4001", outcome="talked", talked="40000")
    )
    assert (row.answered_at, row.agent) == (instant(NINE + 60_000), "4001")
    assert (row.ended_at, row.talked_ms) == (instant(NINE + 100_000), 40_000)


@pytest.mark.parametrize("outcome", ["", "vanished"])
def test_an_outcome_that_is_not_known_counts_as_given_up(outcome: str) -> None:
    (row,) = callbacks(event(EventType.CALLBACK_ENDED, outcome=outcome))
    assert row.outcome is CallbackOutcome.GIVEN_UP
