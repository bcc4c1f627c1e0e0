"""The ``vaxel`` command: one file a group of commands."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.text import Text

from acd.errors import AcdError
from ivr.cli import (
    announcements,
    audit,
    callbacks,
    dashboards,
    demo,
    draw,
    events,
    language,
    models,
    platform,
    prompts,
    recordings,
    report,
    secrets,
    show,
    simulate,
    tokens,
    tree_versions,
    trees,
    trials,
)
from ivr.demo.errors import DemoError
from ivr.flow.errors import FlowError
from ivr.numbers import NumberRefused
from ivr.platform.errors import PlatformError
from media.errors import MediaError
from monitoring.errors import MonitoringError
from recorder.errors import RecorderError
from store.errors import StoreError
from store.stream import StreamUnavailable
from wire.agi.errors import AgiError
from wire.ami.errors import AmiError

TOLD = (
    AcdError,
    AgiError,
    AmiError,
    DemoError,
    FlowError,
    MediaError,
    MonitoringError,
    NumberRefused,
    PlatformError,
    RecorderError,
    StoreError,
    StreamUnavailable,
)
"""Every room's base error: its message is a sentence for a person, a traceback would hide it."""

_USAGE = 2

app = typer.Typer(
    name="vaxel",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help=(
        "Växel, an open contact centre on Asterisk.\n\n"
        "`vaxel up` runs the platform in this terminal and shows the number to call; "
        "`vaxel status` tells from another terminal how it fares, `vaxel down` stops it. "
        "`vaxel check` and `vaxel call` try the call trees without a telephone, `vaxel test` "
        "plays the tests beside them, `vaxel draw` makes pictures of them, `vaxel show` tells what "
        "is in effect and why, `vaxel prompts` what is said and by whom, `vaxel trees` who changed "
        "them, and takes a change back. "
        "`vaxel callbacks` tells who is to be called back, `vaxel recordings` finds and plays "
        "what was said. "
        "`vaxel announcements` switches on what every caller hears. "
        "`vaxel events` tells what happens as it happens, `vaxel audit` what supervisors have "
        "done. "
        "`vaxel secrets` keeps the keys of web services, `vaxel tokens` tells who may ask the "
        "API. "
        "`vaxel report` gives the figures of any past time, `vaxel simulate` those of a time that "
        "might be: fewer agents, more calls. "
        "`vaxel demo` plays a lively contact centre, `vaxel dashboards` shows its figures."
    ),
)
platform.register(app)
trees.register(app)
trials.register(app)
draw.register(app)
show.register(app)
language.register(app)
prompts.register(app)
tree_versions.register(app)
models.register(app)
callbacks.register(app)
events.register(app)
announcements.register(app)
secrets.register(app)
tokens.register(app)
recordings.register(app)
report.register(app)
audit.register(app)
simulate.register(app)
dashboards.register(app)
demo.register(app)


def main() -> None:
    """Run the command line; a typed error becomes one sentence and exit code 2."""
    try:
        app()
    except TOLD as error:
        Console(stderr=True, soft_wrap=True).print(Text(str(error), "bold red"))
        sys.exit(_USAGE)
