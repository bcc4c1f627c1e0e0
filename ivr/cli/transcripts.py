"""``vaxel recordings search`` and ``transcript``: what was said."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy import select

from ivr.cli.archive_desk import LATEST, ArchiveDesk, access, at_desk
from ivr.cli.saying import console, length, when
from recorder.search import Wanted
from recorder.transcripts import Turn, matching, passages, turns
from store.models import Recording, RecordingAction, Transcript, TranscriptState

Reason = Annotated[
    str | None,
    typer.Option(help="What it is for; kept in the record of accesses.", show_default=False),
]

_STATES = {
    TranscriptState.PENDING: "is not written down yet",
    TranscriptState.NO_MODEL: "waits for a speech model of its language; see `vaxel models`",
    TranscriptState.FAILED: "could not be written down",
}


def register(group: typer.Typer) -> None:
    """Add the commands to ``vaxel recordings``."""
    group.command("search")(search)
    group.command("transcript")(transcript)


def search(
    text: Annotated[
        str, typer.Argument(help="Words, in any order; capitals and accents do not matter.")
    ],
    *,
    org: Annotated[
        str | None, typer.Option(help="Only of this organisation.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 20,
    reason: Reason = None,
) -> None:
    """Find recordings in which one side says all these words."""

    async def work(desk: ArchiveDesk) -> list[tuple[Recording, list[Transcript]]]:
        rows = await desk.take(
            Wanted(org=org, among=matching(text)).select().limit(limit),
            access(RecordingAction.READ, reason, "search"),
        )
        return [(row, await _of(desk, row)) for row in rows]

    found = at_desk(work)
    screen = console()
    if not found:
        screen.print("Nobody says that in any recording that is written down.")
        return
    for row, written in found:
        where = row.queue or f"voicemail {row.mailbox}"
        screen.print(Text(f"{row.id}  {when(row.started_at)}  {row.org}, {where}", "bold"))
        _print_turns(passages(written, text))


def transcript(
    recording: Annotated[
        str, typer.Argument(help=f"The recording, as `list` shows it; “{LATEST}” is the newest.")
    ],
    *,
    reason: Reason = None,
) -> None:
    """Show what was said, by whom and when."""

    async def work(desk: ArchiveDesk) -> tuple[Recording, list[Transcript]]:
        (row,) = await desk.take_named([recording], access(RecordingAction.READ, reason))
        return row, await _of(desk, row)

    row, written = at_desk(work)
    screen = console()
    if row.deleted_at is not None or not written:
        screen.print(f"Nothing of {row.id} is written down.")
        return
    _print_turns(turns(written))
    for side in written:
        if side.state is not TranscriptState.DONE:
            why = f" ({side.reason})" if side.reason else ""
            screen.print(f"What the {side.leg} says {_STATES[side.state]}{why}.")
        elif not side.text:
            screen.print(f"No word of the {side.leg} was understood.")


async def _of(desk: ArchiveDesk, row: Recording) -> list[Transcript]:
    """A recording's sides, the caller's first."""
    mine = select(Transcript).where(Transcript.recording == row.id)
    async with desk.database.reading() as session:
        return list(await session.scalars(mine.order_by(Transcript.leg.desc())))


def _print_turns(said: list[Turn]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for turn in said:
        table.add_row(length(turn.at_ms), turn.leg, turn.text)
    console().print(table)
