"""Free speech: what a caller says in one go, written down whatever it is."""

from __future__ import annotations

from typing import Final

from media.speech.engine import NOTHING, Dictation, Match
from media.speech.phrases import spoken

MOST_CHARACTERS: Final = 1000
"""A minute of quick speech; the answer has to fit into one line of Asterisk's."""


class FreeSpeech:
    """A dictation as the :class:`media.speech.engine.Recogniser` of one utterance.

    Args:
        dictation: Of 8 kHz.
    """

    def __init__(self, dictation: Dictation) -> None:
        self._dictation = dictation

    def feed(self, pcm: bytes) -> None:
        """See :meth:`media.speech.engine.Recogniser.feed`."""
        self._dictation.feed(pcm)

    def partial(self) -> str:
        """Nothing: of free words nobody knows that they are all."""
        return ""

    def finish(self) -> Match:
        """The words, in small letters and without punctuation; how sure they are on average."""
        words = self._dictation.finish()
        text = spoken(" ".join(word.text for word in words))
        if len(text) > MOST_CHARACTERS:
            text = text[: MOST_CHARACTERS + 1].rpartition(" ")[0]
        if not text:
            return NOTHING
        return Match(text, round(100 * sum(word.confidence for word in words) / len(words)))
