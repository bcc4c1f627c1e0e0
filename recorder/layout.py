"""Where recordings lie: nobody but this user may look.

::

    <recordings>/incoming/                     legs and sidecars, while Asterisk and we work
    <recordings>/incoming/failed/              what could not be finished, with the reason
    <recordings>/<org>/<yyyy>/<mm>/<dd>/       finished files, by the UTC day of the offer

A finished file is Ogg Opus, sealed (:mod:`recorder.vault`); sound in the clear lies in
``incoming`` only. A half file ``.<base>.<random>.part`` beside it is sealed too.
"""

from __future__ import annotations

import secrets as entropy
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from recorder.disk import PART
from recorder.errors import FolderUnusable
from recorder.sidecar import Sidecar
from store.models import instant

SUFFIX: Final = ".opus.enc"
"""Of a finished file."""

_TOKEN_DIGITS: Final = 8


class Layout:
    """The recordings folder.

    Attributes:
        root: The folder that a recording's ``path`` is relative to.
        incoming: Where Asterisk writes.
        failed: Where failures are put aside.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self.failed = self.incoming / "failed"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            FolderUnusable: They cannot be made or written.
        """
        try:
            for folder in (self.root, self.incoming, self.failed):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise FolderUnusable(self.root, error.strerror or str(error)) from error

    def place(self, sidecar: Sidecar) -> Path:
        """The finished file's path, relative to the root, the same in every attempt."""
        day = instant(sidecar.offered_at_ms)
        return Path(sidecar.org, f"{day:%Y}", f"{day:%m}", f"{day:%d}", f"{sidecar.base}{SUFFIX}")

    def make_place(self, relative: Path) -> Path:
        """The absolute path of a finished file, its folders made.

        Raises:
            OSError: They cannot be made.
        """
        folder = self.root
        for part in relative.parent.parts:
            folder /= part
            folder.mkdir(mode=0o700, exist_ok=True)
        return self.root / relative

    def has_finished(self) -> bool:
        """Whether there is any finished file. Blocks."""
        return any(self.root.glob(f"*/*/*/*/*{SUFFIX}"))


def half_of(finished: Path) -> Path:
    """A new name for a half file, which no other attempt ever has."""
    base = finished.name.removesuffix(SUFFIX)
    return finished.with_name(f".{base}.{entropy.token_hex(_TOKEN_DIGITS // 2)}{PART}")


def halves(folder: Path, bases: Collection[str]) -> Iterator[Path]:
    """Half files that attempts at these recordings have left in a folder."""
    ending = 1 + _TOKEN_DIGITS + len(PART)
    for path in folder.iterdir():
        if path.name.endswith(PART) and path.name[1:-ending] in bases:
            yield path
