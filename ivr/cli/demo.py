"""``vaxel demo``: a lively small contact centre on the running platform."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ivr.platform.preflight import layout_of, load_settings


def register(app: typer.Typer) -> None:
    """Add the command to ``vaxel``."""
    app.command("demo")(demo)


def demo(
    *,
    rate: Annotated[float, typer.Option(min=1, max=120, help="Calls a minute, on average.")] = 6,
    seconds: Annotated[
        float | None,
        typer.Option(min=1, help="End after so many seconds; else at Ctrl-C.", show_default=False),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="The same callers with the same errands; told at the start.", show_default=False
        ),
    ] = None,
) -> None:
    """Run a lively small contact centre on the running platform until Ctrl-C.

    Callers arrive at random, walk the demo tree by keys and by voice, wait, give up, ask to be
    called back or leave a message; agents log in, answer, miss a call, pause. At the end everybody
    hangs up and logs out. Watch it from another terminal: `vaxel status --watch`,
    `vaxel dashboards`.

    It plays on the demo organisation with the accounts `caller` and `agent1` to `agent3`; a phone
    of yours that is registered as one of them is not rung meanwhile.
    """
    # Here, because the SIP phone loads a native library that no other command needs.
    from ivr.demo.centre import play  # noqa: PLC0415 - as said above
    from ivr.demo.script import Script  # noqa: PLC0415 - as said above

    console = Console(highlight=False, soft_wrap=True)
    settings = load_settings()
    layout = layout_of(settings)
    seed = secrets.randbelow(10_000) if seed is None else seed

    def tell(sentence: str) -> None:
        console.print(Text.assemble((f"{datetime.now():%H:%M:%S}  ", "dim"), sentence))

    logging.getLogger().addHandler(_Told(tell))

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        if seconds is not None:
            loop.call_later(seconds, stop.set)
        await play(settings, layout, Script(seed, rate), stop, tell)

    console.print(f"{rate:g} calls a minute, seed {seed}; Ctrl-C ends it.")
    asyncio.run(run())


class _Told(logging.Handler):
    """What the rooms below log as wrong, as sentences among the others."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell the fault itself, where the record has one."""
        self._tell(str(getattr(record, "fault", record.getMessage())))
