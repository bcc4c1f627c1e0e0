"""``vaxel secrets``: the keys that call trees send to web services."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from ivr.cli.names import ORG, Org, require
from ivr.cli.saying import console
from ivr.flow.load import Checked
from ivr.flow.load import check as check_trees
from ivr.flow.vocabulary import Identifier
from ivr.platform.paths import Layout
from ivr.platform.preflight import layout_of, load_settings, make_folders, writing
from ivr.platform.secrets import Secrets
from ivr.world.web_secrets import full_name, uses

_LONGEST: Final = 4096
"""Longer headers are refused by many servers."""

_NAME: TypeAdapter[str] = TypeAdapter(Identifier)

Name = Annotated[str, typer.Argument(help="The secret, as the call tree names it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="secrets",
        no_args_is_help=True,
        help="Keys that call trees send to web services: list, set, remove. They are never shown.",
    )
    group.command("list")(list_all)
    group.command("set")(set_value)
    group.command("remove")(remove)
    app.add_typer(group)


def list_all() -> None:
    """List the secrets that call trees name and those that are kept; never a value."""
    layout, checked = _installation()
    named = {full_name(use.organisation, use.name) for use in uses(checked)}
    kept = _kept(layout)
    if not named | kept:
        console().print("No call tree names one (secret_headers of an http node).")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("organisation", "secret", "value", "call trees"):
        table.add_column(heading)
    for name in sorted(named | kept):
        has_value = "kept" if name in kept else "none yet"
        table.add_row(*name.split("/", 1), has_value, "use it" if name in named else "do not")
    console().print(table)


def set_value(org: Org, name: Name) -> None:
    """Give a secret its value: asked for without being shown, or read from standard input.

    The value is the whole header, as “Bearer …” where the service wants that word. It counts from
    the next request on, also while the platform runs.
    """
    layout, checked = _installation()
    _judge(checked, org, name)
    asked = f"Value of {name} (is not shown)"
    given = typer.prompt(asked, hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    value = str(given).strip()
    if not value or len(value) > _LONGEST or not (value.isascii() and value.isprintable()):
        raise typer.BadParameter(
            f"1 to {_LONGEST} characters of ASCII on one line were expected", param_hint="value"
        )
    make_folders(layout)
    with writing(layout):
        Secrets.keep_web(layout.secrets, full_name(org, name), value)
    console().print(f"The secret {name} of {org} is kept.")
    if name not in {use.name for use in uses(checked) if use.organisation == org}:
        console().print(f"No call tree of {org} names it yet.")


def remove(org: Org, name: Name) -> None:
    """Remove a secret; requests that need it fail from then on."""
    layout, _ = _installation()
    prefix = full_name(org, "")
    kept = {one.removeprefix(prefix) for one in _kept(layout) if one.startswith(prefix)}
    require("secret", name, kept, "NAME")
    with writing(layout):
        Secrets.keep_web(layout.secrets, full_name(org, name), "")
    console().print(f"The secret {name} of {org} is removed.")


def _installation() -> tuple[Layout, Checked]:
    settings = load_settings()
    return layout_of(settings), check_trees(settings.trees)


def _kept(layout: Layout) -> set[str]:
    return set(Secrets.load_or_create(layout.secrets, ()).web) if layout.secrets.exists() else set()


def _judge(checked: Checked, org: str, name: str) -> None:
    known = {home.organisation.id for home in checked.homes if home.organisation}
    require("organisation", org, known, ORG)
    try:
        _NAME.validate_python(name)
    except ValidationError as error:
        (detail,) = error.errors(include_url=False, include_input=False)
        advice = detail.get("ctx", {}).get("advice", "")
        raise typer.BadParameter(f"{detail['msg']}; {advice}", param_hint="NAME") from error
