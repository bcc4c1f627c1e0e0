"""Where the tests' runs are too short: heavy loads and many agents, which forget slowly.

Each house is simulated until 24 batches outlast its memory twice. All of its figures must hold
theory within 99.9 %; how fast it goes is told beside.
"""

from __future__ import annotations

import shutil
import sys
import time

from acd.simulation.simulator import Plan, Simulator, memory_s
from tests.integration.acd.simulation.test_theory import SURE, House, compared
from tests.load.bench import CannotMeasure
from tests.load.ratios import Ratio

HOUSES = (
    House(10, 9.0),
    House(50, 45.0),
    House(100, 91.0, handle_s=240),
    House(200, 185.0),
    House(200, 220.0, patience_s=90),
)
_BATCHES, _MEMORIES = 24, 2
_CALLS_PER_SECOND = 300  # of two free cores; a contact centre of a million calls a year in an hour


def measure(rounds: int) -> list[Ratio]:
    """The share of the figures that agree, and how many calls a second pass.

    One round is enough: a seed gives the same figures in all.
    """
    if shutil.which("redis-server") is None:
        raise CannotMeasure("redis-server is missing; `make up` installs it")
    agreed: list[bool] = []
    calls, begun = 0, time.perf_counter()
    with Simulator() as simulator:
        for seed, house in enumerate(HOUSES, 1):
            scenario = house.scenario
            memory = memory_s(scenario) * scenario.calls_per_hour / 3600
            number = round(_BATCHES * _MEMORIES * memory)
            plan = Plan.of_calls(scenario, number, seed=seed, threshold_s=house.threshold_s)
            figures = simulator.run(scenario, plan)
            calls += number
            for name, figure, truth in compared(figures, house.expected(), house.patience_s):
                agreed.append(figure.holds(truth, SURE))
                low, high = figure.interval()
                print(
                    f"  {house}: {name} {figure.value:.4g} ({low:.4g} to {high:.4g}), "
                    f"theory {truth:.4g}",
                    file=sys.stderr,
                    flush=True,
                )
    rate = calls / (time.perf_counter() - begun)
    return [
        Ratio("queueing, figures that agree with theory", sum(agreed) / len(agreed), 1.0),
        Ratio("queueing, calls simulated a second", rate, _CALLS_PER_SECOND, f"{calls:,} calls"),
    ]
