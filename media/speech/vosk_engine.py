"""Vosk: a grammar of exactly the given phrases, or whatever is said."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import vosk

from media.speech.decoys import decoys
from media.speech.engine import NOTHING, RATE_HZ, Dictation, Match, Recogniser, Word
from media.speech.errors import ModelUnusable, NoPhraseKnown

vosk.SetLogLevel(-1)

LEAST_CONFIDENCE: Final = 40
"""Of a hundred. Where two phrases are one word in two spellings, each gets half."""

_UNKNOWN_WORDS = ("[unk]", "<unk>", "<UNK>")
"""What the models call the word that is none of theirs."""


class VoskEngine:
    """An :class:`media.speech.engine.Engine` on a Vosk model.

    Args:
        language: Its language.
        name: Its name, for people.
        path: The folder that holds ``am/final.mdl``.

    Raises:
        ModelUnusable: Vosk does not load it.
    """

    def __init__(self, language: str, name: str, path: Path) -> None:
        self._language = language
        try:
            self._model = vosk.Model(str(path))
            vosk.KaldiRecognizer(self._model, RATE_HZ)  # only this reads the graph
        except Exception as error:  # vosk raises the bare class, and no other
            raise ModelUnusable(name, path, "Vosk does not load it; unpack it anew.") from error
        self._unknown = [word for word in _UNKNOWN_WORDS if self._knows(word)][:1]

    def recogniser(self, phrases: Sequence[str]) -> Recogniser:
        """See :meth:`media.speech.engine.Engine.recogniser`."""
        known = [p for p in phrases if all(self._knows(word) for word in p.split())]
        if not known:
            raise NoPhraseKnown(self._language)
        others = (*decoys(self._language, known, self._letters), *self._unknown)
        grammar = json.dumps([*known, *others], ensure_ascii=False)
        return _VoskRecogniser(vosk.KaldiRecognizer(self._model, RATE_HZ, grammar), known)

    def dictation(self, rate_hz: int) -> Dictation:
        """See :meth:`media.speech.engine.Engine.dictation`."""
        return _VoskDictation(vosk.KaldiRecognizer(self._model, rate_hz))

    def _letters(self, word: str) -> str | None:
        # taken apart (é, 가) as far as Unicode can: near in writing is near in sound, mostly
        return unicodedata.normalize("NFD", word) if self._knows(word) else None

    def _knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) >= 0)


class _VoskDictation:
    def __init__(self, recogniser: Any) -> None:
        recogniser.SetWords(True)
        self._recogniser = recogniser
        self.words: list[Word] = []

    def feed(self, pcm: bytes) -> None:
        # Vosk ends a sentence at a pause by itself and forgets it with its result
        if self._recogniser.AcceptWaveform(pcm):
            self._take(self._recogniser.Result())

    def finish(self) -> tuple[Word, ...]:
        self._take(self._recogniser.FinalResult())
        return tuple(self.words)

    def _take(self, result: str) -> None:
        self.words += (
            Word(
                text=word["word"],
                start_ms=round(word["start"] * 1000),
                end_ms=round(word["end"] * 1000),
                confidence=min(1.0, word["conf"]),
            )
            for word in json.loads(result).get("result", ())
        )


class _VoskRecogniser:
    def __init__(self, recogniser: Any, phrases: Sequence[str]) -> None:
        self._recogniser = recogniser
        self._dictation = _VoskDictation(recogniser)
        self._phrases = frozenset(phrases)

    def feed(self, pcm: bytes) -> None:
        self._dictation.feed(pcm)

    def partial(self) -> str:
        now = json.loads(self._recogniser.PartialResult())["partial"]
        return " ".join([*(word.text for word in self._dictation.words), *now.split()])

    def finish(self) -> Match:
        words = self._dictation.finish()
        phrase = " ".join(word.text for word in words)
        if phrase not in self._phrases:
            return NOTHING
        confidence = round(100 * sum(word.confidence for word in words) / len(words))
        return Match(phrase, confidence) if confidence >= LEAST_CONFIDENCE else NOTHING
