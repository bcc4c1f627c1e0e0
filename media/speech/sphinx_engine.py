"""pocketsphinx with the English model of its wheel: small menus, with nothing to download."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pocketsphinx import Decoder

from media.speech.decoys import decoys
from media.speech.endpointing import FRAME_MS, Endpointer, Turn, frame_bytes
from media.speech.engine import NOTHING, RATE_HZ, Dictation, Match, Recogniser, Word
from media.speech.errors import ModelUnusable, NoPhraseKnown, Overloaded, RateUnusable
from media.speech.pcm import Doubler

MODEL_RATE_HZ: Final = 16_000
"""What the acoustic model was trained on; the decoder takes nothing else."""

LANGUAGE: Final = "en"

LEAST_CONFIDENCE: Final = 30
"""Of a hundred. The decoys reject what is no phrase; this is for what is none of either."""

MOST_DICTATIONS: Final = 2
"""At once: each takes half a core while somebody speaks, and 60 MB, which forked workers share."""

_MENU = "menu"

_DECODER_FRAME_MS = 10
_NO_WORD = "<[+"
"""What the names of silence and of noises begin with."""

_SENTENCE_PAUSE_MS = 600
_LONGEST_SENTENCE_FRAMES = 30_000 // FRAME_MS
_LEAD_FRAMES = 300 // FRAME_MS


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
            # made here, where nobody waits for them: each takes a third of a second
            self._idle = [self._dictation_decoder() for _ in range(MOST_DICTATIONS)]
        except RuntimeError as error:
            raise ModelUnusable(name, path, f"pocketsphinx does not load it ({error}).") from error

    def recogniser(self, phrases: Sequence[str]) -> Recogniser:
        """See :meth:`media.speech.engine.Engine.recogniser`."""
        known = [p for p in phrases if all(self._sound(word) for word in p.split())]
        if not known:
            raise NoPhraseKnown(LANGUAGE)
        others = decoys(LANGUAGE, known, self._sound)
        decoder = self._decoder(dict=None)
        words = sorted({word for phrase in (*known, *others) for word in phrase.split()})
        variants = [variant for word in words for variant in self._variants(word)]
        for number, (name, sound) in enumerate(variants, 1):
            decoder.add_word(name, sound, number == len(variants))
        decoder.add_jsgf_string(_MENU, _grammar((*known, *others)))
        return _SphinxRecogniser(decoder, known)

    def dictation(self, rate_hz: int) -> Dictation:
        """See :meth:`media.speech.engine.Engine.dictation`."""
        if rate_hz not in (RATE_HZ, MODEL_RATE_HZ):
            raise RateUnusable(rate_hz, (RATE_HZ, MODEL_RATE_HZ))
        if not self._idle:
            raise Overloaded
        decoder = self._idle.pop()
        with suppress(RuntimeError):  # it was dropped in mid-sentence, or it was not
            decoder.end_utt()
        decoder.reinit_feat()  # what it knows of the last caller's voice
        dictation = _SphinxDictation(decoder, rate_hz)
        weakref.finalize(dictation, self._idle.append, decoder)
        return dictation

    def _dictation_decoder(self) -> Any:
        return self._decoder(
            dict=str(self._path / "cmudict-en-us.dict"), lm=str(self._path / "en-us.lm.bin")
        )

    def _decoder(self, **options: Any) -> Any:
        return Decoder(
            **{"hmm": str(self._path / "en-us"), "lm": None, "loglevel": "FATAL", **options}
        )

    def _sound(self, word: str) -> list[str] | None:
        phones: str | None = self._dictionary.lookup_word(word)
        return phones.split() if phones else None

    def _variants(self, word: str) -> Iterator[tuple[str, str]]:
        """Each way to say a word, named as pocketsphinx names them."""
        name, number = word, 1
        while sound := self._sound(name):
            yield name, " ".join(sound)
            number += 1
            name = f"{word}({number})"


class _SphinxRecogniser:
    def __init__(self, decoder: Any, phrases: Sequence[str]) -> None:
        self._decoder = decoder
        self._phrases = frozenset(phrases)
        self._doubler = Doubler()
        self._decoder.activate_search(_MENU)
        self._decoder.start_utt()

    def feed(self, pcm: bytes) -> None:
        if pcm:  # the decoder refuses no sound at all
            self._decoder.process_raw(self._doubler.feed(pcm))

    def partial(self) -> str:
        hypothesis = self._decoder.hyp()
        return hypothesis.hypstr if hypothesis else ""

    def finish(self) -> Match:
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        phrase = hypothesis.hypstr if hypothesis else ""
        if phrase not in self._phrases:
            return NOTHING
        # of the last pass over the lattice: how much of the likelihood goes through each word
        shares = [
            segment.prob for segment in self._decoder.seg() if segment.word[0] not in _NO_WORD
        ]
        confidence = round(100 * min(1.0, sum(shares) / len(shares)))
        return Match(phrase, confidence) if confidence >= LEAST_CONFIDENCE else NOTHING


class _SphinxDictation:
    """Sentence by sentence: the decoder's memory grows with what it has in hand."""

    def __init__(self, decoder: Any, rate_hz: int) -> None:
        self._decoder = decoder
        self._doubler = Doubler() if rate_hz == RATE_HZ else None
        self._endpointer = Endpointer(rate_hz)
        self._frame_bytes = frame_bytes(rate_hz)
        self._rest = b""
        self._lead: deque[bytes] = deque(maxlen=_LEAD_FRAMES)
        self._frames = 0
        self._sentence_at = 0
        self._sentence_frames = 0
        self._words: list[Word] = []

    def feed(self, pcm: bytes) -> None:
        pcm = self._rest + pcm
        whole = len(pcm) // self._frame_bytes * self._frame_bytes
        self._rest = pcm[whole:]
        for start in range(0, whole, self._frame_bytes):
            self._hear(pcm[start : start + self._frame_bytes])

    def finish(self) -> tuple[Word, ...]:
        if self._sentence_frames:
            self._end_sentence()
        return tuple(self._words)

    def _hear(self, frame: bytes) -> None:
        turn = self._endpointer.hear(frame)
        self._frames += 1
        if turn is Turn.BEGAN:
            self._decoder.start_utt()
            self._doubler = Doubler() if self._doubler else None
            self._sentence_at = self._frames - 1 - len(self._lead)
            self._take(b"".join(self._lead))
            self._lead.clear()
        if turn is Turn.SILENCE:
            self._lead.append(frame)
            return
        self._take(frame)
        if (
            self._endpointer.pause_ms >= _SENTENCE_PAUSE_MS
            or self._sentence_frames >= _LONGEST_SENTENCE_FRAMES
        ):
            self._end_sentence()

    def _take(self, pcm: bytes) -> None:
        self._sentence_frames += len(pcm) // self._frame_bytes
        if pcm:
            self._decoder.process_raw(self._doubler.feed(pcm) if self._doubler else pcm)

    def _end_sentence(self) -> None:
        self._endpointer.end()
        self._decoder.end_utt()
        self._sentence_frames = 0
        began_ms = self._sentence_at * FRAME_MS
        for segment in self._decoder.seg() or ():
            if segment.word[0] in _NO_WORD:
                continue
            self._words.append(
                Word(
                    text=segment.word.partition("(")[0],
                    start_ms=began_ms + segment.start_frame * _DECODER_FRAME_MS,
                    end_ms=began_ms + (segment.end_frame + 1) * _DECODER_FRAME_MS,
                    confidence=min(1.0, max(0.0, segment.prob)),
                )
            )


def _grammar(phrases: Sequence[str]) -> str:
    """The phrases as JSGF; they are plain words by now, nothing in them means anything to it."""
    return f"#JSGF V1.0; grammar words; public <words> = {' | '.join(phrases)};"
