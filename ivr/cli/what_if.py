"""What a planner may ask to be simulated: a day of the past, or figures of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import typer

from acd.simulation.scenario import Scenario
from acd.simulation.simulator import Plan, calls_to_settle
from acd.simulation.staffing import Target, first_guess
from ivr.cli.names import ORG
from ivr.cli.record import House
from ivr.flow.lengths import spelled
from ivr.planning import at_most, busiest, steady, typical_day
from monitoring.report.history import read_history
from monitoring.report.intervals import Step

_DAYS = 24  # simulated of a day of the past: as many batches as calls that come evenly have


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked: scenarios by number of agents.

    Attributes:
        title: Says what calls are simulated.
        of: The scenario of a number of agents.
        now: The scenario as it was, where there is a past.
        guess: Where to look for the number that meets a target.
        plan: How long to simulate.
    """

    title: str
    of: Callable[[int], Scenario]
    now: Scenario | None
    guess: Callable[[Target], int]
    plan: Callable[[Scenario, Target], Plan]


def steady_case(
    per_hour: float, talk_s: float, wrapup_s: float, patience_s: float | None, seed: int
) -> Case:
    """Calls that come evenly; see :func:`ivr.planning.steady`.

    Raises:
        BadParameter: Nobody talks.
    """
    if talk_s <= 0:
        raise typer.BadParameter("a conversation lasts for longer than 0 s", param_hint="--talk")

    def of(number: int) -> Scenario:
        return steady(per_hour, talk_s, wrapup_s, patience_s, number)

    def plan(scenario: Scenario, aim: Target) -> Plan:
        calls = calls_to_settle(scenario)
        return Plan.of_calls(scenario, calls, seed=seed, threshold_s=aim.threshold_s)

    waits = "for ever" if patience_s is None else f"{spelled(patience_s)} in the mean"
    return Case(
        title=f"{per_hour:g} calls an hour, {spelled(talk_s)} of talk, {spelled(wrapup_s)} of "
        f"after-call work; callers wait {waits}",
        of=of,
        now=None,
        guess=lambda aim: first_guess(of(1), aim),
        plan=plan,
    )


def past_case(
    org: str, first: datetime | None, last: datetime | None, queues: tuple[str, ...], seed: int
) -> Case:
    """The typical day of a period, of the chosen queues or of all.

    Args:
        org: The organisation; may be empty where there is but one.
        first: The first day; a week ago where neither is given.
        last: The last.
        queues: Names.
        seed: Of all chance.

    Raises:
        BadParameter: There is no such organisation, queue or period.
        NothingToPlanFrom: The record says too little of it.
    """
    house = House.open(org, "", ORG)
    organisation = house.organisation
    now = datetime.now(organisation.time_zone)
    begin = first or (last or now) - timedelta(days=0 if last else 7)
    end = last or (first if first else now - timedelta(days=1))
    period = house.days(begin, end, Step.QUARTER)
    past = house.read(
        lambda database: read_history(database, organisation.id, period, datetime.now(UTC))
    )
    house.require(queues, past.queues)
    day = typical_day(past, organisation, queues, period.days)
    days = len(past.days)
    return Case(
        title=f"{organisation.name}, {period.days}"
        + (f", a typical one of {days} days" if days > 1 else ""),
        of=lambda number: at_most(day, number),
        now=day,
        guess=lambda aim: busiest(day),
        plan=lambda scenario, aim: Plan.of_days(
            scenario, _DAYS, seed=seed, threshold_s=aim.threshold_s
        ),
    )
