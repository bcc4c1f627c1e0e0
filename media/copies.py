"""An organisation's own recordings as Asterisk plays them: copies, made before anybody calls.

Always copies: the trees' folder need not be one that Asterisk sees, and a file that is replaced
while somebody listens is heard to its end. A recording that is of no use, half copied for example,
leaves the copy in place that was played of its sentence last.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from media.keys import prompt_key
from media.manner import Sentence
from media.recorded import make_prompt


@dataclass(frozen=True, slots=True)
class Copies:
    """What became of recordings.

    Attributes:
        played: The copy of each sentence that has one.
        refused: Why a recording is not played, by its file.
    """

    played: Mapping[Sentence, Path]
    refused: Mapping[Path, str]


async def copies(recordings: Mapping[Sentence, Path], folder: Path) -> Copies:
    """Have a copy of every recording.

    Args:
        recordings: In any form, by what is said in them.
        folder: Of one organisation's copies; made when missing.
    """
    played: dict[Sentence, Path] = {}
    refused: dict[Path, str] = {}
    turns = asyncio.Semaphore((os.cpu_count() or 1) + 1)

    async def one(sentence: Sentence, recording: Path) -> None:
        async with turns:
            try:
                played[sentence] = await asyncio.to_thread(_copy, recording, sentence, folder)
            except (ValueError, OSError) as fault:
                refused[recording] = str(fault)
                last = await asyncio.to_thread(_last, sentence, folder)
                if last is not None:
                    played[sentence] = last

    async with asyncio.TaskGroup() as group:
        for sentence, recording in recordings.items():
            group.create_task(one(sentence, recording))
    return Copies(played, refused)


def _copy(recording: Path, sentence: Sentence, folder: Path) -> Path:
    """The copy of a recording, made now if need be.

    Raises:
        ValueError: It is no sound, or not whole.
        OSError: It cannot be read, or the copy not written.
    """
    version = _version(recording)
    copy = _named(sentence, folder, version)
    if not copy.exists():
        draft = copy.with_name(f".{copy.name}.{os.getpid()}")
        try:
            make_prompt(recording, draft)
            if _version(recording) != version:
                raise ValueError("it is being written")
            draft.replace(copy)
        finally:
            draft.unlink(missing_ok=True)
    return copy


def _version(recording: Path) -> str:
    """A recording that is replaced has another one."""
    state = recording.stat()
    return f"{state.st_mtime_ns}-{state.st_size}"


def _named(sentence: Sentence, folder: Path, version: str) -> Path:
    text, language = sentence
    return folder / language / f"{prompt_key(text, language)}-{version}.wav"


def _last(sentence: Sentence, folder: Path) -> Path | None:
    """The copy that was played last, ``None`` where there was none."""
    pattern = _named(sentence, folder, "*")
    found = [(file.stat().st_mtime_ns, file) for file in pattern.parent.glob(pattern.name)]
    return max(found)[1] if found else None
