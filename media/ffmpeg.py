"""One blocking run of ffmpeg with what it writes as a stream: memory stays flat.

For worker processes and threads; :mod:`media.tool` is for small inputs on an event loop.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Final

from media.errors import ToolFailed, ToolMissing

PIECE_BYTES: Final = 65_536
"""A good size of piece to read."""

_FFMPEG: Final = ("ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-threads", "1")
_COMPLAINT_BYTES: Final = 500


@contextmanager
def ffmpeg(arguments: Sequence[str], stream: Iterable[bytes] | None = None) -> Iterator[IO[bytes]]:
    """Run ffmpeg; it does not outlive the block.

    Args:
        arguments: Inputs, filters and outputs; ``pipe:1`` is what is yielded.
        stream: Pieces for ``pipe:0``, taken in a thread of their own.

    Yields:
        What it writes. Read it to its end, or what it makes stays unfinished.

    Raises:
        ToolMissing: There is no ffmpeg.
        ToolFailed: It ended with an error; raised at the end of the block.
        Exception: What ``stream`` raised, at the end of the block.
    """
    with tempfile.TemporaryFile() as said:  # a pipe that nobody reads would fill up
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell; files are named by us
                [*_FFMPEG, "-loglevel", "error", *arguments],
                stdin=subprocess.DEVNULL if stream is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
            )
        except FileNotFoundError:
            raise ToolMissing("ffmpeg") from None
        assert process.stdout is not None  # noqa: S101 - as asked for above
        feeder = _Feeder(process.stdin, stream or ())
        try:
            feeder.start()
            yield process.stdout
            process.wait()
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
            feeder.join()
        if feeder.fault is not None:
            raise feeder.fault
        if process.returncode:
            said.seek(0)
            complaint = said.read()[-_COMPLAINT_BYTES:].decode("utf-8", "replace").strip()
            raise ToolFailed("ffmpeg", process.returncode, complaint)


def ffmpeg_says(arguments: Sequence[str]) -> bytes:
    """What ffmpeg tells people while it runs: the findings of its measuring filters.

    Raises:
        ToolMissing, ToolFailed: As :func:`ffmpeg`.
    """
    try:
        done = subprocess.run(  # noqa: S603 - as above
            [*_FFMPEG, "-loglevel", "info", *arguments], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise ToolMissing("ffmpeg") from None
    if done.returncode:
        complaint = done.stderr[-_COMPLAINT_BYTES:].decode("utf-8", "replace").strip()
        raise ToolFailed("ffmpeg", done.returncode, complaint)
    return done.stderr


class _Feeder(threading.Thread):
    """Writes a stream into a pipe while somebody else reads what comes of it."""

    def __init__(self, pipe: IO[bytes] | None, stream: Iterable[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._stream = stream
        self.fault: Exception | None = None

    def run(self) -> None:
        if self._pipe is None:
            return
        try:
            for piece in self._stream:
                self._pipe.write(piece)
        except BrokenPipeError:
            pass  # it has ended, and says why
        except Exception as fault:  # raised again by whoever waits for us
            self.fault = fault
        finally:
            with suppress(BrokenPipeError):
                self._pipe.close()
