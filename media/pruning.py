"""Prompts that nobody has needed for long are deleted, so that they never fill the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

IN_USE_S: Final = 3600.0
"""A prompt that was asked for within this time may still be played."""

_PROMPT = re.compile(r"[0-9a-f]{32}(-[0-9]+){0,2}\.wav")


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted and what is left.

    Attributes:
        files: Deleted.
        freed: Bytes of them.
        left: Bytes of all prompts that remain.
    """

    files: int
    freed: int
    left: int


@dataclass(frozen=True, slots=True)
class _File:
    used: float  # seconds since 1970
    size: int
    path: Path


def prune(
    folder: Path, keep: Set[Path], *, spare: Path, now: float, unused_s: float, most_bytes: int
) -> Pruned:
    """Delete prompts below ``folder``, the longest unused first. Blocks.

    Args:
        folder: Of the prompts; what is no prompt by its name is left alone.
        keep: Files that are never deleted; they count all the same.
        spare: A folder of which nothing is touched, as what lies there was not made by us.
        now: Seconds since 1970.
        unused_s: What was not used for so many seconds is deleted.
        most_bytes: So many may remain; reached as far as ``keep`` and :data:`IN_USE_S` allow.
    """
    files = sorted(_prompts(folder, spare), key=lambda file: file.used)
    left = sum(file.size for file in files)
    deleted = freed = 0
    for file in files:
        unused = now - file.used
        if file.path in keep or unused < IN_USE_S or (unused < unused_s and left <= most_bytes):
            continue
        with suppress(OSError):  # another process was faster, or may do what we may not
            file.path.unlink()
            deleted += 1
            freed += file.size
            left -= file.size
    return Pruned(deleted, freed, left)


def _prompts(folder: Path, spare: Path) -> Iterator[_File]:
    for path in folder.glob("*/**/*.wav"):
        if _PROMPT.fullmatch(path.name) and spare not in path.parents:
            with suppress(OSError):
                state = path.stat()
                yield _File(state.st_mtime, state.st_size, path)
