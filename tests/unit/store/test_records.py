"""What single events, odd orders and missing predecessors amount to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.agent_records import AgentRecords
from store.events import Event, EventType
from store.models import (
    AgentSession,
    Callback,
    Contact,
    QueueVisit,
    RecordingPause,
    VisitOutcome,
    instant,
)
from store.pause_records import PauseRecords
from store.records import Records, Row

pytestmark = pytest.mark.unit

NINE = 1_763_974_800_000  # 2025-11-24 09:00:00 UTC
SECOND = 1000
ORG = "preschool"


def event(kind: EventType, at: int = NINE, *, queue: str = "fees", **own: str) -> Event:
    agent = own.pop("agent", "")
    contact = own.pop("contact", "c1")
    return Event(kind, at, ORG, contact, queue, agent, own, id="1-0")


def rows(*events: Event) -> list[Row]:
    records = Records(
        ORG, [], [], [], agents=AgentRecords(ORG, [], []), pauses=PauseRecords(ORG, [])
    )
    for one in events:
        records.apply(one)
    return records.new


def visits(*events: Event) -> list[QueueVisit]:
    return [row for row in rows(*events) if isinstance(row, QueueVisit)]


def sessions(*events: Event) -> list[AgentSession]:
    return [row for row in rows(*events) if isinstance(row, AgentSession)]


def test_a_whole_call_is_one_contact_and_one_visit() -> None:
    contact, visit, *_ = rows(
        event(EventType.CONTACT_STARTED, caller="+46701", dialled="10001", tree="preschool"),
        event(EventType.CALL_QUEUED, NINE + 5 * SECOND, arrived=str(NINE + 5 * SECOND)),
        event(EventType.CALL_ANSWERED, NINE + 17 * SECOND, agent="4001", waited="12000"),
        event(EventType.CALL_ENDED, NINE + 77 * SECOND, agent="4001", talked="60000"),
        event(EventType.CONTACT_ENDED, NINE + 78 * SECOND, reason="caller", language="sv"),
    )
    assert isinstance(contact, Contact)
    assert isinstance(visit, QueueVisit)
    start = datetime(2025, 11, 24, 9, tzinfo=UTC)
    assert (contact.caller, contact.dialled, contact.tree) == ("+46701", "10001", "preschool")
    assert (contact.started_at, contact.ended_at) == (start, start + timedelta(seconds=78))
    assert (contact.end_reason, contact.language) == ("caller", "sv")
    assert (visit.queued_at, visit.answered_at, visit.left_at) == (
        start + timedelta(seconds=5),
        start + timedelta(seconds=17),
        start + timedelta(seconds=77),
    )
    assert (visit.outcome, visit.agent) == (VisitOutcome.ANSWERED, "4001")
    assert (visit.waited_ms, visit.talked_ms) == (12_000, 60_000)


def test_an_answer_without_any_predecessor_still_gives_contact_and_visit() -> None:
    contact, visit, *_ = rows(event(EventType.CALL_ANSWERED, agent="4001", waited="7000"))
    assert isinstance(contact, Contact)
    assert isinstance(visit, QueueVisit)
    assert contact.started_at == visit.queued_at == instant(NINE - 7 * SECOND)


def test_the_arrival_that_comes_after_its_answer_is_the_same_visit() -> None:
    (visit,) = visits(
        event(EventType.CALL_ANSWERED, agent="4001", waited="7000"),
        event(EventType.CALL_QUEUED, NINE - 7 * SECOND, arrived=str(NINE - 7 * SECOND)),
    )
    assert visit.outcome is VisitOutcome.ANSWERED


def test_a_contact_that_visits_a_queue_twice_has_two_visits() -> None:
    first, second = visits(
        event(EventType.CALL_QUEUED, NINE),
        event(EventType.CALL_LEFT, NINE + 60 * SECOND, waited="60000", reason="timeout"),
        event(EventType.CALL_QUEUED, NINE + 90 * SECOND),
        event(EventType.CALL_ABANDONED, NINE + 95 * SECOND, waited="5000"),
    )
    assert (first.outcome, second.outcome) == (VisitOutcome.TIMEOUT, VisitOutcome.ABANDONED)
    assert second.left_at == instant(NINE + 95 * SECOND)


def test_a_result_belongs_to_the_conversation_with_its_agent_and_the_last_one_counts() -> None:
    first, second = visits(
        event(EventType.CALL_ANSWERED, agent="4001", waited="0"),
        event(EventType.CALL_ENDED, NINE + SECOND, agent="4001", talked="1000"),
        event(EventType.CALL_QUEUED, NINE + 2 * SECOND),
        event(EventType.CALL_ANSWERED, NINE + 3 * SECOND, agent="4002", waited="1000"),
        event(EventType.CONTACT_RESULT_GIVEN, NINE + 4 * SECOND, agent="4001", result="passed_on"),
        event(EventType.CONTACT_RESULT_GIVEN, NINE + 5 * SECOND, agent="4002", result="call_again"),
        event(
            EventType.CONTACT_RESULT_GIVEN,
            NINE + 6 * SECOND,
            agent="4002",
            result="resolved",
            before="call_again",
            by="screen",
        ),
    )
    assert (first.result, first.result_by) == ("passed_on", "4001")
    assert (second.result, second.result_by) == ("resolved", "screen")


def test_a_result_of_a_callback_stands_in_its_row() -> None:
    told = rows(
        event(EventType.CALLBACK_REQUESTED),
        event(EventType.CALLBACK_ANSWERED, NINE + SECOND, agent="4001"),
        event(EventType.CONTACT_RESULT_GIVEN, NINE + 2 * SECOND, agent="4001", result="resolved"),
    )
    [callback] = [row for row in told if isinstance(row, Callback)]
    assert (callback.result, callback.result_by) == ("resolved", "4001")


def test_a_longer_wrapup_counts_whole_for_its_conversation() -> None:
    [visit] = visits(
        event(EventType.CALL_ANSWERED, agent="4001", waited="0"),
        event(EventType.CALL_ENDED, NINE + SECOND, agent="4001", talked="1000"),
        event(EventType.AGENT_WRAPUP, NINE + SECOND, agent="4001", contact="", queue=""),
        event(EventType.AGENT_WRAPUP, NINE + 9 * SECOND, agent="4001", contact="", queue=""),
        event(EventType.AGENT_READY, NINE + 71 * SECOND, agent="4001", contact="", queue=""),
    )
    assert visit.wrapup_ms == 70_000


def test_an_end_told_twice_changes_nothing() -> None:
    told = [
        event(EventType.CALL_ANSWERED, agent="4001", waited="0"),
        event(EventType.CALL_ENDED, NINE + SECOND, talked="1000"),
    ]
    assert len(visits(*told, told[1])) == 1


def test_the_first_outcome_stands() -> None:
    (visit,) = visits(
        event(EventType.CALL_ABANDONED, waited="5000"),
        event(EventType.CALL_ANSWERED, agent="4001", waited="5000"),
    )
    assert visit.outcome is VisitOutcome.ABANDONED
    assert visit.agent is None


def test_an_unknown_reason_to_leave_counts_as_a_failure() -> None:
    (visit,) = visits(event(EventType.CALL_LEFT, reason="abandoned", waited="x"))
    assert (visit.outcome, visit.waited_ms) == (VisitOutcome.FAILED, None)


def test_a_log_in_over_an_open_session_ends_it() -> None:
    first, second = sessions(
        event(EventType.AGENT_LOGGED_IN, agent="4001", contact="", phone="agent1"),
        event(EventType.AGENT_LOGGED_IN, NINE + SECOND, agent="4001", contact="", phone="agent2"),
        event(EventType.AGENT_LOGGED_OUT, NINE + 2 * SECOND, agent="4001", contact=""),
        event(EventType.AGENT_LOGGED_OUT, NINE + 3 * SECOND, agent="4001", contact=""),
    )
    assert (first.phone, first.logged_out_at) == ("agent1", instant(NINE + SECOND))
    assert (second.phone, second.logged_out_at) == ("agent2", instant(NINE + 2 * SECOND))


def test_an_event_outside_the_calendar_is_passed_over() -> None:
    assert rows(event(EventType.CONTACT_STARTED, 10**18)) == []


EVENTS = st.builds(
    event,
    st.sampled_from(list(EventType)),
    st.integers(0, 20).map(lambda n: NINE + n * SECOND),
    queue=st.sampled_from(["fees", "support"]),
    contact=st.sampled_from(["", "c1", "c2"]),
    agent=st.sampled_from(["", "4001"]),
    waited=st.sampled_from(["", "0", "1000", "2000", "-1", "9" * 30]),
    talked=st.sampled_from(["", "0", "1000", "3000"]),
    arrived=st.sampled_from(["", str(NINE), str(NINE + SECOND)]),
    reason=st.sampled_from(["timeout", "", "x"]),
)


def test_a_pause_lasts_until_its_own_cause_is_gone() -> None:
    pauses = [
        row
        for row in rows(
            event(EventType.RECORDING_PAUSED, NINE, recording="c1-1", cause="agent"),
            event(EventType.RECORDING_PAUSED, NINE + SECOND, recording="c1-1", cause="digits"),
            event(EventType.RECORDING_RESUMED, NINE + 5 * SECOND, recording="c1-1", cause="digits"),
            event(EventType.RECORDING_RESUMED, NINE + 9 * SECOND, recording="c1-9", cause="agent"),
        )
        if isinstance(row, RecordingPause)
    ]
    assert [(p.recording, p.cause, p.paused_at, p.resumed_at) for p in pauses] == [
        ("c1-1", "agent", instant(NINE), None),
        ("c1-1", "digits", instant(NINE + SECOND), instant(NINE + 5 * SECOND)),
    ]


@given(st.lists(EVENTS, max_size=30))
def test_no_order_of_events_breaks_a_rule_of_the_tables(events: list[Event]) -> None:
    new = rows(*events)
    contacts = [row.id for row in new if isinstance(row, Contact)]
    keys = [(v.contact, v.queue, v.queued_at) for v in new if isinstance(v, QueueVisit)]
    assert len(contacts) == len(set(contacts))
    assert len(keys) == len(set(keys))
    assert {contact for contact, _, _ in keys} <= set(contacts)
    for visit in new:
        if isinstance(visit, QueueVisit) and visit.answered_at is not None:
            assert visit.outcome is VisitOutcome.ANSWERED
