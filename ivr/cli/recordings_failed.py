"""``vaxel recordings``: what could not be finished. Show it, try it again, delete it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from ivr.cli.archive_desk import ArchiveDesk, access, at_desk
from ivr.cli.saying import console, count, when
from recorder.audit import record_accesses
from recorder.errors import NoSuchLeftover, NotRetried
from recorder.leftovers import Leftover
from store.models import RecordingAction, instant

_BAD = 1

Names = Annotated[list[str], typer.Argument(help="The recordings, as `failed` shows them.")]


def register(group: typer.Typer) -> None:
    """Add the commands to ``vaxel recordings``."""
    group.command("failed")(failed)
    group.command("retry")(retry)
    group.command("discard")(discard)


def failed() -> None:
    """Show recordings that could not be finished, and why.

    Their sound lies unencrypted in `recordings/incoming/failed`, for the platform's user alone,
    and is deleted when the recording's time would be over. Until then `retry` or `discard` them.
    """

    async def work(desk: ArchiveDesk) -> list[Leftover]:
        return await asyncio.to_thread(desk.leftovers.all)

    found = at_desk(work)
    screen = console()
    if not found:
        screen.print("Every recording was finished.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("recording", "began", "organisation", "queue", "kept until", "why"):
        table.add_column(heading, no_wrap=heading != "why")
    for one in found:
        whose = one.sidecar
        table.add_row(
            one.base,
            when(instant(whose.offered_at_ms)) if whose else "-",
            whose.org if whose else "-",
            (whose.queue or f"voicemail {whose.mailbox}") if whose else "-",
            f"{instant(one.expires_at_ms).astimezone():%Y-%m-%d}",
            one.reason or one.code or "-",
        )
    screen.print(table)


def retry(
    recordings: Annotated[
        list[str] | None,
        typer.Argument(help="Only these; all that failed when left out."),
    ] = None,
) -> None:
    """Give recordings that failed to the running platform once more, with what there is of sound.

    A side that was cut off ends where it ends; silence stands for a side that is missing.
    """

    async def work(desk: ArchiveDesk) -> tuple[int, list[NotRetried]]:
        refused = []
        async with desk.redis() as redis:
            with (await desk.deleter(redis)).alone():
                chosen = await _chosen(desk, recordings)
                for one in chosen:
                    try:
                        await asyncio.to_thread(desk.leftovers.retry, one)
                    except NotRetried as refusal:
                        refused.append(refusal)
        return len(chosen) - len(refused), refused

    given, refused = at_desk(work)
    screen = console()
    for refusal in refused:
        screen.print(str(refusal), style="bold red")
    screen.print(f"{count(given, 'recording')} will be finished within a minute.")
    if refused:
        raise typer.Exit(_BAD)


def discard(
    recordings: Names,
    *,
    reason: Annotated[
        str | None,
        typer.Option(help="What it is for; kept in the record of accesses.", show_default=False),
    ] = None,
) -> None:
    """Delete recordings that could not be finished, for good."""
    told = access(RecordingAction.ERASE, reason, "not finished")

    async def work(desk: ArchiveDesk) -> int:
        async with desk.redis() as redis:
            with (await desk.deleter(redis)).alone():
                chosen = await _chosen(desk, recordings)
                async with desk.database.writing() as session:
                    noted = [told.of(one.base, one.org) for one in chosen]
                    record_accesses(session, noted, datetime.now(UTC))
                await asyncio.to_thread(desk.leftovers.discard, chosen)
                return len(chosen)

    console().print(f"{count(at_desk(work), 'recording')} deleted.")


async def _chosen(desk: ArchiveDesk, names: Sequence[str] | None) -> list[Leftover]:
    found = {one.base: one for one in await asyncio.to_thread(desk.leftovers.all)}
    for name in names or ():
        if name not in found:
            raise NoSuchLeftover(name)
    return [found[name] for name in names] if names else list(found.values())
