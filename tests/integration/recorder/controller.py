"""A controller's recorder in a process of its own, killed for good (SIGKILL) at a chosen step.

python -m tests.integration.recorder.controller FOLDER REDIS_URL NOW_MS PASSES
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from recorder.recorder import Recorder
from store.database import open_database
from store.stream import EventStream, connect
from tests.integration.recorder.fuse import Fuse, armed_async
from tests.integration.recorder.test_kills import arm


class RealFuse(Fuse):
    """Nothing runs after it, no ``finally`` either."""

    def burn(self) -> None:
        self.passes -= 1
        if self.passes < 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(folder: Path, redis_url: str, now_ms: int, passes: int) -> None:
    """Sweep once."""
    database = await open_database(f"sqlite+aiosqlite:///{folder.parent / 'vaxel.db'}")
    stream = EventStream(connect(redis_url), "preschool")
    keys = folder.parent / "recording-keys.json"
    recorder = Recorder(folder, keys, database, {"preschool": stream}, clock_ms=lambda: now_ms)
    patch, fuse = pytest.MonkeyPatch(), RealFuse(passes)
    arm(patch, fuse)
    # also while the worker is at it, which then finds nobody to answer
    started = armed_async(fuse, asyncio.create_subprocess_exec)
    patch.setattr(asyncio, "create_subprocess_exec", started)
    await recorder.sweep()


if __name__ == "__main__":
    _, place, url, now, count = sys.argv
    asyncio.run(main(Path(place), url, int(now), int(count)))
