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
from monitoring import metrics
from monitoring.kinds import Counter, Gauge


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
    """

    org: str
    queue: str
    waiting: int
    oldest_seconds: float
    callbacks: int
    answered: int
    abandoned: int
    called_back: int


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
                *(sample.labels[name] for name in ("queue", "state") if name in sample.labels),
            )
            samples[sample.name][where] = sample.value
    if not samples[metrics.LIVE_UP.name].get(("",)):
        return None

    def of(metric: Gauge | Counter, where: tuple[str, ...]) -> float:
        return samples[metric.name].get(where, 0)

    queues = [
        QueueLine(
            org=where[0],
            queue=where[1],
            waiting=int(waiting),
            oldest_seconds=of(metrics.OLDEST_WAIT, where),
            callbacks=int(of(metrics.CALLBACKS_OPEN, where)),
            answered=int(of(metrics.CALLS_ANSWERED, where)),
            abandoned=int(of(metrics.CALLS_ABANDONED, where)),
            called_back=int(of(metrics.CALLBACKS_ANSWERED, where)),
        )
        for where, waiting in samples[metrics.CALLS_WAITING.name].items()
    ]
    agents: dict[str, dict[str, int]] = defaultdict(dict)
    for (org, state), count in samples[metrics.AGENTS.name].items():
        agents[org][state] = int(count)
    return Floor(queues, agents)
