"""``vaxel prompts``: what is said on the line, by whom, and recordings of people in its place."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from ivr.cli import prompts_check, prompts_listening, prompts_script
from ivr.cli.names import Org
from ivr.cli.prompts_place import Format, Language, Organisations, Place, at_place, lines_shown
from ivr.cli.saying import console, count
from ivr.flow.organisation import Organisation
from ivr.flow.problems import shown
from ivr.prompts.prompting import make_ready
from ivr.prompts.recorded_lines import State, Survey, adopt
from media.judging import judge

_BAD = 1
_COLOURS = {
    State.RECORDED: "green",
    State.NEW: "bold yellow",
    State.STALE: "bold red",
    State.MISSING: "yellow",
    State.SYNTHETIC: "",
    State.EXPRESSION: "dim",
}
_MEANINGS = {
    State.RECORDED: "a person is heard",
    State.NEW: "the voice speaks: listen to the recording, then “vaxel prompts adopt {org}”",
    State.STALE: "the voice speaks, as the text has changed: record it anew, then “vaxel prompts "
    "adopt {org} KEY”",
    State.MISSING: "the voice speaks, and a person elsewhere in the same language",
    State.SYNTHETIC: "the voice speaks",
    State.EXPRESSION: "it depends on the call, so that it cannot be recorded as a whole",
}


class _ListFirst(TyperGroup):
    """``vaxel prompts ORG`` is ``vaxel prompts list ORG``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="prompts",
        cls=_ListFirst,
        help=(
            "What callers hear: list, render, check, listen, record.\n\n"
            "Every text has a key, e.g. `reception.welcome.say`. A person's recording of it lies "
            "in `ORG/recordings/LANGUAGE/KEY.wav` beside the call trees (or .flac, .m4a, .mp3, "
            ".ogg, .opus), and is played once `vaxel prompts adopt` has noted beside it what is "
            "said. When the text changes, the voice speaks again."
        ),
    )
    group.command("list")(list_)
    prompts_check.register(group)
    group.command("adopt")(adopt_)
    prompts_listening.register(group)
    prompts_script.register(group)
    app.add_typer(group)


def list_(
    organisations: Organisations = None,
    *,
    language: Language = None,
    state: Annotated[
        list[State] | None,
        typer.Option(help="Only texts of this state; may be given again.", show_default=False),
    ] = None,
    render: Annotated[
        bool, typer.Option("--render", help="Render every text that is known before a call, too.")
    ] = False,
    form: Format = "text",
) -> None:
    """List every text with its key and how it is spoken, and recordings that are of no use."""
    place = at_place()
    chosen = place.chosen(organisations)
    if render:
        place.run(lambda: _render(place))
    surveys = {org.id: (org, place.survey(org)) for org in chosen}
    if form == "json":
        print(json.dumps([_as_json(*found, language, state) for found in surveys.values()]))
        return
    for organisation, found in surveys.values():
        _show(organisation, found, language, state)


def adopt_(
    org: Org,
    keys: Annotated[
        list[str] | None,
        typer.Argument(
            help="Keys of texts. Without any: every recording that is new. A stale one has to be "
            "named: only you know that it was recorded anew.",
            show_default=False,
        ),
    ] = None,
    *,
    language: Language = None,
) -> None:
    """Note beside recordings what is said in them, so that they are played.

    Listen to them first. Ends with 1 when there was nothing to note.
    """
    place = at_place()
    screen = console()
    found = place.survey(place.one(org))
    wanted = [
        (entry, entry.take)
        for entry in lines_shown(found.entries, language, None)
        if entry.take is not None
        and (entry.line.key in keys if keys else entry.state is State.NEW)
        and entry.state in (State.NEW, State.STALE)
    ]
    for entry, take in wanted:
        try:
            judge(take.file)  # no sound at all is no recording
            adopt(entry)
        except (ValueError, OSError) as error:
            screen.print(f"{entry.line.key} ({entry.line.language}): {error}", style="bold red")
            raise typer.Exit(_BAD) from error
        screen.print(f"{entry.line.key} ({entry.line.language}): {entry.line.sentence}")
    screen.print(f"{count(len(wanted), 'recording')} adopted; a running platform takes them up")
    if not wanted:
        raise typer.Exit(_BAD)


async def _render(place: Place) -> None:
    with Progress(console=console(), transient=True) as bar:
        task = bar.add_task("Rendering", total=None)
        async with place.store() as (store, speech):
            await make_ready(
                store,
                place.catalogue,
                speech,
                lambda done, total: bar.update(task, completed=done, total=total),
            )


def _show(
    organisation: Organisation,
    found: Survey,
    language: str | None,
    states: Sequence[State] | None,
) -> None:
    screen = console()
    table = Table(box=None, pad_edge=False, title_justify="left")
    for heading in ("key", "language", "state"):
        table.add_column(heading, no_wrap=True)
    table.add_column("text", overflow="fold")
    entries = lines_shown(found.entries, language, states)
    for entry in entries:
        colour = _COLOURS[entry.state]
        said = Text(entry.line.sentence or entry.line.source)
        if entry.state is State.STALE and entry.take is not None:
            said.append(f"\nrecorded: {entry.take.said}", "dim")
        elif entry.take is not None and entry.take.key != entry.line.key:
            said.append(f"\nas in {entry.take.key}", "dim")
        table.add_row(entry.line.key, entry.line.language, Text(entry.state, colour), said)
    screen.print(Text(f"{organisation.name} ({organisation.id})", "bold"))
    screen.print(table)
    for file, reason in found.unused:
        screen.print(Text(f"unused: {shown(file)}: {reason}", "yellow"))
    for state, number in Counter(entry.state for entry in entries).items():
        screen.print(f"{number:5} {state}: {_MEANINGS[state].format(org=organisation.id)}")


def _as_json(
    organisation: Organisation,
    found: Survey,
    language: str | None,
    states: Sequence[State] | None,
) -> dict[str, Any]:
    return {
        "organisation": organisation.id,
        "texts": [
            {
                "key": entry.line.key,
                "language": entry.line.language,
                "state": entry.state.value,
                "text": entry.line.source,
                "sentence": entry.line.sentence or None,
                "recording": str(entry.take.file) if entry.take else None,
                "recorded": entry.take.said if entry.take else None,
            }
            for entry in lines_shown(found.entries, language, states)
        ],
        "unused": [{"file": str(file), "reason": reason} for file, reason in found.unused],
    }
