"""How long to wait before the next attempt to connect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Exponential back-off with jitter: each wait about twice the last one, never the same.

    The jitter (half to whole of the nominal wait) keeps several controllers from coming back to
    a restarted Asterisk in the same instant.

    Attributes:
        first: Seconds, the nominal first wait.
        longest: Seconds, the nominal wait never exceeds this.
        random: Uniform in [0, 1).
    """

    first: float
    longest: float
    random: Callable[[], float]
    _failures: int = field(default=0, init=False)

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        # The exponent is capped because 2.0 ** 1024 overflows after a long night without Asterisk.
        nominal = min(self.longest, self.first * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return nominal * (0.5 + 0.5 * self.random())

    def reset(self) -> None:
        """Begin with the first wait again."""
        self._failures = 0
