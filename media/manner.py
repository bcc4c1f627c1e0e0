"""How prompts are spoken: the port of a speech engine, and one organisation's own ways."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

Sentence: TypeAlias = tuple[str, str]
"""A text and its language (BCP 47 primary tag)."""


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


@dataclass(frozen=True, slots=True)
class Manner:
    """How one organisation speaks.

    Attributes:
        voices: What speaks, by language; the installation's own engine in the others.
        recordings: The copy of a person's recording of a sentence (:mod:`media.copies`).
        sentences: What is known before any call; it is rendered ahead and never pruned.
    """

    voices: Mapping[str, SpeechEngine] = field(default_factory=dict)
    recordings: Mapping[Sentence, Path] = field(default_factory=dict)
    sentences: Set[Sentence] = frozenset()
