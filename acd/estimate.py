"""How long somebody will wait who stands in a line: a range, or nothing where nothing is known.

The line moves each time that an agent of the queue becomes free for it. Agents who serve several
queues count by the share of their time that this queue took lately, so that `capacity` agents work
for it, each of whom is kept by one contact for `service` on average. Whoever needs ``n`` of them to
become free waits ``n * service / capacity`` on average; the wait itself, a sum of ``n`` exponential
times, is Erlang distributed. The mean is known from some contacts only, and a mean of ``m`` of
them is uncertain in the same way: the wait divided by what is expected then follows the
F distribution with ``2 n`` and ``2 m`` degrees of freedom, whose quantiles are the range's ends.
Few contacts handled make a wide range, a long line makes a narrow one.

What is not foreseen: people ahead who give up, agents who come or go. How it came out is told with
each answered call, and counted (``monitoring``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from acd.model import AT_ONCE, Estimate, Place

COVERED: Final = 0.8
"""The share of waits that shall lie in their range; as many are shorter as are longer."""

ENOUGH: Final = 5
"""Contacts; of fewer no time is estimated."""

_WHOLE: Final = 1_000_000
_DEVIATIONS: Final = 1.2815515655446004  # of the normal distribution, 10 % lie beyond on each side


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a queue is served, as the scripts keep it.

    Attributes:
        capacity: Agents who work for it, in millionths of one.
        service_ms: Mean time that one contact keeps an agent, from the offer until the next may
            come: ring, talk and after-call work.
        rang_ms: How long of it the phone rings.
        served: Contacts that these rest on, the last ones.
    """

    capacity: int
    service_ms: int
    rang_ms: int
    served: int

    def estimate(self, position: int, ready: int) -> Estimate | None:
        """The wait of somebody until an agent answers.

        Args:
            position: 1 is next.
            ready: Agents who could take a call now.

        Returns:
            ``None`` while nobody works for the queue, or too few contacts have been handled to
            tell how long one takes. Nothing at all where an agent is ready.
        """
        turns = position - ready
        if turns <= 0:
            return AT_ONCE
        if self.capacity <= 0 or self.served < ENOUGH:
            return None
        expected = turns * self.service_ms * _WHOLE / self.capacity
        low, high = (
            expected * _quantile(2 * turns, 2 * self.served, deviations)
            for deviations in (-_DEVIATIONS, _DEVIATIONS)
        )
        return Estimate(*(round(wait) + self.rang_ms for wait in (low, expected, high)))


def place_of_row(row: Sequence[int]) -> Place:
    """The place that ``place.lua`` replies: four figures, then the pace of the queue."""
    position, waiting, ready, logged_in, *pace = row
    return Place(position, waiting, ready, logged_in, Pace(*pace).estimate(position, ready))


def _quantile(first: int, second: int, deviations: float) -> float:
    """A quantile of the F distribution, by Paulson's approximation (two cube roots, normal).

    Args:
        first: Degrees of freedom of the numerator, at least 2.
        second: Of the denominator, at least 10: below, the approximation fails.
        deviations: The same quantile of the normal distribution.
    """
    # F' is the cube root sought: deviations = (b F' - a) / sqrt(u + v F'^2), squared and solved.
    u, v = 2 / (9 * first), 2 / (9 * second)
    a, b = 1 - u, 1 - v
    square = deviations * deviations
    leading, middle, last = b * b - square * v, a * b, a * a - square * u
    root = math.sqrt(middle * middle - leading * last)
    return float(((middle + math.copysign(root, deviations)) / leading) ** 3)
