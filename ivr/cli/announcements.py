"""``vaxel announcements``: what is switched on for every caller of an organisation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from acd.clock import system_clock
from ivr.cli.names import ORG, Org, find_organisation, require
from ivr.cli.saying import console
from ivr.flow.lengths import Length
from ivr.flow.organisation import Organisation
from ivr.flow.texts import MAX_CHARACTERS
from ivr.platform.preflight import load_settings
from ivr.platform.stores import redis_of
from ivr.world.announcements import LONGEST_S, SHORTEST_S, Announcements, SwitchedOn, one_line
from recorder.audit import system_user
from store.stream import REPLY_SECONDS

Result = TypeVar("Result")

_TIME: TypeAdapter[float] = TypeAdapter(Annotated[float, Length(SHORTEST_S, LONGEST_S)])

Name = Annotated[str, typer.Argument(help="The announcement, as `list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="announcements",
        no_args_is_help=True,
        help="Announcements to every caller: list, switch on for some time, switch off.",
    )
    group.command("list")(list_all)
    group.command("on")(switch_on)
    group.command("off")(switch_off)
    app.add_typer(group)


def list_all(org: Org) -> None:
    """List an organisation's announcements, and until when each is on."""

    async def work(
        organisation: Organisation, announcements: Announcements
    ) -> dict[str, SwitchedOn | None]:
        names = organisation.announcements
        return {name: await announcements.on(name, REPLY_SECONDS) for name in names}

    organisation, found = _do(org, work)
    screen = console()
    if not found:
        screen.print("It has none; name some in organisation.yaml under “announcements”.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("announcement", "on until", "words"):
        table.add_column(heading)
    for name, switched in found.items():
        until = "-" if switched is None else _when(switched.ends_ms, organisation)
        words = {
            tag: phrase.source for tag, phrase in organisation.announcements[name].root.items()
        } | dict(switched.words if switched else {})
        said = " / ".join(f"{tag}: {text}" for tag, text in words.items())
        recorded = switched is not None and switched.sound
        table.add_row(name, until, "recorded by telephone" if recorded else said)
    screen.print(table)


def switch_on(
    org: Org,
    name: Name,
    *,
    length: Annotated[
        str, typer.Option("--for", help="For how long: 30min, 2h; then it ends by itself.")
    ],
    text: Annotated[
        list[str] | None,
        typer.Option(
            help="Own words in a language, as sv=Bron är stängd; may be given once a language. "
            "Those of organisation.yaml are said in the others.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Switch an announcement on, for running calls too; they hear it when they come to it."""
    seconds = _seconds(length)

    async def work(organisation: Organisation, announcements: Announcements) -> None:
        require("announcement", name, organisation.announcements, "NAME")
        words = _words(organisation, text or ())
        await announcements.switch_on(name, seconds, words, who=system_user())

    organisation, _ = _do(org, work)
    ends = _when(system_clock() + round(seconds * 1000), organisation)
    console().print(f"{name} is on until {ends}.")


def switch_off(org: Org, name: Name) -> None:
    """Switch an announcement off at once."""

    async def work(organisation: Organisation, announcements: Announcements) -> None:
        require("announcement", name, organisation.announcements, "NAME")
        await announcements.switch_off(name, who=system_user())

    _do(org, work)
    console().print(f"{name} is off.")


def _do(
    org: str, work: Callable[[Organisation, Announcements], Awaitable[Result]]
) -> tuple[Organisation, Result]:
    settings = load_settings()
    organisation = find_organisation(settings, org, ORG)

    async def done() -> tuple[Organisation, Result]:
        async with redis_of(settings) as redis:
            announcements = Announcements(redis, organisation.id, system_clock)
            return organisation, await work(organisation, announcements)

    return asyncio.run(done())


def _words(organisation: Organisation, texts: Iterable[str]) -> dict[str, str]:
    words = {}
    for text in texts:
        language, equals, said = text.partition("=")
        said = one_line(said)
        if not equals or not said or len(said) > MAX_CHARACTERS:
            raise typer.BadParameter(
                "write a language and what is said in it: sv=Bron är stängd", param_hint="--text"
            )
        require("language", language.strip(), organisation.languages, "--text")
        words[language.strip()] = said
    return words


def _seconds(length: str) -> float:
    try:
        return _TIME.validate_python(length)
    except ValidationError as error:
        (detail,) = error.errors()
        advice = detail.get("ctx", {}).get("advice", "")
        raise typer.BadParameter(f"{detail['msg']}; {advice}", param_hint="--for") from error


def _when(time_ms: int, organisation: Organisation) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, organisation.time_zone):%Y-%m-%d %H:%M}"
