"""Programs that are run and end: how they may fail, and that nobody waits for it."""

from __future__ import annotations

import asyncio
import sys

import psutil
import pytest
import uvloop

from media.errors import ToolFailed, ToolTooSlow
from media.tool import run, run_tool
from tests.e2e.rig.eventually import eventually
from tests.integration.memory import PAGES, Memory

pytestmark = pytest.mark.integration

SLEEPS = ("sleep", "61.7")


def sleeps() -> bool:
    """Whether the program runs."""
    return any(
        child.status() != psutil.STATUS_ZOMBIE and child.cmdline() == [*SLEEPS]
        for child in psutil.Process().children()
    )


async def test_a_tool_that_fails_says_why() -> None:
    with pytest.raises(ToolFailed, match="no such thing"):
        await run_tool(
            (sys.executable, "-c", "import sys; sys.exit('no such thing')"), b"", seconds=20
        )


async def test_a_tool_that_hangs_is_stopped() -> None:
    with pytest.raises(ToolTooSlow):
        await run_tool(SLEEPS, b"", seconds=0.2)
    assert not sleeps()


async def test_who_is_cancelled_leaves_no_process() -> None:
    running = asyncio.create_task(run(SLEEPS, b"", seconds=60))

    await eventually(sleeps, seconds=20, why="the program runs")
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    await eventually(lambda: not sleeps(), seconds=20, why="the program is killed")


async def test_a_program_that_ends_before_it_reads_has_ended_well() -> None:
    for _ in range(40):
        ended = await run(("true",), bytes(1 << 20), seconds=20)
        assert (ended.returncode, ended.stdout) == (0, b"")


def test_the_memory_of_who_runs_a_program_is_not_copied() -> None:
    """Else the event loop would stand still for as long as it takes to copy its tables."""
    memory = Memory()

    uvloop.run(run(("true",), b"", seconds=20))

    assert memory.fetched() < PAGES / 10
