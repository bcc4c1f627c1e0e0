"""The text that Prometheus reads, to the letter."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from monitoring import metrics
from monitoring.consumer import FiguresConsumer
from monitoring.errors import NotCaughtUp
from monitoring.exposition import Exposition
from tests.day import KNOWN, NINE, ORG, DayStream
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


async def test_figures_that_would_be_wrong_are_not_served() -> None:
    consumer = FiguresConsumer(ORG, DayStream(), MemorySnapshots(), clock=lambda: 0.0)
    exposition = Exposition(CollectorRegistry(), [consumer], FakeLive(), version="0.1.0")
    with pytest.raises(NotCaughtUp, match="preschool"):
        await exposition.text()


async def test_names_and_labels_that_are_no_plain_words_are_escaped() -> None:
    exposition = await exposed(FakeLive())
    exposition._consumers[0].totals.count(metrics.CALLS_OFFERED, ORG, 'a"b\\c\nd')
    text = (await exposition.text()).decode()
    families = text_string_to_metric_families(text)
    offered = next(f for f in families if f.name == "vaxel_calls_offered")
    assert 'a"b\\c\nd' in {sample.labels["queue"] for sample in offered.samples}


async def test_a_scrape_beside_counting_shows_one_moment() -> None:
    exposition = await exposed(FakeLive())
    totals = exposition._consumers[0].totals
    copy = totals.copy()
    totals.observe(metrics.TALK, 1, ORG, "fees")
    totals.count(metrics.CALLS_OFFERED, ORG, "fees")
    assert copy.counters[metrics.CALLS_OFFERED.name][ORG, "fees"] == 5
    assert copy.tallies[metrics.TALK.name][ORG, "fees"].sum_ms == 190_000
