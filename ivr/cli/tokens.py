"""``vaxel tokens``: who may ask the API, and what they may do there."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

import typer
from rich.table import Table

from ivr.api.tokens import EVERY, NAME, Role, TokenFile
from ivr.cli.names import ORG_OPTION, require
from ivr.cli.saying import console, warn
from ivr.live.known import known_trees_now
from ivr.platform.preflight import layout_of, load_settings, make_folders, writing

_ALL_OPTION: Final = "--every-org"

Name = Annotated[str, typer.Argument(help="Names who has the token, in events and logs.")]


class RoleWord(StrEnum):
    """The roles, as they are written."""

    VIEWER = "viewer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="tokens",
        no_args_is_help=True,
        help="Tokens of the API: make, list, revoke. Without one, nobody may ask it.",
    )
    group.command("make")(make)
    group.command("list")(list_all)
    group.command("revoke")(revoke)
    app.add_typer(group)


def make(
    name: Name,
    *,
    role: Annotated[
        RoleWord,
        typer.Option(
            help="viewer: read; supervisor: act on agents and calls too, and see callers' "
            "numbers; admin: switch announcements, see the audit log too."
        ),
    ],
    org: Annotated[
        list[str] | None,
        typer.Option(ORG_OPTION, help="An organisation that it may see.", show_default=False),
    ] = None,
    every_org: Annotated[
        bool, typer.Option(_ALL_OPTION, help="It may see all, those to come too.")
    ] = False,
) -> None:
    """Make a token, and show it this once. It works at once, also while the platform runs."""
    if NAME.fullmatch(name) is None:
        raise typer.BadParameter(
            "use 1 to 40 small letters, digits and hyphens, at least one letter", param_hint="NAME"
        )
    named = tuple(dict.fromkeys(org or ()))
    if bool(named) == every_org:
        raise typer.BadParameter(
            f"say which organisations it may see: {ORG_OPTION}, as often as needed, or "
            f"{_ALL_OPTION}",
            param_hint=ORG_OPTION,
        )
    settings = load_settings()
    if named:
        known = known_trees_now(settings, warn).organisations
        for one in named:
            require("organisation", one, known, ORG_OPTION)
    layout = layout_of(settings)
    make_folders(layout)
    with writing(layout):
        token = TokenFile(layout.api_tokens).make(
            name, Role[role.name], named or (EVERY,), datetime.now(UTC)
        )
    warn("this is shown once and kept nowhere; keep it as a password.")
    console().print(token)


def list_all() -> None:
    """List the tokens; never a token itself."""
    tokens = TokenFile(layout_of(load_settings()).api_tokens).read()
    if not tokens:
        console().print("There is none; nobody may ask the API. Make one: `vaxel tokens make`.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("token", "role", "organisations", "made"):
        table.add_column(heading)
    for token in tokens.values():
        seen = "all" if EVERY in token.organisations else ", ".join(token.organisations)
        table.add_row(token.name, token.role.word, seen, token.made)
    console().print(table)


def revoke(name: Name) -> None:
    """Let a token work no more, at once; who follows events by it is let go."""
    layout = layout_of(load_settings())
    make_folders(layout)
    with writing(layout):
        TokenFile(layout.api_tokens).revoke(name)
    console().print(f"The token {name} works no more.")
