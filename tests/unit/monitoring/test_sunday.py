"""Sunday's figures: every formula by both rules, from the record and from the counters.

By arrival, the day from midnight to midnight:

    fees     offered 12: c2 c3 c4 c5 c6 c7 c8 c9 c11 c12 c13 c14
             answered 4: c3 10 s, c6 90 s, c7 20 s, c12 7 s; together 127 s; within T: c3 c7 c12
             abandoned 3: c2 40 s, c4 4 s, c5 15 s; together 59 s; within T: c4 c5; short: c4
             flow-outs 3: c8 c9 c11; waiting c13; unknown c14;  4 + 3 + 3 + 1 + 1 = 12
             handled 5: c3 300 + 20, c6 100 + 30, c7 600 + 50, c12 30, callback c9 120 + 10
    support  offered 3: c6 5 s, c10 left, c15 12 s; handled 1: c6 60 + 15

By event the same, and c1, who arrived on Saturday, is answered (15 s) and handled (60 + 10).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from monitoring.counting import count
from monitoring.definitions import key_figures
from monitoring.definitions.service_level import formula
from monitoring.definitions.terms import (
    ABANDONED,
    ABANDONED_IN_TIME,
    ABANDONED_WAIT,
    ANSWERED,
    ANSWERED_IN_TIME,
    ANSWERED_WAIT,
    CALLBACKS_ASKED,
    CALLBACKS_TALKED,
    FLOWED_OUT,
    HANDLED,
    OFFERED,
    SHORT_ABANDONED,
    TALK,
    WRAPUP,
    Term,
)
from monitoring.kinds import Histogram
from monitoring.metrics import agents, queues
from monitoring.metrics.callbacks import (
    CALLBACK_WAIT,
    CALLBACKS_ANSWERED,
    CALLBACKS_DIALLED,
    CALLBACKS_ENDED,
    CALLBACKS_MISSED,
    CALLBACKS_REQUESTED,
)
from monitoring.report.agents import AgentTime, PeriodRow, times
from monitoring.report.counting import (
    UNKNOWN,
    WAITING,
    CallbackRow,
    Grid,
    Question,
    VisitRow,
    counted,
)
from monitoring.report.intervals import Belongs, Period, Step
from monitoring.totals import Tally, Totals
from store.agent_records import AgentRecords
from store.doing import AgentState
from store.models import AgentPeriod, Callback, Contact, QueueVisit
from store.pause_records import PauseRecords
from store.records import Records, Row
from tests.sunday import KNOWN, NOW, ORG, ZONE, sunday

pytestmark = pytest.mark.unit

SUNDAY = date(2026, 3, 29)
BY_ARRIVAL = {
    OFFERED: 12,
    ANSWERED: 4,
    ANSWERED_IN_TIME: 3,
    ANSWERED_WAIT: 127_000,
    ABANDONED: 3,
    ABANDONED_IN_TIME: 2,
    SHORT_ABANDONED: 1,
    ABANDONED_WAIT: 59_000,
    FLOWED_OUT: 3,
    WAITING: 1,
    UNKNOWN: 1,
    HANDLED: 5,
    TALK: 1_150_000,
    WRAPUP: 110_000,
    CALLBACKS_ASKED: 1,
    CALLBACKS_TALKED: 1,
}
BY_EVENT = BY_ARRIVAL | {
    ANSWERED: 5,
    ANSWERED_IN_TIME: 4,
    ANSWERED_WAIT: 142_000,
    HANDLED: 6,
    TALK: 1_210_000,
    WRAPUP: 120_000,
}
SUPPORT = {
    OFFERED: 3,
    ANSWERED: 2,
    ANSWERED_IN_TIME: 2,
    ANSWERED_WAIT: 17_000,
    FLOWED_OUT: 1,
    HANDLED: 1,
    TALK: 60_000,
    WRAPUP: 15_000,
}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    records = Records(
        ORG, [], [], [], agents=AgentRecords(ORG, [], []), pauses=PauseRecords(ORG, [])
    )
    for event in sunday():
        records.apply(event)
    return records.new


def grid(
    rows: list[Row], belongs: Belongs, step: Step = Step.DAY, first: date = SUNDAY
) -> tuple[Grid, Period]:
    period = Period.of_days(first, SUNDAY, step, ZONE)
    over = {row.id for row in rows if isinstance(row, Contact) and row.ended_at}
    visits = (
        VisitRow(
            v.queue,
            v.queued_at,
            v.answered_at,
            v.left_at,
            v.outcome,
            v.waited_ms,
            v.talked_ms,
            v.wrapup_ms,
            v.contact in over,
        )
        for v in rows
        if isinstance(v, QueueVisit)
    )
    callbacks = (
        CallbackRow(c.queue, c.requested_at, c.ended_at, c.outcome, c.talked_ms, c.wrapup_ms)
        for c in rows
        if isinstance(c, Callback)
    )
    return counted(visits, callbacks, Question(period, belongs)), period


def nonzero(counts: Counter[Term]) -> dict[Term, int]:
    return {term: number for term, number in counts.items() if number}


def test_the_day_by_arrival(rows: list[Row]) -> None:
    day, _ = grid(rows, Belongs.ARRIVAL)
    assert nonzero(day.summed(queue="fees")) == BY_ARRIVAL
    assert nonzero(day.summed(queue="support")) == SUPPORT


def test_the_day_by_event(rows: list[Row]) -> None:
    day, _ = grid(rows, Belongs.EVENT)
    assert nonzero(day.summed(queue="fees")) == BY_EVENT
    assert nonzero(day.summed(queue="support")) == SUPPORT


@pytest.mark.parametrize(
    ("name", "by_arrival", "by_event", "all_queues"),
    [  #             fees         fees         both, by arrival
        ("F1", (3 + 2) / 7, (4 + 2) / 8, (5 + 2) / 9),
        ("F2", 3 / 4, 4 / 5, 5 / 6),
        ("F3", 3 / 7, 4 / 8, 5 / 9),
        ("F4", 3 / (4 + 1), 4 / (5 + 1), 5 / (6 + 1)),
        ("F5", (3 + 1) / 7, (4 + 1) / 8, (5 + 1) / 9),
        ("F6", 3 / 7, 4 / 8, 5 / 9),
        ("F6+FO", 3 / 10, 4 / 11, 5 / 13),
        ("F6-SA", 3 / 6, 4 / 7, 5 / 8),
        ("F6-AB", 3 / 4, 4 / 5, 5 / 6),
        ("F6+FO-SA", 3 / 9, 4 / 10, 5 / 12),
        ("F6+FO-AB", 3 / 7, 4 / 8, 5 / 10),
    ],
)
def test_the_service_level_by_every_formula_and_both_rules(
    rows: list[Row], name: str, by_arrival: float, by_event: float, all_queues: float
) -> None:
    level = formula(name)
    arrival, _ = grid(rows, Belongs.ARRIVAL)
    event, _ = grid(rows, Belongs.EVENT)
    assert level.of(arrival.summed(queue="fees")) == pytest.approx(by_arrival)
    assert level.of(event.summed(queue="fees")) == pytest.approx(by_event)
    assert level.of(arrival.summed()) == pytest.approx(all_queues)


def test_averages_and_rates_of_the_day(rows: list[Row]) -> None:
    fees = grid(rows, Belongs.ARRIVAL)[0].summed(queue="fees")
    assert key_figures.ASA.of(fees) == 127 / 4
    assert key_figures.TIME_TO_ABANDON.of(fees) == pytest.approx(59 / 3)
    assert key_figures.HANDLE_TIME.of(fees) == (1150 + 110) / 5
    assert key_figures.ABANDON_RATE.of(fees) == 3 / 10
    assert key_figures.LONG_ABANDON_RATE.of(fees) == pytest.approx(2 / 9)


@pytest.mark.parametrize(
    ("hour", "by_arrival", "by_event"),
    [  #   offered, answered, in time, abandoned
        ("2026-03-29 00:00", (0, 0, 0, 0), (0, 1, 1, 0)),  # c1 is answered
        ("2026-03-29 01:00", (1, 0, 0, 1), (1, 0, 0, 0)),  # c2 arrives
        ("2026-03-29 03:00", (0, 0, 0, 0), (0, 0, 0, 1)),  # and gives up, 40 s later
        ("2026-03-29 08:00", (5, 3, 2, 2), (5, 2, 1, 2)),  # c7 is answered in the next hour
        ("2026-03-29 09:00", (2, 0, 0, 0), (2, 1, 1, 0)),
        ("2026-03-29 12:00", (2, 0, 0, 0), (2, 0, 0, 0)),
    ],
)
def test_the_hour_that_each_thing_belongs_to(
    rows: list[Row],
    hour: str,
    by_arrival: tuple[int, ...],
    by_event: tuple[int, ...],
) -> None:
    terms = (OFFERED, ANSWERED, ANSWERED_IN_TIME, ABANDONED)
    for belongs, expected in ((Belongs.ARRIVAL, by_arrival), (Belongs.EVENT, by_event)):
        hours, period = grid(rows, belongs, Step.HOUR)
        number = [period.label(n) for n in range(len(period))].index(hour)
        counts = hours.summed(number, "fees")
        assert tuple(counts[term] for term in terms) == expected


def test_a_handled_call_belongs_by_event_to_the_end_of_its_wrap_up(rows: list[Row]) -> None:
    quarters, period = grid(rows, Belongs.EVENT, Step.QUARTER)
    labels = [period.label(n) for n in range(len(period))]
    assert quarters.summed(labels.index("2026-03-29 09:00"), "fees")[HANDLED] == 1  # c7
    assert quarters.summed(labels.index("2026-03-29 09:30"), "fees")[HANDLED] == 1  # callback


def test_the_agents_day(rows: list[Row]) -> None:
    """Each agent's states add up to the time from log-in to log-out, midnight or now."""
    period = Period.of_days(SUNDAY, SUNDAY, Step.DAY, ZONE)
    periods = (
        PeriodRow(p.agent, p.state, p.reason, p.began_at, p.ended_at)
        for p in rows
        if isinstance(p, AgentPeriod)
    )
    ready, reserved, talking, wrapup, paused = (
        AgentState.READY,
        AgentState.RESERVED,
        AgentState.TALKING,
        AgentState.WRAPUP,
        AgentState.PAUSED,
    )
    seconds = {
        "4009": {reserved: 5, talking: 60, wrapup: 10, ready: 1725},  # 00:00 to 00:30
        "4001": {  # 08:00 to 12:15
            reserved: 10 + 5 + 31 + 19,
            talking: 300 + 60 + 120 + 30,
            wrapup: 20 + 15 + 10,
            ready: 50 + 4940 + 300 + 4927 + 1763 + 900,
            paused: 1800,
        },
        "4002": {  # 08:00 to now, 13:00
            reserved: 20 + 10 + 20 + 12,
            talking: 100 + 600 + 1788,
            wrapup: 30 + 50,
            ready: 180 + 3190 + 2940 + 8100,
            paused: 60 + 900,
        },
    }
    found = times(periods, period, NOW)
    assert {
        agent: {state: ms // 1000 for state, ms in time.spent_ms.items() if ms}
        for agent, time in found.items()
    } == seconds
    assert [sum(spent.values()) for spent in seconds.values()] == [1800, 15_300, 18_000]
    assert found["4001"].paused_ms == {"lunch": 1_800_000}
    assert found["4002"].paused_ms == {"not_answering": 60_000, "coffee": 900_000}
    assert [found[agent].handled for agent in ("4009", "4001", "4002")] == [1, 4, 3]
    assert found["4001"].occupancy == pytest.approx((510 + 45) / (510 + 45 + 12_880 + 65))
    assert AgentTime().occupancy is None


def test_wrap_up_is_its_conversations_also_of_the_first_of_two_queues(rows: list[Row]) -> None:
    visits = {(v.contact, v.queue): v.wrapup_ms for v in rows if isinstance(v, QueueVisit)}
    assert visits["c6", "fees"] == 30_000
    assert visits["c6", "support"] == 15_000
    assert visits["c12", "fees"] is None
    assert [c.wrapup_ms for c in rows if isinstance(c, Callback)] == [10_000]


def test_the_callback_is_one_row_with_its_attempts(rows: list[Row]) -> None:
    (callback,) = (row for row in rows if isinstance(row, Callback))
    assert (callback.contact, callback.queue, callback.source) == ("c9", "fees", "queue")
    assert (callback.attempts, callback.missed, callback.outcome) == (2, "no_answer", "talked")
    assert (callback.agent, callback.waited_ms, callback.talked_ms) == ("4001", 1_550_000, 120_000)


@pytest.fixture(scope="module")
def totals() -> Totals:
    totals = Totals()
    for event in sunday():
        count(totals, event, KNOWN)
    return totals


def test_the_counters_say_the_same_as_the_record_by_event(rows: list[Row], totals: Totals) -> None:
    """Saturday included. The record knows c12 by its answer; its arrival was never counted."""

    def within(metric: Histogram, queue: str, seconds: int) -> int:
        tally = totals.tallies[metric.name].get((ORG, queue), Tally((0,) * 13))
        return sum(tally.counts[: metric.bounds_seconds.index(seconds) + 1])

    both, _ = grid(rows, Belongs.EVENT, first=SUNDAY - timedelta(days=1))
    for queue in ("fees", "support"):
        counters = {
            name: sum(by for key, by in series.items() if key[1:2] == (queue,))
            for name, series in totals.counters.items()
        }
        record = both.summed(queue=queue)
        lost = 1 if queue == "fees" else 0
        assert counters[queues.CALLS_OFFERED.name] == record[OFFERED] - lost
        assert counters[queues.CALLS_ANSWERED.name] == record[ANSWERED]
        assert counters[queues.CALLS_ABANDONED.name] == record[ABANDONED]
        assert counters[queues.CALLS_LEFT.name] == record[FLOWED_OUT]
        assert within(queues.ANSWERED_WAIT, queue, 20) == record[ANSWERED_IN_TIME]
        assert within(queues.ABANDONED_WAIT, queue, 20) == record[ABANDONED_IN_TIME]
        assert within(queues.ABANDONED_WAIT, queue, 5) == record[SHORT_ABANDONED]
        for metric, number, length in (
            (queues.TALK, HANDLED, TALK),
            (queues.WRAPUP, None, WRAPUP),
        ):
            tally = totals.tallies[metric.name][ORG, queue]
            assert tally.sum_ms == record[length]
            assert number is None or sum(tally.counts) == record[number]


def test_callbacks_and_agents_time_in_the_counters(totals: Totals) -> None:
    fees = (ORG, "fees")
    counters = totals.counters
    assert counters[queues.CALLS_LEFT.name][*fees, "callback"] == 1
    assert counters[CALLBACKS_REQUESTED.name] == {(*fees, "queue"): 1}
    assert counters[CALLBACKS_DIALLED.name] == {fees: 2}
    assert counters[CALLBACKS_MISSED.name] == {(*fees, "no_answer"): 1}
    assert counters[CALLBACKS_ANSWERED.name] == {fees: 1}
    assert counters[CALLBACKS_ENDED.name] == {(*fees, "talked"): 1}
    assert totals.tallies[CALLBACK_WAIT.name][fees].sum_ms == 1_550_000
    assert counters[agents.AGENT_STATE_SECONDS.name] == {  # 4002's last talk is not over
        (ORG, "ready"): (7195 + 1725 + 12_880 + 14_410) * 1000,
        (ORG, "reserved"): (10 + 65 + 62) * 1000,
        (ORG, "talking"): (60 + 510 + 700) * 1000,
        (ORG, "wrapup"): (10 + 45 + 80) * 1000,
        (ORG, "paused"): (1800 + 960) * 1000,
    }
    assert counters[agents.AGENT_PAUSE_SECONDS.name] == {
        (ORG, "lunch"): 1_800_000,
        (ORG, "coffee"): 900_000,
        (ORG, "not_answering"): 60_000,
    }
    assert {agent: doing.state for agent, (doing, _) in totals.agents.items()} == {
        "4002": AgentState.TALKING
    }


def test_the_day_on_which_the_clock_goes_forward_has_23_hours() -> None:
    period = Period.of_days(SUNDAY, SUNDAY, Step.HOUR, ZONE)
    assert len(period) == 23
    assert [period.label(n) for n in (1, 2)] == ["2026-03-29 01:00", "2026-03-29 03:00"]


def test_the_day_on_which_the_clock_goes_back_has_25_hours_and_tells_the_two_apart() -> None:
    october = date(2026, 10, 25)
    period = Period.of_days(october, october, Step.HOUR, ZONE)
    assert len(period) == 25
    assert [period.label(n) for n in (2, 3)] == ["2026-10-25 02:00 CEST", "2026-10-25 02:00 CET"]
    assert period.find(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == 3


def test_weeks_and_months_begin_where_people_say_and_are_cut_off_at_the_ends() -> None:
    weeks = Period.of_days(date(2026, 3, 25), date(2026, 4, 7), Step.WEEK, ZONE)
    assert [weeks.label(n) for n in range(len(weeks))] == [
        "2026-03-25 – 2026-03-29",
        "2026-03-30 – 2026-04-05",
        "2026-04-06 – 2026-04-07",
    ]
    months = Period.of_days(date(2026, 3, 25), date(2026, 5, 1), Step.MONTH, ZONE)
    assert [months.label(n) for n in range(len(months))] == [
        "2026-03-25 – 2026-03-31",
        "2026-04-01 – 2026-04-30",
        "2026-05-01",
    ]
