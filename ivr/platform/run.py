"""``vaxel up`` from end to end: check, render, start, show, watch, stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.text import Text

from ivr.live.known import known_trees
from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.ownership import sole_supervisor, stop_leftovers
from ivr.platform.parts import parts
from ivr.platform.preflight import (
    check_ports,
    check_tools,
    layout_of,
    make_folders,
    ports,
)
from ivr.platform.prepare import prepare
from ivr.platform.screen import ready_screen
from ivr.platform.speaking import render_ahead
from ivr.platform.supervisor import Supervisor
from ivr.settings import Settings


async def run(settings: Settings, console: Console) -> None:
    """Run the platform until Ctrl-C, SIGTERM or ``vaxel down``.

    Raises:
        ivr.platform.errors.PlatformError: Something is not as it must be; nothing is left running.
        media.errors.MediaError: The announcements cannot be spoken.
    """
    tell = _teller(console)
    layout = layout_of(settings)
    check_tools(settings)
    program = AsteriskProgram.find(settings.cache)
    warnings: list[str] = []
    catalogue = await known_trees(settings, warnings.append)
    _tell_warnings(tell, warnings)
    make_folders(layout)
    with _stop_on_signals() as stop, sole_supervisor(layout):
        await asyncio.to_thread(stop_leftovers, layout, settings, tell)
        check_ports(ports(settings))
        tell("Preparing music and announcements")
        secrets = await prepare(settings, layout, catalogue, program)
        await render_ahead(layout, catalogue, stop, tell)
        supervisor = Supervisor(parts(settings, layout, secrets, program), layout, settings, tell)

        def ready() -> None:
            tell(ready_screen(settings, layout, secrets, program, catalogue))
            _tell_warnings(tell, warnings)  # again: what stands last is read

        await supervisor.run(stop, ready=ready)
        tell("Växel is stopped.")


def _tell_warnings(tell: Callable[[RenderableType], None], warnings: Sequence[str]) -> None:
    """What of the call trees is not served as the files say."""
    for warning in warnings:
        tell(Text(warning, "bold red"))
    if warnings:
        tell(Text("Correct these files: they are taken up when they are saved.", "bold"))


def _teller(console: Console) -> Callable[[RenderableType], None]:
    """Speak to a terminal that may be closed: everything is kept running and stopped as ever."""

    def tell(what: RenderableType) -> None:
        try:
            console.print(what)
        except (OSError, SystemExit):  # Rich would end the program where a pipe is closed
            console.quiet = True

    return tell


@contextmanager
def _stop_on_signals() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C changes nothing."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
