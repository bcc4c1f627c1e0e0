"""Counting the day: each figure by hand, and the same after a kill at any moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.consumer import FiguresConsumer
from monitoring.counting import Known, count, prepare
from monitoring.errors import SnapshotUnusable
from monitoring.kinds import Counter, Histogram
from monitoring.metrics import contacts, queues, recordings
from monitoring.metrics.agents import (
    AGENT_LOCKS,
    AGENT_OFFERS,
    AGENT_OFFERS_REFUSED,
    AGENT_STATE_SECONDS,
)
from monitoring.metrics.registry import COUNTERS, HISTOGRAMS
from monitoring.snapshots import POSITION, SHAPE, changes, restored, saved
from monitoring.totals import Tally, Totals
from store.events import Event, EventType
from tests.day import KNOWN, ORG, DayStream

pytestmark = pytest.mark.unit

FEES = (ORG, "fees")


def counted(stream: DayStream) -> Totals:
    totals = Totals()
    for event in stream.events:
        count(totals, event, KNOWN)
    return totals


class MemorySnapshots:
    """What survives a kill."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    async def load(self) -> dict[str, str]:
        return self.fields

    async def save(self, totals: Totals, since: str) -> bool:
        if not self.fields:
            self.fields = dict(saved(totals))
            return True
        assert self.fields[POSITION] == since
        news, gone = changes(totals)
        self.fields |= news
        for field in gone:
            self.fields.pop(field, None)
        return True

    async def forget(self) -> None:
        self.fields = {}


def test_every_counter_of_the_day_is_what_was_worked_out_by_hand() -> None:
    counters = counted(DayStream()).counters
    expected: dict[Counter, dict[tuple[str, ...], int]] = {
        contacts.CONTACTS_STARTED: {(ORG,): 6},
        contacts.CONTACTS_ENDED: {(ORG, "tree"): 2, (ORG, "caller"): 3, (ORG, "failed"): 1},
        queues.CALLS_OFFERED: {FEES: 5, (ORG, "support"): 1},
        queues.CALLS_ANSWERED: {FEES: 3},
        queues.CALLS_ABANDONED: {FEES: 1},
        queues.CALLS_LEFT: {(*FEES, "timeout"): 1, (ORG, "support", "nobody"): 1},
        AGENT_OFFERS: {FEES: 4},
        AGENT_OFFERS_REFUSED: {(*FEES, "no_answer"): 1},
        contacts.VOICEMAILS_STORED: {(ORG, "office"): 1},
        recordings.RECORDINGS_STORED: {FEES: 1},
        recordings.RECORDINGS_FAILED: {(ORG, "leg_truncated"): 1},
        AGENT_LOCKS: {(ORG,): 1},
        queues.RESULTS_GIVEN: {(*FEES, "resolved"): 1, (*FEES, "other"): 1},
        contacts.NODE_VISITS: {(ORG, ORG, "welcome", "say"): 1},
    }
    agents = {AGENT_STATE_SECONDS.name}  # of these, see test_day
    happened = {name for name, series in counters.items() if series} - agents
    assert {name: counters[name] for name in happened} == {
        metric.name: series for metric, series in expected.items()
    }


def test_waits_and_talks_lie_in_their_buckets() -> None:
    tallies = counted(DayStream()).tallies
    #                                          5 10 15 20 30 45 60 90 …
    assert tallies[queues.ANSWERED_WAIT.name] == {
        FEES: Tally((0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0), 102_000)
    }
    assert tallies[queues.ABANDONED_WAIT.name] == {
        FEES: Tally((0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0), 21_000)
    }
    #                                          15 30 60 120 …
    assert tallies[queues.TALK.name] == {
        FEES: Tally((1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), 190_000)
    }


def test_offered_is_answered_and_abandoned_and_left_once_nobody_waits() -> None:
    counters = counted(DayStream()).counters

    def total(metric: Counter) -> int:
        return sum(counters[metric.name].values())

    ends = (queues.CALLS_ANSWERED, queues.CALLS_ABANDONED, queues.CALLS_LEFT)
    assert total(queues.CALLS_OFFERED) == sum(map(total, ends)) == 6


def test_a_wait_of_exactly_the_threshold_is_within_it_and_a_millisecond_more_is_not() -> None:
    totals = Totals()
    for waited in (20_000, 20_001):
        totals.observe(queues.ANSWERED_WAIT, waited, *FEES)
    counts = totals.tallies[queues.ANSWERED_WAIT.name][FEES].counts
    assert (counts[3], counts[4]) == (1, 1)  # up to 20, up to 30


