"""``vaxel report``: figures from the record, for any past time and by any definition."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ivr.cli.giving import As, First, Format, Language, Last, Output, Queues, give
from ivr.cli.names import OrgOption
from ivr.cli.record import House
from ivr.flow.organisation import Organisation
from monitoring.definitions.service_level import formula
from monitoring.report.agents import agents_sheet, read_agents
from monitoring.report.contacts import contacts_sheet, read_contacts
from monitoring.report.counting import Question
from monitoring.report.estimates import estimates_sheet, read_estimates
from monitoring.report.intervals import Belongs, Step
from monitoring.report.queues import QueueReport
from monitoring.report.reading import read_queues
from monitoring.report.results import read_results, results_sheet
from monitoring.report.surveys import read_surveys, surveys_sheet
from monitoring.report.transfers import read_transfers, transfers_sheet
from store.models import VisitOutcome

_USUAL_THRESHOLD_MS = 20_000


def _own_thresholds(organisation: Organisation) -> dict[str, int]:
    levels = {name: queue.service_level for name, queue in organisation.queues.items()}
    return {name: round(one.within * 1000) for name, one in levels.items() if one is not None}


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="report",
        no_args_is_help=True,
        help="Figures from the record: queues by interval, agents, results, transfers, surveys, "
        "estimates, contacts behind them.",
    )
    group.command("queues")(queues)
    group.command("agents")(agents)
    group.command("contacts")(contacts)
    group.command("results")(results)
    group.command("transfers")(transfers)
    group.command("surveys")(surveys)
    group.command("estimates")(estimates)
    app.add_typer(group)


def queues(
    *,
    org: OrgOption = "",
    first: First = None,
    last: Last = None,
    each: Annotated[Step, typer.Option(help="How long an interval is.")] = Step.HOUR,
    level: Annotated[
        str,
        typer.Option(
            "--formula",
            help="Service level by F1 abandons help, F2 answered only, F3 all abandons hurt, F4 "
            "early abandons dropped, F5 short calls help, or F6 with switches: +FO flow-outs hurt, "
            "-SA short abandons dropped, -AB all dropped; e.g. F6+FO-SA.",
        ),
    ] = "F3",
    threshold: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Answered within so many seconds is in time; left out, what each queue's "
            "service_level says, or 20.",
            show_default=False,
        ),
    ] = None,
    short_abandon: Annotated[
        int, typer.Option(min=0, help="Who hangs up within so many seconds did not wait.")
    ] = 5,
    by: Annotated[
        Belongs,
        typer.Option(
            help="A contact counts in the interval of its arrival, or each thing in that of its "
            "event."
        ),
    ] = Belongs.ARRIVAL,
    queue: Queues = None,
    total: Annotated[
        bool, typer.Option("--total", help="All queues together instead of each.")
    ] = False,
    style: As = Format.TABLE,
    output: Output = None,
    language: Language = "",
) -> None:
    """Show queues by interval: offered, answered, abandoned, service level, waits, handle time."""
    figure = formula(level)
    house = House.open(org, language)
    question = Question(
        house.days(first, last, each),
        by,
        _USUAL_THRESHOLD_MS if threshold is None else threshold * 1000,
        short_abandon * 1000,
        _own_thresholds(house.organisation) if threshold is None else {},
    )
    names = tuple(queue or ())
    grid = house.read(
        lambda database: read_queues(database, house.organisation.id, question, names)
    )
    house.require(names, (name for interval in grid.cells.values() for name in interval))
    report = QueueReport(house.organisation.name, question, grid, figure, not total, house.language)

    def plot() -> str:
        from monitoring.report.plots import queue_plot  # noqa: PLC0415 - see give

        return queue_plot(report)

    give(house, report.sheet(), plot, style, output)


def agents(
    *,
    org: OrgOption = "",
    first: First = None,
    last: Last = None,
    style: As = Format.TABLE,
    output: Output = None,
    language: Language = "",
) -> None:
    """Show what each agent did: logged in, talking, wrap-up, ready, pauses, occupancy."""
    house = House.open(org, language)
    organisation = house.organisation
    period = house.days(first, last, Step.DAY)
    times = house.read(
        lambda database: read_agents(database, organisation.id, period, datetime.now(UTC))
    )
    names = {agent: one.name for agent, one in organisation.agents.items()}
    sheet = agents_sheet(organisation.name, period, times, names, house.language)

    def plot() -> str:
        from monitoring.report.plots import agents_plot  # noqa: PLC0415 - see give

        labelled = [(names.get(agent, agent), times[agent]) for agent in sorted(times)]
        return agents_plot(labelled, house.language)

    give(house, sheet, plot, style, output)


def contacts(
    *,
    org: OrgOption = "",
    first: First = None,
    last: Last = None,
    outcome: Annotated[
        list[VisitOutcome] | None,
        typer.Option(help="Only these, e.g. abandoned; may be given several times."),
    ] = None,
    queue: Queues = None,
    style: As = Format.TABLE,
    output: Output = None,
    language: Language = "",
) -> None:
    """List the contacts behind a figure, with callers' numbers, which are personal.

    `--outcome abandoned` lists the lost callers; the column "answered since" tells whom an agent
    has talked to afterwards, so that the others can be called.
    """
    house = House.open(org, language)
    period = house.days(first, last, Step.DAY)
    names = tuple(queue or ())
    rows = house.read(
        lambda database: read_contacts(
            database, house.organisation.id, period, outcome or (), names
        )
    )
    house.require(names, (row.queue for row in rows))
    sheet = contacts_sheet(house.organisation.name, period, rows, house.language)
    give(house, sheet, lambda: "", style, output)


def results(
    *,
    org: OrgOption = "",
    first: First = None,
    last: Last = None,
    queue: Queues = None,
    style: As = Format.TABLE,
    output: Output = None,
    language: Language = "",
) -> None:
    """Show what came of conversations by the agents' result codes, and the time that it took."""
    house = House.open(org, language)
    organisation = house.organisation
    period = house.days(first, last, Step.DAY)
    names = tuple(queue or ())
    tallies = house.read(lambda database: read_results(database, organisation.id, period, names))
    house.require(names, (name for name, _ in tallies))
    spoken = house.language in organisation.languages
    spoken_in = house.language if spoken else organisation.default_language
    said = {
        result.key: result.say.utterance(spoken_in, {}).text
        for result in organisation.results.values()
    }
    sheet = results_sheet(organisation.name, period, tallies, said, house.language)
    give(house, sheet, lambda: "", style, output)


