"""Small files and folders that outlive a power cut."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PART: Final = ".part"
"""Ends the name of what is not whole yet."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file atomically and durably, mode 0600; where it cannot be, leave nothing."""
    half = path.with_name(f".{path.name}{PART}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def locked(path: Path, flags: int = os.O_RDONLY, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of a file or folder; the system takes it from whoever dies.

    Args:
        path: What is locked.
        flags: How it is opened.
        wait: Until nobody else has it; this blocks.

    Yields:
        Whether the lock is ours; always so where we waited.

    Raises:
        OSError: It cannot be opened.
    """
    descriptor = os.open(path, flags, 0o600)
    try:
        yield _lock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make renames and removals in ``folder`` outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
