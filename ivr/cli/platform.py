"""``vaxel up``, ``down``, ``restart``, ``status``, ``render``: the platform on this machine."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live

from ivr.cli.saying import warn
from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.ownership import stop_leftovers
from ivr.platform.parts import SUPERVISOR
from ivr.platform.paths import Layout
from ivr.platform.preflight import layout_of, load_settings, make_folders
from ivr.platform.processes import ProcessRecord
from ivr.platform.supervisor import down_seconds
from ivr.settings import Settings

_NOT_WELL = 1
_WATCH_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    app.command("up")(up)
    app.command("down")(down)
    app.command("restart")(restart)
    app.command("status")(status)
    app.command("render")(render)


def up() -> None:
    """Start the whole platform and keep it running.

    That is Asterisk, Redis, the speech server, Prometheus and two controllers, of which one waits
    to take the place of the other. Stays in this terminal. When everything is ready it shows the
    numbers to call, the SIP accounts and the agents' PINs. Ctrl-C stops all in order: running calls
    may finish first. An organisation whose files have an error is served as it was before, or not
    at all, and told; the others are served. Ends with 2, and nothing left running, when something
    is not as it must be.
    """
    # here, not above: the other commands answer before all of this is read
    from ivr.platform.run import run  # noqa: PLC0415 - as said

    console = Console(highlight=False, soft_wrap=True)
    asyncio.run(run(load_settings(), console))


def render() -> None:
    """Write what Asterisk and Prometheus read, and start nothing.

    For an installation whose parts something else starts, e.g. the containers of `docker/`: the
    state folder then holds passwords, announcements and configuration for Debian's Asterisk.
    """
    # here, not above: as for `up`
    from ivr.live.known import known_trees_now  # noqa: PLC0415 - as said
    from ivr.platform.prepare import prepare  # noqa: PLC0415 - as said

    settings = load_settings()
    layout = layout_of(settings)
    catalogue = known_trees_now(settings, warn)
    make_folders(layout)
    asyncio.run(prepare(settings, layout, catalogue, AsteriskProgram.packaged()))


def down() -> None:
    """Stop everything that `vaxel up` started, in order, and wait until it has ended.

    Running calls may finish first (setting agi.drain_seconds).
    """
    console = Console(highlight=False, soft_wrap=True)
    settings = load_settings()
    layout = layout_of(settings)
    supervisor = ProcessRecord.read(layout.record(SUPERVISOR))
    if supervisor is not None and supervisor.alive():
        with console.status("Stopping Växel; running calls may finish"):
            supervisor.stop(signal.SIGTERM, down_seconds(settings))
        stop_leftovers(layout, settings, console.print)
        console.print("Växel is stopped.")
    elif stop_leftovers(layout, settings, console.print):
        console.print("Växel is stopped.")
    else:
        console.print("Växel does not run.")


def restart() -> None:
    """Run the controllers anew, with the code and settings of now; no caller notices.

    For a new version of Växel, or settings that are read at the start. A new controller is loaded
    first, which takes some 20 seconds, and nothing changes if it cannot be. Then it takes new and
    waiting callers within a second or two; conversations go on with the controller that they began
    with, and that is gone when they are over, at the latest after agi.drain_seconds: `vaxel status`
    shows it as "ending". Changed call trees need none of this: they are taken up when they are
    saved.

    Asterisk, Redis, the speech server and Prometheus go on as they are. What is written for them
    from the settings (ports, trunks) takes `vaxel down` and `vaxel up`.
    """
    from ivr.platform.restart import restart as run  # noqa: PLC0415 - as for `up`

    console = Console(highlight=False, soft_wrap=True)
    layout = layout_of(load_settings())
    with console.status("Running the controllers anew"):
        asyncio.run(run(layout, console.print))
    console.print("The new controller takes calls.")


def status(
    watch: Annotated[
        bool, typer.Option("--watch", help="Show it anew each second, until Ctrl-C.")
    ] = False,
) -> None:
    """Tell what runs, since when, who waits, what the agents do, and which alert rules fire.

    Ends with 0 when all is well, else with 1.
    """
    settings = load_settings()
    layout = layout_of(settings)
    console = Console(highlight=False, soft_wrap=not watch)
    if not watch:
        shown, well = asyncio.run(_status(settings, layout))
        console.print(shown)
        sys.exit(0 if well else _NOT_WELL)
    try:
        asyncio.run(_watch(settings, layout, console))
    except KeyboardInterrupt:
        return


async def _status(settings: Settings, layout: Layout) -> tuple[RenderableType, bool]:
    """The platform as it is now, and whether all is well."""
    # here, not above: `down` does not wait for it
    from ivr.live.ask import trees_standing  # noqa: PLC0415 - as said
    from ivr.platform.alarms import alarms  # noqa: PLC0415 - as said
    from ivr.platform.floor import floor  # noqa: PLC0415 - as said
    from ivr.platform.screen import (  # noqa: PLC0415 - as said
        alarm_lines,
        floor_table,
        status_table,
        trees_lines,
    )
    from ivr.platform.status import status as ask  # noqa: PLC0415 - as said

    parts, now, firing, trees = await asyncio.gather(
        ask(settings, layout), floor(settings), alarms(settings), trees_standing(settings)
    )
    shown = [status_table(parts, datetime.now().astimezone())]
    if now is not None:
        shown += ["", floor_table(now)]
    if trees:
        shown += ["", trees_lines(trees)]
    if firing:
        shown += ["", alarm_lines(firing)]
    return Group(*shown), not any(part.wrong for part in parts)


async def _watch(settings: Settings, layout: Layout, console: Console) -> None:
    with Live(console=console, auto_refresh=False, screen=console.is_terminal) as live:
        while True:
            shown, _ = await _status(settings, layout)
            live.update(shown, refresh=True)
            await asyncio.sleep(_WATCH_SECONDS)
