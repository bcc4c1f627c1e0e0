"""A service that does not answer is left alone for a while: its callers lose no time on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

FAILURES: Final = 5
"""So many in a row open it."""

REST_S: Final = 30.0


class CircuitBreaker:
    """Counts what fails in a row.

    Closed it lets everything through. Open it lets nothing through until the rest is over, then
    one attempt: a success closes it, a failure opens it again.
    """

    def __init__(
        self, clock_s: Callable[[], float], *, failures: int = FAILURES, rest_s: float = REST_S
    ) -> None:
        self._clock_s = clock_s
        self._most = failures
        self._rest_s = rest_s
        self._failures = 0
        self._opens_at = -math.inf
        self._trying = False

    @property
    def open(self) -> bool:
        """Whether the service counts as away."""
        return self._failures >= self._most

    def admits(self) -> bool:
        """Whether an attempt may be made; its end must be told by one of the other methods."""
        if not self.open:
            return True
        if self._trying or self._clock_s() < self._opens_at:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """The service answered."""
        self._failures, self._trying = 0, False

    def failed(self) -> None:
        """It did not."""
        self._failures, self._trying = self._failures + 1, False
        self._opens_at = self._clock_s() + self._rest_s

    def undecided(self) -> None:
        """The attempt was given up before it was known."""
        self._trying = False
