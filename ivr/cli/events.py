"""``vaxel events``: what happens, as it happens; and the contract of those who read it too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Final

import typer

from ivr.cli.names import ORG, Org, find_organisation
from ivr.cli.saying import console, masked, warn
from ivr.flow.problems import shown
from ivr.platform.preflight import load_settings
from ivr.platform.stores import redis_of
from store.columns import instant
from store.contract import files
from store.contract.public import public
from store.contract.table import KINDS
from store.events import Event, EventType
from store.stream import EventStream, id_before

_BLOCK_MS: Final = 5_000
_FROM, _SINCE = "--from", "--since"


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="events",
        no_args_is_help=True,
        help="What happens to contacts and agents: follow it; write down its contract for others.",
    )
    group.command("follow")(follow)
    group.command("docs")(docs)
    app.add_typer(group)


def follow(
    org: Org,
    *,
    behind: Annotated[
        str,
        typer.Option(
            _FROM,
            metavar="ID",
            help="Those behind this id, as a program kept it; 0-0 for all there is. New ones only "
            "when left out.",
            show_default=False,
        ),
    ] = "",
    since: Annotated[
        datetime | None,
        typer.Option(
            _SINCE,
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            help="Those from this time on, by the organisation's clock.",
            show_default=False,
        ),
    ] = None,
    kinds: Annotated[
        list[EventType] | None,
        typer.Option("--type", help="Only of this type; may be given several times."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="In their JSON form, one object a line.")
    ] = False,
    show_numbers: Annotated[
        bool, typer.Option("--show-numbers", help="Show callers' numbers, which are personal.")
    ] = False,
) -> None:
    """Show an organisation's events as they happen, until Ctrl-C.

    `store/contract/README.md` tells what each type says and what a program may rely on.
    """
    if behind and since:
        raise typer.BadParameter("give one of the two", param_hint=f"{_FROM}, {_SINCE}")
    settings = load_settings()
    organisation = find_organisation(settings, org, ORG)
    zone = organisation.time_zone
    after = _place(behind) if behind else ""
    if since:
        after = id_before(max(1, round(since.replace(tzinfo=zone).timestamp() * 1000)))

    def show(event: Event) -> None:
        if as_json:
            typer.echo(json.dumps(public(event, personal=show_numbers)))
        else:
            typer.echo(line(event, zone, show_numbers=show_numbers))

    async def work() -> None:
        async with redis_of(settings) as redis:
            stream = EventStream(redis, organisation.id)
            if behind and (gap := await stream.gap_after(behind)):
                warn(f"Events from {instant(gap.since_ms)} to {instant(gap.until_ms)} are gone.")
            await _follow(stream, after or await stream.last_id(), kinds or list(EventType), show)

    with suppress(KeyboardInterrupt):
        asyncio.run(work())


def docs(
    folder: Annotated[
        Path,
        typer.Argument(help="Where to; where the contract lies when left out.", show_default=False),
    ] = files.FOLDER,
) -> None:
    """Write the contract of the events: a page, and the JSON Schemas of both forms."""
    screen = console()
    try:
        for file in files.write(folder):
            screen.print(shown(file))
    except OSError as error:
        raise typer.BadParameter(
            f"it cannot be written to ({error.strerror})", param_hint="FOLDER"
        ) from error


def line(event: Event, zone: tzinfo, *, show_numbers: bool) -> str:
    """An event as a person reads it.

    Args:
        event: Of the stream.
        zone: By whose clock.
        show_numbers: Whole, else their last digits.
    """
    personal = {field.name for field in KINDS[event.type].fields if field.personal}
    own = (
        f"{name}={_plain(text if show_numbers or name not in personal else masked(text))}"
        for name, text in event.fields.items()
    )
    names = (_plain(name) for name in (event.contact, event.queue, event.agent) if name)
    at = instant(event.at).astimezone(zone)
    return "  ".join([f"{at:%Y-%m-%d %H:%M:%S}", f"{event.type.value:<21}", *names, *own])


def _plain(text: str) -> str:
    """Text from wherever it comes, on a terminal."""
    return text if text.isprintable() and " " not in text else repr(text)


def _place(written: str) -> str:
    milliseconds, dash, number = written.partition("-")
    try:
        right = bool(dash) and all(0 <= int(part) < 2**64 for part in (milliseconds, number))
    except ValueError:
        right = False
    if not right:
        raise typer.BadParameter("an id is two numbers, as 1795464461252-0", param_hint=_FROM)
    return written


async def _follow(
    stream: EventStream,
    after: str,
    kinds: Collection[EventType],
    show: Callable[[Event], None],
) -> None:
    while True:
        for event in await stream.read(after, block_ms=_BLOCK_MS):
            after = event.id
            if event.type in kinds:
                show(event)
