"""G.711 and the doubled rate."""

from __future__ import annotations

import numpy as np
import pytest

from media.speech.pcm import DECODERS, Doubler, rms
from media.tones import tone

pytestmark = pytest.mark.unit


def test_g711_gives_the_values_of_its_tables() -> None:
    ulaw = np.frombuffer(DECODERS["ulaw"](b"\x00\x80\x7f\xff\x0f\x8f"), "<i2")
    alaw = np.frombuffer(DECODERS["alaw"](b"\x2a\xaa\x55\xd5\x00\x80"), "<i2")

    assert ulaw.tolist() == [-32124, 32124, 0, 0, -16764, 16764]
    assert alaw.tolist() == [-32256, 32256, -8, 8, -5504, 5504]


@pytest.mark.parametrize("hz", [300, 1000, 3000, 3400])
def test_doubling_keeps_the_tone_and_adds_no_image(hz: int) -> None:
    doubled = np.frombuffer(Doubler().feed(tone(hz, 1.0)), "<i2")

    spectrum = np.abs(np.fft.rfft(doubled[1000:15000] * np.hanning(14000)))
    frequency = np.fft.rfftfreq(14000, 1 / 16000)
    assert abs(frequency[spectrum.argmax()] - hz) < 2
    assert spectrum[frequency > 4500].max() < spectrum.max() / 2000


@pytest.mark.parametrize("piece", [2, 34, 320, 4000])
def test_doubling_in_pieces_has_no_seam(piece: int) -> None:
    sound = tone(440, 0.5)
    doubler = Doubler()

    pieces = b"".join(
        doubler.feed(sound[start : start + piece]) for start in range(0, len(sound), piece)
    )

    assert pieces == Doubler().feed(sound)


def test_the_level_of_nothing_is_nothing() -> None:
    assert rms(b"") == 0
    assert rms(b"\x00\x10" * 80) == 4096
