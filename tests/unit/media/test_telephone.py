from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt
import pytest

from media.telephone import to_telephone

pytestmark = pytest.mark.unit

RATE = 22_050


def wav(sound: npt.NDArray[np.float64], rate: int = RATE) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.clip(sound, -32768, 32767).astype("<i2").tobytes())
    return held.getvalue()


def sine(hertz: float, seconds: float = 1.0, rate: int = RATE) -> npt.NDArray[np.float64]:
    return 10_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def level(pcm: bytes) -> float:
    """Of the middle, as a share of the sine that went in."""
    sound = np.frombuffer(pcm, "<i2").astype(float)
    return float(np.sqrt(2 * np.mean(sound[len(sound) // 4 : -len(sound) // 4] ** 2)) / 10_000)


@pytest.mark.parametrize("hertz", [300, 1000, 3000, 3400])
def test_what_the_line_carries_passes_unchanged(hertz: float) -> None:
    heard = to_telephone(wav(sine(hertz)))
    assert level(heard) == pytest.approx(1, abs=0.02)
    expected = sine(hertz, rate=8000)[2000:6000]
    sound = np.frombuffer(heard, "<i2").astype(float)[2000:6000]
    assert np.abs(sound - expected).max() < 200


@pytest.mark.parametrize("hertz", [20, 4100, 5000, 7000, 11_000])
def test_what_would_hiss_or_rumble_is_gone(hertz: float) -> None:
    assert level(to_telephone(wav(sine(hertz)))) < 0.04


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("seconds", [0.001, 0.7, 3.0])
def test_the_length_in_seconds_stays(rate: int, seconds: float) -> None:
    heard = to_telephone(wav(sine(700, seconds, rate), rate))
    assert len(heard) / 2 == pytest.approx(seconds * 8000, abs=1)


def test_a_loud_voice_is_cut_and_does_not_wrap_round() -> None:
    square = np.sign(sine(440)) * 32767
    heard = np.frombuffer(to_telephone(wav(square)), "<i2").astype(int)
    wanted = sine(440, rate=8000)
    clear = np.abs(wanted) > 5000
    assert heard.max() == 32767
    assert (np.sign(heard[clear]) == np.sign(wanted[clear])).all()


def test_the_length_in_the_header_is_not_believed() -> None:
    piped = bytearray(wav(sine(700)))
    piped[40:44] = b"\x00\xf0\xff\x7f"
    assert to_telephone(bytes(piped)) == to_telephone(wav(sine(700)))


def test_no_sound_is_no_sound() -> None:
    assert to_telephone(wav(np.zeros(0))) == b""


@pytest.mark.parametrize("held", [b"", b"RIFF", b"x" * 100])
def test_what_is_no_wav_is_told(held: bytes) -> None:
    with pytest.raises(ValueError, match="WAV"):
        to_telephone(held)
