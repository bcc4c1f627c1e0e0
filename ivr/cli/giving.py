"""How a report is asked for and given: days, a format, a file or the terminal."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.cli.record import House
from monitoring.report.page import as_page
from monitoring.report.sheet import Kind, Sheet, as_csv, as_json, shown


class Format(StrEnum):
    """How a report is given."""

    TABLE = "table"
    CSV = "csv"
    HTML = "html"
    JSON = "json"


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
As = Annotated[Format, typer.Option("--as", help="A table, CSV, JSON, or an HTML page.")]
Output = Annotated[Path | None, typer.Option(help="The file to write; the terminal when left out.")]
Language = Annotated[
    str, typer.Option(help="Of the headings: sv, da, en. The organisation's when left out.")
]


def give(
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
        case Format.JSON:
            text = as_json(sheet)
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
