"""``vaxel check`` and ``vaxel call``: call trees tried without a telephone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ivr.cli.findings import Format, as_json, as_sarif
from ivr.cli.handset import Narrated, Terminal
from ivr.flow.engine import Run
from ivr.flow.load import Catalogue, Checked
from ivr.flow.load import check as check_trees
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.pins import NO_PINS, KnownPins, Pins
from ivr.flow.problems import Problem, Severity, in_order, once, shown
from ivr.flow.trace import EndReason, RunResult
from ivr.flow.tree import Tree
from ivr.platform.preflight import layout_of, load_settings
from ivr.platform.secrets import Secrets
from ivr.prompts.recorded_checks import with_recordings
from ivr.world.tree_pins import pins_of
from ivr.world.web_secrets import without_value

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
_ENDINGS = {
    EndReason.CALLER: "the caller hung up",
    EndReason.TREE: "the call tree hung up",
    EndReason.FAILED: "the call could not go on",
}
_USAGE = 2
_INVALID = 1


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    app.command("check")(check)
    app.command("call")(call)


def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="The call trees: a folder of organisations, or one organisation's. "
            "The installation's own when left out.",
            show_default=False,
        ),
    ] = None,
    *,
    form: Annotated[
        Format,
        typer.Option("--format", help="For people, or for other programs: JSON, SARIF 2.1.0."),
    ] = Format.TEXT,
) -> None:
    """Check the call trees and tell every error with file, line and column.

    Recordings of texts are among it: those that are stale, and texts that a person says in one
    language alone.

    Ends with 0 when they can be used (there may be warnings), 1 when there is an error, and 2
    when there is no such folder.
    """
    console = _console()
    folder = folder or load_settings().trees
    if not folder.is_dir():
        console.print(f"{folder} is not a folder; name the folder of the call trees.")
        raise typer.Exit(_USAGE)
    checked = _with_secrets(with_recordings(check_trees(folder)))
    if form is Format.TEXT:
        print_problems(console, checked.problems)
        console.print(_summary(checked))
    else:
        typer.echo(as_json(checked) if form is Format.JSON else as_sarif(checked))
    if checked.catalogue is None:
        raise typer.Exit(_INVALID)


def _with_secrets(checked: Checked) -> Checked:
    """Warn also of secrets without a value, where an installation is there to have them."""
    file = layout_of(load_settings()).secrets
    if not file.exists():
        return checked
    found = without_value(checked, Secrets.load_or_create(file, ()).web)
    return replace(checked, problems=in_order(once([*checked.problems, *found])))


def call(
    number: Annotated[str, typer.Argument(help="The number to call, e.g. 100.")],
    *,
    keys: Annotated[
        str | None,
        typer.Option(
            help="Keys to press, parted by commas: “12,,3” presses 1 and 2, stays silent once, "
            "presses 3; “say opening hours” says it. In a queue: a (an agent answers), n (nobody "
            "is logged in), t (the wait times out), f (the queue is full). h hangs up, and so does "
            "the end of the keys. "
            "With --sip: keys only, each comma a second's pause.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"],
            help="When the call is made, by the organisation's clock. Now when left out.",
            show_default=False,
        ),
    ] = None,
    sip: Annotated[
        bool, typer.Option("--sip", help="Place a real call into the running Asterisk.")
    ] = False,
    play: Annotated[
        Path | None,
        typer.Option(help="With --sip: a WAV file to speak into the call.", show_default=False),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(help="With --sip: a WAV file for what is heard.", show_default=False),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="With --sip: hang up after so many seconds.")
    ] = 60,
) -> None:
    """Call a number in the terminal: prompts appear as text, what you type are the keys.

    Needs no Asterisk. At each turn: keys (or words, where the menu listens to them) and Enter,
    Enter alone to stay silent, h to hang up.
    With --sip it is a real call, with sound from and to files.
    """
    if sip:
        if at is not None:
            raise typer.BadParameter("a real call is made now; leave --at out", param_hint="--at")
        raise typer.Exit(_place_real_call(number, keys or "", play, record, seconds))
    if play is not None or record is not None:
        raise typer.BadParameter("sound needs a real call; add --sip", param_hint="--play/--record")
    console = _console()
    person = Terminal(console) if keys is None else _script(keys)
    tree, began = _find(console, number, at)
    zone = tree.organisation.time_zone
    line = MemoryCall(Narrated(person, console), dialled=number, began=began.astimezone(UTC))
    console.print(
        Text(
            f"{tree.organisation.name}, {tree.name}, {began.astimezone(zone):%a %Y-%m-%d %H:%M}",
            "bold",
        )
    )
    result = _run(Run(tree, line, now=line.now, pins=_pins(tree.organisation.id)))
    way = " → ".join(step.visit.node for step in result.trace)
    console.print(f"{_ENDINGS[result.reason]}; the way was: {way}")
    if result.reason is EndReason.FAILED:
        raise typer.Exit(_INVALID)


def _pins(organisation: str) -> Pins:
    """The PINs that the installation has made; none before its first start."""
    file = layout_of(load_settings()).secrets
    if not file.exists():
        return NO_PINS
    return KnownPins(pins_of(organisation, Secrets.load_or_create(file, ()).pins))


def _run(run: Run) -> RunResult:
    """Run to the end on a loop of our own: ``asyncio.run`` would keep Ctrl-C from ``input``."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(run.to_end())
    finally:
        loop.close()


def _script(keys: str) -> Script:
    try:
        return Script.parse(keys)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--keys") from error


def _find(console: Console, number: str, at: datetime | None) -> tuple[Tree, datetime]:
    """The tree that answers the number, and when the call is made, by its organisation's clock."""
    folder = load_settings().trees
    checked = check_trees(folder)
    if checked.catalogue is None:
        print_problems(console, checked.problems)
        console.print(_summary(checked))
        raise typer.Exit(_INVALID)
    tree = checked.catalogue.find(number)
    if tree is None:
        console.print(f"Nobody answers the number {number}. {_known(checked.catalogue)}")
        raise typer.Exit(_USAGE)
    began = datetime.now(UTC) if at is None else at.replace(tzinfo=tree.organisation.time_zone)
    return checked.catalogue.find(number, began) or tree, began


def _known(catalogue: Catalogue) -> str:
    numbers = [number for tree in catalogue.trees for number in tree.numbers]
    return f"Call one of: {', '.join(numbers)}." if numbers else "No call tree has a number."


def _place_real_call(
    number: str, keys: str, play: Path | None, record: Path | None, seconds: float
) -> int:
    # Here, because the SIP phone loads a native library that no other command needs.
    from ivr.softphone_call import place  # noqa: PLC0415 - as said above

    return asyncio.run(place(number, keys=keys, play=play, record=record, seconds=seconds))


def _summary(checked: Checked) -> str:
    errors = sum(problem.severity is Severity.ERROR for problem in checked.problems)
    warnings = len(checked.problems) - errors
    counts = f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"
    return f"{counts} in {_count(checked.files, 'file')}"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def print_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Print each problem with its place, its line and what to do about it."""
    for problem in problems:
        where = f"{shown(problem.file)}:{problem.line}:{problem.column}: "
        severity = (f"{problem.severity}: ", _COLOURS[problem.severity])
        console.print(Text.assemble((where, "bold"), severity, problem.message))
        if excerpt := problem.excerpt():
            console.print(Text(excerpt))
        if problem.advice:
            console.print(Text(f"    {problem.advice}", "green"))


def _console() -> Console:
    """Colours on a terminal only; lines are never broken, so that editors find the places."""
    return Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
