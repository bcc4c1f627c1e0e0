"""How long somebody will wait who stands in a line: a range, or nothing where nothing is known.

The line moves each time that an agent of the queue becomes free for it. Agents who serve several
queues count by the share of their time that this queue took lately, so that `capacity` agents work
for it, each of whom is kept by one contact for `service` on average. Whoever needs ``n`` of them to
become free waits ``n * service / capacity`` on average; the wait itself, a sum of ``n`` exponential
times, is Erlang distributed. The mean is known from some contacts only, and a mean of ``m`` of
them is uncertain in the same way: the wait divided by what is expected then follows the
F distribution with ``2 n`` and ``2 m`` degrees of freedom, whose quantiles are the range's ends.
Few contacts handled make a wide range, a long line makes a narrow one.

Whoever requires skills waits for the agents who have them, or until less is required and others
will do, and in any case for those who stand before in the queue.

What is not foreseen: people ahead who give up or wait for other agents, agents who come or go. How
it came out is told with
each answered call, and counted (``monitoring``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from acd.model.waiting import AT_ONCE, Estimate, Place

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


def place_of_row(row: Sequence[Any]) -> Place:
    """The place that ``place.lua`` replies."""
    position, waiting, ready, logged_in, pace, ways = row
    estimate = estimate_by(Pace(*pace), position, ready, ways)
    return Place(position, waiting, ready, logged_in, estimate)


def estimate_by(pace: Pace, position: int, ready: int, ways: Sequence[Any]) -> Estimate | None:
    """The wait of somebody who may require skills.

    Args:
        pace: Of the whole queue.
        position: In the whole queue, 1 is next.
        ready: Agents who could take a call now and have the skills.
        ways: As ``place.lua`` replies them: the agents of the queue, then for each line, now and
            once less is required, ``(after_ms, position, ready, agents)``.

    Returns:
        The shortest of the ways; ``None`` where none can be foreseen.
    """
    if not ways:
        return pace.estimate(position, ready)
    members, *lines = ways
    found = [
        wait
        for after_ms, place, able, agents in lines
        if (wait := _in_line(pace, position, (after_ms, place, able), agents, members)) is not None
    ]
    return _each(min, *found) if found else None


def _in_line(
    pace: Pace, position: int, way: tuple[int, int, int], agents: int, members: int
) -> Estimate | None:
    """The wait for one of the agents of a line.

    All who stand before have to be served, by all agents, and those of the line by its own.
    """
    after_ms, place, ready = way
    share = pace.capacity * agents // members if members else 0
    own = replace(pace, capacity=share).estimate(place, ready)
    if own is None or (own == AT_ONCE and after_ms == 0):
        return own
    own = Estimate(*(end + after_ms for end in (own.low_ms, own.expected_ms, own.high_ms)))
    all_before = pace.estimate(position, ready)
    return own if all_before is None else _each(max, own, all_before)


def _each(choose: Callable[[Iterable[int]], int], *waits: Estimate) -> Estimate:
    return Estimate(
        choose(wait.low_ms for wait in waits),
        choose(wait.expected_ms for wait in waits),
        choose(wait.high_ms for wait in waits),
    )


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
