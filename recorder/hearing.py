"""The process that hears recordings, and asking it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from types import TracebackType
from typing import Final, Self

from recorder.errors import TranscriberLost
from recorder.transcriber import Answer, Job

WORKER: Final = (sys.executable, "-m", "recorder.transcriber")

_HOME: Final = Path(__file__).resolve().parents[1]
_START_SECONDS: Final = 120.0
_SLOWEST: Final = 20.0
"""Times the recording's length: a process that is slower than that hangs."""

_ANSWER_BYTES: Final = 1 << 26


class Hearing:
    """A process of :mod:`recorder.transcriber`, started at its first job, ended with the block.

    It is spoken to by a thread: the event loop of uvloop would fork to start it, and hold every
    call of the controller while the tables of its memory are copied.
    """

    def __init__(self, worker: Sequence[str] = WORKER) -> None:
        self._worker = worker
        self._process: Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(_buried, self._process)

    async def ask(self, job: Job, length_seconds: float) -> Answer:
        """Have one side of a recording written down.

        Args:
            job: Which.
            length_seconds: Its length, for the time limit.

        Raises:
            TranscriberLost: The process was killed, broke down or hangs.
            OSError: It cannot be started.
        """
        process = self._process = self._process or self._started()
        seconds = _START_SECONDS + _SLOWEST * length_seconds
        try:
            async with asyncio.timeout(seconds):
                line = await asyncio.to_thread(_answer, process, job.line().encode())
                if not line:
                    code = await asyncio.to_thread(process.wait)
                    raise TranscriberLost(f"it ended with code {code}")
            return Answer.of(line)
        except TimeoutError:
            raise TranscriberLost(f"no answer within {seconds:.0f} s") from None
        except BrokenPipeError:
            raise TranscriberLost("it ended before it was asked") from None
        except (TypeError, ValueError):
            raise TranscriberLost("it said what is no answer") from None

    def _started(self) -> Popen[bytes]:
        return Popen(  # noqa: S603 - no shell
            self._worker,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # a recogniser may write down there what it hears
            cwd=_HOME,
        )


def _answer(process: Popen[bytes], question: bytes) -> bytes:
    """The line that the process says to another one; nothing when it has ended."""
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(question)
    process.stdin.flush()
    return process.stdout.readline(_ANSWER_BYTES)


def _buried(process: Popen[bytes]) -> None:
    with suppress(BrokenPipeError), process:  # of a question that it has not read
        process.wait()
