"""Programs that are run and end: how they may fail, and that nobody waits for it."""

from __future__ import annotations

import asyncio
import mmap
import resource
import sys

import psutil
import pytest
import uvloop

from media.errors import ToolFailed, ToolTooSlow
from media.tool import run, run_tool
from tests.e2e.rig.platform import eventually

pytestmark = pytest.mark.integration

SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")


async def test_a_tool_that_fails_says_why() -> None:
    with pytest.raises(ToolFailed, match="no such thing"):
        await run_tool(
            (sys.executable, "-c", "import sys; sys.exit('no such thing')"), b"", seconds=20
        )


async def test_a_tool_that_hangs_is_stopped() -> None:
    with pytest.raises(ToolTooSlow):
        await run_tool(SLEEPS, b"", seconds=0.2)
    assert psutil.Process().children() == []


async def test_who_is_cancelled_leaves_no_process() -> None:
    running = asyncio.create_task(run(SLEEPS, b"", seconds=60))

    async def started() -> bool:
        return bool(psutil.Process().children())

    async def ended() -> bool:
        return not await started()

    await eventually(started, seconds=20, why="the program runs")
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    await eventually(ended, seconds=20, why="the program is killed")


async def test_a_program_that_ends_before_it_reads_has_ended_well() -> None:
    for _ in range(40):
        ended = await run(("true",), bytes(1 << 20), seconds=20)
        assert (ended.returncode, ended.stdout) == (0, b"")


def test_the_memory_of_who_runs_a_program_is_not_copied() -> None:
    """Else the event loop would stand still for as long as it takes to copy its tables."""
    pages = 5000
    memory = mmap.mmap(-1, pages * mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)

    def written() -> int:
        """Pages that had to be fetched to be written to: at first all, later those copied."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for page in range(pages):
            memory[page * mmap.PAGESIZE] = 1
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    assert written() >= pages
    uvloop.run(run(("true",), b"", seconds=20))
    assert written() < pages / 10
