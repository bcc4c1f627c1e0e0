"""Recordings taken out of the archive, in the clear: a file, a folder or a ZIP."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import typer

from recorder.archive import Archive
from store.models import Recording

_FACTS = "recordings.json"


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file for its owner alone; it is gone again if the block fails.

    Raises:
        typer.BadParameter: It cannot be made.
    """
    try:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written ({error.strerror})") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:  # half a recording, or one that was tampered with, is none
        path.unlink(missing_ok=True)
        raise


def write_sound(archive: Archive, recording: Recording, path: Path) -> None:
    """One recording as a file of its own: ``.wav`` is decoded, all else is Ogg Opus as stored.

    Raises:
        RecorderError, MediaError: It cannot be opened.
        typer.BadParameter: The file cannot be made.
    """
    with private_file(path) as file:
        if path.suffix == ".wav":
            archive.write_wav(recording, path)
        else:
            file.writelines(archive.opus(recording))


def export_to(target: Path, archive: Archive, recordings: Iterable[Recording]) -> None:
    """Sound and facts of recordings, in a new folder or, by its name, a ZIP.

    Raises:
        RecorderError: One cannot be opened; what came before it is there.
        typer.BadParameter: The target cannot be made, or exists.
    """
    if target.exists():
        raise typer.BadParameter(f"{target} exists already; name a new folder or .zip file")
    facts = []
    if target.suffix == ".zip":
        with private_file(target) as file, zipfile.ZipFile(file, "w") as archived:
            for recording in recordings:
                with archived.open(f"{recording.id}.opus", "w") as member:
                    for piece in archive.opus(recording):
                        member.write(piece)
                facts.append(_facts(recording))
            archived.writestr(_FACTS, _as_json(facts))
        return
    try:
        target.mkdir(mode=0o700)
    except OSError as error:
        raise typer.BadParameter(f"{target} cannot be made ({error.strerror})") from error
    for recording in recordings:
        write_sound(archive, recording, target / f"{recording.id}.opus")
        facts.append(_facts(recording))
    with private_file(target / _FACTS) as file:
        file.write(_as_json(facts).encode())


def _facts(recording: Recording) -> dict[str, str | int | None]:
    expires = recording.expires_at
    return {
        "recording": recording.id,
        "organisation": recording.org,
        "contact": recording.contact,
        "kind": recording.kind.value,
        "queue": recording.queue,
        "mailbox": recording.mailbox,
        "agent": recording.agent,
        "caller": recording.caller,
        "language": recording.language,
        "started_at": recording.started_at.isoformat(),
        "duration_ms": recording.duration_ms,
        "expires_at": None if expires is None else expires.isoformat(),
        "stored_sha256": recording.sha256,
    }


def _as_json(facts: list[dict[str, str | int | None]]) -> str:
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
