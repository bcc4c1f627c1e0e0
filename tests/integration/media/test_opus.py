"""Legs become one stream: who speaks where, how loud, and what is refused."""

from __future__ import annotations

import struct
import wave
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from media.errors import AudioUnusable, ToolFailed
from media.espeak import Espeak
from media.opus import SILENCE_LUFS, TARGET_LUFS, encode_legs, loudness_of
from media.playback import decode_side, decode_to_wav, duration_ms
from media.tones import tone
from media.wav import RATE_HZ, write_wav

pytestmark = pytest.mark.integration

CALLER_HZ, AGENT_HZ = 440, 1000


def wav(path: Path, samples: list[int], *, rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


def leg(path: Path, hz: float, seconds: float, *, level_dbfs: float = -16.0) -> Path:
    write_wav(path, tone(hz, seconds, level_dbfs=level_dbfs))
    return path


def encoded(*legs: Path) -> list[bytes]:
    pieces: list[bytes] = []
    encode_legs(legs, pieces.append)
    return pieces


def samples(stream: list[bytes], side: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.frombuffer(b"".join(decode_side(stream, side)), "<i2").astype(np.float64)


def share(sound: np.ndarray[tuple[int], np.dtype[np.float64]], hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    found = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    return float(spectrum[np.abs(found - hz) <= 10].sum() / max(spectrum.sum(), 1e-12))


def test_each_leg_is_heard_on_its_side_alone_and_silence_behind_the_shorter(
    tmp_path: Path,
) -> None:
    legs = leg(tmp_path / "l.wav", CALLER_HZ, 3), leg(tmp_path / "r.wav", AGENT_HZ, 2)
    stream = encoded(*legs)
    left, right = samples(stream, 0), samples(stream, 1)
    assert len(left) == len(right) == 3 * RATE_HZ
    assert share(left, CALLER_HZ) > 0.98
    assert share(right[: 2 * RATE_HZ], AGENT_HZ) > 0.98
    assert np.abs(right[round(2.1 * RATE_HZ) :]).max() < 30


@pytest.mark.parametrize("seconds", [0.02, 0.5, 3.0, 61.0])
def test_the_length_is_told_and_kept(tmp_path: Path, seconds: float) -> None:
    stream: list[bytes] = []
    told = encode_legs([leg(tmp_path / "l.wav", CALLER_HZ, seconds)], stream.append)
    assert told == seconds * 1000
    assert abs(duration_ms(stream) - told) <= 20


async def spoken(path: Path, text: str, *, gain_db: float) -> Path:
    """A leg with pauses, as people speak."""
    voice = await Espeak.find()
    pcm = np.frombuffer(await voice.speak(text, "en"), "<i2").astype(np.float64)
    quiet = np.zeros(2 * RATE_HZ)
    sound = np.concatenate([pcm, quiet, pcm, quiet]) * 10 ** (gain_db / 20)
    write_wav(path, np.clip(sound, -32768, 32767).astype("<i2").tobytes())
    return path


async def test_a_soft_and_a_loud_voice_become_equally_loud(tmp_path: Path) -> None:
    text = "Welcome to the preschool services, how may I help you today?"
    soft = await spoken(tmp_path / "soft.wav", text, gain_db=-20)
    loud = await spoken(tmp_path / "loud.wav", text, gain_db=0)
    before = loudness_of([soft, loud])
    assert before[1] - before[0] > 15
    stream = encoded(soft, loud)
    for side in (0, 1):
        write_wav(tmp_path / f"{side}.wav", b"".join(decode_side(stream, side)))
    for loudness in loudness_of([tmp_path / "0.wav", tmp_path / "1.wav"]):
        assert loudness == pytest.approx(TARGET_LUFS, abs=1.5)


def test_line_noise_without_a_voice_is_not_blown_up(tmp_path: Path) -> None:
    noise = np.random.default_rng(5).normal(0, 20, 5 * RATE_HZ).astype("<i2")
    write_wav(tmp_path / "noise.wav", noise.tobytes())
    (before,) = loudness_of([tmp_path / "noise.wav"])
    assert before < SILENCE_LUFS
    sound = samples(encoded(tmp_path / "noise.wav", leg(tmp_path / "r.wav", AGENT_HZ, 5)), 0)
    assert np.sqrt((sound**2).mean()) < 25


def test_a_click_does_not_keep_a_soft_voice_soft_nor_break_the_sound(tmp_path: Path) -> None:
    soft = array("h", tone(CALLER_HZ, 20, level_dbfs=-36))
    soft[4000:4040] = array("h", [32767] * 40)
    write_wav(tmp_path / "l.wav", soft.tobytes())
    sound = samples(encoded(tmp_path / "l.wav"), 0)
    voice = np.sqrt((sound[RATE_HZ : 2 * RATE_HZ] ** 2).mean())
    assert voice > 3 * np.sqrt((np.frombuffer(soft, "<i2")[RATE_HZ:] ** 2.0).mean())
    assert np.abs(sound).max() <= 32767


def odd_legs(folder: Path) -> dict[str, list[Path]]:
    good = wav(folder / "good.wav", [1] * 100)
    cut = wav(folder / "cut.wav", [1] * 100)
    with cut.open("r+b") as file:
        file.truncate(100)
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("not a sound " * 10)
    return {
        "stereo": [good, wav(folder / "stereo.wav", [1] * 100, channels=2)],
        "rates": [good, wav(folder / "fast.wav", [1] * 100, rate=16_000)],
        "cut": [good, cut],
        "empty": [good, folder / "empty.wav"],
        "text": [folder / "text.wav", good],
    }


@pytest.mark.parametrize("odd", ["stereo", "rates", "cut", "empty", "text"])
def test_an_odd_leg_is_refused_by_name_before_anything_is_written(tmp_path: Path, odd: str) -> None:
    pieces: list[bytes] = []
    with pytest.raises(AudioUnusable, match=r"\w+\.wav is no recorded leg"):
        encode_legs(odd_legs(tmp_path)[odd], pieces.append)
    assert pieces == []


def test_a_leg_without_any_sound_in_it_is_a_recording_of_no_length(tmp_path: Path) -> None:
    legs = [wav(tmp_path / "l.wav", []), wav(tmp_path / "r.wav", [])]
    assert encode_legs(legs, lambda _: None) == 0


def test_a_writer_that_fails_ends_it_with_its_own_fault(tmp_path: Path) -> None:
    def full(_: bytes) -> None:
        raise OSError(28, "no room")

    with pytest.raises(OSError, match="no room"):
        encode_legs([leg(tmp_path / "l.wav", CALLER_HZ, 30)], full)


def test_a_stream_that_breaks_off_tells_so_at_its_end(tmp_path: Path) -> None:
    whole = encoded(leg(tmp_path / "l.wav", CALLER_HZ, 60))

    def cut() -> Iterator[bytes]:
        yield whole[0]
        raise ValueError("cut")

    with pytest.raises(ValueError, match="cut"):
        list(decode_side(cut(), 0))


def test_what_is_no_opus_is_refused() -> None:
    with pytest.raises(ToolFailed):
        list(decode_side([b"no sound at all"], 0))


def test_a_wav_file_is_made_of_it_for_a_person(tmp_path: Path) -> None:
    stream = encoded(leg(tmp_path / "l.wav", CALLER_HZ, 2), leg(tmp_path / "r.wav", AGENT_HZ, 2))
    decode_to_wav(stream, tmp_path / "out.wav")
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        assert file.getnframes() == 2 * RATE_HZ
