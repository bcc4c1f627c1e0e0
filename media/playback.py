"""A finished Opus stream becomes sound again: for players, speech recognition and checks.

All of it blocks and is a stream itself: a whole conversation is never in memory, nor on disk
unless a person asks for a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from media.ffmpeg import PIECE_BYTES, ffmpeg
from media.wav import RATE_HZ, SAMPLE_BYTES

_FROM_STREAM: Final = ("-f", "ogg", "-i", "pipe:0")


def decode_side(stream: Iterable[bytes], side: int) -> Iterator[bytes]:
    """The sound of one channel, while the stream is read.

    Args:
        stream: Ogg Opus in pieces of any size.
        side: 0 is the caller, 1 the agent.

    Yields:
        8 kHz mono 16-bit little-endian PCM, 64 KB at most. What it means only counts once the end
        is reached: a stream may find out at its last piece that it was cut.

    Raises:
        ToolMissing, ToolFailed: ffmpeg is not there, or could not do it.
        Exception: What ``stream`` raises.
    """
    sound = ("-af", f"pan=mono|c0=c{side}", "-ar", str(RATE_HZ), "-f", "s16le", "pipe:1")
    with ffmpeg([*_FROM_STREAM, *sound], stream) as pcm:
        while piece := pcm.read(PIECE_BYTES):
            yield piece


def decode_to_wav(stream: Iterable[bytes], out: Path) -> None:
    """Write all channels to a 8 kHz 16-bit WAV file; a file of that name is replaced.

    Raises:
        As :func:`decode_side`.
    """
    wav = ("-ar", str(RATE_HZ), "-c:a", "pcm_s16le", "-f", "wav", "-y", f"file:{out}")
    with ffmpeg([*_FROM_STREAM, *wav], stream):
        pass


def duration_ms(stream: Iterable[bytes]) -> int:
    """Length of the sound in milliseconds, by decoding all of it.

    Raises:
        As :func:`decode_side`.
    """
    return sum(map(len, decode_side(stream, 0))) // SAMPLE_BYTES * 1000 // RATE_HZ
