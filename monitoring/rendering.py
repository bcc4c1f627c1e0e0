"""Prometheus's text format, written so that what has not changed costs next to nothing.

Prometheus's own client builds an object for every sample and a line for every object at every
scrape. Of a city's hundred thousand series a handful change within a second; the lines of all
others are kept as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from monitoring.kinds import Counter, Gauge, Histogram
from monitoring.metrics.registry import IN_MILLISECONDS
from monitoring.totals import Labels, Tally

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def heading(metric: Counter | Gauge | Histogram) -> str:
    """The two lines that stand above a metric's series."""
    kind = type(metric).__name__.lower()
    return f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {kind}\n"


def labelled(names: Sequence[str], values: Sequence[str]) -> str:
    """Labels as they stand behind a name, ``""`` for none."""
    pairs = (
        f'{name}="{value.translate(_ESCAPES)}"' for name, value in zip(names, values, strict=True)
    )
    return f"{{{','.join(pairs)}}}" if names else ""


def sample(metric: Counter | Gauge, labels: Labels, value: float) -> str:
    """One line."""
    return f"{metric.name}{labelled(metric.labels, labels)} {float(value)!r}\n"


def spread(metric: Histogram, labels: Labels, counts: Sequence[int], seconds: float) -> str:
    """All lines of one series of a histogram.

    Args:
        metric: Which.
        labels: The series.
        counts: Durations a bucket, not cumulated.
        seconds: Of all durations.
    """
    own = labelled(metric.labels, labels)
    front = f"{metric.name}_bucket{own[:-1]}," if own else f"{metric.name}_bucket{{"
    *below, total = accumulate(counts)
    lines = [
        f'{front}le="{float(bound)!r}"}} {float(count)!r}\n'
        for bound, count in zip(metric.bounds_seconds, below, strict=True)
    ]
    lines += (
        f'{front}le="+Inf"}} {float(total)!r}\n',
        f"{metric.name}_count{own} {float(total)!r}\n",
        f"{metric.name}_sum{own} {float(seconds)!r}\n",
    )
    return "".join(lines)


class Lines:
    """The lines of one organisation's counters and histograms, as last written."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Labels], tuple[object, str]] = {}

    def counter(self, metric: Counter, series: Mapping[Labels, int]) -> Iterator[str]:
        """Each series of a counter."""
        unit = 1000 if metric.name in IN_MILLISECONDS else 1
        kept, name = self._kept, metric.name
        for labels, value in series.items():
            known = kept.get((name, labels))
            if known is None or known[0] != value:
                known = kept[name, labels] = value, sample(metric, labels, value / unit)
            yield known[1]

    def histogram(self, metric: Histogram, series: Mapping[Labels, Tally]) -> Iterator[str]:
        """Each series of a histogram."""
        kept, name = self._kept, metric.name
        for labels, tally in series.items():
            known = kept.get((name, labels))
            if known is None or known[0] is not tally:
                text = spread(metric, labels, tally.counts, tally.sum_ms / 1000)
                known = kept[name, labels] = tally, text
            yield known[1]
