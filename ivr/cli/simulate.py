"""``vaxel simulate``: what would happen with other agents or other calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress

from acd.simulation.errors import EndlessLine
from acd.simulation.scenario import Scenario
from acd.simulation.simulator import Plan, Simulator, calls_to_settle
from acd.simulation.staffing import Target, agents_needed, first_guess
from ivr.cli.comparison import Comparison, Row
from ivr.cli.record import House
from ivr.flow.lengths import Length, spelled
from ivr.planning import at_most, busiest, fewer, steady, typical_day
from monitoring.report.history import read_history
from monitoring.report.intervals import Step

_DAYS = 24  # simulated of a day of the past: as many batches as calls that come evenly have
_LENGTH: TypeAdapter[float] = TypeAdapter(Annotated[float, Length(0, 86_400)])
_NO_TARGET = Target(0.8, 20)
_MOST_AGENTS = 5_000


@dataclass(frozen=True, slots=True)
class _Case:
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


def register(app: typer.Typer) -> None:
    """Add the command to ``vaxel``."""
    app.command("simulate")(simulate)


def simulate(
    org: Annotated[
        str,
        typer.Argument(
            metavar="ORG",
            help="The organisation whose past is the pattern; not needed where there is but one, "
            "or with --calls-per-hour.",
            show_default=False,
        ),
    ] = "",
    *,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="The first day of the past that is the pattern. A week ago, or the day of --to, "
            "when left out.",
            show_default=False,
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            formats=["%Y-%m-%d"],
            help="The last day. Yesterday, or the day of --from, when left out.",
            show_default=False,
        ),
    ] = None,
    queue: Annotated[
        list[str] | None,
        typer.Option(help="Only this queue of the past; may be given several times."),
    ] = None,
    per_hour: Annotated[
        float | None,
        typer.Option(
            "--calls-per-hour",
            min=0.1,
            max=100_000,
            help="No past, but so many calls an hour, evenly.",
            show_default=False,
        ),
    ] = None,
    talk: Annotated[
        str, typer.Option(help="With --calls-per-hour: how long a conversation is in the mean.")
    ] = "4 min",
    wrapup: Annotated[
        str, typer.Option(help="With --calls-per-hour: after-call work, each time.")
    ] = "30 s",
    patience: Annotated[
        str,
        typer.Option(
            help="With --calls-per-hour: how long a caller waits in the mean before hanging up. "
            "For ever when left out.",
            show_default=False,
        ),
    ] = "",
    agents: Annotated[
        str,
        typer.Option(
            help="Compare these numbers of agents, e.g. 9,12,15; of a day of the past: when most "
            "are on duty, at other times in proportion.",
            show_default=False,
        ),
    ] = "",
    less: Annotated[
        int | None,
        typer.Option(
            "--fewer",
            min=1,
            max=_MOST_AGENTS,
            help="Compare the past with so many agents fewer at any time.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        str,
        typer.Option(
            help="Find how many agents it takes, e.g. 80/20 for 80 % answered within 20 s.",
            show_default=False,
        ),
    ] = "",
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """Ask what would happen with fewer agents, or how many a service level takes.

    The very code that hands out calls runs here on virtual time, beside the platform and without
    touching it: calls come by chance, wait, give up and are talked to. Nothing is guessed from a
    formula, so agents who serve several queues and after-call work count as in reality.

    `vaxel simulate demo --from 2026-11-23 --fewer 3`: that Monday with three agents fewer.

    `vaxel simulate demo --target 80/20`: how many the last week would have taken. Several days are
    put on top of each other to a typical one; closed days are left out.

    `vaxel simulate --calls-per-hour 120 --talk "4 min" --wrapup "30 s" --patience "3 min" --agents
    9,12,15 --target 80/20`: no past needed.

    Each figure has its 95 % interval in brackets; scenarios are compared on the same callers.
    Service level is answered in time over offered: F3 of `vaxel report`, with callers who found
    nobody on duty as not served. Occupancy is talk and after-call work over time on duty.
    Callers of the past who hung up tell how patient all are; calls back are not simulated.
    """
    aim = _NO_TARGET if not target else _target(target)
    if per_hour is not None:
        if less is not None or first is not None or last is not None or queue:
            raise typer.BadParameter(
                "there is no past with --calls-per-hour; leave --from, --to, --queue and --fewer "
                "out",
                param_hint="--calls-per-hour",
            )
        numbers = _numbers(agents)
        if not numbers and not target:
            raise typer.BadParameter(
                "say how many agents, e.g. --agents 9,12,15, or what to reach: --target 80/20",
                param_hint="--agents",
            )
        case = _steady_case(
            per_hour,
            _length(talk, "--talk"),
            _length(wrapup, "--wrapup"),
            _length(patience, "--patience") if patience else None,
            seed,
        )
    else:
        numbers = _numbers(agents)
        case = _past_case(org, first, last, tuple(queue or ()), seed)

    asked: list[tuple[str, Scenario]] = []
    if case.now is not None:
        asked.append(("as it was", case.now))
        if less is not None:
            asked.append((f"{less} fewer", fewer(case.now, less)))
    asked += [(f"{number} agents", case.of(number)) for number in numbers]

    screen = Console(stderr=True)
    with Simulator() as simulator, Progress(console=screen, transient=True) as bar:

        def run(name: str, scenario: Scenario) -> Row:
            task = bar.add_task(name, total=None)
            try:
                figures = simulator.run(
                    scenario,
                    case.plan(scenario, aim),
                    lambda done, total: bar.update(task, completed=done, total=total),
                )
            except EndlessLine:
                return Row(name, busiest(scenario), None)
            finally:
                bar.remove_task(task)
            return Row(name, busiest(scenario), figures)

        rows = [run(name, scenario) for name, scenario in asked]
        tried: dict[int, Row] = {}

        def level(number: int) -> float:
            if number not in tried:
                tried[number] = run(f"{number} agents", case.of(number))
            figures = tried[number].figures
            return 0.0 if figures is None else figures.service_level.value

        needed = agents_needed(level, aim, case.guess(aim)) if target else None
    if needed is not None:
        about = [tried[number] for number in (needed - 1, needed) if number in tried]
        rows += [row for row in about if row.agents not in numbers]
    comparison = Comparison(case.title, aim, tuple(rows), needed)
    if as_json:
        typer.echo(comparison.as_json(seed))
    else:
        comparison.print(Console(soft_wrap=True, highlight=False))


def _steady_case(
    per_hour: float, talk_s: float, wrapup_s: float, patience_s: float | None, seed: int
) -> _Case:
    if talk_s <= 0:
        raise typer.BadParameter("a conversation lasts for longer than 0 s", param_hint="--talk")

    def of(number: int) -> Scenario:
        return steady(per_hour, talk_s, wrapup_s, patience_s, number)

    def plan(scenario: Scenario, aim: Target) -> Plan:
        calls = calls_to_settle(scenario)
        return Plan.of_calls(scenario, calls, seed=seed, threshold_s=aim.threshold_s)

    waits = "for ever" if patience_s is None else f"{spelled(patience_s)} in the mean"
    return _Case(
        title=f"{per_hour:g} calls an hour, {spelled(talk_s)} of talk, {spelled(wrapup_s)} of "
        f"after-call work; callers wait {waits}",
        of=of,
        now=None,
        guess=lambda aim: first_guess(of(1), aim),
        plan=plan,
    )


def _past_case(
    org: str, first: datetime | None, last: datetime | None, queues: tuple[str, ...], seed: int
) -> _Case:
    house = House.open(org, "", "ORG")
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
    return _Case(
        title=f"{organisation.name}, {period.days}"
        + (f", a typical one of {days} days" if days > 1 else ""),
        of=lambda number: at_most(day, number),
        now=day,
        guess=lambda aim: busiest(day),
        plan=lambda scenario, aim: Plan.of_days(
            scenario, _DAYS, seed=seed, threshold_s=aim.threshold_s
        ),
    )


def _length(text: str, option: str) -> float:
    try:
        return _LENGTH.validate_python(text)
    except ValidationError as error:
        raise typer.BadParameter(
            f"“{text}” is no length of time; write a number and its unit: 20 s, 2 min or 1 h",
            param_hint=option,
        ) from error


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")] if text else []
    except ValueError:
        numbers = [0]
    if not all(1 <= number <= _MOST_AGENTS for number in numbers):
        raise typer.BadParameter(
            f"give numbers from 1 to {_MOST_AGENTS} with commas between, e.g. 9,12,15",
            param_hint="--agents",
        )
    return sorted(set(numbers))


def _target(text: str) -> Target:
    share, _, seconds = text.partition("/")
    try:
        return Target(float(share) / 100, float(seconds))
    except ValueError as error:
        raise typer.BadParameter(
            "write a percentage and seconds, e.g. 80/20 for 80 % within 20 s", param_hint="--target"
        ) from error
