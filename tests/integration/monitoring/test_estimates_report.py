"""Estimated waits from the record: counted by hand, and the same as Prometheus is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from monitoring.counting import Known, count
from monitoring.definitions import key_figures
from monitoring.definitions.terms import ANSWERED, ESTIMATED, IN_RANGE, LONGER, SHORTER
from monitoring.metrics.queues import ESTIMATED_WAITS, WAIT_BEYOND_ESTIMATE, WAIT_SHORT_OF_ESTIMATE
from monitoring.report.counting import Question
from monitoring.report.estimates import EARLIER, LATER, estimates_sheet, read_estimates
from monitoring.report.intervals import Belongs, Period, Step
from monitoring.report.reading import read_queues
from monitoring.totals import Totals
from store.columns import instant
from store.database import Database
from store.events import Event, EventType
from store.projection import ContactProjection
from tests.day import DayStream
from tests.integration.following import caught_up

pytestmark = pytest.mark.integration

ORG = "town"
ZONE = ZoneInfo("Europe/Stockholm")
NOON = round(datetime(2026, 3, 29, 12, tzinfo=ZONE).timestamp() * 1000)
TODAY = instant(NOON).astimezone(ZONE).date()
DAY = Period.of_days(TODAY, TODAY, Step.DAY, ZONE)


def call(contact: str, waited_s: int, foretold: tuple[int, int, int] | None) -> list[Event]:
    """One that was answered; what was foretold is low, expected and high, in seconds."""
    own = {"waited": str(waited_s * 1000)}
    if foretold is not None:
        names = ("estimated_low", "estimated", "estimated_high")
        own |= {name: str(s * 1000) for name, s in zip(names, foretold, strict=True)}
    at = NOON + waited_s * 1000
    agent, queue = "4001", "fees"
    return [
        Event(EventType.CALL_QUEUED, NOON, ORG, contact, queue, fields={"arrived": str(NOON)}),
        Event(EventType.CALL_ANSWERED, at, ORG, contact, queue, agent, {**own, "offer": "1"}),
        Event(EventType.CALL_ENDED, at + 1, ORG, contact, queue, agent, {"talked": "1"}),
    ]


def events() -> list[Event]:
    """Of eight calls one gave up and two have no estimate; of the five, three are inside."""
    range_ = (30, 60, 120)
    calls = [
        *call("c1", 0, None),
        *call("c2", 30, range_),  # 30 s shorter, on the edge
        *call("c3", 60, range_),  # exactly
        *call("c4", 120, range_),  # 60 s longer, on the edge
        *call("c5", 29, range_),  # 31 s shorter, earlier than the range
        *call("c6", 180, range_),  # 120 s longer, later
        Event(EventType.CALL_QUEUED, NOON, ORG, "c7", "fees", fields={"arrived": str(NOON)}),
        Event(EventType.CALL_ABANDONED, NOON + 9, ORG, "c7", "fees", fields={"waited": "9"}),
    ]
    half = call("c8", 50, None)
    half[1] = Event(
        **{name: getattr(half[1], name) for name in ("type", "at", "org", "contact", "queue")},
        agent="4001",
        fields={"waited": "50000", "estimated": "60000"},
    )
    return [*calls, *half]


COUNTED = Counter(
    {
        ANSWERED: 7,
        ESTIMATED: 5,
        IN_RANGE: 3,
        EARLIER: 1,
        LATER: 1,
        SHORTER: 61_000,
        LONGER: 180_000,
    }
)


async def take_in(database: Database, batch: int = 500) -> list[Event]:
    stream = DayStream(events())
    await caught_up(stream, ContactProjection(database, stream, ORG), batch)
    return stream.events


@pytest.mark.parametrize("batch", [1, 500])
async def test_the_report_has_what_was_counted_by_hand(database: Database, batch: int) -> None:
    await take_in(database, batch)
    assert await read_estimates(database, ORG, DAY) == {"fees": COUNTED}
    assert key_figures.ESTIMATES_HELD.of(COUNTED) == 3 / 5
    assert key_figures.ESTIMATE_ERROR.of(COUNTED) == (61 + 180) / 5
    assert key_figures.ESTIMATE_BIAS.of(COUNTED) == (180 - 61) / 5
    assert await read_estimates(database, ORG, DAY, ["support"]) == {}
    assert await read_estimates(database, "village", DAY) == {}


async def test_it_agrees_with_the_metrics_and_with_the_report_of_queues(
    database: Database,
) -> None:
    told = await take_in(database)
    totals = Totals()
    for event in told:
        count(totals, event, Known(queues=("fees",)))
    terms = (await read_estimates(database, ORG, DAY))["fees"]
    series = totals.counters[ESTIMATED_WAITS.name]
    lay = {"above": LATER, "below": EARLIER, "inside": IN_RANGE}
    assert {word: terms[term] for word, term in lay.items()} == {
        word: series[ORG, "fees", word] for word in lay
    }
    errors = {LONGER: WAIT_BEYOND_ESTIMATE, SHORTER: WAIT_SHORT_OF_ESTIMATE}
    for term, metric in errors.items():
        assert terms[term] == totals.tallies[metric.name][ORG, "fees"].sum_ms
    queues = await read_queues(database, ORG, Question(DAY, Belongs.ARRIVAL))
    assert terms[ANSWERED] == queues.summed()[ANSWERED]


async def test_the_table_adds_up_and_names_its_definitions(database: Database) -> None:
    await take_in(database)
    sheet = estimates_sheet("Town", DAY, await read_estimates(database, ORG, DAY), "da")
    row = dict(zip([column.key for column in sheet.columns], sheet.rows[0], strict=True))
    assert row["estimated"] == 5 == sum(int(str(row[k])) for k in ("inside", "earlier", "later"))
    assert (row["share_inside"], row["mean_error_seconds"]) == (3 / 5, 241 / 5)
    assert row["bias_seconds"] == 119 / 5
    assert sheet.notes[0].startswith("estimates that held: in range / estimated")
