"""``vaxel prompts listen``: hear a text as callers do."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.names import Org, require
from ivr.cli.prompts_place import Language, Place, at_place
from ivr.cli.saying import console
from ivr.flow.organisation import Organisation
from ivr.flow.prompts import Line
from ivr.prompts.prompting import manner_of

_BAD = 1
_PLAYERS = {
    "ffplay": ("-loglevel", "error", "-nodisp", "-autoexit"),
    "aplay": ("-q",),
}


def register(group: typer.Typer) -> None:
    """Add the command to ``vaxel prompts``."""
    group.command("listen")(listen)


def listen(
    org: Org,
    key: Annotated[str, typer.Argument(help="The text's key, as `list` shows it.")],
    *,
    language: Language = None,
    to: Annotated[
        Path | None,
        typer.Option(help="Write it to this WAV file instead of playing it.", show_default=False),
    ] = None,
) -> None:
    """Hear a text as callers do: the recording, or the voice.

    Where it depends on the call, the rest of it is spoken. Without --language it is spoken in each
    of the organisation's.
    """
    place = at_place()
    chosen = place.one(org)
    lines = _lines(place, chosen, key, language)
    if to is not None and len(lines) > 1:
        raise typer.BadParameter("one file holds one language; add --language", param_hint="--to")
    screen = console()
    for line in lines:
        if not (line.sentence or line.rest):
            screen.print(f"{line.language}: nothing of it is known before a call")
            continue
        sound = _sound(place, chosen, line)
        screen.print(f"{line.language}: {line.sentence or line.rest}")
        if to is not None:
            shutil.copyfile(sound, to)
            screen.print(f"It is in {to}.")
        elif not _play(sound):
            screen.print("No player is installed here (ffplay, of the package ffmpeg, or aplay).")
            screen.print(f"Write it to a file: --language {line.language} --to FILE.wav")
            raise typer.Exit(_BAD)


def _lines(place: Place, chosen: Organisation, key: str, language: str | None) -> list[Line]:
    entries = place.survey(chosen).entries
    lines = [entry.line for entry in entries if entry.line.key == key]
    require("text", key, {entry.line.key for entry in entries}, "KEY")
    spoken = [line for line in lines if language in (None, line.language)]
    if not spoken:
        has = ", ".join(line.language for line in lines)
        raise typer.BadParameter(f"there it is said in {has}", param_hint="--language")
    return spoken


def _sound(place: Place, chosen: Organisation, line: Line) -> Path:
    found: list[Path] = []

    async def speak() -> None:
        async with place.store() as (store, speech):
            manner, _ = await manner_of(chosen, place.catalogue, speech, store)
            store.manners = {chosen.id: manner}
            prompts = store.of(chosen.id)
            found.append(await prompts.path(line.sentence or line.rest, line.language))

    place.run(speak)
    return found[0].parent / f"{found[0].name}.wav"


def _play(sound: Path) -> bool:
    for player, options in _PLAYERS.items():
        if program := shutil.which(player):
            subprocess.run([program, *options, str(sound)], check=False)  # noqa: S603 - no shell
            return True
    return False