@pytest.mark.parametrize(
    ("waited", "lay", "error"),
    [
        (29_999, "below", queues.WAIT_SHORT_OF_ESTIMATE),
        (30_000, "inside", queues.WAIT_SHORT_OF_ESTIMATE),
        (60_000, "inside", queues.WAIT_BEYOND_ESTIMATE),
        (120_000, "inside", queues.WAIT_BEYOND_ESTIMATE),
        (120_001, "above", queues.WAIT_BEYOND_ESTIMATE),
    ],
)
def test_a_wait_is_held_against_what_was_foretold(waited: int, lay: str, error: Histogram) -> None:
    totals = Totals()
    told = {"estimated_low": 30_000, "estimated": 60_000, "estimated_high": 120_000}
    own = {name: str(value) for name, value in (told | {"waited": waited}).items()}
    count(totals, Event(EventType.CALL_ANSWERED, 0, ORG, "c", "fees", fields=own, id="1-0"), KNOWN)
    assert totals.counters[queues.ESTIMATED_WAITS.name] == {(*FEES, lay): 1}
    errors = (queues.WAIT_SHORT_OF_ESTIMATE, queues.WAIT_BEYOND_ESTIMATE)
    sums = {metric: series for metric in errors if (series := totals.tallies[metric.name])}
    assert {metric: series[FEES].sum_ms for metric, series in sums.items()} == {
        error: abs(waited - 60_000)
    }


def test_a_wait_that_nobody_foretold_or_only_half_of_has_no_error() -> None:
    totals = Totals()
    for own in ({"waited": "1"}, {"waited": "1", "estimated": "9", "estimated_low": "soon"}):
        event = Event(EventType.CALL_ANSWERED, 0, ORG, "c", "fees", fields=own, id="1-0")
        count(totals, event, KNOWN)
    assert totals.counters[queues.ESTIMATED_WAITS.name] == {}
    assert totals.tallies[queues.WAIT_BEYOND_ESTIMATE.name] == {}


def test_a_wait_longer_than_all_thresholds_is_counted_above_them() -> None:
    totals = Totals()
    totals.observe(queues.ANSWERED_WAIT, 3_600_000, *FEES)
    assert totals.tallies[queues.ANSWERED_WAIT.name][FEES].counts[-1] == 1


def test_an_odd_wait_costs_the_histogram_and_not_the_count() -> None:
    totals = Totals()
    own = {"waited": "soon"}
    count(totals, Event(EventType.CALL_ANSWERED, 0, ORG, "c", "fees", fields=own, id="1-0"), KNOWN)
    assert totals.counters[queues.CALLS_ANSWERED.name] == {FEES: 1}
    assert sum(totals.tallies[queues.ANSWERED_WAIT.name][FEES].counts) == 0


def test_a_reason_outside_the_closed_set_makes_no_series_of_its_own() -> None:
    totals = Totals()
    for reason in ("+46701234567", "anything"):
        totals.count(contacts.CONTACTS_ENDED, ORG, reason)
    assert totals.counters[contacts.CONTACTS_ENDED.name] == {(ORG, "other"): 2}


def test_a_transfer_counts_its_outcome_and_only_a_conversation_its_length() -> None:
    totals = Totals()
    for own in ({"outcome": "talked", "talked": "61000"}, {"outcome": "busy", "rang": "900"}):
        fields = {"node": "on-call", **own}
        count(totals, Event(EventType.CONTACT_TRANSFERRED, 0, ORG, "c", fields=fields), KNOWN)
    forwarded = {"outcome": "no_answer", "rang": "30000"}
    count(totals, Event(EventType.CALL_FORWARDED, 0, ORG, "c", "fees", "1", forwarded), KNOWN)
    assert totals.counters[contacts.TRANSFERS.name] == {
        (ORG, "talked"): 1,
        (ORG, "busy"): 1,
        (ORG, "no_answer"): 1,
    }
    tally = totals.tallies[contacts.TRANSFER_TALK.name][(ORG,)]
    assert (sum(tally.counts), tally.sum_ms) == (1, 61_000)


def test_a_conversation_that_is_handed_over_is_counted_by_its_queue_and_what_to() -> None:
    totals = Totals()
    for own in ({"to": "queue", "to_queue": "rent"}, {"to": "number"}):
        fields = {"offer": "7", **own}
        count(totals, Event(EventType.CALL_TRANSFERRED, 0, ORG, "c", "fees", "1", fields), KNOWN)
    assert totals.counters[queues.HANDOVERS.name] == {
        (ORG, "fees", "queue"): 1,
        (ORG, "fees", "number"): 1,
    }


def test_a_conference_counts_how_long_a_caller_was_in_it() -> None:
    totals = Totals()
    for own in ({"outcome": "joined", "stayed": "7500"}, {"outcome": "failed"}):
        count(totals, Event(EventType.CONTACT_CONFERRED, 0, ORG, "c", fields=own), KNOWN)
    assert totals.counters[contacts.CONFERENCES.name] == {(ORG, "joined"): 1, (ORG, "failed"): 1}
    tally = totals.tallies[contacts.CONFERENCE_STAY.name][(ORG,)]
    assert (sum(tally.counts), tally.sum_ms) == (1, 7_500)


