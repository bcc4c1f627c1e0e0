"""Where speech begins and ends in a stream of telephone audio.

A frame is speech when the WebRTC voice activity detector (in its strictest mode, which takes hum
and tones for what they are) says so *and* it stands out of the line's own noise. The level of that
noise is followed: down at once, up slowly, so that a fan becomes noise and a long word does not.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from typing import Final

from pocketsphinx import Vad

from media.speech.engine import RATE_HZ
from media.speech.pcm import SAMPLE_BYTES, rms

FRAME_MS: Final = 20

_STRICTEST = 3
_WINDOW_FRAMES = 10
_SPEECH_FRAMES = 6
"""So many frames of speech in the window, 120 of 200 ms, are the start of an utterance."""

_OVER_NOISE = 2.5
"""8 dB: a voice on a telephone line is some 20 dB above its noise."""

_LEAST_RMS = 60.0
"""-55 dBFS: a whisper; what is softer is no word that was said to us."""

_NOISE_RISE = 1.01
"""A frame; the noise is taken to double in 1.4 s at most."""


def frame_bytes(rate_hz: int) -> int:
    """Size of a frame."""
    return rate_hz * FRAME_MS // 1000 * SAMPLE_BYTES


class Turn(Enum):
    """What a frame meant."""

    SILENCE = auto()
    BEGAN = auto()
    SPEECH = auto()
    PAUSE = auto()


class Endpointer:
    """Follows one stream, frame by frame.

    Args:
        rate_hz: 8000 or 16000.

    Attributes:
        pause_ms: How long it has been quiet since the last speech of this utterance.
        spoken_ms: Speech heard in this utterance, pauses not counted.
    """

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self._vad = Vad(_STRICTEST, rate_hz, FRAME_MS / 1000)
        self._noise: float | None = None
        self._recent: deque[bool] = deque(maxlen=_WINDOW_FRAMES)
        self._speaking = False
        self.pause_ms = 0
        self.spoken_ms = 0

    def hear(self, frame: bytes) -> Turn:
        """Judge the next frame."""
        speech = self._is_speech(frame)
        if self._speaking:
            if speech:
                self.pause_ms = 0
                self.spoken_ms += FRAME_MS
                return Turn.SPEECH
            self.pause_ms += FRAME_MS
            return Turn.PAUSE
        self._recent.append(speech)
        if (heard := sum(self._recent)) < _SPEECH_FRAMES:
            return Turn.SILENCE
        self._speaking = True
        self.pause_ms = 0
        self.spoken_ms = heard * FRAME_MS
        return Turn.BEGAN

    def end(self) -> None:
        """The utterance is over: wait for the next one."""
        self._speaking = False
        self._recent.clear()

    def _is_speech(self, frame: bytes) -> bool:
        level = rms(frame)
        noise = level if self._noise is None else min(level, self._noise * _NOISE_RISE)
        self._noise = max(noise, 1.0)
        if level < max(_LEAST_RMS, _OVER_NOISE * self._noise):
            return False
        return bool(self._vad.is_speech(frame))
