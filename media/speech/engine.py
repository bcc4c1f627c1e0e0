"""The port behind which the recognition engines stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

RATE_HZ = 8000
"""Of all audio that a :class:`Recogniser` is fed."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a recogniser made of one utterance.

    Attributes:
        phrase: One of the phrases, or the words of free speech, as
            :func:`media.speech.phrases.spoken` writes it; ``""`` when it was none of them.
        confidence: 0 to 100; 0 with an empty phrase.
    """

    phrase: str
    confidence: int


NOTHING = Match("", 0)
"""None of the phrases."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a transcript.

    Attributes:
        text: As the model writes it.
        start_ms: From the first sample.
        end_ms: From the first sample.
        confidence: 0 to 1.
    """

    text: str
    start_ms: int
    end_ms: int
    confidence: float


class Recogniser(Protocol):
    """Listens to one utterance for some phrases."""

    def feed(self, pcm: bytes) -> None:
        """Take in more audio, 8 kHz, any amount."""

    def partial(self) -> str:
        """What has been heard so far; not yet certain."""

    def finish(self) -> Match:
        """What it was. The recogniser is used up."""


class Dictation(Protocol):
    """Writes down whatever is said, for as long as it is said."""

    def feed(self, pcm: bytes) -> None:
        """Take in more audio, any amount, in the rate that it was made for."""

    def finish(self) -> tuple[Word, ...]:
        """All words. The dictation is used up."""


class Engine(Protocol):
    """A loaded model of one language. Belongs to one thread."""

    def recogniser(self, phrases: Sequence[str]) -> Recogniser:
        """Listen for some phrases.

        Args:
            phrases: As :func:`media.speech.phrases.spoken` writes them.

        Raises:
            media.speech.errors.NoPhraseKnown: The model knows the words of none of them.
        """

    def dictation(self, rate_hz: int) -> Dictation:
        """Write down what is said in audio of ``rate_hz``.

        Raises:
            media.speech.errors.Overloaded: It writes down as many at once as it can.
        """
