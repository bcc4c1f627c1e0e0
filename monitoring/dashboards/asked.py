"""What the boards ask, made of the words in :mod:`monitoring.promql`.

A quotient whose divisor is nothing (no call yet) is no answer rather than a zero.
"""

from __future__ import annotations

from monitoring import promql
from monitoring.dashboards.model import Choice, Lookup
from monitoring.definitions.figure import Figure, Query
from monitoring.definitions.service_level import formula
from monitoring.kinds import Counter, Gauge, Histogram
from monitoring.metrics.agents import AGENTS
from monitoring.metrics.contacts import SCORES, SURVEY_ANSWERS
from monitoring.metrics.queues import CALLS_WAITING
from monitoring.promql import rise, summed

ORG = Lookup("org", "Organisation", AGENTS.name)
QUEUE = Lookup("queue", "Queue", f'{CALLS_WAITING.name}{{org=~"$org"}}')

FORMULAS = tuple(formula(code) for code in ("F3", "F1", "F2", "F4", "F5", "F6+FO-SA", "F6-AB"))
"""Service levels to choose from; F6 with no switch used is F3."""

FORMULA = Choice(
    "formula",
    "Service level",
    {
        figure.name.removeprefix("service level "): str(number)
        for number, figure in enumerate(FORMULAS)
    },
)
THRESHOLD = Choice(
    "threshold",
    "Answered within",
    {f"{seconds} s": repr(float(seconds)) for seconds in (20, 10, 30, 60, 120)},
)
WINDOW = Choice(
    "window", "Moving over", {"15 min": "15m", "30 min": "30m", "5 min": "5m", "1 h": "1h"}
)

OF_ORG = 'org=~"$org"'
QUEUE_NAME = "{{org}}/{{queue}}"  # two organisations may call a queue alike
OF_QUEUE = 'org=~"$org",queue=~"$queue"'

SHOWN = "$__range"
"""The whole time shown."""

MOVING = "$window"
"""So long before each point."""


def now(gauge: Gauge, *by: str, where: str = OF_QUEUE) -> str:
    """The sum of a gauge."""
    return summed(promql.now(gauge, where), by)


def highest(gauge: Gauge, *by: str, where: str = OF_QUEUE) -> str:
    """The highest of a gauge."""
    return promql.highest(f"{gauge.name}{{{where}}}", by)


def lowest(gauge: Gauge) -> str:
    """The lowest of a gauge of the platform."""
    return f"min({gauge.name})"


def total(counter: Counter, *by: str, where: str = OF_QUEUE, window: str = SHOWN) -> str:
    """How often in the window."""
    return summed(rise(counter, window, where), by)


def a_second(counter: Counter, *by: str, where: str = OF_QUEUE) -> str:
    """How often a second, at each point."""
    return summed(rise(counter, "$__rate_interval", where, by="rate"), by)


def a_minute(counter: Counter, *by: str, where: str = OF_QUEUE) -> str:
    """How often a minute, at each point."""
    return f"60 * {a_second(counter, *by, where=where)}"


def share(part: str, whole: str) -> str:
    """0..1; nothing where there is no whole."""
    return f"{part} / ({whole} > 0)"


def mean(histogram: Histogram, *by: str, where: str = OF_QUEUE, window: str = SHOWN) -> str:
    """Average length in seconds; nothing where nothing was measured."""
    sums, counts = (
        summed(rise(histogram, window, where, part=part), by) for part in ("_sum", "_count")
    )
    return share(sums, counts)


def mean_score(*by: str) -> str:
    """The average score of surveys in the time shown; nothing where there is no answer."""
    given = (f"{score} * {total(SURVEY_ANSWERS, *by, where=_scored(score))}" for score in SCORES)
    return share(f"({' + '.join(given)})", total(SURVEY_ANSWERS, *by, where=_scored("[1-5]")))


def _scored(score: str) -> str:
    return f'{OF_ORG},score=~"{score}"'


def quantile(
    rank: float, histogram: Histogram, *by: str, where: str = OF_QUEUE, window: str = SHOWN
) -> str:
    """The length in seconds that ``rank`` of all do not exceed; nothing where there is none."""
    buckets = summed(rise(histogram, window, where, part="_bucket"), ("le", *by))
    return f"histogram_quantile({rank:g}, {buckets}) >= 0"


def within(histogram: Histogram, seconds: int) -> str:
    """How often it was no longer than one of its bounds, in the time shown."""
    bucket = f'{OF_QUEUE},le="{float(seconds)}"'
    return summed(rise(histogram, SHOWN, bucket, part="_bucket"))


def defined(figure: Figure, *by: str, where: str = OF_QUEUE, window: str = SHOWN) -> str:
    """A figure by its one definition; nothing where its divisor is nothing."""
    return figure.promql(Query(window=window, by=by, where=where, threshold="$threshold"))


def service_level(*by: str, window: str = SHOWN) -> str:
    """The service level by the formula that the variable names.

    PromQL has no choice; each formula's answer is kept only where the variable has its number.
    """
    return " or ".join(
        f"(({defined(figure, *by, window=window)}) and on() (vector($formula) == {number}))"
        for number, figure in enumerate(FORMULAS)
    )
