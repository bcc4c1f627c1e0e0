"""``vaxel trees``: reload the call trees, look at their versions, put one back."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.cli.names import Org
from ivr.flow.problems import suggestion
from ivr.live.ask import ReloadAnswer
from ivr.live.ask import reload as ask_to_reload
from ivr.live.ask import retire as ask_to_retire
from ivr.live.files import changed, home_of, read_files
from ivr.live.rollback import RolledBack, roll_back
from ivr.platform.errors import PlatformError
from ivr.platform.preflight import load_settings
from ivr.platform.stores import database_of
from ivr.settings import Settings
from recorder.audit import system_user
from store.tree_files import SHORT, Files
from store.tree_history import Change, TreeHistory
from store.tree_models import ChangeKind

_REFUSED = 1
_USAGE = 2
_HOW = {
    ChangeKind.STARTED: "was there at a start",
    ChangeKind.SAVED: "saved",
    ChangeKind.ASKED: "reloaded",
    ChangeKind.ROLLED_BACK: "rolled back to",
    ChangeKind.KEPT: "overwritten by a roll-back",
}
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}

Result = TypeVar("Result")


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="trees",
        no_args_is_help=True,
        help="Versions of the call trees: what calls get, who changed what, and the way back.",
    )
    group.command("reload")(reload)
    group.command("retire")(retire)
    group.command("history")(history)
    group.command("diff")(diff)
    group.command("rollback")(rollback)
    app.add_typer(group)


def reload() -> None:
    """Let the running controller look at all call trees now.

    It does so by itself when a file is saved. Ends with 1 when something is refused: calls then
    get the version before.
    """
    console = _console()
    settings = load_settings()
    if not asyncio.run(_reloaded(console, settings)):
        raise typer.Exit(_REFUSED)


def retire(org: Org) -> None:
    """End an organisation whose folder is gone: no new calls, and its numbers are free.

    Until then it is served as it was. Whoever waits in its queues is served to the end. Ends with
    1 when something is refused.
    """
    console, settings = _console(), load_settings()
    answer = asyncio.run(ask_to_retire(settings, org, system_user()))
    if answer is not None:
        console.print(f"{org} takes no new calls; its numbers are free.")
    if not _tell(console, answer):
        raise typer.Exit(_REFUSED)


def history(
    org: Org,
    most: Annotated[int, typer.Option(min=1, help="So many changes, the newest first.")] = 20,
) -> None:
    """List the versions of an organisation's call trees: which, when, by whom."""

    async def told(_: Settings, kept: TreeHistory) -> list[Change]:
        await _known(kept, org)
        return await kept.changes(org, most)

    changes = _with_history(told)
    in_place = next((one for one in changes if one.how is not ChangeKind.KEPT), None)
    table = Table(box=None, pad_edge=False)
    for heading in ("version", "hash", "when", "who", "how"):
        table.add_column(heading)
    for change in changes:
        table.add_row(
            Text(f"{change.number}", "bold" if change is in_place else ""),
            change.digest[:SHORT],
            f"{change.at.astimezone():%Y-%m-%d %H:%M:%S}",
            Text(change.who),
            f"{_HOW[change.how]}{', in place' if change is in_place else ''}",
        )
    _console().print(table)


def diff(
    org: Org,
    a: Annotated[
        str,
        typer.Argument(
            help="From this version (number or hash); the one in place when left out.",
            show_default=False,
        ),
    ] = "",
    b: Annotated[
        str,
        typer.Argument(help="To this one; the files on disk when left out.", show_default=False),
    ] = "",
) -> None:
    """Show what differs between two versions, or between one and the files on disk.

    Ends with 0 when nothing does, else with 1.
    """

    async def sides(settings: Settings, kept: TreeHistory) -> tuple[str, Files, str, Files]:
        await _known(kept, org)
        old = await (kept.version(org, a) if a else kept.in_place(org))
        if old is None:
            raise _Unkept(f"No version of {org} was in place yet.")
        if b:
            new = await kept.version(org, b)
            return f"version {old.number}", old.files, f"version {new.number}", new.files
        place = home_of(old.files, settings.trees)
        on_disk = await asyncio.to_thread(read_files, settings.trees, place)
        return f"version {old.number}", old.files, "on disk", on_disk

    left, old, right, new = _with_history(sides)
    console = _console()
    for line in _differences(left, old, right, new):
        console.print(Text(line, _COLOURS.get(line[:1], "")))
    if old != new:
        raise typer.Exit(1)
    console.print(f"{left.capitalize()} is what is {right}." if not b else "They are the same.")


def rollback(
    org: Org,
    version: Annotated[
        str,
        typer.Argument(
            help="Number or hash, as `history` shows it. When left out: what calls get, where "
            "other files lie on disk; else the version before.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Put a version back on disk and let calls get it.

    What is on disk is kept as a version first, right or wrong, so nothing is lost. Files that all
    organisations share stay as they are.
    """

    async def done(settings: Settings, kept: TreeHistory) -> RolledBack:
        await _known(kept, org)
        return await roll_back(
            settings.trees, org, version, kept, who=system_user(), now=datetime.now(UTC)
        )

    console = _console()
    settings = load_settings()
    told = _with_history(done)
    console.print(f"Version {told.wanted.number} of {org} is back: {', '.join(told.files)}.")
    console.print(f"What was there before is kept as version {told.kept.number}.")
    if told.shared:
        console.print(
            f"Shared by all and left as they are: {', '.join(told.shared)}; together this is "
            f"version {told.change.number}."
        )
    if not asyncio.run(_reloaded(console, settings)):
        raise typer.Exit(_REFUSED)


class _Unkept(PlatformError):
    """There is nothing to show."""

    code = "trees-unkept"


async def _reloaded(console: Console, settings: Settings) -> bool:
    """Let the controller reload and tell what came of it; whether nothing is refused."""
    return _tell(console, await ask_to_reload(settings, system_user()))


def _tell(console: Console, answer: ReloadAnswer | None) -> bool:
    if answer is None:
        console.print("No controller answers; it takes the files up when it starts.")
        return True
    for org, version in answer.changed.items():
        console.print(f"New calls of {org} get version {version}.")
    for org, sentence in answer.refused.items():
        console.print(Text.assemble((f"{org} is refused: ", "bold red"), sentence))
    if answer.outcome == "unsettled":
        console.print("The files are being written all the time; try again.")
    elif not answer.changed and not answer.refused:
        console.print("Calls get what is on disk.")
    return not answer.refused


async def _known(kept: TreeHistory, org: str) -> None:
    known = await kept.organisations()
    if org not in known:
        raise _Unkept(f"No version of “{org}” is kept; {suggestion(org, known)}")


def _differences(left: str, old: Files, right: str, new: Files) -> Iterator[str]:
    for name in changed(old, new):
        yield from difflib.unified_diff(
            _lines(old, name),
            _lines(new, name),
            f"{name} ({left})" if name in old else "/dev/null",
            f"{name} ({right})" if name in new else "/dev/null",
            lineterm="",
        )


def _lines(files: Files, name: str) -> list[str]:
    text = files.get(name, b"").decode("utf-8", "replace")
    # no escape sequence of a hostile file on a terminal
    return [
        "".join(c if c.isprintable() or c == "\t" else "�" for c in line)
        for line in text.splitlines()
    ]


def _with_history(work: Callable[[Settings, TreeHistory], Awaitable[Result]]) -> Result:
    async def done() -> Result:
        settings = load_settings()
        async with database_of(settings) as database:
            return await work(settings, TreeHistory(database))

    return asyncio.run(done())


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
