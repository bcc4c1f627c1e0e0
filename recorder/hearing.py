"""The process that hears recordings, and asking it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path
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
    """A process of :mod:`recorder.transcriber`, started at its first job, ended with the block."""

    def __init__(self, worker: Sequence[str] = WORKER) -> None:
        self._worker = worker
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()

    async def ask(self, job: Job, length_seconds: float) -> Answer:
        """Have one side of a recording written down.

        Args:
            job: Which.
            length_seconds: Its length, for the time limit.

        Raises:
            TranscriberLost: The process was killed, broke down or hangs.
            OSError: It cannot be started.
        """
        process = self._process = self._process or await self._started()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        seconds = _START_SECONDS + _SLOWEST * length_seconds
        try:
            async with asyncio.timeout(seconds):
                process.stdin.write(job.line())
                await process.stdin.drain()
                line = await process.stdout.readline()
                if line:
                    return Answer.of(line)
                raise TranscriberLost(f"it ended with code {await process.wait()}")
        except TimeoutError:
            raise TranscriberLost(f"no answer within {seconds:.0f} s") from None
        except (BrokenPipeError, ConnectionResetError, RuntimeError):  # the last is uvloop's
            raise TranscriberLost("it ended before it was asked") from None
        except (TypeError, ValueError):
            raise TranscriberLost("it said what is no answer") from None

    async def _started(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._worker,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # a recogniser may write down there what it hears
            cwd=_HOME,
            limit=_ANSWER_BYTES,
        )
