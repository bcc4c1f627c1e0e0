"""Recorded legs become one Opus stream. What finished sound is, is decided here and nowhere else.

* **Form.** Ogg Opus, 32 kbit/s, tuned for speech: nothing that a telephone lets through is lost
  to the ear, it takes an eighth of the legs' room, and every browser plays it. FLAC would take
  five times as much to keep the noise of the line exactly.
* **Loudness.** Each leg is brought to -23 LUFS by one gain for all of it, so that caller and agent
  are equally loud and each keeps its own dynamics. It is measured by EBU R128, so pauses do not
  count. ffmpeg's ``loudnorm`` would do it in one pass, at a fraction of the speed and audibly
  breathing. A leg on which nobody speaks stays as it is: amplified line noise helps nobody.
"""

from __future__ import annotations

import math
import re
import wave
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from media.errors import AudioUnusable
from media.ffmpeg import PIECE_BYTES, ffmpeg, ffmpeg_says

TARGET_LUFS: Final = -23.0
"""Loudness of each side of finished sound."""

SILENCE_LUFS: Final = -50.0
"""Below this nobody speaks on a leg."""

MOST_GAIN_DB: Final = 20.0
"""A voice is lifted no more than this: the noise behind it is lifted too."""

_PEAK: Final = 0.89  # -1 dBFS; the limiter leaves room for what Opus adds
_SAMPLE_BYTES: Final = 2
_OPUS: Final = ("-c:a", "libopus", "-application", "voip", "-b:a", "32k")
_EFFORT: Final = ("-compression_level", "5")  # 10, the default, takes half as long again
_TO_PIPE: Final = ("-f", "ogg", "pipe:1")
_LAYOUTS: Final = {1: "mono", 2: "stereo"}
_SUMMARY: Final = re.compile(rb"Parsed_ebur128_(\d+) @ \w+\] Summary:.*?I: +(\S+) LUFS", re.DOTALL)


def encode_legs(legs: Sequence[Path], write: Callable[[bytes], object]) -> int:
    """One Ogg Opus stream with a channel a leg, in their order; two legs make left and right.

    A shorter leg is followed by silence. Memory does not grow with the call. Blocks, a second
    for some minutes of conversation: call it in a worker process.

    Args:
        legs: One or two mono 16-bit WAV files of one sample rate.
        write: Takes the stream, piece by piece.

    Returns:
        Length of the sound in milliseconds.

    Raises:
        AudioUnusable: A leg is something else.
        ToolMissing, ToolFailed: ffmpeg is not there, or could not do it.
        OSError: A leg cannot be read. What ``write`` raises goes on too.
    """
    rate, frames = _common_shape(legs)
    chains = [
        f"[{n}]volume={_gain_db(loudness):.2f}dB,alimiter=limit={_PEAK}:level=false,"
        f"apad=whole_len={max(frames, 1)}[leg{n}];"
        for n, loudness in enumerate(loudness_of(legs))
    ]
    joined = "".join(f"[leg{n}]" for n in range(len(legs)))
    graph = f"{''.join(chains)}{joined}join=inputs={len(legs)}:channel_layout={_LAYOUTS[len(legs)]}"
    with ffmpeg([*_inputs(legs), "-filter_complex", graph, *_OPUS, *_EFFORT, *_TO_PIPE]) as stream:
        while piece := stream.read(PIECE_BYTES):
            write(piece)
    return frames * 1000 // rate


def loudness_of(files: Sequence[Path]) -> list[float]:
    """Integrated loudness of audio files by EBU R128, in LUFS; -70 and less is silence.

    Raises:
        ToolMissing, ToolFailed: As :func:`encode_legs`.
    """
    # "verbose" keeps the ten lines a second that the filter writes below what is printed
    graph = ";".join(f"[{n}]ebur128=framelog=verbose[m{n}]" for n in range(len(files)))
    outputs = [word for n in range(len(files)) for word in ("-map", f"[m{n}]")]
    said = ffmpeg_says([*_inputs(files), "-filter_complex", graph, *outputs, "-f", "null", "-"])
    # A filter that is set up anew sums up what it had: its last word counts.
    found = {int(index): float(loudness) for index, loudness in _SUMMARY.findall(said)}
    return [found.get(n, -math.inf) for n in range(len(files))]


def _gain_db(loudness: float) -> float:
    if not loudness > SILENCE_LUFS:  # also where there was too little to measure
        return 0.0
    return max(-MOST_GAIN_DB, min(MOST_GAIN_DB, TARGET_LUFS - loudness))


def _inputs(files: Iterable[Path]) -> list[str]:
    return [word for file in files for word in ("-i", f"file:{file}")]


def _common_shape(legs: Sequence[Path]) -> tuple[int, int]:
    """The legs' sample rate, and how many samples the longest has."""
    shapes = [_shape(leg) for leg in legs]
    rate = shapes[0][0]
    for leg, (own, _) in zip(legs, shapes, strict=True):
        if own != rate or rate <= 0:
            raise AudioUnusable(leg, f"{own} Hz beside {rate} Hz")
    return rate, max(frames for _, frames in shapes)


def _shape(leg: Path) -> tuple[int, int]:
    try:
        with wave.open(str(leg), "rb") as source:
            frames = source.getnframes()
            if (source.getnchannels(), source.getsampwidth()) != (1, _SAMPLE_BYTES):
                raise AudioUnusable(leg, "it is not mono 16-bit")
            source.setpos(max(frames - 1, 0))
            if frames and len(source.readframes(1)) < _SAMPLE_BYTES:
                raise AudioUnusable(leg, "it ends before its header says")
            return source.getframerate(), frames
    except (wave.Error, EOFError) as error:
        raise AudioUnusable(leg, str(error) or "it is empty") from error
