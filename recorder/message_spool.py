"""Messages that Asterisk took by itself, while no controller was there: its own voicemail.

It writes ``<context>/<box>/<folder>/msg0000.txt``, with the caller's number, beside the sound
``msg0000.wav``. They belong to no organisation and are heard as files; here they are only found
and deleted, for they are personal data as any recording is.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

from recorder.sidecar import DAY_MS, KEEP_DAYS

_CALLER: Final = re.compile(r'^callerid=(?:.*<)?"?([^<>"\n]*)"?>?$', re.MULTILINE)


class SpooledMessages:
    """The messages in a folder. Blocks: call it in a thread."""

    def __init__(self, spool: Path) -> None:
        """Make it.

        Args:
            spool: Asterisk's ``voicemail`` folder; need not exist.
        """
        self._spool = spool

    def all(self) -> list[Path]:
        """The text files of all messages.

        Raises:
            OSError: The folder cannot be read.
        """
        return sorted(self._spool.glob("*/*/*/msg*.txt"))

    def over(self, now_ms: int) -> list[Path]:
        """Those of messages that have been kept as long as recordings are by default.

        Raises:
            OSError: As :meth:`all`.
        """
        oldest_ms = now_ms - KEEP_DAYS * DAY_MS
        found = []
        for path in self.all():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime_ns // 1_000_000 <= oldest_ms:
                    found.append(path)
        return found

    def of(self, numbers: Collection[str]) -> list[Path]:
        """Those of messages that callers have left.

        Args:
            numbers: In every spelling.

        Raises:
            OSError: A file cannot be read.
        """
        found = []
        for path in self.all():
            with suppress(FileNotFoundError):  # somebody listens to them now
                caller = _CALLER.search(path.read_text(encoding="utf-8", errors="replace"))
                if caller is not None and caller[1].strip() in numbers:
                    found.append(path)
        return found

    def remove(self, messages: Collection[Path]) -> None:
        """Delete messages, the text last, for by it a second attempt finds the sound.

        Raises:
            OSError: The folder cannot be written.
        """
        for text in messages:
            for sound in text.parent.glob(f"{text.stem}.*"):
                if sound != text:
                    sound.unlink(missing_ok=True)
            text.unlink(missing_ok=True)
