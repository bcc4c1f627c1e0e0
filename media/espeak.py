"""Speech by espeak-ng: robotic, small, everywhere, and always the same for the same text."""

from __future__ import annotations

import re
from types import MappingProxyType

from media.errors import NothingSaid, NoVoice, ToolFailed
from media.tool import run_tool
from media.wav import RATE_HZ

_SAME_NAME = "sv da ar de es et fa fi fr is it ko lt lv nb nl pl pt ru tr uk"
VOICES = MappingProxyType({tag: tag for tag in _SAME_NAME.split()} | {"en": "en-gb"})
"""espeak-ng's voice for each language (BCP 47 primary tag)."""

WORDS_A_MINUTE = 150
# At espeak-ng's own 100 Swedish vowels touch full scale; 75 leaves 3 dB of room and gives about
# -23 dBFS of speech, the level of a person on a telephone.
AMPLITUDE = 75
SECONDS = 20.0

# espeak-ng speaks at 22.05 kHz. The telephone carries 300-3400 Hz: what lies above 4 kHz would fold
# back as a hiss, what lies below only eats level.
_TO_TELEPHONE = f"highpass=f=120,aresample={RATE_HZ}:filter_size=64:cutoff=0.95"
_FFMPEG = (
    *("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"),
    *("-f", "wav", "-i", "pipe:0", "-af", _TO_TELEPHONE),
    *("-f", "s16le", "-c:a", "pcm_s16le", "-ac", "1", "pipe:1"),
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Espeak:
    """A :class:`media.prompts.SpeechEngine`.

    Attributes:
        identity: Program, version and manner; the cache of prompts is renewed when it changes.
    """

    def __init__(self, version: str) -> None:
        self.identity = f"espeak-ng-{version}-{WORDS_A_MINUTE}-{AMPLITUDE}"

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

    async def speak(self, text: str, language: str) -> bytes:
        """Speak ``text``; see :meth:`media.prompts.SpeechEngine.speak`."""
        voice = VOICES.get(language)
        if voice is None:
            raise NoVoice(language, list(VOICES))
        spoken = await run_tool(
            (
                *("espeak-ng", "-v", voice, "-b", "1"),
                *("-s", str(WORDS_A_MINUTE), "-a", str(AMPLITUDE), "--stdin", "--stdout"),
            ),
            _as_plain_text(text).encode("utf-8", "replace"),
            seconds=SECONDS,
        )
        pcm = await run_tool(_FFMPEG, spoken, seconds=SECONDS) if spoken else b""
        if not any(pcm):
            raise NothingSaid
        return pcm


def _as_plain_text(text: str) -> str:
    """``text`` without what espeak-ng obeys: control characters and ``[[phonemes]]``."""
    return _CONTROL.sub(" ", text).replace("[[", "[ [")
