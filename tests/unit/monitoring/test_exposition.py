"""The text that Prometheus reads, to the letter."""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from monitoring.consumer import FiguresConsumer
from monitoring.counting import Known
from monitoring.errors import NotCaughtUp
from monitoring.exposition import Exposition
from monitoring.metrics import agents, queues
from store.events import EventType
from tests.day import KNOWN, NINE, ORG, DayStream, day
from tests.unit.monitoring.fake_live import FakeLive
from tests.unit.monitoring.test_totals import MemorySnapshots

pytestmark = pytest.mark.unit

DAY = Path(__file__).with_name("day.prom")


async def exposed(live: FakeLive) -> Exposition:
    stream = DayStream()
    consumer = FiguresConsumer(
        ORG, stream, MemorySnapshots(), known=KNOWN, clock=lambda: 0.0, wall=lambda: NINE
    )
    await consumer.take_in(await consumer.position(), stream.events)
    return Exposition(CollectorRegistry(), [consumer], live, version="0.1.0")


async def test_the_day_is_exposed_to_the_letter() -> None:
    text = (await (await exposed(FakeLive())).text()).decode()
    assert text.splitlines() == DAY.read_text().splitlines()


def test_prometheus_finds_no_fault_with_a_name_or_a_definition() -> None:
    with DAY.open("rb") as day_of_figures:
        told = subprocess.run(
            ["promtool", "check", "metrics"], stdin=day_of_figures, capture_output=True, check=False
        )
    assert (told.returncode, told.stderr) == (0, b"")


async def test_what_comes_while_the_controller_runs_has_its_figures_from_then_on() -> None:
    stream = DayStream()
    first = FiguresConsumer(ORG, stream, MemorySnapshots(), known=KNOWN)
    await first.take_in(await first.position(), stream.events)
    consumers = [first]
    exposition = Exposition(CollectorRegistry(), consumers, FakeLive(), version="0.1.0")
    await exposition.text()

    first.know(Known(queues=("night",), nodes=frozenset({("night", "a", "say")})))
    newcomer = FiguresConsumer("newcomer", DayStream(), MemorySnapshots())
    await newcomer.take_in(await newcomer.position(), [])
    consumers.append(newcomer)

    text = (await exposition.text()).decode()
    assert 'vaxel_calls_answered_total{org="preschool",queue="night"} 0.0' in text
    assert 'vaxel_calls_answered_total{org="preschool",queue="fees"} 3.0' in text
    assert 'vaxel_node_visits_total{org="preschool",tree="night",node="a",kind="say"} 0.0' in text
    assert 'vaxel_contacts_started_total{org="newcomer"} 0.0' in text
    assert set(KNOWN.queues) < set(first.known.queues), "calls may still be in those before"


async def test_without_the_acd_the_rest_is_served_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    live = FakeLive()
    exposition = await exposed(live)
    live.fault = ConnectionError("Redis is away")
    with caplog.at_level(logging.WARNING):
        text = (await exposition.text()).decode()
        await exposition.text()
    assert "vaxel_live_figures_up 0.0" in text
    assert 'vaxel_calls_answered_total{org="preschool",queue="fees"} 3.0' in text
    assert "vaxel_agi_sessions 4.0" in text
    assert "vaxel_calls_waiting" not in text
    assert caplog.messages == ["queues and agents cannot be asked"]


async def test_without_the_speech_server_that_is_a_figure_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    live = FakeLive()
    exposition = await exposed(live)
    live.speech_fault = ConnectionError("nobody listens")
    with caplog.at_level(logging.WARNING):
        text = (await exposition.text()).decode()
    assert "vaxel_speech_up 0.0" in text
    assert "vaxel_speech_streams" not in text
    assert caplog.messages == ["the speech server cannot be asked"]
    live.speech_fault = None
    assert "vaxel_speech_up 1.0" in (await exposition.text()).decode()


