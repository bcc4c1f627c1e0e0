"""The one audio form of prompts, music and tones: 8 kHz mono 16-bit PCM, in a WAV file."""

from __future__ import annotations

import os
import tempfile
import wave
from pathlib import Path

RATE_HZ = 8000
SAMPLE_BYTES = 2


def write_wav(path: Path, pcm: bytes) -> None:
    """Write ``pcm`` (signed 16-bit little-endian) to ``path`` so that nobody sees half a file."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        # mkstemp's 0600 would hide the file from an Asterisk that runs as another user
        os.fchmod(handle, 0o644)
        with os.fdopen(handle, "wb") as raw:
            with wave.open(raw, "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(SAMPLE_BYTES)
                out.setframerate(RATE_HZ)
                out.writeframes(pcm)
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_wav(path: Path) -> bytes:
    """The PCM of a file of this form.

    Raises:
        ValueError: The file has another form.
        OSError: It cannot be read.
    """
    if not is_telephone_wav(path):
        raise ValueError(f"{path} is no 8 kHz mono 16-bit WAV file")
    with wave.open(str(path), "rb") as source:
        return source.readframes(source.getnframes())


def is_telephone_wav(path: Path) -> bool:
    """Whether ``path`` is a readable file of this form.

    Raises:
        OSError: The file cannot be read.
    """
    try:
        with wave.open(str(path), "rb") as source:
            return (source.getframerate(), source.getnchannels(), source.getsampwidth()) == (
                RATE_HZ,
                1,
                SAMPLE_BYTES,
            )
    except (wave.Error, EOFError):
        return False


def length_s(path: Path) -> float:
    """How long a file of this form plays, in seconds.

    Raises:
        OSError: It cannot be read.
        wave.Error, EOFError: It is no WAV file.
    """
    with wave.open(str(path), "rb") as source:
        return source.getnframes() / source.getframerate()
