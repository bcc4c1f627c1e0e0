"""A city's figures scraped: twelve organisations, 200 queues and 2,000 agents between them.

Each round scrapes once as the first time, then every time after a few dozen calls have been
counted, as Prometheus does each second. What is measured is the processor's time of the whole
scrape, and how long it keeps the event loop from its next turn. The peer is
prometheus_client, writing the same series from its own metric families.

For headroom, once more with 200 queues in each of the organisations.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median, quantiles

import uvloop
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from monitoring.consumer import FiguresConsumer
from monitoring.counting import Known, count
from monitoring.exposition import Exposition
from monitoring.live import AcdNow, AgentsNow, ControllerNow, QueueNow, SpeechNow
from monitoring.metrics.registry import COUNTERS, HISTOGRAMS
from monitoring.totals import Totals
from store.events import Event, EventType
from store.stream import Gap
from tests.load.ratios import Ratio, of_rounds

ORGS = 12
QUEUES = 200
AGENTS = 2_000
SCRAPES = 20
CALLS_BETWEEN = 40
NINE = 1_763_974_800_000


class City:
    """Organisations with a past, and what is true now."""

    def __init__(self, queues: int) -> None:
        """With so many queues between the organisations."""
        self.consumers = [_consumer(f"org{n}", queues // ORGS + 1) for n in range(ORGS)]
        self.asked = 0

    async def acd(self) -> AcdNow:
        queues = [
            QueueNow(one.org, name, waiting=3, oldest_wait_seconds=21.5)
            for one in self.consumers
            for name in one.known.queues
        ]
        agents = [AgentsNow(one.org, {"ready": 100, "talking": 67}) for one in self.consumers]
        lags = {(one.org, what): 0.0 for one in self.consumers for what in ("figures", "contacts")}
        return AcdNow(queues, agents, 0.0002, lags, lags)

    async def speech(self) -> SpeechNow:
        return SpeechNow(4, 2, 2, 0, 0, 0, {"vosk": 10}, {"vosk": 33.5})

    def controller(self) -> ControllerNow:
        return ControllerNow(
            since_seconds=1_795_100_000.0,
            spare=True,
            calls={one.org: 5 for one in self.consumers},
            agi_sessions=60,
            agi_refused=0,
            agi_ended={"finished": 1000, "hung_up": 500},
            ami_connected=True,
            ami_reconnects=0,
            ami_ping_seconds=0.001,
            ami_lag_seconds=0.0001,
            ami_held=0,
            ami_events=100_000,
            ami_failed={"refused": 0, "timeout": 0},
            disk_free=10**11,
            disk_size=10**12,
        )

    def carry_on(self) -> None:
        """Some calls come, are answered and end."""
        for number in range(CALLS_BETWEEN):
            consumer = self.consumers[(self.asked + number) % ORGS]
            _whole_call(consumer, number % len(consumer.known.queues), number)
        self.asked += 1


def _consumer(org: str, queues: int) -> FiguresConsumer:
    known = Known(
        queues=tuple(f"queue-{n}" for n in range(queues)),
        pauses=("lunch", "meeting", "training"),
        nodes=frozenset(("main", f"node-{n}", "menu") for n in range(40)),
    )
    consumer = FiguresConsumer(org, _NoStream(), _NoSnapshots(), known=known, wall=lambda: NINE)
    asyncio.run(consumer.take_in(asyncio.run(consumer.position()), []))
    for agent in range(AGENTS // ORGS):
        count(consumer.totals, Event(EventType.AGENT_READY, NINE, org, agent=str(agent)), known)
    for queue in range(queues):
        for call in range(5):
            _whole_call(consumer, queue, call)
    consumer.settled_ms = NINE + 3_600_000
    return consumer


def _whole_call(consumer: FiguresConsumer, queue: int, number: int) -> None:
    name, agent = consumer.known.queues[queue], str(number % (AGENTS // ORGS))
    for kind, own in (
        (EventType.CALL_QUEUED, {}),
        (EventType.CALL_OFFERED, {"offer": "1"}),
        (EventType.CALL_ANSWERED, {"waited": str(7000 * (number % 9))}),
        (EventType.CALL_ENDED, {"talked": str(30_000 * (number % 11))}),
        (EventType.AGENT_WRAPUP, {}),
        (EventType.AGENT_READY, {}),
    ):
        event = Event(kind, NINE + number, consumer.org, "c", name, agent, own, "1-0")
        count(consumer.totals, event, consumer.known)


class _NoStream:
    async def read(self, after_id: str, count: int = 0, block_ms: int = 0) -> list[Event]:
        return []

    async def last_id(self) -> str:
        return "0-0"

    async def gap_after(self, after_id: str) -> Gap | None:
        return None


class _NoSnapshots:
    async def load(self) -> dict[str, str]:
        return {}

    async def save(self, totals: Totals, since: str) -> bool:
        return True

    async def forget(self) -> None:
        pass


class Families(Collector):
    """The same totals by prometheus_client's families."""

    def __init__(self, totals: Sequence[Totals]) -> None:
        """Of these organisations."""
        self._totals = totals

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        for counter in COUNTERS:
            family = CounterMetricFamily(counter.name, counter.help, labels=counter.labels)
            for totals in self._totals:
                for labels, value in totals.counters[counter.name].items():
                    family.add_metric(labels, value)
            yield family
        for histogram in HISTOGRAMS:
            bounds = [*map(str, map(float, histogram.bounds_seconds)), "+Inf"]
            spread = HistogramMetricFamily(histogram.name, histogram.help, labels=histogram.labels)
            for totals in self._totals:
                for labels, tally in totals.tallies[histogram.name].items():
                    buckets = list(zip(bounds, map(float, tally.counts), strict=True))
                    spread.add_metric(labels, buckets=buckets, sum_value=tally.sum_ms / 1000)
            yield spread