def transfers(
    *,
    org: OrgOption = "",
    first: First = None,
    last: Last = None,
    queue: Queues = None,
    style: As = Format.TABLE,
    output: Output = None,
    language: Language = "",
) -> None:
    """Show by queue who was handed over to queues, agents and numbers, who was asked, and holds."""
    house = House.open(org, language)
    organisation = house.organisation
    period = house.days(first, last, Step.DAY)
    names = tuple(queue or ())
    tallies = house.read(lambda database: read_transfers(database, organisation.id, period, names))
    house.require(names, tallies)
    sheet = transfers_sheet(organisation.name, period, tallies, house.language)
    give(house, sheet, lambda: "", style, output)


def surveys(
    *,
    org: OrgOption = "",
    first: First = None,
    last: Last = None,
    style: As = Format.TABLE,
    output: Output = None,
    language: Language = "",
) -> None:
    """Show what callers answered in surveys: how many of those asked, each score, the mean."""
    house = House.open(org, language)
    organisation = house.organisation
    period = house.days(first, last, Step.DAY)
    tallies = house.read(lambda database: read_surveys(database, organisation.id, period))
    sheet = surveys_sheet(organisation.name, period, tallies, house.language)
    give(house, sheet, lambda: "", style, output)


def estimates(
    *,
    org: OrgOption = "",
    first: First = None,
    last: Last = None,
    queue: Queues = None,
    style: As = Format.TABLE,
    output: Output = None,
    language: Language = "",
) -> None:
    """Show by queue how far waits were from what was foretold: inside the range, error, bias."""
    house = House.open(org, language)
    organisation = house.organisation
    period = house.days(first, last, Step.DAY)
    names = tuple(queue or ())
    counts = house.read(lambda database: read_estimates(database, organisation.id, period, names))
    house.require(names, counts)
    sheet = estimates_sheet(organisation.name, period, counts, house.language)
    give(house, sheet, lambda: "", style, output)
