"""``vaxel simulate``: what would happen with other agents or other calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress

from acd.simulation.errors import EndlessLine
from acd.simulation.scenario import Scenario
from acd.simulation.simulator import Simulator
from acd.simulation.staffing import Target, agents_needed
from ivr.cli.comparison import Comparison, Row
from ivr.cli.what_if import Case, past_case, steady_case
from ivr.flow.lengths import Length
from ivr.planning import busiest, fewer

_LENGTH: TypeAdapter[float] = TypeAdapter(Annotated[float, Length(0, 86_400)])
_MOST_AGENTS = 5_000
_TALK, _WRAPUP = "4 min", "30 s"
_NO_TARGET = Target(0.8, 20)


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
        str,
        typer.Option(
            help="With --calls-per-hour: how long a conversation is in the mean.",
            show_default=_TALK,
        ),
    ] = "",
    wrapup: Annotated[
        str,
        typer.Option(
            help="With --calls-per-hour: after-call work, each time.", show_default=_WRAPUP
        ),
    ] = "",
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
    Callers of the past who hung up tell how patient all are; calls back are not simulated,
    nor what skills call trees require.
    """
    aim = _target(target) if target else _NO_TARGET
    numbers = _numbers(agents)
    if per_hour is None:
        if talk or wrapup or patience:
            raise typer.BadParameter(
                "the past tells these; give --calls-per-hour too, or leave them out",
                param_hint="--talk, --wrapup, --patience",
            )
        case = past_case(org, first, last, tuple(queue or ()), seed)
    else:
        if org or first or last or queue or less:
            raise typer.BadParameter(
                "then there is no past; leave ORG, --from, --to, --queue and --fewer out",
                param_hint="--calls-per-hour",
            )
        if not numbers and not target:
            raise typer.BadParameter(
                "say how many agents, e.g. --agents 9,12,15, or what to reach: --target 80/20",
                param_hint="--agents",
            )
        case = steady_case(
            per_hour,
            _length(talk or _TALK, "--talk"),
            _length(wrapup or _WRAPUP, "--wrapup"),
            _length(patience, "--patience") if patience else None,
            seed,
        )

    asked: list[tuple[str, Scenario]] = []
    if case.now is not None:
        asked.append(("as it was", case.now))
        if less is not None:
            asked.append((f"{less} fewer", fewer(case.now, less)))
    asked += [(f"{number} agents", case.of(number)) for number in numbers]
    comparison = _compared(case, aim, asked, search=bool(target))
    if as_json:
        typer.echo(comparison.as_json(seed))
    else:
        comparison.print(Console(soft_wrap=True, highlight=False))


def _compared(
    case: Case, aim: Target, asked: Sequence[tuple[str, Scenario]], *, search: bool
) -> Comparison:
    """Simulate what was asked and, where a number is sought, that number and the one below."""
    rows: dict[str, Row] = {}
    with Simulator() as simulator, Progress(console=Console(stderr=True), transient=True) as bar:

        def run(name: str, scenario: Scenario) -> Row:
            if name not in rows:
                task = bar.add_task(name, total=None)
                try:
                    figures = simulator.run(
                        scenario,
                        case.plan(scenario, aim),
                        lambda done, total: bar.update(task, completed=done, total=total),
                    )
                except EndlessLine:
                    figures = None
                bar.remove_task(task)
                rows[name] = Row(name, busiest(scenario), figures)
            return rows[name]

        shown = [run(name, scenario) for name, scenario in asked]
        if not search:
            return Comparison(case.title, aim, tuple(shown), None)

        def level(number: int) -> float:
            figures = run(f"{number} agents", case.of(number)).figures
            return 0.0 if figures is None else figures.service_level.value

        needed = agents_needed(level, aim, case.guess(aim))
    about = [rows.get(f"{number} agents") for number in (needed - 1, needed)]
    shown += [row for row in about if row is not None and row not in shown]
    return Comparison(case.title, aim, tuple(shown), needed)


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
