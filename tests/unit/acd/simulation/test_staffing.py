from __future__ import annotations

import pytest

from acd.model.queue import Queue
from acd.simulation.chance import Exponential, Times
from acd.simulation.errors import NoSuchStaffing
from acd.simulation.scenario import Line, Scenario, Team
from acd.simulation.simulator import Plan, calls_to_settle, memory_s
from acd.simulation.staffing import Target, agents_needed, first_guess

EIGHTY = Target(0.8, 20)


def scenario(load: float, agents: int, patience: Times | None = None) -> Scenario:
    line = Line(Queue("city", wrapup_seconds=0), (load * 20,), Exponential(180), patience=patience)
    return Scenario((line,), (Team(("city",), (agents,)),))


@pytest.mark.parametrize("guess", [1, 6, 7, 8, 30])
def test_the_smallest_number_is_found_from_any_guess(guess: int) -> None:
    assert agents_needed(lambda agents: 0.8 if agents >= 7 else 0.79, EIGHTY, guess) == 7


def test_a_good_guess_takes_two_simulations() -> None:
    asked: list[int] = []

    def level(agents: int) -> float:
        asked.append(agents)
        return agents / 10

    assert agents_needed(level, EIGHTY, 8) == 8
    assert asked == [8, 7]


def test_one_agent_may_do() -> None:
    assert agents_needed(lambda agents: 1.0, EIGHTY, 3) == 1


def test_what_no_number_reaches_is_said() -> None:
    with pytest.raises(NoSuchStaffing, match="40 agents reach 80%"):
        agents_needed(lambda agents: 0.5, EIGHTY, 10)


def test_the_guess_is_erlangs() -> None:
    # 100 calls of 3 minutes in half an hour: 14 agents answer 80 % in 20 s, as R's package finds
    assert first_guess(scenario(10, 1), EIGHTY) == 14
    assert first_guess(scenario(10, 1, Exponential(60)), EIGHTY) == 12


@pytest.mark.parametrize(("level", "seconds"), [(0, 20), (1, 20), (0.8, -1), (float("nan"), 20)])
def test_a_target_that_is_none_is_refused(level: float, seconds: float) -> None:
    with pytest.raises(ValueError, match="a target is"):
        Target(level, seconds)


def test_a_single_agent_remembers_as_theory_says() -> None:
    # M/M/1 at 3/4: 1 / (√µ - √λ)²
    assert memory_s(scenario(0.75, 1)) == pytest.approx(180 / (1 - 0.75**0.5) ** 2)
    # who hangs up after a minute in the mean remembers no longer than that and a call
    assert memory_s(scenario(2, 1, Exponential(60))) == 240


def test_heavy_loads_are_simulated_for_longer_within_bounds() -> None:
    light, busy, heavy = (calls_to_settle(scenario(load, 10)) for load in (4, 8, 9.9))
    assert light == 5_000 < busy < heavy == 20_000
    plan = Plan.of_calls(scenario(8, 10), busy, seed=1)
    assert plan.batch_s > 4 * memory_s(scenario(8, 10))
    assert plan.lanes * plan.batches == 24
    days = Plan.of_days(scenario(8, 10), 24, seed=1)
    assert (days.lanes * days.batches, days.batch_s, days.warm_up_s) == (24, 900, 0)
