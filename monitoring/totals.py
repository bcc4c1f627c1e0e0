"""An organisation's counters and histograms as plain numbers, together with their position.

The numbers are whole (counts, milliseconds): adding them up in any number of pieces gives the
same result, which is what makes a restart exact.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from monitoring.kinds import OTHER, Counter, Histogram
from monitoring.metrics.registry import COUNTERS, HISTOGRAMS
from store.doing import Doing
from store.stream import BEGINNING

Labels = tuple[str, ...]

AGENT = "agent"
"""Stands where else a metric's name does."""


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
        changed: The series that were added to, and the agents that do something else, since
            somebody has saved them last: (metric name, label values), and (:data:`AGENT`, (id,)).
    """

    position: str = BEGINNING
    counters: dict[str, dict[Labels, int]] = field(
        default_factory=lambda: {metric.name: {} for metric in COUNTERS}
    )
    tallies: dict[str, dict[Labels, Tally]] = field(
        default_factory=lambda: {metric.name: {} for metric in HISTOGRAMS}
    )
    agents: dict[str, tuple[Doing, int]] = field(default_factory=dict)
    changed: set[tuple[str, Labels]] = field(default_factory=set, compare=False, repr=False)

    def count(self, metric: Counter, *labels: str, by: int = 1) -> None:
        """Add to a counter; a word outside its label's closed set counts as ``other``."""
        if metric.words:
            labels = tuple(
                OTHER if (known := metric.words.get(name)) and word not in known else word
                for name, word in zip(metric.labels, labels, strict=True)
            )
        series = self.counters[metric.name]
        series[labels] = series.get(labels, 0) + by
        if by:
            self.changed.add((metric.name, labels))

    def observe(self, metric: Histogram, milliseconds: int | None, *labels: str) -> None:
        """Add a duration to a histogram; ``None`` (unknown) only makes the series exist."""
        series = self.tallies[metric.name]
        tally = series.get(labels) or Tally((0,) * (len(metric.bounds_seconds) + 1))
        if milliseconds is not None:
            bucket = bisect_left(metric.bounds_seconds, milliseconds / 1000)
            tally = tally.plus(bucket, milliseconds)
            self.changed.add((metric.name, labels))
        series[labels] = tally

    def agent_does(self, agent: str, doing: Doing | None, since: int) -> None:
        """What an agent does since a time; ``None``: the agent is logged out."""
        if doing is None:
            self.agents.pop(agent, None)
        else:
            self.agents[agent] = doing, since
        self.changed.add((AGENT, (agent,)))

    def copy(self) -> Totals:
        """The same numbers, independent of later counting."""
        return Totals(
            self.position,
            {name: series.copy() for name, series in self.counters.items()},
            {name: series.copy() for name, series in self.tallies.items()},
            self.agents.copy(),
        )
