"""``vaxel schema`` and ``vaxel docs``: the call trees' language for editors and for readers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ivr.flow import reference
from ivr.flow import schema as schemas
from ivr.flow.problems import shown
from ivr.platform.preflight import load_settings


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    app.command("schema")(schema)
    app.command("docs")(docs)


def schema(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Where to; the folder “schema” of the installation's call trees when left out.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the JSON Schemas of the call trees' language.

    An editor that knows YAML completes keys and marks slips by them: each file names its schema
    in its first line.
    """
    _tell(schemas.write(folder or load_settings().trees / "schema"))


def docs(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Where to; the folder “reference” of the installation's call trees when left out.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a page on each node type, with its keys and an example."""
    _tell(reference.write(folder or load_settings().trees / "reference"))


def _tell(files: list[Path]) -> None:
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    for file in files:
        console.print(shown(file))
