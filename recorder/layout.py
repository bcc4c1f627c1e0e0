"""Where recordings lie: nobody but this user may look.

::

    <recordings>/incoming/                     legs and sidecars, while Asterisk and we work
    <recordings>/incoming/failed/              what could not be finished, with the reason
    <recordings>/<org>/<yyyy>/<mm>/<dd>/       finished files, by the UTC day of the offer
"""

from __future__ import annotations

from pathlib import Path

from recorder.errors import FolderUnusable
from recorder.sidecar import Sidecar
from store.models import instant


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

    def place(self, sidecar: Sidecar, suffix: str) -> Path:
        """The finished file's path, relative to the root, the same in every attempt."""
        day = instant(sidecar.offered_at_ms)
        return Path(sidecar.org, f"{day:%Y}", f"{day:%m}", f"{day:%d}", f"{sidecar.base}{suffix}")

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
