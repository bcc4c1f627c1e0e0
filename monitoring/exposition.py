"""From totals and live figures to the text that Prometheus reads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from monitoring import metrics
from monitoring.consumer import FiguresConsumer
from monitoring.errors import NotCaughtUp
from monitoring.live import AcdNow, ControllerNow, LiveFigures
from monitoring.totals import Totals

log = logging.getLogger(__name__)

_ACD_SECONDS = 1.0  # Prometheus gives a scrape ten


@dataclass(frozen=True, slots=True)
class _Moment:
    """One scrape's figures, copied so that counting goes on beside the writing."""

    totals: Sequence[Totals]
    up: Sequence[tuple[str, bool]]
    acd: AcdNow | None
    controller: ControllerNow


class Exposition(Collector):
    """All figures of this process, in an injected registry."""

    def __init__(
        self,
        registry: CollectorRegistry,
        consumers: Sequence[FiguresConsumer],
        live: LiveFigures,
        *,
        version: str,
    ) -> None:
        """Register with ``registry``.

        Args:
            registry: Where to; what others have registered there is served too.
            consumers: One an organisation.
            live: What is true now.
            version: Of Växel.
        """
        self._registry = registry
        self._consumers = consumers
        self._live = live
        self._version = version
        self._moment: _Moment | None = None
        self._writing = asyncio.Lock()
        self._acd_was_up = True
        registry.register(self)

    async def text(self) -> bytes:
        """All figures in Prometheus's text format.

        Raises:
            NotCaughtUp: An organisation's past is still being counted.
        """
        for consumer in self._consumers:
            if not consumer.caught_up:
                raise NotCaughtUp(consumer.org)
        async with self._writing:
            acd = await self._ask_acd()
            self._moment = _Moment(
                totals=[consumer.totals.copy() for consumer in self._consumers],
                up=[(consumer.org, consumer.up) for consumer in self._consumers],
                acd=acd,
                controller=self._live.controller(),
            )
            return await asyncio.to_thread(generate_latest, self._registry)

    async def _ask_acd(self) -> AcdNow | None:
        try:
            async with asyncio.timeout(_ACD_SECONDS):
                acd = await self._live.acd()
        except Exception as fault:  # whatever is away, the scrape answers with the rest
            if self._acd_was_up:
                log.warning("queues and agents cannot be asked", extra={"fault": repr(fault)})
            self._acd_was_up = False
            return None
        self._acd_was_up = True
        return acd

    def describe(self) -> Iterator[Metric]:
        """Nothing before the first scrape: registering must not ask for figures."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The moment's figures; called by the registry, in a thread."""
        moment = self._moment
        if moment is None:
            return
        yield from _counted(moment.totals)
        yield from _now(moment)
        yield _gauge(metrics.BUILD_INFO, [((self._version,), 1)])


def _counted(all_totals: Sequence[Totals]) -> Iterator[Metric]:
    for counter in metrics.COUNTERS:
        family = CounterMetricFamily(counter.name, counter.help, labels=counter.labels)
        for totals in all_totals:
            for labels, value in totals.counters[counter.name].items():
                family.add_metric(labels, value)
        yield family
    for histogram in metrics.HISTOGRAMS:
        bounds = [*(str(float(bound)) for bound in histogram.bounds_seconds), "+Inf"]
        spread = HistogramMetricFamily(histogram.name, histogram.help, labels=histogram.labels)
        for totals in all_totals:
            for labels, tally in totals.tallies[histogram.name].items():
                buckets = list(zip(bounds, accumulate(tally.counts), strict=True))
                spread.add_metric(labels, buckets=buckets, sum_value=tally.sum_ms / 1000)
        yield spread


def _now(moment: _Moment) -> Iterator[Metric]:
    controller = moment.controller
    yield _gauge(metrics.EVENTS_UP, [((org,), int(up)) for org, up in moment.up])
    yield _gauge(metrics.LIVE_UP, [((), int(moment.acd is not None))])
    yield _gauge(
        metrics.CALLS_IN_PROGRESS, [((org,), calls) for org, calls in controller.calls.items()]
    )
    yield _gauge(metrics.AGI_SESSIONS, [((), controller.agi_sessions)])
    yield _gauge(metrics.AMI_CONNECTED, [((), int(controller.ami_connected))])
    for counter, value in (
        (metrics.AGI_REFUSED, controller.agi_refused),
        (metrics.AMI_RECONNECTS, controller.ami_reconnects),
    ):
        yield CounterMetricFamily(counter.name, counter.help, value=value)
    if moment.acd is None:
        return
    queues, agents = moment.acd.queues, moment.acd.agents
    yield _gauge(metrics.CALLS_WAITING, [((q.org, q.queue), q.waiting) for q in queues])
    yield _gauge(metrics.OLDEST_WAIT, [((q.org, q.queue), q.oldest_wait_seconds) for q in queues])
    yield _gauge(
        metrics.AGENTS,
        [
            ((one.org, state), count)
            for one in agents
            for state, count in (
                dict.fromkeys(metrics.AGENT_STATES, 0) | dict(one.by_state)
            ).items()
        ],
    )


def _gauge(
    metric: metrics.Gauge, samples: Sequence[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family
