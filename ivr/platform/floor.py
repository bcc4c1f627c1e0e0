"""What happens on the floor now: who waits in which queue, what the agents do.

It is read from the controller's own `/metrics`, so that it says what Prometheus will say.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from ivr.platform.health import PROBE_SECONDS, get_page
from ivr.settings import Settings
from monitoring.kinds import Counter, Gauge
from monitoring.metrics.agents import AGENTS
from monitoring.metrics.callbacks import CALLBACKS_ANSWERED, CALLBACKS_OPEN
from monitoring.metrics.platform import LIVE_UP
from monitoring.metrics.queues import (
    ANSWERED_WAIT,
    CALLS_ABANDONED,
    CALLS_ANSWERED,
    CALLS_WAITING,
    OLDEST_WAIT,
    SERVICE_LEVEL_TARGET,
)

_APART = ("queue", "state", "le", "within")


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue.

    Attributes:
        org: The organisation.
        queue: The queue.
        waiting: Callers who wait.
        oldest_seconds: How long the first of them has waited; 0 when nobody waits.
        callbacks: Callers who keep their place and will be called back.
        answered: Calls that an agent answered, since the first start.
        abandoned: Callers who hung up while waiting, since the first start.
        called_back: Callbacks that became a conversation, since the first start.
        in_time: Share of the answered and abandoned calls that were answered within the queue's
            threshold (F3), since the first start; ``None`` where there are none, or no target.
        target: The share that shall be.
    """

    org: str
    queue: str
    waiting: int
    oldest_seconds: float
    callbacks: int
    answered: int
    abandoned: int
    called_back: int
    in_time: float | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """All queues, and how many agents of each organisation are in which state."""

    queues: Sequence[QueueLine]
    agents: Mapping[str, Mapping[str, int]]


async def floor(settings: Settings) -> Floor | None:
    """The floor as the controller tells it; ``None`` while it cannot."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            well, body = await get_page(settings.http.host, settings.http.port, "/metrics")
        return read_floor(body.decode()) if well else None
    except (OSError, TimeoutError, ValueError):
        return None  # who answers with something else is no controller


def read_floor(text: str) -> Floor | None:
    """The floor in Prometheus's text format; ``None`` when the queues could not be asked.

    Raises:
        ValueError: It is another text.
    """
    samples: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            where = (
                sample.labels.get("org", ""),
                *(sample.labels[name] for name in _APART if name in sample.labels),
            )
            samples[sample.name][where] = sample.value
    if not samples[LIVE_UP.name].get(("",)):
        return None

    def of(metric: Gauge | Counter, where: tuple[str, ...]) -> float:
        return samples[metric.name].get(where, 0)

    def level(where: tuple[str, ...]) -> tuple[float | None, float | None]:
        """What share was answered in time, and what shall be."""
        for (*queue, within), target in samples[SERVICE_LEVEL_TARGET.name].items():
            if tuple(queue) == where:
                in_time = samples[f"{ANSWERED_WAIT.name}_bucket"].get((*where, within), 0)
                ended = of(CALLS_ANSWERED, where) + of(CALLS_ABANDONED, where)
                return (in_time / ended if ended else None), target
        return None, None

    def line(where: tuple[str, ...], waiting: float) -> QueueLine:
        in_time, target = level(where)
        return QueueLine(
            org=where[0],
            queue=where[1],
            waiting=int(waiting),
            oldest_seconds=of(OLDEST_WAIT, where),
            callbacks=int(of(CALLBACKS_OPEN, where)),
            answered=int(of(CALLS_ANSWERED, where)),
            abandoned=int(of(CALLS_ABANDONED, where)),
            called_back=int(of(CALLBACKS_ANSWERED, where)),
            in_time=in_time,
            target=target,
        )

    waits = samples[CALLS_WAITING.name].items()
    queues = [line(where, waiting) for where, waiting in waits]
    agents: dict[str, dict[str, int]] = defaultdict(dict)
    for (org, state), count in samples[AGENTS.name].items():
        agents[org][state] = int(count)
    return Floor(queues, agents)