async def test_what_an_agent_does_yet_is_counted_as_far_as_it_is_settled() -> None:
    """From log-in at 08:59:00, 60 s before the day's beginning, with nothing told since."""
    stream = DayStream([event for event in day() if event.type is EventType.AGENT_LOGGED_IN])
    now = NINE
    consumer = FiguresConsumer(
        ORG, stream, MemorySnapshots(), known=KNOWN, clock=lambda: 0.0, wall=lambda: now
    )
    exposition = Exposition(CollectorRegistry(), [consumer], FakeLive(), version="0.1.0")
    ready = 'vaxel_agent_state_seconds_total{org="preschool",state="ready"}'
    await consumer.take_in(await consumer.position(), stream.events)
    assert f"{ready} {(60 - 5) + (50 - 5)}.0" in (await exposition.text()).decode()
    now += 10_000
    await consumer.take_in(consumer.totals.position, [])
    assert f"{ready} {(70 - 5) + (60 - 5)}.0" in (await exposition.text()).decode()
    assert consumer.totals.counters[agents.AGENT_STATE_SECONDS.name][ORG, "ready"] == 0


async def test_a_backlog_of_events_lets_no_agents_time_run_ahead_of_it() -> None:
    """Else the counter would fall when the event comes that ended it, which reads as a restart."""
    stream = DayStream([day()[0]] * 201)
    consumer = FiguresConsumer(ORG, stream, MemorySnapshots(), clock=lambda: 0.0, wall=lambda: NINE)
    position = await consumer.take_in(await consumer.position(), await stream.read("0-0", 200))
    assert consumer.settled_ms == 0
    await consumer.take_in(position, await stream.read(position, 200))
    assert consumer.settled_ms == NINE - 5_000


async def test_a_second_scrape_writes_the_series_that_have_changed() -> None:
    exposition = await exposed(FakeLive())
    before = (await exposition.text()).decode()
    totals = exposition._consumers[0].totals
    totals.count(queues.CALLS_OFFERED, ORG, "fees")
    totals.observe(queues.TALK, 20_000, ORG, "fees")
    after = (await exposition.text()).decode()
    changed = [
        (was, now)
        for was, now in zip(before.splitlines(), after.splitlines(), strict=True)
        if was != now
    ]
    assert (
        'vaxel_calls_offered_total{org="preschool",queue="fees"} 5.0',
        'vaxel_calls_offered_total{org="preschool",queue="fees"} 6.0',
    ) in changed
    assert {now.partition("{")[0] for _, now in changed} == {
        "vaxel_calls_offered_total",
        "vaxel_talk_seconds_bucket",
        "vaxel_talk_seconds_count",
        "vaxel_talk_seconds_sum",
    }


async def test_figures_that_would_be_wrong_are_not_served() -> None:
    consumer = FiguresConsumer(ORG, DayStream(), MemorySnapshots(), clock=lambda: 0.0)
    exposition = Exposition(CollectorRegistry(), [consumer], FakeLive(), version="0.1.0")
    with pytest.raises(NotCaughtUp, match="preschool"):
        await exposition.text()


async def test_names_and_labels_that_are_no_plain_words_are_escaped() -> None:
    exposition = await exposed(FakeLive())
    exposition._consumers[0].totals.count(queues.CALLS_OFFERED, ORG, 'a"b\\c\nd')
    text = (await exposition.text()).decode()
    families = text_string_to_metric_families(text)
    offered = next(f for f in families if f.name == "vaxel_calls_offered")
    assert 'a"b\\c\nd' in {sample.labels["queue"] for sample in offered.samples}


async def test_a_scrape_beside_counting_shows_one_moment() -> None:
    exposition = await exposed(FakeLive())
    totals = exposition._consumers[0].totals
    copy = totals.copy()
    totals.observe(queues.TALK, 1, ORG, "fees")
    totals.count(queues.CALLS_OFFERED, ORG, "fees")
    assert copy.counters[queues.CALLS_OFFERED.name][ORG, "fees"] == 5
    assert copy.tallies[queues.TALK.name][ORG, "fees"].sum_ms == 190_000
