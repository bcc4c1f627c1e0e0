"""Music on hold that everybody may use: a calm half minute of our own, made by arithmetic.

Eight bars of broken chords over a bass note, in a loop without a seam. The notes are pure, and
their frequencies are all in :data:`NOTES_HZ`, so that a test can tell this music from speech.
"""

from __future__ import annotations

import math
from array import array
from pathlib import Path

from media.wav import RATE_HZ, write_wav

FILE_NAME = "waiting.wav"

BEATS_A_MINUTE = 64
LEVEL_DBFS = -20.0

# Bass and broken chord of each bar, as MIDI note numbers
_BARS = (
    (53, (60, 64, 69, 72, 69, 64)),
    (52, (59, 62, 67, 71, 67, 62)),
    (50, (60, 65, 69, 72, 69, 65)),
    (48, (59, 64, 67, 71, 67, 64)),
    (57, (60, 64, 67, 72, 67, 64)),
    (50, (57, 64, 65, 69, 65, 64)),
    (55, (60, 62, 67, 72, 67, 62)),
    (48, (60, 64, 67, 72, 67, 64)),
)
_BEATS_A_BAR = 4
_NOTES_A_BAR = 6
_BASS_SHARE = 0.8
_BASS_SECONDS = 2.2
_CHORD_SECONDS = 1.1
_ATTACK_SECONDS = 0.02


def _hz(note: int) -> float:
    return 440.0 * math.pow(2.0, (note - 69) / 12)


NOTES_HZ = tuple(
    _hz(note) for note in sorted({note for bass, chord in _BARS for note in (bass, *chord)})
)


def write_music(folder: Path) -> Path:
    """Make ``folder`` a music-on-hold folder: one WAV file, made at the first call only.

    Returns:
        The file. Delete it to have it made anew.
    """
    path = folder / FILE_NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_wav(path, compose())
    return path


def compose() -> bytes:
    """The music: 30 s of signed 16-bit mono PCM of 8 kHz, the same bytes each time."""
    bar = round(_BEATS_A_BAR * 60 / BEATS_A_MINUTE * RATE_HZ)
    mix = array("d", bytes(8 * bar * len(_BARS)))
    for index, (bass, chord) in enumerate(_BARS):
        start = index * bar
        _ring(mix, start, _hz(bass), _BASS_SHARE, _BASS_SECONDS)
        for step, note in enumerate(chord):
            _ring(mix, start + step * bar // _NOTES_A_BAR, _hz(note), 1.0, _CHORD_SECONDS)
    loudness = math.sqrt(sum(sample * sample for sample in mix) / len(mix))
    gain = 32768 * math.pow(10, LEVEL_DBFS / 20) / loudness
    return array("h", (round(sample * gain) for sample in mix)).tobytes()


def _ring(mix: array[float], start: int, hz: float, share: float, seconds: float) -> None:
    """Add a struck note that dies away in ``seconds``; the piece's end rings into its start."""
    turn = 2 * math.pi * hz / RATE_HZ
    attack = _ATTACK_SECONDS * RATE_HZ
    fall = -5.0 / (seconds * RATE_HZ)
    for n in range(round(seconds * RATE_HZ)):
        swell = min(1.0, n / attack) * math.exp(fall * n)
        mix[(start + n) % len(mix)] += share * swell * math.sin(turn * n)