def measure(rounds: int) -> list[Ratio]:
    """Processor's time a scrape, its share of the peer's, and the delay of the loop meanwhile."""
    figures: dict[str, list[float]] = defaultdict(list)
    for number in range(1, rounds + 1):
        _round(QUEUES, figures, "")
        _round(QUEUES * ORGS, figures, "twelvefold ")
        print(f"  round {number} of {rounds}", file=sys.stderr, flush=True)

    def at_most(name: str, key: str, bar: float, note: str) -> Ratio:
        return Ratio(name, median(figures[key]), bar, note, at_most=True)

    lines = f"{median(figures['lines']):,.0f} lines"
    many = f"{median(figures['twelvefold lines']):,.0f} lines"
    first, twelvefold = median(figures["first"]), median(figures["twelvefold again"])
    return [
        at_most(
            "a scrape's CPU in ms, 12 organisations, 200 queues, 2,000 agents",
            "again",
            50,
            f"{lines}; the first one {first:.1f} ms",
        ),
        Ratio(
            "the same series by prometheus_client / ours",
            of_rounds(figures["peer"], figures["again"]),
            3,
            f"{median(figures['peer']):.1f} and {median(figures['again']):.1f} ms",
        ),
        at_most(
            "longest turn of the event loop in ms of CPU while scraped",
            "worst",
            5,
            f"p99 {median(figures['delay']):.2f} ms; first scrapes included",
        ),
        at_most(
            "a scrape's CPU in ms with 2,400 queues",
            "twelvefold again",
            150,
            f"{many}; {twelvefold:.1f} ms",
        ),
    ]


def _round(queues: int, figures: dict[str, list[float]], key: str) -> None:
    gc.collect()
    gc.freeze()  # as the controller does with what is loaded before its figures
    city = City(queues)
    costs, turns, text = uvloop.run(_scraped(city))
    figures[f"{key}first"].append(costs[0])
    figures[f"{key}again"].append(median(costs[1:]))
    figures[f"{key}delay"].append(quantiles(turns, n=100)[-1])
    figures[f"{key}worst"].append(max(turns))
    figures[f"{key}lines"].append(text.count(b"\n"))
    registry = CollectorRegistry()
    registry.register(Families([one.totals for one in city.consumers]))
    begun = time.process_time()
    generate_latest(registry)
    figures[f"{key}peer"].append(1000 * (time.process_time() - begun))


async def _scraped(city: City) -> tuple[list[float], list[float], bytes]:
    """Milliseconds of CPU a scrape, those between two turns of the loop, and the last text.

    On a busy machine a timer is late because others run. What *we* keep a call waiting for is the
    processor's time that we use between two turns.
    """
    exposition = Exposition(CollectorRegistry(), city.consumers, city, version="bench")
    turns: list[float] = []

    async def turn(scraping: asyncio.Task[bytes]) -> None:
        before = time.process_time()
        while not scraping.done():
            await asyncio.sleep(0)
            now = time.process_time()
            turns.append(1000 * (now - before))
            before = now

    costs: list[float] = []
    text = b""
    for _ in range(SCRAPES):
        begun = time.process_time()
        scraping = asyncio.create_task(exposition.text())
        await turn(scraping)
        text = await scraping
        costs.append(1000 * (time.process_time() - begun))
        city.carry_on()
    return costs, turns, text
