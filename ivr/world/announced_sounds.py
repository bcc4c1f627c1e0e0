"""Announcements that somebody has spoken by telephone, as files that Asterisk records and plays.

What counts is in Redis (:mod:`ivr.world.announcements`), so that every controller has it and it
ends there by itself. Here are a controller's copies, named by their content: one is written when a
caller first needs it, and removed when the announcement is off or another one.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from ivr.world.announcements import MOST_BYTES, digest_of
from media.recorded import make_prompt
from media.wav import length_s
from wire.agi.session import AgiSession

SHORTEST_S: Final = 1.0
"""A shorter one is a key that was pressed at the beep."""

_SILENCE_S: Final = 10.0
_DRAFT_S: Final = 3600.0
"""A draft of a call that was hung up lies no longer."""


class AnnouncedSounds:
    """The sounds of one organisation's announcements on this machine."""

    def __init__(self, folder: Path, beep: Path, clock: Callable[[], int]) -> None:
        """Bind; nothing is read yet.

        Args:
            folder: Where they are kept; made when missing.
            beep: Is heard before the caller speaks.
            clock: Epoch milliseconds.
        """
        self._folder = folder
        self._drafts = folder / "drafts"
        self._beep = beep
        self._clock = clock

    async def take(self, session: AgiSession, max_seconds: float) -> str:
        """Beep and record the caller until ``#``, at the level of other recordings.

        Returns:
            The draft as a path without extension, ``""`` when nothing was said.

        Raises:
            AgiError: As :meth:`wire.agi.session.AgiSession.record_file`.
            OSError: The folder cannot be written.
        """
        await asyncio.to_thread(self._make_room)
        raw = self._drafts / f"{uuid.uuid4().hex}.wav"
        try:
            await session.stream_file(str(self._beep))
            await session.record_file(
                str(raw.with_suffix("")), max_seconds=max_seconds, silence_seconds=_SILENCE_S
            )
            draft = self._drafts / f"{uuid.uuid4().hex}.wav"
            try:
                await asyncio.to_thread(make_prompt, raw, draft)
            except (ValueError, FileNotFoundError):
                return ""  # no sound, or nothing at all
        finally:
            raw.unlink(missing_ok=True)
        if length_s(draft) < SHORTEST_S:
            draft.unlink()
            return ""
        return str(draft.with_suffix(""))

    async def content(self, draft: str) -> bytes:
        """What was taken; its file is removed.

        Raises:
            OSError: It is gone.
            ValueError: It is longer than an announcement may be.
        """
        content = await asyncio.to_thread(_taken, Path(f"{draft}.wav"))
        if len(content) > MOST_BYTES:
            raise ValueError("the recording is too long")
        return content

    async def here(self, name: str, digest: str, fetch: Callable[[], Awaitable[bytes]]) -> str:
        """The sound of an announcement that is on, on this machine, as a path without extension.

        Args:
            name: The announcement's.
            digest: Of its content.
            fetch: Asks Redis for that.

        Returns:
            ``""`` where it is gone, or another one by now.

        Raises:
            OSError: It cannot be written.
        """
        file = self._folder / name / f"{digest}.wav"
        if not file.exists():
            content = await fetch()
            if digest_of(content) != digest:
                return ""
            await asyncio.to_thread(_write, file, content)
        await asyncio.to_thread(_clear, file.parent, file)
        return str(file.with_suffix(""))

    async def forget(self, name: str) -> None:
        """Remove what there is of an announcement that is off."""
        if (folder := self._folder / name).exists():
            await asyncio.to_thread(_clear, folder, None)

    def _make_room(self) -> None:
        self._drafts.mkdir(parents=True, exist_ok=True)
        for draft in self._drafts.iterdir():
            with suppress(OSError):
                if self._clock() / 1000 - draft.stat().st_mtime > _DRAFT_S:
                    draft.unlink()


def _taken(file: Path) -> bytes:
    content = file.read_bytes()
    file.unlink()
    return content


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _clear(folder: Path, keep: Path | None) -> None:
    """Remove older sounds; whoever hears one just now hears it to its end."""
    for file in folder.glob("*.wav"):
        if file != keep:
            file.unlink(missing_ok=True)
