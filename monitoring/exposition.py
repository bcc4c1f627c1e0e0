"""From totals and live figures to the text that Prometheus reads.

All counters of one organisation are of one moment. Writing them gives way to calls every few
dozen series, so that a scrape every second disturbs none.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from prometheus_client import CollectorRegistry, generate_latest

from monitoring.consumer import FiguresConsumer
from monitoring.counting import spent_on
from monitoring.errors import NotCaughtUp
from monitoring.live import AcdNow, LiveFigures
from monitoring.live_lines import acd_lines, controller_lines, gauge, speech_lines
from monitoring.loop_delay import LoopDelay
from monitoring.metrics import platform
from monitoring.metrics.registry import COUNTERS, HISTOGRAMS
from monitoring.rendering import Lines, heading, spread
from monitoring.totals import Totals
from store.doing import AgentState, Doing

log = logging.getLogger(__name__)

_ASKING_SECONDS = 1.0  # Prometheus gives a scrape ten
_SERIES_A_TURN = 50  # written before calls get their turn: a millisecond, if all are new

Now = TypeVar("Now")


class Exposition:
    """All figures of this process."""

    def __init__(
        self,
        registry: CollectorRegistry,
        consumers: Sequence[FiguresConsumer],
        live: LiveFigures,
        *,
        version: str,
        delay: LoopDelay | None = None,
    ) -> None:
        """Begin.

        Args:
            registry: What others have registered there is served too.
            consumers: One an organisation; more may come.
            live: What is true now.
            version: Of Växel.
            delay: The event loop's.
        """
        self._registry = registry
        self._consumers = consumers
        self._live = live
        self._version = version
        self._delay = delay or LoopDelay()
        self._lines: defaultdict[str, Lines] = defaultdict(Lines)
        self._writing = asyncio.Lock()
        self._away: set[str] = set()

    async def text(self) -> bytes:
        """All figures in Prometheus's text format.

        Raises:
            NotCaughtUp: An organisation's past is still being counted.
        """
        consumers = tuple(self._consumers)
        for consumer in consumers:
            if not consumer.caught_up:
                raise NotCaughtUp(consumer.org)
        async with self._writing:
            acd, speech = await asyncio.gather(
                self._asked("acd", "queues and agents cannot be asked", self._live.acd),
                self._asked("speech", "the speech server cannot be asked", self._live.speech),
            )
            moment: list[tuple[Lines, Totals]] = []
            for consumer in consumers:
                moment.append((self._lines[consumer.org], _until_now(consumer)))
                await asyncio.sleep(0)
            written = await self._counted(moment)
            written += self._process(acd)
            written += controller_lines(self._live.controller())
            written += acd_lines(acd)
            written += speech_lines(speech)
            return "".join(written).encode() + generate_latest(self._registry)

    async def _counted(self, moment: Sequence[tuple[Lines, Totals]]) -> list[str]:
        written: list[str] = []
        for number, series in enumerate(self._series(moment)):
            written.append(series)
            if number % _SERIES_A_TURN == 0:
                await asyncio.sleep(0)
        return written

    def _series(self, moment: Sequence[tuple[Lines, Totals]]) -> Iterator[str]:
        for counter in COUNTERS:
            yield heading(counter)
            for lines, totals in moment:
                yield from lines.counter(counter, totals.counters[counter.name])
        for histogram in HISTOGRAMS:
            yield heading(histogram)
            for lines, totals in moment:
                yield from lines.histogram(histogram, totals.tallies[histogram.name])

    def _process(self, acd: AcdNow | None) -> list[str]:
        delay = platform.EVENT_LOOP_DELAY
        return [
            *gauge(platform.BUILD_INFO, {(self._version,): 1}),
            *gauge(platform.EVENTS_UP, {(one.org,): one.up for one in self._consumers}),
            *gauge(platform.LIVE_UP, {(): acd is not None}),
            heading(delay) + spread(delay, (), self._delay.counts, self._delay.seconds),
        ]

    async def _asked(
        self, what: str, complaint: str, ask: Callable[[], Awaitable[Now]]
    ) -> Now | None:
        try:
            async with asyncio.timeout(_ASKING_SECONDS):
                answer = await ask()
        except Exception as fault:  # whatever is away, the scrape answers with the rest
            if what not in self._away:
                log.warning(complaint, extra={"fault": repr(fault)})
            self._away.add(what)
            return None
        self._away.discard(what)
        return answer


def _until_now(consumer: FiguresConsumer) -> Totals:
    """A copy of the totals with the time that agents have spent so far on what they do now."""
    totals = consumer.totals.copy()
    settled = consumer.settled_ms
    so_far: Counter[tuple[AgentState, str]] = Counter()
    for doing, since in totals.agents.values():
        if settled > since:
            so_far[doing.state, doing.reason] += settled - since
    for (state, reason), spent in so_far.items():
        for counter, labels in spent_on(Doing(state, reason), consumer.org, consumer.known):
            totals.count(counter, *labels, by=spent)
    return totals
