"""Finished recordings, one side at a time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from media.wav import RATE_HZ


def sides(file: Path) -> tuple[bytes, ...]:
    """The channels of a recording (left, right; or one), each as 8 kHz mono PCM."""
    channels = int(
        subprocess.run(
            [
                *("ffprobe", "-loglevel", "error", "-show_entries", "stream=channels"),
                *("-of", "csv=p=0", str(file)),
            ],
            capture_output=True,
            check=True,
        ).stdout
    )
    pcm = subprocess.run(
        [
            *("ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(file)),
            *("-f", "s16le", "-ar", str(RATE_HZ), "pipe:1"),
        ],
        capture_output=True,
        check=True,
    ).stdout
    samples = np.frombuffer(pcm, "<i2").reshape(-1, channels)
    return tuple(samples[:, side].tobytes() for side in range(channels))
