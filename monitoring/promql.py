"""The words of PromQL that every question is made of, right also where several controllers run.

Controllers share their state and count the same events: each tells of every queue, every agent and
every call. A sum over all series would count everything as often as there are controllers. So of
what they share the highest is taken, series by series, before anything is added up: a controller
that began a moment ago, or that is behind, knows less than another; none knows more. What each
tells of itself alone (``each`` in :mod:`monitoring.kinds`) is added up as it is.

The highest is taken of the rises, not of the counters: the counter of one that is behind, taking
over from one that ended, would fall, and Prometheus reads a fall as a new beginning. The price:
where a controller gives way to one of another address, a rise over both is the higher of the two.

Rises are ``increase`` and ``rate``, which Prometheus estimates between two scrapes: right to a call
or so, and exact in `vaxel report`.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitoring.kinds import Counter, Gauge, Histogram


def now(gauge: Gauge, where: str = "") -> str:
    """Each series of a gauge, once.

    Args:
        gauge: Which.
        where: Matchers, as between braces.
    """
    return _once(gauge, f"{gauge.name}{{{where}}}")


def rise(
    metric: Counter | Histogram,
    window: str,
    where: str = "",
    *,
    part: str = "",
    by: str = "increase",
) -> str:
    """By how much each series rose, once.

    Args:
        metric: A counter, or a histogram of which ``part`` is asked.
        window: Over which time, as in ``[1h]``.
        where: Matchers, as between braces.
        part: Of a histogram: ``_sum``, ``_count`` or ``_bucket``.
        by: ``increase``, or ``rate`` for a second of the window.
    """
    return _once(metric, f"{by}({metric.name}{part}{{{where}}}[{window}])", part == "_bucket")


def summed(vector: str, by: Iterable[str] = ()) -> str:
    """The sum over all labels but some."""
    return f"sum{_by(by)}({vector})"


def highest(vector: str, by: Iterable[str] = ()) -> str:
    """The highest over all labels but some."""
    return f"max{_by(by)}({vector})"


def _once(metric: Counter | Gauge | Histogram, vector: str, bucket: bool = False) -> str:
    return vector if metric.each else highest(vector, [*metric.labels, *(["le"] * bucket)])


def _by(labels: Iterable[str]) -> str:
    names = ", ".join(labels)
    return f" by ({names}) " if names else ""
