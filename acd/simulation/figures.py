"""From batches to figures, each with how far chance may have moved it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from statistics import NormalDist, fmean, stdev

from acd.simulation.tally import Tally

PERCENTILES = (50, 90, 95)


class Scale(Enum):
    """Between what a figure lies, and thus on which scale its error is even."""

    COUNT = auto()
    POSITIVE = auto()  # times: the logarithm
    SHARE = auto()  # 0 to 1: the log-odds


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and how far chance may have moved it.

    Waits are skewed: a batch without a rush says too little both of the mean and of its error. An
    interval that is even on a scale without bounds makes up for much of it, and never leaves the
    figure's own range.

    Attributes:
        value: The figure; NaN when nothing was there to make it of.
        error: Its standard error.
        freedom: Degrees of freedom behind the error.
        scale: See :class:`Scale`.
        of: A share of how many.
    """

    value: float
    error: float
    freedom: int
    scale: Scale = Scale.COUNT
    of: float = math.inf

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The lowest and highest value between which the true one lies with this probability."""
        value = self.value
        reach = student_t(0.5 + confidence / 2, self.freedom) * self.error
        if self.scale is Scale.POSITIVE and value > 0:
            factor = math.exp(reach / value)
            return value / factor, value * factor
        if self.scale is Scale.SHARE and 0 < value < 1:
            odds = value / (1 - value)
            factor = math.exp(reach / (value * (1 - value)))
            return odds / factor / (1 + odds / factor), odds * factor / (1 + odds * factor)
        if self.scale is Scale.SHARE:
            # none of so many, or all: the "rule of three" (Hanley and Lippman-Hand, JAMA 249, 1983)
            rare = min(-math.log(1 - confidence) / self.of, 1.0)
            return (0.0, rare) if value < 1 else (1 - rare, 1.0)
        return value - reach, value + reach

    def holds(self, truth: float, confidence: float = 0.95) -> bool:
        """Whether a value lies in the interval."""
        low, high = self.interval(confidence)
        return low <= truth <= high


@dataclass(frozen=True, slots=True)
class Figures:
    """A contact centre's figures, by the definitions that ``vaxel report`` uses too.

    AN answered, AB abandoned, T the threshold; a contact counts where it arrived.

    Attributes:
        offered: Calls a batch.
        answered: Calls a batch.
        abandoned: Calls a batch.
        service_level: AN≤T / offered. That is F3, all abandonments hurt, those within T as well;
            but who found nobody on duty has not been served in time either (F6+FO).
        abandon_rate: AB / offered.
        left_rate: Who came, or was in line, when nobody was on duty / offered.
        speed_of_answer: ASA, seconds: waits of the answered / AN, zero waits included.
        waited: Seconds within which so many percent of the answered were, see PERCENTILES.
        longest_wait: Seconds, of the answered: a batch's longest, in the mean.
        handle_time: AHT, seconds: talk and after-call work.
        occupancy: Talk and after-call work / time on duty; a ringing phone counts as waiting.
    """

    offered: Estimate
    answered: Estimate
    abandoned: Estimate
    service_level: Estimate
    abandon_rate: Estimate
    left_rate: Estimate
    speed_of_answer: Estimate
    waited: dict[int, Estimate]
    longest_wait: Estimate
    handle_time: Estimate
    occupancy: Estimate

    @classmethod
    def of(cls, batches: Sequence[Tally]) -> Figures:
        """Reckon.

        Args:
            batches: At least two.
        """

        def mean(figure: Callable[[Tally], float]) -> Estimate:
            return mean_of([figure(batch) for batch in batches])

        def time(over: Callable[[Tally], float], under: Callable[[Tally], float]) -> Estimate:
            figure = ratio_of(list(map(over, batches)), list(map(under, batches)))
            return replace(figure, scale=Scale.POSITIVE)

        def share(over: Callable[[Tally], float], under: Callable[[Tally], float]) -> Estimate:
            of = list(map(under, batches))
            figure = ratio_of(list(map(over, batches)), of)
            return replace(figure, scale=Scale.SHARE, of=math.fsum(of))

        return cls(
            offered=mean(lambda batch: batch.offered),
            answered=mean(lambda batch: batch.answered),
            abandoned=mean(lambda batch: batch.abandoned),
            service_level=share(lambda batch: batch.answered_in_time, lambda batch: batch.offered),
            abandon_rate=share(lambda batch: batch.abandoned, lambda batch: batch.offered),
            left_rate=share(lambda batch: batch.left, lambda batch: batch.offered),
            speed_of_answer=time(
                lambda batch: batch.answered_wait_ms / 1000, lambda batch: batch.answered
            ),
            waited={percent: _percentile(batches, percent) for percent in PERCENTILES},
            longest_wait=mean_of(
                [max(batch.waits_ms) / 1000 for batch in batches if batch.waits_ms]
            ),
            handle_time=time(lambda batch: batch.handled_ms / 1000, lambda batch: batch.answered),
            occupancy=share(lambda batch: batch.busy_ms, lambda batch: batch.present_ms),
        )


def mean_of(values: Sequence[float]) -> Estimate:
    """The mean of batches that do not depend on each other (batch means)."""
    if len(values) < 2:
        return Estimate(values[0] if values else math.nan, math.inf, 1)
    return Estimate(fmean(values), stdev(values) / math.sqrt(len(values)), len(values) - 1)


def ratio_of(over: Sequence[float], under: Sequence[float]) -> Estimate:
    """One sum over another, e.g. all waits over all answers; its error by linearisation.

    The mean of the batches' own ratios would be biased: small batches would weigh as much as large
    ones (Law, Simulation Modeling and Analysis, 5th ed. 2015, section 9.5).
    """
    total = math.fsum(under)
    if total <= 0:
        return Estimate(math.nan, math.inf, 1)
    value = math.fsum(over) / total
    rest = mean_of([above - value * below for above, below in zip(over, under, strict=True)])
    return Estimate(value, rest.error * len(under) / total, rest.freedom)


def _percentile(batches: Sequence[Tally], percent: int) -> Estimate:
    """Of all waits together, in seconds; the error from how it differs between batches."""
    each = [_quantile(sorted(batch.waits_ms), percent) for batch in batches if batch.waits_ms]
    together = sorted(wait for batch in batches for wait in batch.waits_ms)
    if not together:
        return Estimate(math.nan, math.inf, 1)
    spread = mean_of(each)
    return replace(spread, value=_quantile(together, percent), scale=Scale.POSITIVE)


def _quantile(ascending: Sequence[int], percent: int) -> float:
    """Seconds; the smallest value that so many percent do not exceed."""
    return ascending[max(math.ceil(len(ascending) * percent / 100) - 1, 0)] / 1000


def student_t(probability: float, freedom: int) -> float:
    """Quantile of Student's t, right to 1 % from 3 degrees of freedom on at 95 %, closer above.

    Cornish and Fisher's expansion about the normal quantile (Abramowitz and Stegun, 26.7.5).
    """
    x, n = NormalDist().inv_cdf(probability), freedom
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92_160,
    )
    return x + math.fsum(term / n**power for power, term in enumerate(terms, 1))
