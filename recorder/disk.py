"""Small files and folders that outlive a power cut."""

from __future__ import annotations

import os
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


def sync_folder(folder: Path) -> None:
    """Make renames and removals in ``folder`` outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
