"""From an organisation's past, or from a planner's figures, to scenarios of the simulation."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from acd.model.queue import Queue
from acd.simulation.chance import AT_ONCE, Exponential, LogNormal, Observed
from acd.simulation.scenario import Line, Scenario, Team
from ivr.flow.errors import FlowError
from ivr.flow.organisation import Organisation
from ivr.queueing.joining import acd_queue
from monitoring.report.history import QUARTER, QUARTERS, History

_VARIATION = 1.0  # of talk times that are known by their mean alone; as wide as the exponential
_ANY = Queue("calls", ring_seconds=120, wrapup_seconds=3600)


class NothingToPlanFrom(FlowError):
    """The record says too little of a period to simulate it."""

    code: ClassVar[str] = "planning.nothing"

    def __init__(self, what: str, days: str) -> None:
        super().__init__(
            f"The record knows {what} in {days}; choose other days by --from and --to, or give "
            "figures of your own: --calls-per-hour, --talk, --agents."
        )


def steady(
    per_hour: float, talk_s: float, wrapup_s: float, patience_s: float | None, agents: int
) -> Scenario:
    """Calls that come evenly, all to the same agents.

    Args:
        per_hour: Calls, above 0.
        talk_s: Mean conversation; log-normal, as spread as an exponential one.
        wrapup_s: After-call work, a whole number of seconds.
        patience_s: Mean patience, exponential; ``None``: nobody hangs up.
        agents: At least 1.
    """
    line = Line(
        replace(_ANY, wrapup_seconds=round(wrapup_s)),
        (per_hour,),
        LogNormal(talk_s, _VARIATION),
        patience=None if patience_s is None else Exponential(patience_s),
    )
    return Scenario((line,), (Team((_ANY.name,), (agents,)),))


def typical_day(
    history: History, organisation: Organisation, queues: Sequence[str], days: str
) -> Scenario:
    """The day that the past suggests, with the agents who were there.

    Agents whom the organisation does not know any more served every queue; a number on duty is the
    mean of the days, rounded, but somebody who was there is there.

    Args:
        history: The past.
        organisation: Who serves what, and the queues' ring and wrap-up times.
        queues: Only these; all when empty.
        days: The period, for a person.

    Raises:
        NothingToPlanFrom: Nobody called, talked or was on duty.
    """
    chosen = {name: past for name, past in history.queues.items() if not queues or name in queues}
    if not chosen:
        raise NothingToPlanFrom("no calls", days)
    number = len(history.days)
    lines: list[Line] = []
    for name, past in chosen.items():
        if not past.talk_s:
            raise NothingToPlanFrom(f"no conversations of the queue {name}", days)
        described = organisation.queues.get(name)
        queue = Queue(name) if described is None else acd_queue(name, organisation)
        longest = math.ceil(max(past.wrapup_s, default=0))
        patience = past.patience_s
        lines.append(
            Line(
                replace(
                    queue,
                    wrapup_seconds=max(queue.wrapup_seconds, longest),
                    backup_seconds=0,  # who was on duty is known, not as what
                    result_within_seconds=0,  # how long agents took with it is among the observed
                ),
                tuple(past.arrivals[quarter] * 4 / number for quarter in range(QUARTERS)),
                Observed(tuple(past.talk_s)),
                after_call=Observed(tuple(past.wrapup_s)) if past.wrapup_s else None,
                pick_up=Observed(tuple(past.ring_s)) if past.ring_s else AT_ONCE,
                patience=None if patience is None else Exponential(patience),
            )
        )

    duty: defaultdict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0] * QUARTERS)
    for agent, spent in history.duty_s.items():
        known = organisation.agents.get(agent)
        serves = tuple(name for name in chosen if known is None or name in known.serves)
        if serves:
            for quarter, seconds in spent.items():
                duty[serves][quarter] += seconds / number / QUARTER.total_seconds()
    teams = tuple(
        Team(serves, tuple(map(_whole, by_quarter))) for serves, by_quarter in duty.items()
    )
    if not any(any(team.agents) for team in teams):
        raise NothingToPlanFrom("no agents on duty", days)
    return Scenario(tuple(lines), teams, QUARTER.total_seconds())


def busiest(scenario: Scenario) -> int:
    """The largest number of agents who are on duty at once."""
    return max(_on_duty(scenario))


def fewer(scenario: Scenario, by: int) -> Scenario:
    """So many fewer at any time, but somebody wherever somebody was."""
    return _staffed(scenario, lambda now: max(now - by, min(now, 1)))


def at_most(scenario: Scenario, agents: int) -> Scenario:
    """So many when most are on duty, at other times in proportion."""
    peak = busiest(scenario)
    return _staffed(scenario, lambda now: _whole(now * agents / peak))


def _staffed(scenario: Scenario, number: Callable[[int], int]) -> Scenario:
    """Other numbers of agents, spread over the teams as before."""
    shared = [
        _shares([_at(team, interval) for team in scenario.teams], number(now))
        for interval, now in enumerate(_on_duty(scenario))
    ]
    teams = tuple(
        replace(team, agents=tuple(share[which] for share in shared))
        for which, team in enumerate(scenario.teams)
    )
    return replace(scenario, teams=teams)


def _shares(now: Sequence[int], total: int) -> list[int]:
    """``total`` in the proportions of ``now``, whole numbers by the largest remainder."""
    before = sum(now) or 1
    exact = [one * total / before for one in now]
    shares = [math.floor(one) for one in exact]
    largest = sorted(range(len(now)), key=lambda which: shares[which] - exact[which])
    for which in largest[: total - sum(shares)]:
        shares[which] += 1
    return shares


def _on_duty(scenario: Scenario) -> list[int]:
    return [
        sum(_at(team, interval) for team in scenario.teams)
        for interval in range(scenario.intervals)
    ]


def _at(team: Team, interval: int) -> int:
    return team.agents[interval % len(team.agents)]


def _whole(number: float) -> int:
    return max(round(number), 1) if number > 0 else 0
