"""Whether a person's recording is good enough to be a prompt, and what to do where it is not.

A recording is made even in level and brought to the telephone's form when it is first played
(:mod:`media.recorded`); what no machine puts right is told here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from pydub import AudioSegment
from pydub.exceptions import CouldntDecodeError

from media.wav import RATE_HZ

FULL_SCALE: Final = 0.999
"""Of the largest sample: what reaches it may have been cut."""

QUIET_DBFS: Final = -35.0
LOUD_DBFS: Final = -12.0
"""Speech of a voice near a microphone lies between, measured where something is said."""

NOISE_DB: Final = 20.0
"""Speech is at least so far above what is heard between the words."""

LEAD_S: Final = 0.5
TRAIL_S: Final = 1.0
"""Silence that a caller does not notice before and after a sentence."""

CLIPPED_RUN: Final = 3
"""So many samples in a row at full scale are no peak that happens to reach it."""

_FRAME_S: Final = 0.02
_SILENT_BELOW_DB: Final = 35.0  # below the loudest of the frames: pauses, breath, the room
_FASTEST: Final = 30.0
_SLOWEST: Final = 5.0  # characters a second; people read 12 to 18
_SHORT_S: Final = 1.5
_FLOOR: Final = 1e-5  # -100 dB, for the logarithm of silence


@dataclass(frozen=True, slots=True)
class Quality:
    """A recording, measured.

    Attributes:
        seconds: How long it is.
        rate_hz: Its own sample rate.
        channels: 1 is mono.
        peak_dbfs: Its loudest sample, dB below full scale.
        level_dbfs: Root mean square where something is said.
        noise_dbfs: The quietest tenth, what is heard between the words.
        clipped: Places where the wave is cut off at full scale.
        lead_s: Silence before the first word.
        trail_s: Silence after the last.
    """

    seconds: float
    rate_hz: int
    channels: int
    peak_dbfs: float
    level_dbfs: float
    noise_dbfs: float
    clipped: int
    lead_s: float
    trail_s: float

    def faults(self, sentence: str = "") -> Iterator[str]:
        """What is wrong and what to do about it; nothing where it is good.

        Args:
            sentence: What is to be said in it, for its length; ``""`` when that is not known.
        """
        if self.peak_dbfs < QUIET_DBFS - NOISE_DB:
            yield "nothing is to be heard in it; record it anew"
            return
        if self.rate_hz < RATE_HZ:
            yield f"its rate is {self.rate_hz} Hz; record with {RATE_HZ} Hz or more"
        if self.clipped:
            yield (
                f"it is cut off at full scale in {self.clipped} places, which crackles; "
                "record it anew with less gain, at a peak of -6 dBFS"
            )
        if self.level_dbfs < QUIET_DBFS:
            yield (
                f"it is quiet ({self.level_dbfs:.0f} dBFS); it is made louder, and its noise with "
                "it: record it anew, nearer to the microphone"
            )
        elif self.level_dbfs > LOUD_DBFS:
            yield f"it is loud ({self.level_dbfs:.0f} dBFS); record it with less gain"
        if self.level_dbfs - self.noise_dbfs < NOISE_DB and self.seconds > _SHORT_S:
            yield "there is noise behind the voice; record it in a quieter room"
        if self.lead_s > LEAD_S:
            yield f"{self.lead_s:.1f} s of silence come before the first word; cut them off"
        if self.trail_s > TRAIL_S:
            yield f"{self.trail_s:.1f} s of silence come after the last word; cut them off"
        yield from self._length_faults(sentence)

    def _length_faults(self, sentence: str) -> Iterator[str]:
        spoken = self.seconds - self.lead_s - self.trail_s
        if sentence and spoken < len(sentence) / _FASTEST:
            yield f"it is too short for its text ({spoken:.1f} s); is it whole, and the right one?"
        elif sentence and spoken > max(_SHORT_S, len(sentence) / _SLOWEST):
            yield f"it is too long for its text ({spoken:.1f} s); is it the right one?"


def judge(recording: Path) -> Quality:
    """Measure a recording in any form. Blocks.

    Raises:
        ValueError: It is no sound that ffmpeg knows, or holds none.
        OSError: It cannot be read.
    """
    try:
        sound = AudioSegment.from_file(recording)
    except (CouldntDecodeError, IndexError) as error:  # the latter where no stream is in the file
        raise ValueError("it is no sound that ffmpeg can read") from error
    full = float(1 << (8 * sound.sample_width - 1))
    samples = np.array(sound.get_array_of_samples(), dtype=np.float64) / full
    if not samples.size:
        raise ValueError("it is empty")
    wave = samples.reshape(-1, sound.channels)
    loudness = _loudness(wave.mean(axis=1), sound.frame_rate)
    heard = np.flatnonzero(loudness > loudness.max() * 10 ** (-_SILENT_BELOW_DB / 20))
    return Quality(
        seconds=len(wave) / sound.frame_rate,
        rate_hz=sound.frame_rate,
        channels=sound.channels,
        peak_dbfs=_db(float(np.abs(wave).max())),
        level_dbfs=_db(float(np.sqrt(np.mean(loudness[heard] ** 2)))) if heard.size else _db(0),
        noise_dbfs=_db(float(np.quantile(loudness, 0.1))),
        clipped=_clipped(wave),
        lead_s=float(heard[0]) * _FRAME_S if heard.size else 0.0,
        trail_s=float(len(loudness) - 1 - heard[-1]) * _FRAME_S if heard.size else 0.0,
    )


def _loudness(mono: npt.NDArray[np.float64], rate: int) -> npt.NDArray[np.float64]:
    """Root mean square of each frame of 20 ms; the last may be shorter."""
    frame = max(1, round(rate * _FRAME_S))
    padded = np.pad(mono, (0, -len(mono) % frame))
    return np.asarray(np.sqrt(np.mean(padded.reshape(-1, frame) ** 2, axis=1)))


def _clipped(wave: npt.NDArray[np.float64]) -> int:
    """Runs of samples at full scale, of one channel each."""
    runs = 0
    for channel in wave.T:
        full = np.abs(channel) >= FULL_SCALE
        edges = np.flatnonzero(np.diff(np.concatenate(([False], full, [False]))))
        runs += int(np.count_nonzero(edges[1::2] - edges[::2] >= CLIPPED_RUN))
    return runs


def _db(value: float) -> float:
    return float(20 * np.log10(max(value, _FLOOR)))
