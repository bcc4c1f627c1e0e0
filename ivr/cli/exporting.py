"""Recordings taken out of the archive, in the clear: a file, a folder or a ZIP."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import typer

from recorder.archive import Archive
from store.models import Recording

_FACTS = "recordings.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """A recording that is taken out.

    Attributes:
        recording: Its row.
        said: What is written down of it, by side.
    """

    recording: Recording
    said: Mapping[str, str]

    def facts(self) -> dict[str, object]:
        """What is known of it, as it goes into the file."""
        row = self.recording
        expires = row.expires_at
        return {
            "recording": row.id,
            "organisation": row.org,
            "contact": row.contact,
            "kind": row.kind.value,
            "queue": row.queue,
            "mailbox": row.mailbox,
            "agent": row.agent,
            "caller": row.caller,
            "language": row.language,
            "started_at": row.started_at.isoformat(),
            "duration_ms": row.duration_ms,
            "expires_at": None if expires is None else expires.isoformat(),
            "said": dict(self.said),
        }


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file for its owner alone; it is gone again if the block fails.

    Raises:
        typer.BadParameter: It cannot be made.
    """
    if path.exists() and not path.is_file():  # what is replaced: /dev/null would be gone
        raise typer.BadParameter(f"{path} is no ordinary file")
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
    """One recording as a file of its own: ``.wav`` is decoded, ``.opus`` and ``.ogg`` as stored.

    Raises:
        RecorderError, MediaError: It cannot be opened.
        typer.BadParameter: The file cannot be made, or its name says that it is something else.
    """
    form = path.suffix.lower()
    if form not in (".wav", ".opus", ".ogg"):
        raise typer.BadParameter(f"{path}: name a file that ends in .wav or .opus")
    with private_file(path) as file:
        if form == ".wav":
            archive.write_wav(recording, path)
        else:
            file.writelines(archive.opus(recording))


def export_to(target: Path, archive: Archive, recordings: Iterable[Exported]) -> None:
    """Sound and facts of recordings, in a new folder or, by its name, a ZIP.

    Raises:
        RecorderError: One cannot be opened; what came before it is there.
        typer.BadParameter: The target cannot be made, or exists.
    """
    if target.exists():
        raise typer.BadParameter(f"{target} exists already; name a new folder or .zip file")
    facts: list[dict[str, object]] = []
    if target.suffix == ".zip":
        with private_file(target) as file, zipfile.ZipFile(file, "w") as archived:
            for one in recordings:
                with archived.open(f"{one.recording.id}.opus", "w") as member:
                    member.writelines(archive.opus(one.recording))
                facts.append(one.facts())
            archived.writestr(_FACTS, _as_json(facts))
        return
    try:
        target.mkdir(mode=0o700)
    except OSError as error:
        raise typer.BadParameter(f"{target} cannot be made ({error.strerror})") from error
    for one in recordings:
        write_sound(archive, one.recording, target / f"{one.recording.id}.opus")
        facts.append(one.facts())
    with private_file(target / _FACTS) as file:
        file.write(_as_json(facts).encode())


def _as_json(facts: list[dict[str, object]]) -> str:
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
