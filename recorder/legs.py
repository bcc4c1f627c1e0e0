"""Whether Asterisk has finished with a recording's legs.

Asterisk writes a leg's length into its WAV header when it closes the file, so a header that fits
the file means a closed file. (Seen on 22.10: until then both lengths are 0, and the sound comes in
lumps of 32 KB, two seconds; killed, it leaves just that.) A header that does not fit means either
a conversation that goes on or a leg that was cut off. Only two signs together mean the latter: no
process that we can see has the file open, and it has not changed for a while. Where Asterisk runs
in a container of its own we do not see its processes; so that while is long, unless somebody who
knows has said that the conversation is over.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Set
from enum import Enum, auto
from pathlib import Path

from recorder.errors import LegMissing, LegTruncated, LegUnusable
from recorder.sidecar import Sidecar

QUIET_MS = 15_000
"""Legs that have not changed for this long, and that nobody holds open, change no more."""

CUT_OFF_MS = 5 * 60_000
"""The same for legs that were not closed: so long no line is without any sound, hold music too."""

UNANSWERED_MS = 15 * 60_000
"""An offer without any leg after this long was not answered (an agent rings a minute at most)."""

FORGOTTEN_MS = 12 * 60 * 60_000
"""The same where the agent may begin the recording at any time: no conversation lasts so long."""

_HEADER_LIMIT = 4096


class Verdict(Enum):
    """What to do with a sidecar and its legs."""

    WAIT = auto()
    FINISH = auto()
    DROP = auto()  # nobody answered: there is nothing to keep


def judge(
    sidecar: Sidecar, folder: Path, *, held: Callable[[], Set[str]], now_ms: int, told: bool
) -> Verdict:
    """What to do with a recording now.

    Args:
        sidecar: Whose it is.
        folder: Where it and its legs lie.
        held: Names of the files in ``folder`` that some process has open; asked of legs that have
            not changed for a while.
        now_ms: Epoch milliseconds.
        told: Somebody who knows has said that the conversation is over.

    Raises:
        LegMissing: One side has no file and will get none.
        LegTruncated: A leg was never closed.
        LegUnusable: A leg is no WAV file.
        OSError: The folder cannot be read.
    """
    legs = sidecar.legs(folder)
    present = [leg for leg in legs if leg.exists()]
    if not present:
        if told and sidecar.on_demand:
            return Verdict.DROP
        longest_ms = FORGOTTEN_MS if sidecar.on_demand else UNANSWERED_MS
        over = now_ms - sidecar.offered_at_ms >= longest_ms
        return Verdict.DROP if over else Verdict.WAIT
    closed = [is_closed(leg) for leg in present]
    if told and len(present) == len(legs) and all(closed):
        return Verdict.FINISH
    if not is_quiet(present, now_ms, QUIET_MS if told or all(closed) else CUT_OFF_MS):
        return Verdict.WAIT
    if any(leg.name in held() for leg in present):
        return Verdict.WAIT
    for leg in legs:
        if leg not in present:
            raise LegMissing(leg)
    for leg in legs:
        if not is_closed(leg):  # asked once more: it may have been closed just before we looked
            raise LegTruncated(leg)
    return Verdict.FINISH


def is_quiet(files: list[Path], now_ms: int, quiet_ms: int = QUIET_MS) -> bool:
    """Whether none of the files has changed for ``quiet_ms``."""
    return all(now_ms - path.stat().st_mtime_ns // 1_000_000 >= quiet_ms for path in files)


def is_closed(leg: Path) -> bool:
    """Whether a leg's header tells the file's true length.

    Raises:
        LegUnusable: It is not empty and no WAV file.
        OSError: It cannot be read.
    """
    with leg.open("rb") as file:
        header = file.read(_HEADER_LIMIT)
        length = os.fstat(file.fileno()).st_size
    if not header:
        return False
    if not b"RIFF".startswith(header[:4]) or not b"WAVE".startswith(header[8:12]):
        raise LegUnusable(f"{leg.name} is no WAV file.")
    at = 12
    while at + 8 <= len(header):
        name, size = header[at : at + 4], struct.unpack_from("<I", header, at + 4)[0]
        if name == b"data":
            (riff,) = struct.unpack_from("<I", header, 4)
            return bool(at + 8 + size <= length and riff + 8 <= length <= riff + 9)
        at += 8 + size + size % 2
    return False


def held_open(folder: Path) -> set[str]:
    """Names of the files in ``folder`` that some process of this user has open.

    Reads ``/proc``: some milliseconds on a busy machine, so call it in a thread.
    """
    prefix = f"{folder.resolve()}/"
    held: set[str] = set()
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            with os.scandir(process / "fd") as descriptors:
                for descriptor in descriptors:
                    target = _target(descriptor.path)
                    if target.startswith(prefix):
                        held.add(target.removeprefix(prefix))
        except OSError:
            continue  # it ended while we looked, or is another user's
    return held


def _target(descriptor: str) -> str:
    try:
        return os.readlink(descriptor)
    except OSError:
        return ""  # closed while we looked
