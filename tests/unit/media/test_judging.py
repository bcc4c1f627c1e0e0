"""What is told of recordings that are made as people make them: too loud, too far away, cut off."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from media.judging import judge

pytestmark = pytest.mark.unit

RATE = 48_000
SENTENCE = "Välkommen till kommunens växel."


def voice(seconds: float, peak: float) -> npt.NDArray[np.float64]:
    """Syllables of a buzz with pauses between them: as loud here and there as speech is."""
    time = np.arange(round(seconds * RATE)) / RATE
    syllables = np.clip(np.sin(2 * np.pi * 4 * time), 0, 1)
    return peak * syllables * np.sin(2 * np.pi * 180 * time)


def silence(seconds: float) -> npt.NDArray[np.float64]:
    return np.zeros(round(seconds * RATE))


def file_of(folder: Path, sound: npt.NDArray[np.float64], rate: int = RATE) -> Path:
    path = folder / "recording.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def test_a_good_recording_has_no_fault(tmp_path: Path) -> None:
    sound = np.concatenate([silence(0.2), voice(2, 0.5), silence(0.3)])
    quality = judge(file_of(tmp_path, sound))
    assert list(quality.faults(SENTENCE)) == []
    assert quality.seconds == pytest.approx(2.5)
    assert quality.rate_hz == RATE
    assert quality.peak_dbfs == pytest.approx(-6, abs=0.2)
    assert -20 < quality.level_dbfs < -10
    assert quality.lead_s == pytest.approx(0.2, abs=0.03)
    assert quality.trail_s == pytest.approx(0.4, abs=0.05)


NOISE = np.random.default_rng(1).normal(0, 0.05, round(2 * RATE))

FAULTY = {
    "cut off at full scale": (voice(2, 1.5), SENTENCE),
    "is quiet": (voice(2, 0.01), SENTENCE),
    "is loud": (np.clip(voice(2, 4), -0.9, 0.9), SENTENCE),
    "noise behind": (voice(2, 0.5) + NOISE, SENTENCE),
    "before the first word": (np.concatenate([silence(0.9), voice(2, 0.5)]), SENTENCE),
    "after the last word": (np.concatenate([voice(2, 0.5), silence(1.6)]), SENTENCE),
    "too short": (voice(0.6, 0.5), SENTENCE),
    "too long": (voice(9, 0.5), SENTENCE),
    "nothing is to be heard": (silence(2), SENTENCE),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_is_told_with_what_to_do(tmp_path: Path, fault: str) -> None:
    sound, sentence = FAULTY[fault]
    faults = list(judge(file_of(tmp_path, sound)).faults(sentence))
    assert any(fault in told for told in faults), faults


def test_a_rate_below_the_telephones_is_told(tmp_path: Path) -> None:
    faults = list(judge(file_of(tmp_path, voice(2, 0.5)[::8], RATE // 8)).faults())
    assert any("6000 Hz" in told for told in faults)


@pytest.mark.parametrize("held", [b"", b"words", b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_sound_is_told_as_that(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "words.wav"
    path.write_bytes(held)
    with pytest.raises(ValueError, match="it is"):
        judge(path)


def test_a_file_without_a_sample_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="empty"):
        judge(file_of(tmp_path, silence(0)))
