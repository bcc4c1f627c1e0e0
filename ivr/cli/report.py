"""``vaxel report``: figures from the record, for any past time and by any definition."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.cli.names import OrgOption
from ivr.cli.record import House
from ivr.flow.organisation import Organisation
from monitoring.definitions import Belongs, formula
from monitoring.report.agents import agents_sheet, read_agents
from monitoring.report.contacts import contacts_sheet, read_contacts
from monitoring.report.counting import Question
from monitoring.report.intervals import Step
from monitoring.report.page import as_page
from monitoring.report.queues import QueueReport
from monitoring.report.reading import read_queues
from monitoring.report.results import read_results, results_sheet
from monitoring.report.sheet import Kind, Sheet, as_csv, shown
from store.models import VisitOutcome

_USUAL_THRESHOLD_MS = 20_000


class Format(StrEnum):
    """How a report is given."""

    TABLE = "table"
    CSV = "csv"
    HTML = "html"


First = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="The first day. Today when left out."),
]
Last = Annotated[
    datetime | None,
    typer.Option("--to", formats=["%Y-%m-%d"], help="The last day. The first when left out."),
]
Queues = Annotated[
    list[str] | None,
    typer.Option("--queue", help="Only this queue; may be given several times."),
]
As = Annotated[Format, typer.Option("--as", help="Table, CSV or an HTML page with a plot.")]
Output = Annotated[Path | None, typer.Option(help="The file to write; the terminal when left out.")]
Language = Annotated[
    str, typer.Option(help="Of the headings: sv, da, en. The organisation's when left out.")
]


def _own_thresholds(organisation: Organisation) -> dict[str, int]:
    levels = {name: queue.service_level for name, queue in organisation.queues.items()}
    return {name: round(one.within * 1000) for name, one in levels.items() if one is not None}


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="report",
        no_args_is_help=True,
        help="Figures from the record: queues by interval, agents, results, contacts behind them.",
    )
    group.command("queues")(queues)
    group.command("agents")(agents)
    group.command("contacts")(contacts)
    group.command("results")(results)
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
        from monitoring.report.plots import queue_plot  # noqa: PLC0415 - see _give

        return queue_plot(report)

    _give(house, report.sheet(), plot, style, output)


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
        from monitoring.report.plots import agents_plot  # noqa: PLC0415 - see _give

        labelled = [(names.get(agent, agent), times[agent]) for agent in sorted(times)]
        return agents_plot(labelled, house.language)

    _give(house, sheet, plot, style, output)


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
    _give(house, sheet, lambda: "", style, output)


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
    _give(house, sheet, lambda: "", style, output)


def _give(
    house: House, sheet: Sheet, plot: Callable[[], str], style: Format, output: Path | None
) -> None:
    """Show or write a report; only a page has a plot, whose library is slow to load."""
    if style is Format.TABLE and output is None:
        _print(Console(soft_wrap=True), sheet, house.language)
        return
    encoding = "utf-8"
    match style:
        case Format.TABLE:
            file = io.StringIO()
            _print(Console(file=file, soft_wrap=True), sheet, house.language)
            text = file.getvalue()
        case Format.CSV:
            text = as_csv(sheet)
            encoding = "utf-8-sig"  # by this mark a spreadsheet knows the letters; others skip it
        case Format.HTML:
            made = datetime.now(house.organisation.time_zone)
            text = as_page(sheet, plot=plot(), language=house.language, made=made)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding=encoding)
    except OSError as error:
        raise typer.BadParameter(
            f"{output} cannot be written ({error.strerror})", param_hint="--output"
        ) from error


def _print(console: Console, whole: Sheet, language: str) -> None:
    sheet = whole.for_people()
    table = Table(box=None, pad_edge=False, title=sheet.title, title_justify="left")
    every = sheet.rows if sheet.total is None else [*sheet.rows, sheet.total]
    cells = [
        [
            shown(value, column.kind, language)
            for value, column in zip(row, sheet.columns, strict=True)
        ]
        for row in every
    ]
    for at, column in enumerate(sheet.columns):
        text = column.kind in (Kind.TEXT, Kind.TIME)
        justify: Literal["left", "right"] = "left" if text else "right"
        # no word and no figure is ever broken: a line may rather be longer than the terminal
        whole_words = [*column.heading.split(), *(row[at] for row in cells)]
        table.add_column(
            column.heading,
            justify=justify,
            no_wrap=text,
            min_width=max(map(cell_len, whole_words), default=0),
        )
    for index, row in enumerate(cells):
        table.add_row(*map(Text, row), style="" if index < len(sheet.rows) else "bold")
    console.print(table)
    for note in sheet.notes:
        console.print(Text(note, "dim"))
