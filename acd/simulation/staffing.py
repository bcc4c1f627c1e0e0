"""How many agents it takes: the smallest number that meets a target."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from acd.simulation.erlang import erlang_a, erlang_c
from acd.simulation.errors import NoSuchStaffing
from acd.simulation.scenario import Scenario

_FARTHEST = 3  # times the first guess, and some more


@dataclass(frozen=True, slots=True)
class Target:
    """So many in so many seconds, e.g. 80/20.

    Attributes:
        level: Share, above 0 and below 1.
        threshold_s: Seconds.
    """

    level: float
    threshold_s: float

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or not 0 <= self.threshold_s < math.inf:
            raise ValueError("a target is a share between 0 and 1, and 0 s or more")


def first_guess(scenario: Scenario, target: Target) -> int:
    """What Erlang's formulas say of calls that come evenly, one team taking all of them."""
    per_second = scenario.calls_per_hour / 3600
    handle_s = scenario.load / per_second
    patience = scenario.lines[0].patience
    agents = 1
    while True:
        if patience is not None:
            expected = erlang_a(per_second, handle_s, agents, patience.mean, target.threshold_s)
            level = expected.service_level
        elif agents > scenario.load:
            level = erlang_c(per_second, handle_s, agents, target.threshold_s).service_level
        else:
            level = 0.0
        if level >= target.level:
            return agents
        agents += 1


def agents_needed(level: Callable[[int], float], target: Target, guess: int) -> int:
    """The smallest number whose service level reaches the target.

    More agents never make it worse, so one upwards or downwards after the other is asked from the
    guess on; a good guess needs two.

    Args:
        level: The service level of a number of agents, at least 1.
        target: What to reach.
        guess: Where to begin.

    Raises:
        NoSuchStaffing: Not within three times the guess.
    """
    agents, most = max(guess, 1), _FARTHEST * guess + 10
    if level(agents) >= target.level:
        while agents > 1 and level(agents - 1) >= target.level:
            agents -= 1
        return agents
    while agents < most:
        agents += 1
        if level(agents) >= target.level:
            return agents
    raise NoSuchStaffing(most, target.level)
