"""In a stream of audio one utterance is found, and the utterance becomes one answer.

Only speech is decoded, with a little of what was before it; silence costs next to nothing. When
the caller is quiet for a moment and a whole phrase stands, that is the answer; when what stands is
no phrase, or might go on to a longer one, they are given more time (the complete and the
incomplete timeout of RFC 6787). Who speaks freely is given the most: people pause to think.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from media.speech.endpointing import FRAME_MS, Endpointer, Turn, frame_bytes
from media.speech.engine import RATE_HZ, Engine, Recogniser
from media.speech.free_speech import FreeSpeech
from media.speech.pcm import DECODERS
from media.speech.phrases import spoken
from media.speech.recognition import Heard, Kind, Recognition

COMPLETE_MS: Final = 400
INCOMPLETE_MS: Final = 900
FREE_MS: Final = 1200
SHORTEST_MS: Final = 140
"""Speech, pauses not counted: what is shorter is a click or a cut word."""

_FRAME_BYTES = frame_bytes(RATE_HZ)

_LEAD_MS = 300
"""Decoded from before the start was certain."""


class _Utterance:
    """What is being said: audio on its way to the recogniser, in pieces worth its while."""

    def __init__(self, recogniser: Recogniser, lead: Iterable[bytes]) -> None:
        self._recogniser = recogniser
        self._unfed = [*lead]
        self.length_ms = 0

    def hear(self, frame: bytes) -> None:
        self._unfed.append(frame)
        self.length_ms += FRAME_MS

    def feed(self) -> Recogniser:
        """The recogniser, with all audio taken in."""
        if self._unfed:
            self._recogniser.feed(b"".join(self._unfed))
            self._unfed.clear()
        return self._recogniser


class Listener:
    """Listens to one stream until one utterance is answered. Belongs to one thread.

    Args:
        engine: Of the recognition's language.
        recognition: What may be said.

    Raises:
        media.speech.errors.NoPhraseKnown: The model knows the words of none of the phrases.
        media.speech.errors.Overloaded: The engine writes down as many at once as it can.
    """

    def __init__(self, engine: Engine, recognition: Recognition) -> None:
        self._given = {spoken(phrase): phrase for phrase in reversed(recognition.phrases)}
        # a phrase that another one begins with is not complete at its own end
        self._complete = {
            phrase
            for phrase in self._given
            if not any(other.startswith(f"{phrase} ") for other in self._given)
        }
        self._decode = DECODERS[recognition.codec]
        self._endpointer = Endpointer()
        self._longest_ms = recognition.longest_ms
        self._pause_ms = INCOMPLETE_MS if recognition.phrases else FREE_MS
        self._rest = b""
        self._lead: deque[bytes] = deque(maxlen=_LEAD_MS // FRAME_MS)
        self._utterance: _Utterance | None = None
        self._answered = False
        # made before it is needed: unknown words are told at once, and nobody waits for it
        self._recogniser = (
            engine.recogniser(tuple(self._given))
            if self._given
            else FreeSpeech(engine.dictation(RATE_HZ))
        )

    def hear(self, audio: bytes) -> Iterator[Heard]:
        """Take in more audio, any amount, in the recognition's codec; consume it to the end.

        What comes after the answer is dropped.
        """
        if self._answered:
            return
        pcm = self._rest + self._decode(audio)
        whole = len(pcm) // _FRAME_BYTES * _FRAME_BYTES
        self._rest = pcm[whole:]
        for start in range(0, whole, _FRAME_BYTES):
            frame = pcm[start : start + _FRAME_BYTES]
            turn = self._endpointer.hear(frame)
            if turn is Turn.BEGAN:
                self._utterance = _Utterance(self._recogniser, self._lead)
                self._lead.clear()
                yield Heard(Kind.BEGAN)
            if self._utterance is None:
                self._lead.append(frame)
                continue
            self._utterance.hear(frame)
            if self._is_over(self._utterance):
                yield self._answer(self._utterance)
                return
        if self._utterance is not None:
            self._utterance.feed()

    def _is_over(self, utterance: _Utterance) -> bool:
        pause = self._endpointer.pause_ms
        if pause == COMPLETE_MS:
            return utterance.feed().partial() in self._complete
        return pause >= self._pause_ms or utterance.length_ms >= self._longest_ms

    def _answer(self, utterance: _Utterance) -> Heard:
        """What the utterance was."""
        self._answered = True
        match = utterance.feed().finish()
        given = self._given.get(match.phrase) if self._given else match.phrase
        if not given or self._endpointer.spoken_ms < SHORTEST_MS:
            return Heard(Kind.NO_MATCH)
        return Heard(Kind.MATCH, given, match.confidence)
