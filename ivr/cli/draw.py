"""``vaxel draw``: pictures of call trees, with the callers' ways on them if wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.names import ORG, Org, one_of, require
from ivr.cli.saying import warn
from ivr.flow.load import Catalogue
from ivr.flow.picture.dot import dot
from ivr.flow.picture.mermaid import mermaid
from ivr.flow.picture.model import Picture, picture_of
from ivr.flow.picture.svg import svg
from ivr.flow.picture.traffic import Step, with_calls
from ivr.flow.tree import Tree
from ivr.live.known import known_trees_now
from ivr.platform.graphviz import laid_out
from ivr.platform.preflight import load_settings
from ivr.platform.stores import database_of
from ivr.settings import Settings
from monitoring.report.steps import read_steps


class Form(StrEnum):
    """How a picture is given."""

    SVG = "svg"
    MERMAID = "mermaid"
    DOT = "dot"


_ENDINGS = {Form.SVG: ".svg", Form.MERMAID: ".mmd", Form.DOT: ".dot"}


def register(app: typer.Typer) -> None:
    """Add the command to ``vaxel``."""
    app.command("draw")(draw)


def draw(
    org: Org,
    tree: Annotated[
        str, typer.Argument(help="The tree's name. All of them when left out.", show_default=False)
    ] = "",
    *,
    form: Annotated[
        Form,
        typer.Option(
            "--as",
            help="A picture for a browser, text for a wiki that draws Mermaid, or Graphviz's own.",
        ),
    ] = Form.SVG,
    output: Annotated[
        Path | None,
        typer.Option(
            help="The file to write, or a folder for a file each. When left out, one tree goes to "
            "the terminal, several to files in the current folder.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str,
        typer.Option(help="Of texts and words. The organisation's first when left out."),
    ] = "",
    calls: Annotated[
        bool, typer.Option("--calls", help="Tell on each arrow how many callers took it.")
    ] = False,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day. Today when left out."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last day. The first when left out."),
    ] = None,
) -> None:
    """Draw an organisation's call trees: each node a box, the caller's choices on the arrows.

    With `--calls` each arrow is as thick as many callers took it, and each box tells how many
    came and how many hung up there: `vaxel draw demo reception --calls --from 2026-11-01`.
    """
    if not calls and (first or last):
        raise typer.BadParameter("a period needs --calls", param_hint="--from/--to")
    settings = load_settings()
    trees = _chosen(known_trees_now(settings, warn), org, tree)
    organisation = trees[0].organisation
    spoken = language or organisation.default_language
    require("language", spoken, organisation.languages, "--language")
    pictures = [picture_of(one, spoken) for one in trees]
    if calls:
        days = _days(first, last, trees[0])
        found = asyncio.run(_steps(settings, trees, *days))
        period = " – ".join(dict.fromkeys(map(str, days)))
        pictures = [
            with_calls(picture, steps, period)
            for picture, steps in zip(pictures, found, strict=True)
        ]
    if len(trees) == 1 and output is None:
        typer.echo(_drawn(pictures[0], form), nl=False)
        return
    for one, picture in zip(trees, pictures, strict=True):
        _write(_file(output, one, form, alone=len(trees) == 1), _drawn(picture, form))


def _chosen(catalogue: Catalogue, org: str, name: str) -> Sequence[Tree]:
    """The organisation's trees, or the one of that name."""
    organisation = one_of(catalogue.organisations, org, ORG)
    own = {tree.name: tree for tree in catalogue.trees if tree.organisation.id == organisation.id}
    if name:
        require("call tree", name, own, "TREE")
        return (own[name],)
    if not own:
        raise typer.BadParameter(f"{organisation.id} has no call tree", param_hint=ORG)
    return tuple(own.values())


def _days(first: datetime | None, last: datetime | None, tree: Tree) -> tuple[date, date]:
    today = datetime.now(tree.organisation.time_zone).date()
    begin = today if first is None else first.date()
    end = begin if last is None else last.date()
    if end < begin:
        raise typer.BadParameter("the last day is before the first", param_hint="--to")
    return begin, end


async def _steps(
    settings: Settings, trees: Sequence[Tree], first: date, last: date
) -> Sequence[Sequence[Step]]:
    """The steps of each tree's calls, from the record."""
    async with database_of(settings) as database:
        found = []
        for tree in trees:
            rows = await read_steps(database, tree.organisation.id, tree.name, first, last)
            found.append([Step(row.source, row.target, row.way, row.calls) for row in rows])
        return found


def _drawn(picture: Picture, form: Form) -> str:
    if form is Form.MERMAID:
        return mermaid(picture)
    source = dot(picture)
    return source if form is Form.DOT else svg(picture, laid_out(source))


def _file(output: Path | None, tree: Tree, form: Form, *, alone: bool) -> Path:
    name = f"{tree.organisation.id}-{tree.name}{_ENDINGS[form]}"
    if output is None:
        return Path(name)
    return output if alone and not output.is_dir() else output / name


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(
            f"{file} cannot be written ({error.strerror})", param_hint="--output"
        ) from error
    typer.echo(f"{file} is written", err=True)
