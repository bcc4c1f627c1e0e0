"""How long things take: talk, after-call work, patience. All in seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Protocol


class Times(Protocol):
    """A distribution of durations."""

    @property
    def mean(self) -> float:
        """Seconds."""

    def draw(self, chance: Random) -> float:
        """One duration, seconds, at least 0."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same."""

    mean: float

    def __post_init__(self) -> None:
        if not 0 <= self.mean < math.inf:
            raise ValueError(f"a duration is 0 s or more, not {self.mean}")

    def draw(self, chance: Random) -> float:
        """The mean itself; uses no chance."""
        return self.mean


AT_ONCE = Fixed(0)


@dataclass(frozen=True, slots=True)
class Exponential:
    """The M of M/M/c: what comes next does not depend on how long it has lasted."""

    mean: float

    def __post_init__(self) -> None:
        _check_mean(self.mean)

    def draw(self, chance: Random) -> float:
        """One duration."""
        return chance.expovariate(1 / self.mean)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """As handle times of real contact centres are (Brown et al. 2005, JASA 100, section 4).

    Attributes:
        mean: Seconds.
        variation: Coefficient of variation, standard deviation over mean.
    """

    mean: float
    variation: float

    def __post_init__(self) -> None:
        _check_mean(self.mean)
        if not 0 < self.variation < math.inf:
            raise ValueError(f"a coefficient of variation is above 0, not {self.variation}")

    def draw(self, chance: Random) -> float:
        """One duration."""
        variance = math.log1p(self.variation**2)
        return chance.lognormvariate(math.log(self.mean) - variance / 2, math.sqrt(variance))


@dataclass(frozen=True, slots=True)
class Observed:
    """Those of the past, each as likely as the other: the whole shape, whatever it is."""

    seconds: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.seconds or min(self.seconds) < 0:
            raise ValueError("durations of the past: at least one, none below 0 s")

    @property
    def mean(self) -> float:
        """Seconds."""
        return math.fsum(self.seconds) / len(self.seconds)

    def draw(self, chance: Random) -> float:
        """One of them."""
        return chance.choice(self.seconds)


def _check_mean(mean: float) -> None:
    if not 0 < mean < math.inf:
        raise ValueError(f"a mean duration is above 0 s, not {mean}")
