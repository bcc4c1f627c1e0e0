"""``vaxel show``: what is in effect for an organisation, and where each value comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ivr.cli.names import ORG, one_of, require
from ivr.cli.trees import print_problems
from ivr.flow.effective import aligned, organisation_lines, tree_lines
from ivr.flow.load import places
from ivr.flow.problems import in_order
from ivr.flow.reading import Home, read_city, read_home
from ivr.platform.preflight import load_settings


def register(app: typer.Typer) -> None:
    """Add the command to ``vaxel``."""
    app.command("show")(show)


def show(
    organisation: Annotated[
        str, typer.Argument(metavar=ORG, help="The organisation, by its folder's name or its id.")
    ],
    tree: Annotated[
        str | None,
        typer.Argument(
            metavar="TREE",
            help="One of its call trees, with the sub-trees that it uses put in.",
            show_default=False,
        ),
    ] = None,
    *,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="The folder of the organisations; the installation's own when left out.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print what is in effect as YAML, each value with the file and line that it comes from.

    The city's base and the organisation's own file are put together; “default” marks what is so
    because no file says anything.
    """
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    folder = folder or load_settings().trees
    home = _home(folder, organisation)
    print_problems(Console(stderr=True, soft_wrap=True, markup=False), in_order(home.problems))
    lines = organisation_lines(home.document)
    if tree is not None:
        trees = {document.file.stem: document for document, _ in home.trees}
        require("call tree", tree, trees, "TREE")
        lines = tree_lines(trees[tree])
    for line in aligned(lines):
        console.print(line)


def _home(folder: Path, name: str) -> Home:
    found = {place.name: place for place in places(folder)}
    if not found:
        raise typer.BadParameter(f"no organisation lies in {folder}", param_hint="--folder")
    city = read_city(folder)
    if name in found:
        return read_home(found[name], city)
    homes = {place: read_home(path, city) for place, path in found.items()}
    by_id = {home.organisation.id: home for home in homes.values() if home.organisation}
    return one_of(homes | by_id, name, ORG)
