"""The link to one worker process: what it was asked, what it says, whether it is late or hangs."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from media.speech.pipe import Tag, Unpacker

if TYPE_CHECKING:
    from media.speech.pool import Stream

log = logging.getLogger(__name__)

_LATE_SECONDS = 0.5
_HANGS_SECONDS = 10.0  # hundreds of times what the longest piece of work takes
_READ_BYTES = 1 << 16


class WorkerLink:
    """One worker, alive as long as :meth:`run` runs.

    Args:
        reader: Of its socket.
        writer: Of its socket.
        process: Its id.

    Attributes:
        streams: Those that it works for, by number.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, process: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._process = process
        self._clock = asyncio.get_running_loop().time
        self._unanswered: deque[float] = deque()
        self.streams: dict[int, Stream] = {}

    @property
    def busy(self) -> bool:
        """Whether it has not done yet what it was asked to."""
        return bool(self._unanswered)

    def late(self, now: float) -> bool:
        """Whether it has been asked something so long ago that more would be too much."""
        return self._waited(now) > _LATE_SECONDS

    def active(self, now: float, but: Stream) -> int:
        """How many streams send audio, one of them not counted."""
        return sum(s.is_active(now) for s in self.streams.values() if s is not but)

    def tell(self, data: bytes) -> None:
        """Write to it. What is unread is bounded by the streams' windows."""
        self._writer.write(data)

    def ask(self, data: bytes) -> float:
        """Write to it what it answers; the time."""
        now = self._clock()
        self._unanswered.append(now)
        self.tell(data)
        return now

    async def run(self) -> None:
        """Hand on what it says until it dies."""
        unpacker = Unpacker()
        with suppress(ConnectionError):
            while data := await self._said():
                for message in unpacker.feed(data):
                    if message.tag in (Tag.DONE, Tag.LISTENING):
                        self._unanswered.popleft()
                    if stream := self.streams.get(message.stream):
                        stream.take(message)

    def close(self) -> None:
        """Let it end."""
        self._writer.close()
        for stream in list(self.streams.values()):
            stream.lose_worker()
        self.streams.clear()

    async def _said(self) -> bytes:
        """What it says next; nothing when it is dead, which it is made when it hangs."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_HANGS_SECONDS):
                    return await self._reader.read(_READ_BYTES)
            if self._waited(self._clock()) > _HANGS_SECONDS:
                log.error("speech worker hangs", extra={"pid": self._process})
                with suppress(ProcessLookupError):
                    os.kill(self._process, signal.SIGKILL)

    def _waited(self, now: float) -> float:
        """Seconds since it was asked what it has to answer next."""
        return now - self._unanswered[0] if self._unanswered else 0.0
