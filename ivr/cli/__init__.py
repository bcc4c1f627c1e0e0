"""The ``vaxel`` command: one file a group of commands."""

from __future__ import annotations

import sys
from importlib import import_module

import typer
from rich.console import Console
from rich.text import Text

_USAGE = 2

MODULES = {
    **dict.fromkeys(("up", "down", "restart", "status", "render"), "platform"),
    **dict.fromkeys(("check", "call"), "trees"),
    "test": "trials",
    "draw": "draw",
    "show": "show",
    **dict.fromkeys(("schema", "docs"), "language"),
    "prompts": "prompts",
    "trees": "tree_versions",
    "models": "models",
    "callbacks": "callbacks",
    "events": "events",
    "announcements": "announcements",
    "secrets": "secrets",
    "tokens": "tokens",
    "recordings": "recordings",
    "report": "report",
    "audit": "audit",
    "simulate": "simulate",
    "dashboards": "dashboards",
    "demo": "demo",
}
"""The module of each command, in the order of the help."""


def application(command: str = "") -> typer.Typer:
    """The command line, as much of it as one command needs; the whole of it for any other word.

    Each command reads libraries of its own, which takes longer than most of them run.
    """
    app = typer.Typer(
        name="vaxel",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        callback=lambda: None,  # it has sub-commands even where only one is read
        help=(
            "Växel, an open contact centre on Asterisk.\n\n"
            "`vaxel up` runs the platform in this terminal and shows the number to call; "
            "`vaxel status` tells from another terminal how it fares, `vaxel down` stops it. "
            "`vaxel check` and `vaxel call` try the call trees without a telephone, `vaxel test` "
            "plays the tests beside them, `vaxel draw` makes pictures of them, `vaxel show` tells "
            "what is in effect and why, `vaxel prompts` what is said and by whom, `vaxel trees` "
            "who changed them, and takes a change back. "
            "`vaxel callbacks` tells who is to be called back, `vaxel recordings` finds and plays "
            "what was said. "
            "`vaxel announcements` switches on what every caller hears. "
            "`vaxel events` tells what happens as it happens, `vaxel audit` what supervisors have "
            "done. "
            "`vaxel secrets` keeps the keys of web services, `vaxel tokens` tells who may ask the "
            "API. "
            "`vaxel report` gives the figures of any past time, `vaxel simulate` those of a time "
            "that might be: fewer agents, more calls. "
            "`vaxel demo` plays a lively contact centre, `vaxel dashboards` shows its figures."
        ),
    )
    modules = [MODULES[command]] if command in MODULES else dict.fromkeys(MODULES.values())
    for module in modules:
        import_module(f"ivr.cli.{module}").register(app)
    return app


def main() -> None:
    """Run the command line; a typed error becomes one sentence and exit code 2."""
    try:
        application(next(iter(sys.argv[1:]), ""))()
    except Exception as error:
        # here, not above: most commands have nothing to tell, and need few of the rooms
        from ivr.cli.told import TOLD  # noqa: PLC0415 - as said

        if not isinstance(error, TOLD):
            raise
        Console(stderr=True, soft_wrap=True).print(Text(str(error), "bold red"))
        sys.exit(_USAGE)
