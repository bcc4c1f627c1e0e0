"""Speech by espeak-ng: robotic, small, everywhere, and always the same for the same text."""

from __future__ import annotations

import asyncio
import re
from types import MappingProxyType

from media.errors import NothingSaid, NoVoice, ToolFailed
from media.telephone import to_telephone
from media.tool import run_tool

_SAME_NAME = "sv da ar de es et fa fi fr is it ko lt lv nb nl pl pt ru tr uk"
VOICES = MappingProxyType({tag: tag for tag in _SAME_NAME.split()} | {"en": "en-gb"})
"""espeak-ng's voice for each language (BCP 47 primary tag)."""

WORDS_A_MINUTE = 150
# At espeak-ng's own 100 Swedish vowels touch full scale; 75 leaves 3 dB of room and gives about
# -23 dBFS of speech, the level of a person on a telephone.
AMPLITUDE = 75
SECONDS = 20.0
_SOUND = 2
"""Raised whenever the way from the voice to the telephone changes what is heard."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Espeak:
    """A :class:`media.manner.SpeechEngine`.

    Args:
        version: Of the program.
        variant: One of espeak-ng's variants of every voice, e.g. ``f3``; ``""`` for none.
        words_a_minute: How fast it speaks.

    Attributes:
        identity: Program, version and manner; the cache of prompts is renewed when it changes.
    """

    def __init__(
        self, version: str, *, variant: str = "", words_a_minute: int = WORDS_A_MINUTE
    ) -> None:
        self._version = version
        self._variant = variant
        self._words_a_minute = words_a_minute
        manner = f"{words_a_minute}-{AMPLITUDE}-{_SOUND}" + (f"-{variant}" if variant else "")
        self.identity = f"espeak-ng-{version}-{manner}"

    @classmethod
    async def find(cls) -> Espeak:
        """The espeak-ng of this machine.

        Raises:
            ToolMissing: It is not installed.
            ToolFailed: It does not tell its version.
        """
        told = (await run_tool(("espeak-ng", "--version"), b"", seconds=SECONDS)).decode()
        found = re.search(r"text-to-speech: *(\d[\w.-]*)", told)
        if found is None:
            raise ToolFailed("espeak-ng", 0, told.strip())
        return cls(found[1])

    def like(self, variant: str, words_a_minute: int | None) -> Espeak:
        """The same program with another voice or at another speed."""
        return Espeak(
            self._version,
            variant=variant,
            words_a_minute=words_a_minute or WORDS_A_MINUTE,
        )

    async def speak(self, text: str, language: str) -> bytes:
        """Speak ``text``; see :meth:`media.manner.SpeechEngine.speak`."""
        voice = VOICES.get(language)
        if voice is None:
            raise NoVoice(language, list(VOICES))
        spoken = await run_tool(
            (
                *("espeak-ng", "-v", f"{voice}+{self._variant}" if self._variant else voice),
                *("-b", "1", "-s", str(self._words_a_minute), "-a", str(AMPLITUDE)),
                *("--stdin", "--stdout"),
            ),
            _as_plain_text(text).encode("utf-8", "replace"),
            seconds=SECONDS,
        )
        pcm = await asyncio.to_thread(to_telephone, spoken) if spoken else b""
        if not any(pcm):
            raise NothingSaid
        return pcm


def _as_plain_text(text: str) -> str:
    """``text`` without what espeak-ng obeys: control characters and ``[[phonemes]]``."""
    return _CONTROL.sub(" ", text).replace("[[", "[ [")
