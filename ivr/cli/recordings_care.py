"""``vaxel recordings``: what the law asks for. Delete in time, show who had access; keys."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import select

from acd.clock import system_clock
from ivr.cli.archive_desk import ArchiveDesk, at_desk
from ivr.cli.saying import console, count, when
from ivr.platform.preflight import recording_keys_of
from recorder.audit import system_user
from recorder.keys import MasterKeys
from recorder.retention import Retention
from store.models import RecordingAccess


def register(group: typer.Typer) -> None:
    """Add the commands to ``vaxel recordings``."""
    group.command("expire")(expire)
    group.command("accesses")(accesses)
    group.command("new-key")(new_key)


def expire() -> None:
    """Delete now what has been kept long enough; the running platform does it every hour."""

    async def work(desk: ArchiveDesk) -> int:
        async with desk.redis() as redis:
            retention = Retention(
                await desk.deleter(redis),
                desk.leftovers,
                desk.messages,
                database=desk.database,
                clock_ms=system_clock,
            )
            return await retention.expire(system_user())

    console().print(f"{count(at_desk(work), 'recording')} deleted.")


def accesses(
    *,
    recording: Annotated[
        str | None, typer.Option(help="Only of this recording.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
) -> None:
    """Show who listed, played, exported, verified or erased recordings, when and what for."""

    async def work(desk: ArchiveDesk) -> Iterable[RecordingAccess]:
        query = select(RecordingAccess).order_by(RecordingAccess.id.desc()).limit(limit)
        if recording is not None:
            query = query.where(RecordingAccess.recording == recording)
        async with desk.database.reading() as session:
            return (await session.scalars(query)).all()

    table = Table(box=None, pad_edge=False)
    for heading in ("when", "who", "what", "recording", "reason", "detail"):
        table.add_column(heading)
    for row in at_desk(work):
        table.add_row(
            when(row.at),
            row.who,
            row.action.value,
            row.recording or "-",
            row.reason or "-",
            row.detail or "-",
        )
    console().print(table)


def new_key() -> None:
    """Make a new master key: what is recorded from now on is sealed under it, at once.

    Each recording has a key of its own, and the master key of its day locks that one up. The file
    keeps all master keys, for an older one still opens what was recorded under it: never take one
    out before the last of its recordings is deleted. Back the file up again, apart from the
    recordings.

    If a key has become known to somebody: whoever also has copies of recordings from its time can
    open those, whatever is done here. Make a new key, and keep the file where nobody else reads it
    (setting `recordings.keys`).
    """

    async def path(desk: ArchiveDesk) -> Path:
        return recording_keys_of(desk.settings)

    file = at_desk(path)
    keys = MasterKeys.renew(file)
    console().print(
        f"The master key is now {keys.current.id}; {count(len(keys.known) - 1, 'older key')} in "
        f"the file. Back {file} up."
    )
