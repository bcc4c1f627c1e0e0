"""One place for the names of metrics, and nothing in it forgotten."""

from __future__ import annotations

import re
from collections import Counter as Counted
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring import metrics
from monitoring.kinds import Gauge
from monitoring.metrics.registry import COUNTERS, HISTOGRAMS
from tests.unit.monitoring.prometheus import METRICS, NAMES

pytestmark = pytest.mark.unit

CHECKOUT = Path(__file__).parents[3]
HOME = Path(metrics.__file__).parent
ROOMS = ("acd", "ivr", "media", "monitoring", "recorder", "store", "wire")


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in (CHECKOUT / room).rglob("*.py") if HOME not in path.parents)


def test_no_two_metrics_have_one_name() -> None:
    times = Counted(metric.name for metric in METRICS)
    assert [name for name in times if times[name] > 1] == []


def test_what_organisations_count_is_in_the_registry_once() -> None:
    of_organisations = {
        metric.name
        for metric in METRICS
        if not isinstance(metric, Gauge) and metric.labels[:1] == ("org",)
    }
    assert sorted(metric.name for metric in (*COUNTERS, *HISTOGRAMS)) == sorted(of_organisations)


def test_no_name_of_a_metric_stands_elsewhere() -> None:
    named = re.compile(rf"\b(?:{'|'.join(NAMES)})(?:_bucket|_count|_sum)?\b")
    assert [
        f"{path.relative_to(CHECKOUT)}: {found[0]}"
        for path in sources()
        if (found := named.search(path.read_text(encoding="utf-8")))
    ] == []
