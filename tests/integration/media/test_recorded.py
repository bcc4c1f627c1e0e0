"""Recordings of people become prompts, by the real ffmpeg."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from media.errors import RecordedPromptUnusable
from media.keys import prompt_key
from media.prompts import PromptStore
from media.recorded import SUFFIXES
from media.wav import RATE_HZ, is_telephone_wav, read_wav

pytestmark = pytest.mark.integration

KEY = prompt_key("Hej", "sv")


class Nobody:
    """A voice that is never asked."""

    identity = "nobody"

    async def speak(self, text: str, language: str) -> bytes:
        raise AssertionError("a recording wins")


def record(path: Path, hertz: int) -> None:
    """Two seconds of a quiet tone as somebody's studio would deliver it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = f"sine=frequency={hertz}:sample_rate=44100:duration=2"
    quiet = "volume=-20dB,aformat=channel_layouts=stereo"
    subprocess.run(
        ["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", f"{tone},{quiet}", str(path)],
        check=True,
    )


def pitch(path: Path) -> tuple[float, float]:
    """The strongest frequency (Hz) and the peak (dB below full scale) of a prompt."""
    sound = np.frombuffer(read_wav(path.with_suffix(".wav")), "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(sound))
    return (
        float(np.argmax(spectrum)) * RATE_HZ / len(sound),
        float(20 * np.log10(np.abs(sound).max() / 32768)),
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_a_recording_in_any_form_is_played_at_an_even_level(
    tmp_path: Path, suffix: str
) -> None:
    record(tmp_path / "recorded" / "sv" / f"{KEY}{suffix}", 440)
    async with PromptStore(tmp_path, Nobody()) as prompts:
        first, second = await asyncio.gather(prompts.path("Hej", "sv"), prompts.path("Hej", "sv"))
    assert first == second
    assert is_telephone_wav(first.with_suffix(".wav"))
    hertz, peak = pitch(first)
    assert hertz == pytest.approx(440, abs=2)
    assert peak == pytest.approx(-3, abs=0.5)


async def test_a_recording_that_is_replaced_is_heard(tmp_path: Path) -> None:
    file = tmp_path / "recorded" / "sv" / f"{KEY}.mp3"
    async with PromptStore(tmp_path, Nobody()) as prompts:
        record(file, 440)
        await prompts.path("Hej", "sv")
        record(file, 880)
        os.utime(file, ns=(0, file.stat().st_mtime_ns + 1_000_000))
        hertz, _ = pitch(await prompts.path("Hej", "sv"))
    assert hertz == pytest.approx(880, abs=2)


async def test_a_file_that_is_no_sound_costs_its_prompt_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "recorded" / "sv"
    record(folder / f"{prompt_key('Ja', 'sv')}.mp3", 440)
    (folder / f"{KEY}.mp3").write_bytes(b"these are words and no sound")
    async with PromptStore(tmp_path, Nobody()) as prompts:
        with pytest.raises(RecordedPromptUnusable, match=f"{KEY}.mp3"):
            await prompts.path("Hej", "sv")
        assert is_telephone_wav((await prompts.path("Ja", "sv")).with_suffix(".wav"))
