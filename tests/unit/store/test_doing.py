"""What an agent does after each event, and the rows that come of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.agent_records import AgentRecords
from store.doing import AgentState, Doing, doing_after
from store.events import Event, EventType
from store.models import AgentPeriod, instant

pytestmark = pytest.mark.unit

ORG = "preschool"
NINE = 1_763_974_800_000


def event(kind: EventType, second: float = 0, agent: str = "4001", **own: str) -> Event:
    contact = own.pop("contact", "")
    queue = own.pop("queue", "")
    return Event(kind, NINE + int(second * 1000), ORG, contact, queue, agent, own)


@pytest.mark.parametrize(
    ("told", "after"),
    [
        (event(EventType.AGENT_LOGGED_IN, phone="p"), Doing(AgentState.READY)),
        (event(EventType.AGENT_READY), Doing(AgentState.READY)),
        (event(EventType.AGENT_LOGGED_OUT), Doing(AgentState.LOGGED_OUT)),
        (event(EventType.AGENT_PAUSED, reason="lunch"), Doing(AgentState.PAUSED, "lunch")),
        (
            event(EventType.CALL_OFFERED, contact="c", queue="q"),
            Doing(AgentState.RESERVED, contact="c", queue="q"),
        ),
        (
            event(EventType.CALLBACK_ANSWERED, contact="c", queue="q"),
            Doing(AgentState.TALKING, contact="c", queue="q"),
        ),
        (event(EventType.AGENT_WRAPUP), Doing(AgentState.WRAPUP)),  # its talk was trimmed away
        (event(EventType.CALL_ENDED, contact="c", queue="q"), None),  # what follows is told next
        (event(EventType.AGENT_CALL_BEGUN, call="o"), Doing(AgentState.DIALLING)),
        (event(EventType.AGENT_CALL_ANSWERED, call="o"), Doing(AgentState.OUTBOUND)),
        (
            event(EventType.AGENT_CALL_ENDED, state="paused", reason="lunch"),
            Doing(AgentState.PAUSED, "lunch"),
        ),
        (event(EventType.AGENT_READY, agent=""), None),
        (event(EventType.CALL_QUEUED, agent="", contact="c"), None),
    ],
)
def test_what_an_event_says_of_an_agent(told: Event, after: Doing | None) -> None:
    assert doing_after(None, told) == after


def test_wrap_up_is_for_the_talk_before_it() -> None:
    talking = Doing(AgentState.TALKING, contact="c", queue="fees")
    after = doing_after(talking, event(EventType.AGENT_WRAPUP))
    assert after == Doing(AgentState.WRAPUP, contact="c", queue="fees")


@pytest.mark.parametrize("kind", ["ready", "wrapup", "paused"])
def test_what_time_brings_during_a_call_of_their_own_is_told_at_its_end(kind: str) -> None:
    talking = Doing(AgentState.OUTBOUND)
    assert doing_after(talking, event(EventType(f"agent.{kind}"))) is None
    after = doing_after(talking, event(EventType.AGENT_CALL_ENDED, state=kind))
    assert after == Doing(AgentState(kind))


def test_a_log_in_ends_a_call_whose_end_was_lost() -> None:
    after = doing_after(Doing(AgentState.DIALLING), event(EventType.AGENT_LOGGED_IN, phone="p"))
    assert after == Doing(AgentState.READY)


def periods(*events: Event) -> list[AgentPeriod]:
    records = AgentRecords(ORG, [], [])
    for one in events:
        records.apply(one, instant(one.at))
    return [row for row in records.new if isinstance(row, AgentPeriod)]


def test_another_reason_is_another_pause_and_the_same_one_is_not() -> None:
    rows = periods(
        event(EventType.AGENT_PAUSED, 0, reason="lunch"),
        event(EventType.AGENT_PAUSED, 5, reason="lunch"),
        event(EventType.AGENT_PAUSED, 10, reason="coffee"),
    )
    assert [(row.reason, row.ended_at) for row in rows] == [
        ("lunch", instant(NINE + 10_000)),
        ("coffee", None),
    ]


def test_a_log_in_without_a_log_out_before_it_leaves_no_night_between_them() -> None:
    evening, morning = periods(
        event(EventType.AGENT_LOGGED_IN, 0),
        event(EventType.AGENT_LOGGED_IN, 14 * 3600),
    )
    assert evening.ended_at == evening.began_at
    assert (morning.began_at, morning.ended_at) == (instant(NINE + 14 * 3_600_000), None)


def test_an_answer_noted_late_ends_no_period_before_it_began() -> None:
    ready, reserved, talking = periods(
        event(EventType.AGENT_READY, 0),
        event(EventType.CALL_OFFERED, 10, contact="c", queue="q"),
        event(EventType.CALL_ANSWERED, 9.5, contact="c", queue="q"),
    )
    assert ready.ended_at == reserved.began_at == instant(NINE + 10_000)
    assert reserved.ended_at == talking.began_at == instant(NINE + 10_000)


OF_AGENTS = st.builds(
    event,
    st.sampled_from([kind for kind in EventType if kind.startswith(("agent.", "call."))]),
    st.integers(0, 30),
    agent=st.sampled_from(["", "4001", "4002"]),
    contact=st.sampled_from(["", "c1"]),
    reason=st.sampled_from(["", "lunch"]),
)


@given(st.lists(OF_AGENTS, max_size=40))
def test_an_agents_periods_follow_each_other_without_overlap(events: list[Event]) -> None:
    rows = periods(*sorted(events, key=lambda one: one.at))
    for agent in ("4001", "4002"):
        own = [row for row in rows if row.agent == agent]
        assert all(row.ended_at is not None for row in own[:-1])
        for earlier, later in pairwise(own):
            assert earlier.ended_at is not None
            assert earlier.began_at <= earlier.ended_at <= later.began_at
