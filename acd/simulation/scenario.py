"""What is simulated: who calls how often, who answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from acd.model.queue import Queue
from acd.simulation.chance import AT_ONCE, Times
from acd.skills import Requirement


@dataclass(frozen=True, slots=True)
class Line:
    """The calls to one queue. They arrive as a Poisson process.

    Attributes:
        queue: As the product knows it.
        per_hour: Calls an hour, one rate for each interval of the scenario, or one for all.
        talk: Length of a conversation.
        after_call: After-call work. The queue's wrap-up time ends it at the latest; ``None``: it is
            always that long.
        pick_up: From the offer to the answer; the queue's ring time at most.
        patience: How long a caller waits before hanging up; ``None`` for ever.
        impatient: Share of the callers who have that patience; the others wait for ever.
        credit_s: Priority: callers stand in line as if they had come so much earlier.
        require: Skills that their agents need, step by step as they wait.
    """

    queue: Queue
    per_hour: tuple[float, ...]
    talk: Times
    after_call: Times | None = None
    pick_up: Times = AT_ONCE
    patience: Times | None = None
    impatient: float = 1.0
    credit_s: float = 0.0
    require: tuple[Requirement, ...] = ()

    def __post_init__(self) -> None:
        if not all(0 <= rate < math.inf for rate in self.per_hour):
            raise ValueError(f"Queue {self.queue.name!r}: calls an hour are 0 or more")
        if not 0 <= self.impatient <= 1:
            raise ValueError(f"Queue {self.queue.name!r}: a share lies between 0 and 1")

    @property
    def handle_s(self) -> float:
        """Mean of what a call takes of an agent, ringing included."""
        wrapup = self.queue.wrapup_seconds
        after = wrapup if self.after_call is None else min(self.after_call.mean, wrapup)
        return self.pick_up.mean + self.talk.mean + after

    @property
    def waits_for_ever(self) -> bool:
        """Whether some caller never hangs up."""
        return self.patience is None or self.impatient < 1


@dataclass(frozen=True, slots=True)
class Team:
    """Agents who serve the same queues and have the same skills.

    Attributes:
        queues: Names.
        agents: How many are on duty, in each interval of the scenario, or one number for all.
        skills: What each of them can, with the level.
    """

    queues: tuple[str, ...]
    agents: tuple[int, ...]
    skills: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.queues or any(number < 0 for number in self.agents):
            raise ValueError("a team serves at least one queue and has no fewer than 0 agents")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A contact centre. When its intervals are over they begin anew, as one day follows the other.

    Attributes:
        lines: One for each queue.
        teams: Agents by what they serve.
        interval_s: Length of an interval, seconds.
    """

    lines: tuple[Line, ...]
    teams: tuple[Team, ...]
    interval_s: float = 900.0

    def __post_init__(self) -> None:
        lengths = {len(numbers) for numbers in self._numbers()} - {1}
        if 0 in lengths or len(lengths) > 1:
            raise ValueError("rates and numbers of agents: one for all, or one for each interval")
        names = [line.queue.name for line in self.lines]
        if not names or len(set(names)) < len(names):
            raise ValueError("a scenario has at least one line, and one for each queue")
        unknown = {queue for team in self.teams for queue in team.queues} - set(names)
        if unknown:
            raise ValueError(f"nobody calls the queue {min(unknown)!r} that a team serves")

    @property
    def intervals(self) -> int:
        """How many there are; 1 when nothing changes with time."""
        return max(map(len, self._numbers()))

    @property
    def cycle_s(self) -> float:
        """Seconds after which all begins anew."""
        return self.intervals * self.interval_s

    @property
    def calls_per_hour(self) -> float:
        """Mean over all intervals, of all queues together."""
        return sum(sum(line.per_hour) / len(line.per_hour) for line in self.lines)

    @property
    def load(self) -> float:
        """Mean number of agents whom the calls keep busy if nobody hangs up (erlangs)."""
        return sum(
            sum(line.per_hour) / len(line.per_hour) * line.handle_s / 3600 for line in self.lines
        )

    @property
    def staff(self) -> float:
        """Mean number of agents on duty."""
        return sum(sum(team.agents) / len(team.agents) for team in self.teams)

    @property
    def endless(self) -> bool:
        """Whether the line grows for ever: nobody hangs up, nobody closes, and too few answer."""
        open_always = all(
            any(at(team.agents, interval) for team in self.teams)
            for interval in range(self.intervals)
        )
        patient = any(line.waits_for_ever for line in self.lines)
        return open_always and patient and self.load >= self.staff

    def _numbers(self) -> Iterable[tuple[float, ...]]:
        yield from (line.per_hour for line in self.lines)
        yield from (team.agents for team in self.teams)


def at(numbers: tuple[float, ...] | tuple[int, ...], interval: int) -> float:
    """The number of an interval, counted from the beginning of the simulation."""
    return numbers[interval % len(numbers)]
