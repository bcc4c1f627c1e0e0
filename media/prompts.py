"""Prompts: text becomes a sound file that Asterisk plays, once, and is found again by its content.

A prompt's *key* is the hash of its language and text. A person's recording always wins: the
organisation's own of the sentence (:class:`media.manner.Manner`), or the installation's in
``<recorded>/<language>/<key>.wav`` (or ``.mp3``, ``.m4a`` …); else the prompt is rendered into
``<folder>/<engine identity>/<language>/<key>.wav``. The key does not depend on the engine, so a
recording outlives a new voice, and a new voice renders anew. File names carry no text: prompts may
hold a caller's own data, and Asterisk logs file names.

A sentence that holds a caller's own data is rendered while the caller listens, and may never be
said again: what was not used for long is deleted by :meth:`PromptStore.prune`. A file's time of
change is the day of its last use.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Final

from media.copies import Copies, copies
from media.errors import MediaError, PromptFailed, RecordedPromptUnusable
from media.keys import prompt_key
from media.manner import Manner, Sentence, SpeechEngine
from media.pruning import Pruned, prune
from media.recorded import SUFFIXES, make_prompt
from media.wav import is_telephone_wav, write_wav

logger = logging.getLogger(__name__)

_DAY_S: Final = 86_400.0


_PLAIN: Final = Manner()


class OrganisationPrompts:
    """The prompts of one organisation, in the manner that it has when they are asked for."""

    def __init__(self, store: PromptStore, organisation: str) -> None:
        self._store = store
        self._organisation = organisation

    async def path(self, text: str, language: str) -> Path:
        """As :meth:`PromptStore.path`."""
        return await self._store.path(text, language, self._organisation)


class PromptStore:
    """The prompts of one installation. Belongs to one event loop.

    Use it as an asynchronous context manager: leaving it ends renderings that nobody waits for.

    Args:
        folder: Where rendered prompts are kept; made when missing.
        engine: What speaks.
        recorded: Where a person's recordings lie; need not exist.
        at_once: Renderings at the same time; by default one more than there are processors, as
            each also waits for the disk.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        folder: Path,
        engine: SpeechEngine,
        *,
        recorded: Path | None = None,
        at_once: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder.absolute()
        self._recorded = (recorded or folder / "recorded").absolute()
        self._converted = folder.absolute() / "converted"
        self._engine = engine
        self._at_once = at_once or (os.cpu_count() or 1) + 1
        self._slots = asyncio.Semaphore(self._at_once)
        self._clock = clock
        self._under_way: dict[Path, asyncio.Task[None]] = {}
        self.manners: Mapping[str, Manner] = {}

    async def __aenter__(self) -> PromptStore:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def copies(self, recordings: Mapping[Sentence, Path], organisation: str) -> Copies:
        """An organisation's recordings as its manner shall have them played."""
        return await copies(recordings, self._converted / organisation)

    def of(self, organisation: str) -> OrganisationPrompts:
        """The prompts as one organisation has them said."""
        return OrganisationPrompts(self, organisation)

    async def path(self, text: str, language: str, organisation: str = "") -> Path:
        """The file of a prompt, rendered now if need be, without ``.wav`` as Asterisk wants it.

        Any number of callers may ask for the same prompt at once: it is rendered once.

        Args:
            text: What is said.
            language: The language that it is written in.
            organisation: Whose manner it is said in; ``""`` for nobody's.

        Raises:
            PromptFailed: It cannot be rendered. The next call tries again.
            RecordedPromptUnusable: The installation's recording is no sound.
        """
        key = prompt_key(text, language)
        own = self._manner(organisation).recordings.get((text, language))
        if own is not None and self._is_there(own):
            return own.with_suffix("")
        recording = self._recording(key, language)
        if recording is None:
            target = self._target(text, language, organisation)
            engine = self._engine_of(language, organisation)
            await self._made(target, lambda: self._render(engine, text, language, target))
        elif is_telephone_wav(recording):
            target = recording
        else:
            # a recording that is replaced is a new file
            version = recording.stat().st_mtime_ns
            target = self._converted / language / f"{key}-{version}.wav"
            await self._made(target, lambda: self._convert(recording, target, language))
        return target.with_suffix("")

    def _target(self, text: str, language: str, organisation: str) -> Path:
        identity = self._engine_of(language, organisation).identity
        return self._folder / identity / language / f"{prompt_key(text, language)}.wav"

    def _engine_of(self, language: str, organisation: str) -> SpeechEngine:
        return self._manner(organisation).voices.get(language, self._engine)

    def _manner(self, organisation: str) -> Manner:
        return self.manners.get(organisation, _PLAIN)

    def _recording(self, key: str, language: str) -> Path | None:
        """A person's recording of the prompt, in whatever form."""
        # plain text: a start looks for thousands, and paths took half of its time
        stem = f"{self._recorded}/{language}/{key}"
        files = (stem + suffix for suffix in SUFFIXES)
        return next((Path(file) for file in files if os.path.exists(file)), None)

    async def _made(self, target: Path, make: Callable[[], Coroutine[None, None, None]]) -> None:
        """Have ``target``, made once however many ask."""
        if (making := self._making(target, make)) is not None:
            # shielded: the first caller hangs up, the others still want the prompt
            await asyncio.shield(making)

    def _making(
        self, target: Path, make: Callable[[], Coroutine[None, None, None]]
    ) -> asyncio.Task[None] | None:
        """The task that makes ``target``, begun now if need be; none when it is there."""
        if self._is_there(target):
            return None
        task = self._under_way.get(target)
        if task is None:
            task = self._under_way[target] = asyncio.create_task(make())
            task.add_done_callback(lambda _: self._under_way.pop(target))
        return task

    def _is_there(self, target: Path) -> bool:
        """Whether a file exists; if so, it is used today."""
        try:
            used = target.stat().st_mtime
            if self._clock() - used > _DAY_S:
                os.utime(target, (self._clock(), self._clock()))
        except PermissionError:
            return True  # another user's cache: good to be played
        except OSError:
            return False
        return True

    async def _convert(self, recording: Path, target: Path, language: str) -> None:
        key = recording.stem
        try:
            await asyncio.to_thread(make_prompt, recording, target)
        except (ValueError, OSError) as error:
            raise RecordedPromptUnusable(key, language, recording, str(error)) from error
        logger.info("recorded prompt converted", extra={"prompt": key, "language": language})

    async def render_all(
        self,
        prompts: Iterable[Sentence | tuple[str, str, str]],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Have all ``(text, language)`` ready, so that no caller waits for a rendering.

        A caller who needs a prompt meanwhile does not wait behind them.

        Args:
            prompts: Texts with their languages, and with whose they are where that matters;
                repetitions are harmless.
            progress: Told ``(done, total)`` after each one.

        Raises:
            PromptFailed: The first one that failed; what is under way is given up.
        """
        wanted = list(dict.fromkeys(prompts))
        turns = asyncio.Semaphore(self._at_once)
        done = 0

        async def one(text: str, language: str, organisation: str = "") -> None:
            nonlocal done
            async with turns:
                await self.path(text, language, organisation)
            done += 1
            progress(done, len(wanted))

        try:
            async with asyncio.TaskGroup() as group:
                for prompt in wanted:
                    group.create_task(one(*prompt))
        except ExceptionGroup as failed:
            prompts_failed, others = failed.split(PromptFailed)
            if others is not None or prompts_failed is None:
                raise
            raise prompts_failed.exceptions[0] from None

    async def prune(self, *, unused_s: float, most_bytes: int) -> Pruned:
        """Delete what was not used for ``unused_s``, and the longest unused above ``most_bytes``.

        What a manner's sentences need stays, and so does what was used in the last hour.
        """
        keep: set[Path] = set()
        for organisation, manner in self.manners.items():
            keep |= {self._target(*said, organisation) for said in manner.sentences}
            keep.update(manner.recordings.values())
        return await asyncio.to_thread(
            prune,
            self._folder,
            keep,
            spare=self._recorded,
            now=self._clock(),
            unused_s=unused_s,
            most_bytes=most_bytes,
        )

    async def _render(self, engine: SpeechEngine, text: str, language: str, target: Path) -> None:
        try:
            async with self._slots:
                pcm = await engine.speak(text, language)
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