def test_answers_to_surveys_are_counted_by_score_and_unknown_words_make_no_series() -> None:
    totals = Totals()
    known = Known(questions=frozenset({("after", "helpful"), ("after", "words")}))
    prepare(totals, ORG, known)
    assert len(totals.counters[contacts.SURVEY_ANSWERS.name]) == 2 * 6
    for own in (
        {"question": "helpful", "score": "4"},
        {"question": "helpful", "score": "4"},
        {"question": "helpful", "score": "9"},
        {"question": "words", "duration": "8000"},
        {"question": "long-gone", "score": "2"},
    ):
        fields = {"node": "rating", "survey": "after", **own}
        count(totals, Event(EventType.SURVEY_ANSWERED, 0, ORG, "c", fields=fields), known)
    series = totals.counters[contacts.SURVEY_ANSWERS.name]
    assert {labels: figure for labels, figure in series.items() if figure} == {
        (ORG, "after", "helpful", "4"): 2,
        (ORG, "after", "helpful", "other"): 1,
        (ORG, "after", "words", "spoken"): 1,
        (ORG, "other", "other", "2"): 1,
    }


def test_no_label_names_a_person() -> None:
    labels = {label for metric in (*COUNTERS, *HISTOGRAMS) for label in metric.labels}
    where = {"org", "queue", "mailbox", "tree", "node", "survey", "question"}
    how = {"reason", "source", "outcome", "state", "cause", "engine", "kind", "score", "result"}
    how |= {"act", "mode", "to"}
    assert labels <= where | how


def test_saved_totals_come_back_the_same() -> None:
    totals = counted(DayStream())
    assert restored(dict(saved(totals))) == totals


@pytest.mark.parametrize(
    "damage",
    [
        {SHAPE: "another"},
        {POSITION: "x"},
        {"x": "1"},
        {"[]": "1"},
        {'["vaxel_calls_answered_total","city","fees"]': "many"},
        {'["vaxel_call_talk_seconds","city","fees"]': "[1,null]"},
        {'["agent","4001"]': "[1,2]"},
        {'["agent"]': '[1,"ready","","",""]'},
    ],
)
def test_totals_that_are_damaged_or_of_another_version_are_refused(damage: dict[str, str]) -> None:
    with pytest.raises(SnapshotUnusable, match="counted anew"):
        restored(dict(saved(counted(DayStream()))) | damage)


async def test_damaged_totals_are_counted_anew() -> None:
    snapshots = MemorySnapshots()
    snapshots.fields = {SHAPE: "another"}
    stream = DayStream()
    consumer = FiguresConsumer(ORG, stream, snapshots, clock=lambda: 0.0)
    await consumer.take_in("0-0", await stream.read(await consumer.position()))
    assert consumer.totals.counters[queues.CALLS_ANSWERED.name] == {FEES: 3}


async def test_the_figures_are_caught_up_only_when_the_whole_past_is_counted() -> None:
    stream = DayStream()
    consumer = FiguresConsumer(ORG, stream, MemorySnapshots(), clock=lambda: 0.0)
    position = await consumer.position()
    position = await consumer.take_in(position, await stream.read(position, 30))
    assert not consumer.caught_up
    await consumer.take_in(position, await stream.read(position, 30))
    assert consumer.caught_up


async def test_an_empty_past_is_caught_up_at_once() -> None:
    consumer = FiguresConsumer(ORG, DayStream([]), MemorySnapshots(), clock=lambda: 0.0)
    await consumer.take_in(await consumer.position(), [])
    assert consumer.caught_up


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_events_that_cannot_be_read_are_seen_after_some_seconds() -> None:
    clock = Clock()
    consumer = FiguresConsumer(ORG, DayStream([]), MemorySnapshots(), clock=clock)
    assert not consumer.up
    await consumer.take_in(await consumer.position(), [])
    clock.now = 4.9
    assert consumer.up
    clock.now = 5.1
    assert not consumer.up


LIVES = st.lists(
    st.tuples(st.integers(0, 12), st.floats(0, 3), st.booleans()), min_size=1, max_size=20
)


@given(LIVES)
async def test_a_consumer_killed_after_any_event_is_followed_by_one_with_the_same_totals(
    lives: list[tuple[int, float, bool]],
) -> None:
    """Each life counts some events, at some pace, and ends in order or is killed."""
    stream, snapshots, clock = DayStream(), MemorySnapshots(), Clock()
    known = Known(nodes=KNOWN.nodes)
    for events, pace, in_order in [*lives, (100, 0.0, True)]:
        consumer = FiguresConsumer(ORG, stream, snapshots, known=known, clock=clock)
        position = await consumer.position()
        for _ in range(events):
            clock.now += pace
            position = await consumer.take_in(position, await stream.read(position, 1))
        if in_order:
            await consumer.save()
    expected = Totals()
    prepare(expected, ORG, known)
    for event in stream.events:
        count(expected, event, known)
    assert consumer.totals.tallies == expected.tallies
    assert consumer.totals.counters == expected.counters
