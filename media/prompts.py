"""Prompts: text becomes a sound file that Asterisk plays, once, and is found again by its content.

A prompt's *key* is the hash of its language and text. A person's recording in
``<recorded>/<language>/<key>.wav`` (or ``.mp3``, ``.m4a`` …) always wins; else the prompt is
rendered into ``<folder>/<engine identity>/<language>/<key>.wav``. The key does not depend on the
engine, so a recording outlives a new voice, and a new voice renders anew. File names carry no
text: prompts may hold a caller's own data, and Asterisk logs file names.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Protocol

from media.errors import MediaError, PromptFailed, RecordedPromptUnusable
from media.recorded import SUFFIXES, make_prompt
from media.wav import is_telephone_wav, write_wav

logger = logging.getLogger(__name__)


class SpeechEngine(Protocol):
    """What turns text into speech."""

    @property
    def identity(self) -> str:
        """Engine, version and manner of speech as one file name."""

    async def speak(self, text: str, language: str) -> bytes:
        """Speak ``text`` in ``language`` (BCP 47 primary tag).

        Returns:
            Signed 16-bit little-endian mono PCM of 8 kHz, not empty.

        Raises:
            MediaError: There is no voice for the language, or the engine failed.
        """


def prompt_key(text: str, language: str) -> str:
    """The name of a prompt's file, without ``.wav``: 32 hexadecimal digits."""
    return hashlib.sha256(f"{language}\0{text}".encode("utf-8", "replace")).hexdigest()[:32]


class PromptStore:
    """The prompts of one installation. Belongs to one event loop.

    Use it as an asynchronous context manager: leaving it ends renderings that nobody waits for.

    Args:
        folder: Where rendered prompts are kept; made when missing.
        engine: What speaks.
        recorded: Where a person's recordings lie; need not exist.
        at_once: Renderings at the same time; by default as many as there are processors.
    """

    def __init__(
        self,
        folder: Path,
        engine: SpeechEngine,
        *,
        recorded: Path | None = None,
        at_once: int | None = None,
    ) -> None:
        self._rendered = folder.absolute() / engine.identity
        self._recorded = (recorded or folder / "recorded").absolute()
        self._converted = folder.absolute() / "converted"
        self._engine = engine
        self._slots = asyncio.Semaphore(at_once or os.cpu_count() or 1)
        self._under_way: dict[Path, asyncio.Task[None]] = {}

    async def __aenter__(self) -> PromptStore:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def path(self, text: str, language: str) -> Path:
        """The file of a prompt, rendered now if need be, without ``.wav`` as Asterisk wants it.

        Any number of callers may ask for the same prompt at once: it is rendered once.

        Raises:
            PromptFailed: It cannot be rendered. The next call tries again.
            RecordedPromptUnusable: Its recording is no sound.
        """
        key = prompt_key(text, language)
        recording = self._recording(key, language)
        if recording is None:
            target = self._rendered / language / f"{key}.wav"
            await self._made(target, lambda: self._render(text, language, target))
        elif is_telephone_wav(recording):
            target = recording
        else:
            # a recording that is replaced is a new file
            version = recording.stat().st_mtime_ns
            target = self._converted / language / f"{key}-{version}.wav"
            await self._made(target, lambda: self._convert(recording, target, language))
        return target.with_suffix("")

    def _recording(self, key: str, language: str) -> Path | None:
        """A person's recording of the prompt, in whatever form."""
        files = (self._recorded / language / f"{key}{suffix}" for suffix in SUFFIXES)
        return next((file for file in files if file.exists()), None)

    async def _made(self, target: Path, make: Callable[[], Coroutine[None, None, None]]) -> None:
        """Have ``target``, made once however many ask."""
        if (making := self._making(target, make)) is not None:
            # shielded: the first caller hangs up, the others still want the prompt
            await asyncio.shield(making)

    def _making(
        self, target: Path, make: Callable[[], Coroutine[None, None, None]]
    ) -> asyncio.Task[None] | None:
        """The task that makes ``target``, begun now if need be; none when it is there."""
        if target.exists():
            return None
        task = self._under_way.get(target)
        if task is None:
            task = self._under_way[target] = asyncio.create_task(make())
            task.add_done_callback(lambda _: self._under_way.pop(target))
        return task

    async def _convert(self, recording: Path, target: Path, language: str) -> None:
        key = recording.stem
        try:
            await asyncio.to_thread(make_prompt, recording, target)
        except (ValueError, OSError) as error:
            raise RecordedPromptUnusable(key, language, recording, str(error)) from error
        logger.info("recorded prompt converted", extra={"prompt": key, "language": language})

    async def render_all(
        self,
        prompts: Iterable[tuple[str, str]],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Have all ``(text, language)`` ready, so that no caller waits for a rendering.

        Args:
            prompts: Texts with their languages; repetitions are harmless.
            progress: Told ``(done, total)`` after each one.

        Raises:
            PromptFailed: The first one that failed; what is under way is given up.
        """
        wanted = list(dict.fromkeys(prompts))
        done = 0

        async def one(text: str, language: str) -> None:
            nonlocal done
            await self.path(text, language)
            done += 1
            progress(done, len(wanted))

        try:
            async with asyncio.TaskGroup() as group:
                for text, language in wanted:
                    group.create_task(one(text, language))
        except ExceptionGroup as failed:
            prompts_failed, others = failed.split(PromptFailed)
            if others is not None or prompts_failed is None:
                raise
            raise prompts_failed.exceptions[0] from None

    async def _render(self, text: str, language: str, target: Path) -> None:
        try:
            async with self._slots:
                pcm = await self._engine.speak(text, language)
            await asyncio.to_thread(_keep, target, pcm)
        except MediaError as error:
            raise PromptFailed(target.stem, language, str(error)) from error
        except OSError as error:
            raise PromptFailed(
                target.stem, language, f"{target} cannot be written ({error.strerror})."
            ) from error
        logger.info(
            "prompt rendered",
            extra={"prompt": target.stem, "language": language, "bytes": len(pcm)},
        )


def _keep(target: Path, pcm: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    write_wav(target, pcm)
