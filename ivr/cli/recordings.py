"""``vaxel recordings``: find, hear, take out, check and erase what was recorded."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table

from ivr.cli import erasing, recordings_care, recordings_failed, transcripts
from ivr.cli.archive_desk import LATEST, ArchiveDesk, access, at_desk, day_of, every_spelling
from ivr.cli.exporting import Exported, export_to, write_sound
from ivr.cli.saying import console, count, length, masked, when
from ivr.settings import Settings
from recorder.archive import Archive
from recorder.audit import Access
from recorder.errors import AudioGone, RecorderError
from recorder.search import Wanted
from recorder.transcripts import matching
from store.models import Recording, RecordingAction

_BAD = 1
_USAGE = 2

Name = Annotated[
    str, typer.Argument(help=f"The recording, as `list` shows it; “{LATEST}” is the newest.")
]
Reason = Annotated[
    str | None,
    typer.Option(help="What it is for; kept in the record of accesses.", show_default=False),
]
Org = Annotated[str | None, typer.Option(help="Only of this organisation.", show_default=False)]
Contact = Annotated[str | None, typer.Option(help="Only of this contact.", show_default=False)]
Caller = Annotated[
    str | None,
    typer.Option(help="Only of this number, however it is written.", show_default=False),
]
Agent = Annotated[str | None, typer.Option(help="Only of this agent.", show_default=False)]
Queue = Annotated[str | None, typer.Option(help="Only of this queue.", show_default=False)]
Day = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="Only of this day, by this machine's clock.", show_default=False
    ),
]
Words = Annotated[
    str | None,
    typer.Option("--text", help="Only where one side says these words.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="recordings",
        no_args_is_help=True,
        help=(
            "What was recorded: find, hear, take out, check, erase.\n\n"
            "Recordings lie encrypted on disk; these commands open them. Every use is noted with "
            "the user's name: see `vaxel recordings accesses`."
        ),
    )
    group.command("list")(list_)
    group.command("play")(play)
    group.command("export")(export)
    group.command("verify")(verify)
    erasing.register(group)
    recordings_failed.register(group)
    recordings_care.register(group)
    transcripts.register(group)
    app.add_typer(group)


def list_(
    *,
    org: Org = None,
    contact: Contact = None,
    caller: Caller = None,
    agent: Agent = None,
    queue: Queue = None,
    day: Day = None,
    words: Words = None,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="Also what was deleted, and why.")
    ] = False,
    show_numbers: Annotated[
        bool, typer.Option("--show-numbers", help="Show the whole numbers, which are personal.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    reason: Reason = None,
) -> None:
    """List recordings, the newest first.

    The left side is the caller, the right side the agent; a voicemail has one side.
    """
    chosen = _Filter(org, contact, caller, agent, queue, day, words)

    async def work(desk: ArchiveDesk) -> tuple[list[Recording], int, list[Path]]:
        asked = "whole numbers" if show_numbers else None
        found = await desk.take(
            chosen.wanted(desk.settings).select(deleted=deleted).limit(limit),
            access(RecordingAction.LIST, reason, asked),
            each=False,
        )
        unfinished = len(await asyncio.to_thread(desk.leftovers.all))
        return found, unfinished, await asyncio.to_thread(desk.messages.all)

    rows, unfinished, messages = at_desk(work)
    screen = console()
    if unfinished:
        screen.print(
            f"{count(unfinished, 'recording')} could not be finished: see "
            "`vaxel recordings failed`."
        )
    if messages:
        screen.print(
            f"{count(len(messages), 'message')} taken by Asterisk alone, unencrypted, in "
            f"{messages[0].parent}."
        )
    if not rows:
        screen.print("There is no such recording.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("recording", "began", "length", "organisation", "queue", "agent", "caller"):
        table.add_column(heading, no_wrap=True)
    table.add_column("kept until", no_wrap=True)
    for row in rows:
        table.add_row(
            row.id,
            when(row.started_at),
            length(row.duration_ms),
            row.org,
            row.queue or (f"voicemail {row.mailbox}" if row.mailbox else "-"),
            row.agent or "-",
            (row.caller if show_numbers else masked(row.caller)) if row.caller else "-",
            _kept(row),
        )
    screen.print(table)


def play(
    recording: Name,
    *,
    to: Annotated[
        Path | None,
        typer.Option(
            help="Write it to this file instead: .wav, or .opus as it was stored.",
            show_default=False,
        ),
    ] = None,
    reason: Reason = None,
) -> None:
    """Play a recording here, or write it to a file that anybody can open.

    `vaxel recordings play latest --to heard.wav`

    A file that is written lies there in the clear, for its owner alone: remove it after use.
    """
    archive, (row,) = _named([recording], access(RecordingAction.PLAY, reason))
    if to is not None:
        write_sound(archive, row, to)
        console().print(f"{to} holds {length(row.duration_ms)} of sound, in the clear.")
        return
    player = shutil.which("ffplay")
    if player is None:
        console().print(
            "No player is installed here (ffplay, of the package ffmpeg). Write the recording to "
            f"a file and play that: vaxel recordings play {recording} --to heard.wav"
        )
        raise typer.Exit(_USAGE)
    command = [player, "-loglevel", "error", "-nodisp", "-autoexit", "-i", "pipe:0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603 - as found
        assert process.stdin is not None  # noqa: S101 - as asked for
        with suppress(BrokenPipeError), process.stdin as pipe:
            for piece in archive.opus(row):
                pipe.write(piece)
    if process.returncode:
        console().print(
            "The player could not play it (is there a sound device?). Write it to a file: "
            f"vaxel recordings play {recording} --to heard.wav"
        )
        raise typer.Exit(_BAD)


def export(
    to: Annotated[Path, typer.Argument(help="A new folder, or a new file that ends in .zip.")],
    *,
    recording: Annotated[
        list[str] | None,
        typer.Option(help="This recording; may be given several times.", show_default=False),
    ] = None,
    org: Org = None,
    contact: Contact = None,
    caller: Caller = None,
    agent: Agent = None,
    queue: Queue = None,
    day: Day = None,
    words: Words = None,
    reason: Reason = None,
) -> None:
    """Take recordings out: the sound as .opus files, and recordings.json with what is known.

    Name recordings, or say which; without either nothing is exported. What is written lies there
    in the clear, for its owner alone.
    """
    told = access(RecordingAction.EXPORT, reason)
    chosen = _Filter(org, contact, caller, agent, queue, day, words)
    if chosen.empty and not recording:
        raise typer.BadParameter("say which recordings, e.g. --recording ID or --day 2026-11-23")

    async def work(desk: ArchiveDesk) -> tuple[Archive, list[Exported]]:
        if recording:
            rows = await desk.take_named(recording, told)
        else:
            rows = await desk.take(chosen.wanted(desk.settings).select(), told)
        return desk.archive, [Exported(row, await desk.said(row)) for row in rows]

    archive, found = at_desk(work)
    screen = console()
    if not found:
        screen.print("There is no such recording.")
        raise typer.Exit(_BAD)
    export_to(to, archive, track(found, "Exporting", console=screen, transient=True))
    screen.print(f"{to} holds {count(len(found), 'recording')}, in the clear.")


def verify(
    recordings: Annotated[
        list[str] | None,
        typer.Argument(help="Only these; all of the installation when left out."),
    ] = None,
    *,
    reason: Reason = None,
) -> None:
    """Check that recordings are whole: checksum, encryption, and that the sound has its length.

    Ends with 1 when one is not.
    """
    told = access(RecordingAction.VERIFY, reason)
    if recordings:
        archive, rows = _named(recordings, told)
    else:

        async def work(desk: ArchiveDesk) -> tuple[Archive, list[Recording]]:
            return desk.archive, await desk.take(Wanted().select(), told, each=False)

        archive, rows = at_desk(work)
    screen = console()
    bad = 0
    for row in track(rows, "Verifying", console=screen, transient=True):
        try:
            archive.verify(row)
        except (RecorderError, OSError) as error:
            bad += not isinstance(error, AudioGone)
            screen.print(str(error), style="bold red")
    screen.print(f"{count(len(rows) - bad, 'recording')} of {len(rows)} whole.")
    if bad:
        raise typer.Exit(_BAD)


def _named(names: Sequence[str], told: Access) -> tuple[Archive, list[Recording]]:
    async def work(desk: ArchiveDesk) -> tuple[Archive, list[Recording]]:
        return desk.archive, await desk.take_named(names, told)

    return at_desk(work)


@dataclass(frozen=True, slots=True)
class _Filter:
    """What the options of a command ask for."""

    org: str | None
    contact: str | None
    caller: str | None
    agent: str | None
    queue: str | None
    day: datetime | None
    words: str | None

    @property
    def empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)

    def wanted(self, settings: Settings) -> Wanted:
        since, until = day_of(self.day)
        return Wanted(
            org=self.org,
            contact=self.contact,
            callers=None if self.caller is None else every_spelling(self.caller, settings),
            agent=self.agent,
            queue=self.queue,
            since=since,
            until=until,
            among=None if self.words is None else matching(self.words),
        )


def _kept(row: Recording) -> str:
    if row.deleted_at is not None:
        why = row.deletion.value if row.deletion else "-"
        return f"deleted {row.deleted_at.astimezone():%Y-%m-%d} ({why})"
    return "-" if row.expires_at is None else f"{row.expires_at.astimezone():%Y-%m-%d}"
