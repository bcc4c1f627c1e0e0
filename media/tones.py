"""The beep that asks a caller to speak. Asterisk's own sounds are another package, in English."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

from media.wav import RATE_HZ, write_wav

BEEP_HZ = 1000.0
BEEP_SECONDS = 0.3
_LEVEL_DBFS = -16.0
_EDGE_SECONDS = 0.01


def write_beep(folder: Path) -> Path:
    """Make ``beep.wav`` in ``folder``, at the first call only.

    Returns:
        The file without ``.wav``, as Asterisk wants it.
    """
    path = folder / "beep.wav"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_wav(path, tone(BEEP_HZ, BEEP_SECONDS, level_dbfs=_LEVEL_DBFS))
    return path.absolute().with_suffix("")


def write_nothing(folder: Path) -> Path:
    """Make ``nothing.wav``, a sound of no length, likewise: to play it is to stop another sound."""
    path = folder / "nothing.wav"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_wav(path, b"")
    return path.absolute().with_suffix("")


def tone(hz: float, seconds: float, *, level_dbfs: float = -16.0) -> bytes:
    """A pure tone with soft edges (no click): signed 16-bit mono PCM of 8 kHz.

    Args:
        hz: Frequency, below 4000.
        seconds: Length.
        level_dbfs: Root mean square against a full-scale square wave.
    """
    total = round(seconds * RATE_HZ)
    edge = _EDGE_SECONDS * RATE_HZ
    peak = 32768 * math.pow(10, level_dbfs / 20) * math.sqrt(2)
    turn = 2 * math.pi * hz / RATE_HZ
    return array(
        "h",
        (
            round(peak * min(1.0, n / edge, (total - 1 - n) / edge) * math.sin(turn * n))
            for n in range(total)
        ),
    ).tobytes()
