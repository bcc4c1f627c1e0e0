"""The stored recordings as sound: opened piece by piece, never whole in memory or on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from media.playback import decode_side, decode_to_wav, duration_ms
from recorder.errors import AudioGone, FileMissing, FileTampered
from recorder.keys import MasterKeys
from recorder.vault import unseal
from store.models import Recording

LENGTH_TOLERANCE_MS: Final = 100
"""Opus counts in frames of 20 ms and has a little lead-in."""


class Archive:
    """The finished files of an installation. All of it blocks: call it in a thread or a worker.

    Safe to use from many threads at once. Each call reads the key file anew, so a key that is
    added or restored counts at once.
    """

    def __init__(self, folder: Path, keys: Path) -> None:
        """Make an archive; nothing is read yet.

        Args:
            folder: The recordings folder.
            keys: The file with the master keys.
        """
        self._folder = folder
        self._keys = keys

    def opus(self, recording: Recording) -> Iterator[bytes]:
        """The Ogg Opus stream, in pieces of 64 KiB. Each is authenticated before it is given out.

        Raises:
            AudioGone: It was deleted.
            FileMissing: Its file is not there.
            FileTampered: The file was changed or cut: known at the latest at its end.
            KeysUnusable, MasterKeyUnknown, MasterKeyWrong: It cannot be opened.
            OSError: The file cannot be read.
        """
        path = self.path(recording)
        try:
            with path.open("rb") as file:
                yield from unseal(file, MasterKeys.load(self._keys), recording.id)
        except FileNotFoundError:
            raise FileMissing(recording.id, path) from None

    def pcm(self, recording: Recording, side: int) -> Iterator[bytes]:
        """The sound of one side (0 the caller, 1 the agent): 8 kHz mono 16-bit PCM in pieces.

        Raises:
            As :meth:`opus`, at the latest at the end.
            ToolMissing, ToolFailed: It cannot be decoded.
        """
        return decode_side(self.opus(recording), side)

    def write_wav(self, recording: Recording, out: Path) -> None:
        """Write a recording in the clear, all channels, as 8 kHz 16-bit WAV.

        Raises:
            As :meth:`pcm`.
            OSError: The file cannot be written.
        """
        decode_to_wav(self.opus(recording), out)

    def verify(self, recording: Recording) -> None:
        """Whether a recording is whole: its checksum, its seal, and that it can be heard.

        Raises:
            As :meth:`pcm`.
        """
        path = self.path(recording)
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise FileMissing(recording.id, path) from None
        length = duration_ms(self.opus(recording))
        if digest != recording.sha256 or abs(length - recording.duration_ms) > LENGTH_TOLERANCE_MS:
            raise FileTampered(recording.id)

    def path(self, recording: Recording) -> Path:
        """Where a recording's sealed file lies.

        Raises:
            AudioGone: It was deleted.
        """
        if recording.deleted_at is not None or recording.path is None:
            reason = recording.deletion.value if recording.deletion else "deletion"
            day = f"{recording.deleted_at:%Y-%m-%d}" if recording.deleted_at else "an unknown day"
            raise AudioGone(recording.id, reason, day)
        return self._folder / recording.path
