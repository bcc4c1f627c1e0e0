"""What could not be finished and lies in ``incoming/failed``: shown, tried again, deleted.

It is sound in the clear, for this user's eyes only; so it is told wherever recordings are listed,
and it is kept no longer than the recording would have been.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media.wav import RATE_HZ, SAMPLE_BYTES
from recorder.disk import PART, locked, sync_folder
from recorder.errors import NotRetried, RecorderError, SidecarUnreadable
from recorder.layout import Layout, halves
from recorder.legs import is_closed
from recorder.sidecar import DAY_MS, KEEP_DAYS, Sidecar

_REASON: Final = ".reason.json"
_ENDINGS: Final = ("-caller.wav", "-agent.wav", _REASON, ".json")
"""The sidecar goes last: it is by it that a second attempt finds the rest."""

_ABANDONED_MS: Final = 3_600_000
_HEADER_BYTES: Final = 44


@dataclass(frozen=True, slots=True)
class Leftover:
    """A recording that could not be finished.

    Attributes:
        base: Its name.
        sidecar: Whose it is, ``None`` where nothing says so.
        code: Why it failed, a stable machine string; ``""`` where nothing says so.
        reason: The same for people.
        expires_at_ms: How long it is kept, epoch milliseconds.
    """

    base: str
    sidecar: Sidecar | None
    code: str
    reason: str
    expires_at_ms: int

    @property
    def org(self) -> str | None:
        """The organisation, where it is known."""
        return None if self.sidecar is None else self.sidecar.org


class Leftovers:
    """All that could not be finished. Blocks: call it in a thread.

    Whoever changes something does so within :meth:`recorder.deletion.Deleter.alone`.
    """

    def __init__(self, folder: Path) -> None:
        """Make it; nothing is read yet.

        Args:
            folder: The recordings folder.
        """
        self._layout = Layout(folder)

    def all(self) -> list[Leftover]:
        """By name.

        Raises:
            OSError: The folder cannot be read.
        """
        failed = self._layout.failed
        bases: dict[str, int] = {}
        kept: set[str] = set()
        for path in failed.iterdir() if failed.is_dir() else ():
            ending = next((end for end in _ENDINGS if path.name.endswith(end)), None)
            if ending is not None and not path.name.startswith("."):
                with suppress(FileNotFoundError):  # tried again or deleted while we look
                    base, changed = path.name.removesuffix(ending), path.stat().st_mtime_ns
                    bases[base] = max(changed // 1_000_000, bases.get(base, 0))
                    if ending != _REASON:  # which stays behind while it is tried again
                        kept.add(base)
        return [self._leftover(base, bases[base]) for base in sorted(kept)]

    def _leftover(self, base: str, changed_ms: int) -> Leftover:
        try:
            sidecar = Sidecar.read(self._layout.failed / f"{base}.json")
        except (FileNotFoundError, SidecarUnreadable):
            sidecar = None
        began_ms, days = changed_ms, KEEP_DAYS
        if sidecar is not None:
            began_ms, days = sidecar.offered_at_ms, sidecar.keep_days
        why: object = None
        with suppress(FileNotFoundError, ValueError):
            why = json.loads((self._layout.failed / f"{base}{_REASON}").read_bytes())
        told = why if isinstance(why, dict) else {}
        return Leftover(
            base,
            sidecar,
            str(told.get("code", "")),
            str(told.get("reason", "")),
            began_ms + days * DAY_MS,
        )

    def retry(self, leftover: Leftover) -> None:
        """Give it to the recorder once more, with what there is of sound.

        A leg that was cut off is closed where it ends, and silence stands for one that is missing.

        Raises:
            NotRetried: Nothing says whose it is, or there is no sound at all.
            OSError: The folders cannot be read or written.
        """
        failed, incoming = self._layout.failed, self._layout.incoming
        sidecar = leftover.sidecar
        if sidecar is None:
            raise NotRetried(leftover.base, f"write {leftover.base}.json beside it")
        legs = sidecar.legs(failed)
        present = [leg for leg in legs if leg.exists()]
        if not any(leg.stat().st_size > _HEADER_BYTES for leg in present):
            raise NotRetried(leftover.base, "there is no sound of it, so discard it")
        ended_ns = max(leg.stat().st_mtime_ns for leg in present)
        for leg in legs:
            _close(leg)
            os.utime(leg, ns=(ended_ns, ended_ns))  # by it the recorder knows when the talk ended
        name = f"{leftover.base}.json"
        with locked(failed / name):  # the recorder waits until the legs have followed
            (failed / name).rename(incoming / name)
            for leg in legs:
                leg.rename(incoming / leg.name)
            sync_folder(incoming)
            sync_folder(failed)

    def discard(self, leftovers: Collection[Leftover]) -> None:
        """Delete for good.

        Raises:
            OSError: The folder cannot be written.
        """
        for one in leftovers:
            if one.sidecar is not None:
                folder = (self._layout.root / self._layout.place(one.sidecar)).parent
                for half in halves(folder, {one.base}) if folder.is_dir() else ():
                    half.unlink(missing_ok=True)
            for ending in _ENDINGS:
                (self._layout.failed / f"{one.base}{ending}").unlink(missing_ok=True)
        if leftovers:
            sync_folder(self._layout.failed)

    def tidy(self, now_ms: int) -> None:
        """Remove the half sidecars and reasons of those who were killed while they wrote.

        Raises:
            OSError: The folders cannot be read or written.
        """
        for folder in (self._layout.incoming, self._layout.failed):
            for half in folder.glob(f".*{PART}"):
                with suppress(FileNotFoundError):  # it is whole now
                    if now_ms - half.stat().st_mtime_ns // 1_000_000 > _ABANDONED_MS:
                        half.unlink()


def _close(leg: Path) -> None:
    """Write into a leg's header what it holds; other audio is left to the recorder's judgement."""
    try:
        if leg.exists() and is_closed(leg):
            return
    except RecorderError:
        return
    with os.fdopen(os.open(leg, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        length = max(0, os.fstat(file.fileno()).st_size - _HEADER_BYTES)
        length -= length % SAMPLE_BYTES
        sound = struct.pack(
            "<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE_HZ, RATE_HZ * SAMPLE_BYTES, SAMPLE_BYTES, 16
        )
        file.write(struct.pack("<4sI4s", b"RIFF", length + _HEADER_BYTES - 8, b"WAVE") + sound)
        file.write(struct.pack("<4sI", b"data", length))
        file.truncate(_HEADER_BYTES + length)
        file.flush()
        os.fsync(file.fileno())
