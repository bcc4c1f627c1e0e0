"""pocketsphinx with the English model of its wheel: small menus, with nothing to download."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from pocketsphinx import Decoder

from media.speech.engine import NOTHING, Dictation, Match, Recogniser
from media.speech.errors import ModelUnusable, NoPhraseKnown
from media.speech.pcm import Doubler

MODEL_RATE_HZ: Final = 16_000
"""What the acoustic model was trained on; the decoder takes nothing else."""


class SphinxEngine:
    """An :class:`media.speech.engine.Engine` on the wheel's model.

    Args:
        name: Its name, for people.
        path: The folder that holds the dictionary and the acoustic model.

    Raises:
        ModelUnusable: pocketsphinx does not load it.
    """

    def __init__(self, name: str, path: Path) -> None:
        self._path = path
        try:
            self._dictionary = self._decoder(dict=str(path / "cmudict-en-us.dict"))
        except RuntimeError as error:
            raise ModelUnusable(name, path, f"pocketsphinx does not load it ({error}).") from error

    def recogniser(self, phrases: Sequence[str]) -> Recogniser:
        """See :meth:`media.speech.engine.Engine.recogniser`."""
        known = [p for p in phrases if all(self._said(word) for word in p.split())]
        if not known:
            raise NoPhraseKnown("en")
        decoder = self._decoder(dict=None)
        words = sorted({word for phrase in known for word in phrase.split()})
        spoken = [(name, sound) for word in words for name, sound in self._variants(word)]
        for number, (name, sound) in enumerate(spoken, 1):
            decoder.add_word(name, sound, number == len(spoken))
        decoder.add_jsgf_string("menu", _grammar(known))
        decoder.activate_search("menu")
        return _SphinxRecogniser(decoder, known)

    def dictation(self, rate_hz: int) -> Dictation:
        """See :meth:`media.speech.engine.Engine.dictation`."""
        raise NotImplementedError

    def _decoder(self, **options: Any) -> Any:
        return Decoder(hmm=str(self._path / "en-us"), lm=None, loglevel="FATAL", **options)

    def _said(self, word: str) -> str | None:
        """How a word sounds, its phones; ``None`` when the dictionary lacks it."""
        sound: str | None = self._dictionary.lookup_word(word)
        return sound

    def _variants(self, word: str) -> Iterator[tuple[str, str]]:
        """Each way to say a word, named as pocketsphinx names them."""
        name, number = word, 1
        while sound := self._said(name):
            yield name, sound
            number += 1
            name = f"{word}({number})"


class _SphinxRecogniser:
    def __init__(self, decoder: Any, phrases: Sequence[str]) -> None:
        self._decoder = decoder
        self._phrases = frozenset(phrases)
        self._doubler = Doubler()
        self._decoder.start_utt()

    def feed(self, pcm: bytes) -> None:
        self._decoder.process_raw(self._doubler.feed(pcm))

    def partial(self) -> str:
        hypothesis = self._decoder.hyp()
        return hypothesis.hypstr if hypothesis else ""

    def finish(self) -> Match:
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        phrase = hypothesis.hypstr if hypothesis else ""
        return Match(phrase, 90) if phrase in self._phrases else NOTHING


def _grammar(phrases: Sequence[str]) -> str:
    """The phrases as JSGF; they are plain words by now, nothing in them means anything to it."""
    return f"#JSGF V1.0; grammar menu; public <menu> = {' | '.join(phrases)};"
