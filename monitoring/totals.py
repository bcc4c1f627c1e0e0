"""An organisation's counters and histograms as plain numbers, together with their position.

The numbers are whole (counts, milliseconds): adding them up in any number of pieces gives the
same result, which is what makes a restart exact.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, Self

from monitoring.errors import SnapshotUnusable
from monitoring.kinds import Counter, Histogram
from monitoring.metrics import COUNTERS, HISTOGRAMS, OTHER
from store.doing import AgentState, Doing
from store.stream import BEGINNING

Labels = tuple[str, ...]

_SHAPE = [[metric.name, *metric.labels] for metric in COUNTERS] + [
    [metric.name, *metric.labels, *map(str, metric.bounds_seconds)] for metric in HISTOGRAMS
]


@dataclass(frozen=True, slots=True)
class Tally:
    """One series of a histogram; a new one takes its place with each duration.

    Attributes:
        counts: Durations a bucket, not cumulated; the last is for those above all bounds.
        sum_ms: Of all durations.
    """

    counts: tuple[int, ...]
    sum_ms: int = 0

    def plus(self, bucket: int, milliseconds: int) -> Tally:
        """One duration more."""
        counts = list(self.counts)
        counts[bucket] += 1
        return Tally(tuple(counts), self.sum_ms + milliseconds)


@dataclass(slots=True)
class Totals:
    """What all events up to ``position`` amount to.

    Attributes:
        position: Id of the last event in them.
        counters: By metric name, then label values.
        tallies: By metric name, then label values.
        agents: By agent: what they do, and since when (epoch milliseconds); the logged in only.
    """

    position: str = BEGINNING
    counters: dict[str, dict[Labels, int]] = field(
        default_factory=lambda: {metric.name: {} for metric in COUNTERS}
    )
    tallies: dict[str, dict[Labels, Tally]] = field(
        default_factory=lambda: {metric.name: {} for metric in HISTOGRAMS}
    )
    agents: dict[str, tuple[Doing, int]] = field(default_factory=dict)

    def count(self, metric: Counter, *labels: str, by: int = 1) -> None:
        """Add to a counter; a word outside its label's closed set counts as ``other``."""
        if metric.words:
            labels = tuple(
                OTHER if (known := metric.words.get(name)) and word not in known else word
                for name, word in zip(metric.labels, labels, strict=True)
            )
        series = self.counters[metric.name]
        series[labels] = series.get(labels, 0) + by

    def observe(self, metric: Histogram, milliseconds: int | None, *labels: str) -> None:
        """Add a duration to a histogram; ``None`` (unknown) only makes the series exist."""
        series = self.tallies[metric.name]
        tally = series.get(labels) or Tally((0,) * (len(metric.bounds_seconds) + 1))
        if milliseconds is not None:
            bucket = bisect_left(metric.bounds_seconds, milliseconds / 1000)
            tally = tally.plus(bucket, milliseconds)
        series[labels] = tally

    def copy(self) -> Totals:
        """The same numbers, independent of later counting."""
        return Totals(
            self.position,
            {name: series.copy() for name, series in self.counters.items()},
            {name: series.copy() for name, series in self.tallies.items()},
            self.agents.copy(),
        )

    def to_json(self) -> str:
        """Everything, as one text."""
        return json.dumps(
            {
                "shape": _SHAPE,
                "position": self.position,
                "counters": {
                    name: [[*key, value] for key, value in series.items()]
                    for name, series in self.counters.items()
                },
                "tallies": {
                    name: [[key, tally.counts, tally.sum_ms] for key, tally in series.items()]
                    for name, series in self.tallies.items()
                },
                "agents": [
                    [agent, since, doing.state, doing.reason, doing.contact, doing.queue]
                    for agent, (doing, since) in self.agents.items()
                ],
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The totals of :meth:`to_json`.

        Raises:
            SnapshotUnusable: They were saved by a version that counts other things, or are damaged.
        """
        try:
            saved: dict[str, Any] = json.loads(text)
            if saved["shape"] != _SHAPE:
                raise SnapshotUnusable("another version counted other things")
            counters = {
                name: {tuple(row[:-1]): int(row[-1]) for row in rows}
                for name, rows in saved["counters"].items()
            }
            tallies = {
                name: {tuple(key): Tally(tuple(counts), int(total)) for key, counts, total in rows}
                for name, rows in saved["tallies"].items()
            }
            agents = {
                str(agent): (Doing(AgentState(state), *map(str, about)), int(since))
                for agent, since, state, *about in saved["agents"]
            }
            return cls(str(saved["position"]), counters, tallies, agents)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SnapshotUnusable(f"damaged: {type(error).__name__}") from error
