"""What was said in a recording, word by word."""

from __future__ import annotations

from collections.abc import Iterable

from media.speech.engine import Engine, Word
from media.speech.models import EngineName, Models

__all__ = ["Transcriber", "Word"]


class Transcriber:
    """Writes recordings down. Blocks and takes a whole core: use it in a process of its own.

    A model is loaded when its language is first needed, and kept.

    Args:
        models: Those of the installation.

    Attributes:
        languages: What can be written down, as far as one sees without loading it.
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self._engines: dict[str, Engine] = {}
        self.languages = frozenset(
            language for language, model in models.by_language.items() if not model.fault
        )

    def engine(self, language: str) -> EngineName:
        """Which engine writes a language down.

        Raises:
            LanguageNotInstalled: None does.
            ModelUnusable: Its model lacks something.
        """
        return self._models.of(language).engine

    def transcribe(self, samples: Iterable[bytes], rate_hz: int, language: str) -> tuple[Word, ...]:
        """Write down what is said.

        Args:
            samples: Signed 16-bit little-endian mono PCM, in pieces of any even size; memory does
                not grow with their number.
            rate_hz: Their rate; 8000 and 16000 are understood by every engine.
            language: BCP 47 primary tag.

        Raises:
            LanguageNotInstalled: There is no model for the language.
            ModelUnusable: There is one, and it does not load.
            RateUnusable: The engine does not take this rate.
        """
        if language not in self._engines:
            self._engines[language] = self._models.of(language).load()
        dictation = self._engines[language].dictation(rate_hz)
        try:
            for piece in samples:
                if piece:
                    dictation.feed(piece)
            return dictation.finish()
        finally:
            del dictation  # where a sample cannot be read, the fault's traceback would keep it
