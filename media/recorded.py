"""A person's recording of a prompt, in whatever form it was made, becomes what Asterisk plays."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydub import AudioSegment, effects
from pydub.exceptions import CouldntDecodeError

from media.wav import RATE_HZ, SAMPLE_BYTES, write_wav

SUFFIXES: Final = (".wav", ".flac", ".m4a", ".mp3", ".ogg", ".opus")
"""Of recordings, in the order in which they are looked for."""

_HEADROOM_DB: Final = 3.0
"""Below full scale, as loud as the synthetic voice beside it."""


def make_prompt(recording: Path, prompt: Path) -> None:
    """Write ``prompt``: 8 kHz mono 16-bit, its peak at an even level. Blocks.

    Raises:
        ValueError: The recording is no sound that ffmpeg knows, holds none, or is not whole.
        OSError: It cannot be read, or the prompt not written.
    """
    if not _is_whole(recording):
        raise ValueError("it is not whole: copy it again")
    try:
        sound = AudioSegment.from_file(recording)
    except (CouldntDecodeError, IndexError) as error:  # the latter where no stream is in the file
        raise ValueError("it is no sound that ffmpeg can read") from error
    if not len(sound):
        raise ValueError("it is empty")
    if not sound.max:
        raise ValueError("nothing is heard in it")
    telephone = sound.set_channels(1).set_frame_rate(RATE_HZ).set_sample_width(SAMPLE_BYTES)
    prompt.parent.mkdir(parents=True, exist_ok=True)
    write_wav(prompt, effects.normalize(telephone, headroom=_HEADROOM_DB).raw_data)


def _is_whole(recording: Path) -> bool:
    """Whether a WAV file is as long as it says; of the other forms ffmpeg finds out."""
    with recording.open("rb") as stream:
        head = stream.read(8)
    if not head.startswith(b"RIFF"):
        return True
    said = int.from_bytes(head[4:], "little")
    # 0xFFFFFFFF of a program that could not go back to fill it in; the last byte may be padding
    return said == 0xFFFFFFFF or recording.stat().st_size >= said + len(head) - 1
