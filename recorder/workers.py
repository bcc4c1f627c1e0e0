"""Gives recordings to worker processes and brings back what became of them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from media.tool import complaint, run
from recorder.errors import DiskFull, LegUnusable, RecorderError, WorkerLost
from recorder.keys import MasterKeys
from recorder.worker import DISK_FULL, LEG_UNUSABLE, Answer, Job

WORKER: Final = (sys.executable, "-m", "recorder.worker")

_HOME: Final = Path(__file__).resolve().parents[1]
START_SECONDS: Final = 60.0
_SLOWEST_BYTES: Final = 160_000
"""Bytes of legs a second, ten times real time: a worker that is slower than that hangs."""


async def finish(jobs: Sequence[Job]) -> tuple[dict[str, Answer], dict[str, RecorderError]]:
    """Finish recordings in a process of their own.

    Returns:
        By name: the half files, and why others have none.

    Raises:
        KeysUnusable: There is nothing to seal them with.
        WorkerLost: The process was killed, broke down or hangs. What it left is cleared away by
            the next attempt.
        OSError: A file cannot be read or written.
    """
    seconds = START_SECONDS + await asyncio.to_thread(_look, jobs) / _SLOWEST_BYTES
    try:
        ended = await run(
            WORKER, "".join(j.line() for j in jobs).encode(), seconds=seconds, folder=_HOME
        )
    except TimeoutError:
        raise WorkerLost(f"it did not end within {seconds:.0f} s") from None
    if ended.returncode:
        raise WorkerLost(f"code {ended.returncode}: {complaint(ended)}")
    done: dict[str, Answer] = {}
    faults: dict[str, RecorderError] = {}
    for answer in map(Answer.of, ended.stdout.splitlines()):
        if not answer.fault:
            done[answer.name] = answer
        elif answer.fault == LEG_UNUSABLE:
            faults[answer.name] = LegUnusable(answer.complaint)
        elif answer.fault == DISK_FULL:
            faults[answer.name] = DiskFull()
        else:
            raise OSError(answer.number, answer.complaint)
    return done, faults


def _look(jobs: Sequence[Job]) -> int:
    """The legs' bytes; and whether there are keys, before a process is started in vain."""
    for keys in {job.keys for job in jobs}:
        MasterKeys.load(Path(keys))
    return sum(Path(leg).stat().st_size for job in jobs for leg in job.legs)
