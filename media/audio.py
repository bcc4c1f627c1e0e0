"""Recorded legs become one finished audio file.

Works through the legs piece by piece: memory does not grow with the call, and no piece holds the
interpreter long enough to be felt by an event loop in another thread. What the finished file is
(its format, its loudness, its encryption) is decided here and nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import wave
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pydub import AudioSegment

from media.errors import AudioUnusable

SUFFIX = ".wav"
"""Of a finished file."""

_SAMPLE_BYTES = 2
_PIECE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a finished file is.

    Attributes:
        duration_ms: Length of the sound.
        size: Of the file, bytes.
        sha256: Of the file, 64 hexadecimal digits.
    """

    duration_ms: int
    size: int
    sha256: str


def join_legs(legs: Sequence[Path], out: Path) -> AudioFacts:
    """One file with a channel a leg, in their order; two legs make left and right.

    A shorter leg is followed by silence. ``out`` is there whole or not at all, on disk when this
    returns, and for this user only (0600). Blocks: call it in a thread.

    Args:
        legs: Mono 16-bit WAV files of one sample rate.
        out: The finished file; a file of that name is replaced.

    Raises:
        AudioUnusable: A leg is something else.
        OSError: A leg cannot be read, or ``out`` not written.
    """
    half = out.with_name(f".{out.name}.part")
    try:
        with ExitStack() as stack:
            sources = [stack.enter_context(_opened(leg)) for leg in legs]
            rate = _common_rate(legs, sources)
            frames = max(source.getnframes() for source in sources)
            descriptor = os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            file = stack.enter_context(os.fdopen(descriptor, "r+b"))
            with wave.open(file, "wb") as target:
                target.setnchannels(len(legs))
                target.setsampwidth(_SAMPLE_BYTES)
                target.setframerate(rate)
                target.setnframes(frames)
                piece = rate * _PIECE_SECONDS
                for start in range(0, frames, piece):
                    count = min(piece, frames - start)
                    channels = [
                        _piece(leg, source, count)
                        for leg, source in zip(legs, sources, strict=True)
                    ]
                    target.writeframes(AudioSegment.from_mono_audiosegments(*channels).raw_data)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
        half.replace(out)
    except BaseException:  # the half file goes, whatever ended us; the reason goes on
        half.unlink(missing_ok=True)
        raise
    return AudioFacts(duration_ms=frames * 1000 // rate, size=size, sha256=digest)


def _opened(leg: Path) -> wave.Wave_read:
    try:
        source = wave.open(str(leg), "rb")  # noqa: SIM115 - the caller's stack closes it
    except (wave.Error, EOFError) as error:
        raise AudioUnusable(leg, str(error) or "it is empty") from error
    if (source.getnchannels(), source.getsampwidth()) != (1, _SAMPLE_BYTES):
        source.close()
        raise AudioUnusable(leg, "it is not mono 16-bit")
    return source


def _common_rate(legs: Sequence[Path], sources: Sequence[wave.Wave_read]) -> int:
    rate = sources[0].getframerate()
    for leg, source in zip(legs, sources, strict=True):
        if source.getframerate() != rate or rate <= 0:
            raise AudioUnusable(leg, f"{source.getframerate()} Hz beside {rate} Hz")
    return rate


def _piece(leg: Path, source: wave.Wave_read, count: int) -> AudioSegment:
    """The next ``count`` samples of a leg, silence where it has ended."""
    due = min(count, source.getnframes() - source.tell())
    sound = source.readframes(due)
    if len(sound) < due * _SAMPLE_BYTES:
        raise AudioUnusable(leg, "it ends before its header says")
    return AudioSegment(
        data=sound.ljust(count * _SAMPLE_BYTES, b"\0"),
        sample_width=_SAMPLE_BYTES,
        frame_rate=source.getframerate(),
        channels=1,
    )
