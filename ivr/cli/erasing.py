"""``vaxel recordings erase``: what the law calls the right to be forgotten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console

from acd.callbacks import Callbacks
from acd.clock import system_clock
from acd.errors import CallbackUnknown
from ivr.cli.archive_desk import ArchiveDesk, at_desk, every_spelling
from ivr.cli.saying import console, count, length, when
from ivr.platform.preflight import layout_of
from ivr.platform.secrets import Secrets
from ivr.world.recognition_of_callers import CallerMemory
from recorder.audit import system_user
from recorder.erasure import Erased, Erasure, Places, Traces


def register(group: typer.Typer) -> None:
    """Add the command to ``vaxel recordings``."""
    group.command("erase")(erase)


@dataclass(frozen=True, slots=True)
class CallbackLine:
    """The open callbacks of an organisation, in the words of :class:`recorder.erasure.Line`."""

    callbacks: Callbacks

    async def waiting(self, numbers: Collection[str], contacts: Collection[str]) -> list[str]:
        """See there."""
        return [row.contact for row in await self.callbacks.of_person(numbers, contacts)]

    async def cancel(self, contact: str) -> bool:
        """See there."""
        try:
            return await self.callbacks.cancel(contact)
        except CallbackUnknown:
            return False  # the two talk, or have just ended


def erase(
    caller: Annotated[str, typer.Argument(help="The number, however it is written.")],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without this you only see what would go.")
    ] = False,
    reason: Annotated[
        str | None,
        typer.Option(help="What it is for; kept in the record of accesses.", show_default=False),
    ] = None,
) -> None:
    """Erase a caller: all sound and transcripts, open callbacks, the number wherever it stands.

    That there was a contact stays in the figures; nothing of it leads to the person any more. The
    platform must run, for its parts are told. What cannot be undone is shown first.

    Out of reach are copies that somebody took out (export, backups), text messages that a sender
    has taken, and the telephone network's own lists.
    """

    async def work(desk: ArchiveDesk) -> Traces | Erased:
        numbers = every_spelling(caller, desk.settings)
        layout, regions = layout_of(desk.settings), desk.settings.outgoing.regions
        secret = Secrets.load_or_create(layout.secrets, agents=()).callers
        async with desk.redis() as redis:
            places = Places(
                database=desk.database,
                redis=redis,
                spool=layout.asterisk_messages,
                line=lambda org: CallbackLine(Callbacks(redis, org, system_clock)),
                memory=lambda org: CallerMemory(redis, org, secret, regions),
            )
            erasure = Erasure(layout.recordings, await desk.deleter(redis), places, system_clock)
            if yes:
                return await erasure.erase(numbers, system_user(), reason)
            return await erasure.find(numbers)

    told = at_desk(work)
    screen = console()
    if isinstance(told, Erased):
        _say(screen, "Erased", told.found)
        _say_what_is_left(screen, told.unfinished)
        for org in told.behind:
            screen.print(
                f"The record of {org} has not caught up with its events, which may bring the "
                "number back: see `vaxel status`, and run the command again then."
            )
        if told.logged:
            screen.print(
                "Redis or the database has not tidied its log on disk yet, in which the number may "
                "stand; run the command again later."
            )
    else:
        _say(screen, "This would erase", told)
        _say_what_is_left(screen, told.unfinished)
        screen.print("Nothing was changed; add --yes to do it.")


def _say(screen: Console, what: str, found: Traces) -> None:
    for row in found.recordings:
        screen.print(f"{row.id}  {when(row.started_at)}  {length(row.duration_ms)}")
    for one in found.failed:
        screen.print(f"{one.base}  could not be finished")
    parts = (
        count(len(found.recordings), "recording"),
        count(len(found.failed), "recording") + " that could not be finished",
        count(len(found.messages), "message") + " taken by Asterisk alone",
        count(sum(map(len, found.callbacks.values())), "open callback"),
        count(found.remembered, "note") + " of earlier calls",
        f"the number of {count(found.contacts, 'contact')} and {count(found.events, 'event')}",
    )
    screen.print(f"{what}: {', '.join(parts)}.")


def _say_what_is_left(screen: Console, unfinished: int) -> None:
    if unfinished:
        screen.print(
            f"{count(unfinished, 'call')} of this caller cannot be erased before it is over and "
            "its sound stored; run the command again then."
        )
