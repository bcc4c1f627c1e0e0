"""A synthetic voice becomes sound for the telephone: other rate, and only what the line carries.

Done on the whole sentence at once by its spectrum: as clean as ffmpeg's filters, and without
starting a program, which would take five times as long as the speaking itself. numpy is imported
when something is spoken, in the thread of whoever asks: a start as a rule has all of its prompts.
"""

from __future__ import annotations

import math
from typing import Final

from media.wav import RATE_HZ

# The telephone carries 300-3400 Hz: what lies above 4 kHz would fold back as a hiss, what lies
# below only eats level.
_RUMBLE_HZ: Final = 120.0
_TOP_HZ: Final = 3900.0
_SLOPE_HZ: Final = 300.0
_HEADER: Final = 44
_RATE: Final = slice(24, 28)
_BLOCK: Final = 16
"""Lengths are whole numbers of it: a spectrum of a prime length takes many times as long."""


def to_telephone(wav: bytes) -> bytes:
    """The sound of a mono 16-bit WAV as PCM of 8 kHz.

    Its length is that of the data: who writes to a pipe does not know it when the header is due.

    Raises:
        ValueError: It is no such WAV.
    """
    import numpy as np  # noqa: PLC0415 - as said

    if len(wav) < _HEADER or wav[:4] != b"RIFF" or wav[36:40] != b"data":
        raise ValueError("it is no plain WAV")
    rate = int.from_bytes(wav[_RATE], "little")
    sound = np.frombuffer(wav[_HEADER : len(wav) - len(wav) % 2], "<i2").astype(np.float32)
    if not sound.size or not rate:
        return b""
    step = rate // math.gcd(rate, RATE_HZ)
    blocks = _BLOCK * math.ceil((sound.size + step) / (step * _BLOCK))
    before = blocks * step
    after = before * RATE_HZ // rate
    spectrum = np.fft.rfft(sound, before)
    kept = min(spectrum.size, after // 2 + 1)
    hertz = np.arange(kept) * (RATE_HZ / after)
    gain = np.clip((_TOP_HZ - hertz) / _SLOPE_HZ, 0, 1) * (after / before)
    gain /= np.sqrt(1 + (_RUMBLE_HZ / np.maximum(hertz, 1e-3)) ** 4)
    heard = np.fft.irfft(spectrum[:kept] * gain, after)[: round(sound.size * RATE_HZ / rate)]
    return np.clip(np.rint(heard), -32768, 32767).astype("<i2").tobytes()
