"""Runs a scenario: several lanes at once on one private Redis, their batches put together."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from acd.simulation.client import LockStepRedis
from acd.simulation.errors import EndlessLine
from acd.simulation.figures import Figures
from acd.simulation.floor import Floor
from acd.simulation.scenario import Scenario
from acd.simulation.server import private_redis

Progress = Callable[[int, int], None]
"""Told how many batches are over, and how many there are in all."""

_CLIENTS = 2  # while one is with Redis the other's lanes think
_LANES = 6  # so many talk to Redis in two breaths
_MEMORIES = 5  # a batch so much longer than its memory hardly depends on the one before
_LEAST_CALLS, _MOST_CALLS = 5_000, 20_000
_BATCHES = 24  # so many make Student's t 2.07, hardly wider than the normal 1.96


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to simulate, and by which chance.

    Attributes:
        seed: The same seed and scenario give the same figures to the last digit.
        warm_up_s: Thrown away at the beginning of each lane.
        batch_s: Length of a batch, seconds.
        lanes: Each begins empty and has a chance of its own.
        batches: Of each lane.
        threshold_s: Who waits no longer is answered in time.
    """

    seed: int
    warm_up_s: float
    batch_s: float
    lanes: int
    batches: int
    threshold_s: float = 20.0

    @classmethod
    def of_calls(
        cls, scenario: Scenario, calls: int, *, seed: int, threshold_s: float = 20.0
    ) -> Plan:
        """About so many counted calls of a scenario in which nothing changes with time.

        A lane begins with about as many calls as it will have. The warm-up is twice what it
        remembers, at least one call's length and at most a quarter of what counts. A batch must
        last for a few times its memory, else the intervals come out too narrow.
        """
        batches = _BATCHES // _LANES
        per_second = scenario.calls_per_hour / 3600
        seconds, handle = calls / per_second / _LANES, scenario.load / per_second
        warm_up = max(min(2 * memory_s(scenario), seconds / 4), handle)
        return cls(seed, warm_up, seconds / batches, _LANES, batches, threshold_s)

    @classmethod
    def of_days(
        cls, scenario: Scenario, days: int, *, seed: int, threshold_s: float = 20.0
    ) -> Plan:
        """So many repetitions of a day that changes, each a batch; a multiple of the lanes."""
        each = max(math.ceil(days / _LANES), 1)
        return cls(seed, 0.0, scenario.cycle_s, _LANES, each, threshold_s)


def memory_s(scenario: Scenario) -> float:
    """Seconds after which a scenario has forgotten all but about 1/e of how it began.

    That of M/M/c is 1 / (√(cµ) - √λ)² (Cohen, The Single Server Queue, 2nd ed. 1982, for c = 1);
    where callers hang up it is never longer than a call and their patience last.
    """
    per_second = scenario.calls_per_hour / 3600
    handle = scenario.load / per_second
    gap = math.sqrt(scenario.staff / handle) - math.sqrt(per_second)
    memory = 1 / gap**2 if gap > 0 else math.inf
    patience = [line.patience.mean for line in scenario.lines if line.patience is not None]
    if any(line.waits_for_ever for line in scenario.lines):
        return memory
    return min(memory, handle + max(patience))


def calls_to_settle(scenario: Scenario) -> int:
    """So many calls that a batch outlasts what is remembered, within what a planner waits for."""
    memory = memory_s(scenario) * scenario.calls_per_hour / 3600
    return round(min(max(_MEMORIES * _BATCHES * memory, _LEAST_CALLS), _MOST_CALLS))


class Simulator:
    """A private Redis and what runs on it. A context manager; runs may follow each other."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._runs = itertools.count()

    def __enter__(self) -> Self:
        """Start Redis.

        Raises:
            RedisServerMissing: It is not installed.
            RedisServerFailed: It does not start.
        """
        path = self._stack.enter_context(private_redis())
        self._path = path
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def run(
        self, scenario: Scenario, plan: Plan, progress: Progress = lambda done, total: None
    ) -> Figures:
        """Simulate.

        Raises:
            EndlessLine: The figures would have no end.
            AcdError: Redis is away.
        """
        if scenario.endless:
            raise EndlessLine(math.floor(scenario.staff), scenario.load)
        return asyncio.run(self._run(scenario, plan, progress))

    async def _run(self, scenario: Scenario, plan: Plan, progress: Progress) -> Figures:
        done = itertools.count(1)
        with ExitStack() as stack:
            clients = [LockStepRedis(self._path) for _ in range(_CLIENTS)]
            for client in clients:
                stack.callback(client.hang_up)
            await clients[0].flushall()
            floors = [
                Floor(
                    clients[lane % _CLIENTS],
                    f"lane{lane}",
                    scenario,
                    seed=f"{plan.seed} {lane}",
                    threshold_s=plan.threshold_s,
                    warm_up_s=plan.warm_up_s,
                    batch_s=plan.batch_s,
                    batches=plan.batches,
                )
                for lane in range(plan.lanes)
            ]

            def advance() -> None:
                progress(next(done), plan.lanes * plan.batches)

            try:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(floor.run(advance)) for floor in floors]
            except ExceptionGroup as faults:  # all lanes fail alike when Redis is gone
                raise faults.exceptions[0] from faults
            return Figures.of([tally for task in tasks for tally in task.result()])
