"""When call trees are looked at."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.live.model import Outcome, Reloaded
from ivr.live.watch import AGAIN_S, on_hang_up, watch

pytestmark = pytest.mark.unit


class Looks:
    """Counts looks; each may fail."""

    def __init__(self) -> None:
        self.count = 0
        self.came = asyncio.Semaphore(0)
        self.fault: Exception | None = None
        self.unsettled = 0

    async def __call__(self) -> Reloaded:
        self.count += 1
        self.came.release()
        if self.fault is not None:
            raise self.fault
        self.unsettled -= 1
        return Reloaded(Outcome.UNCHANGED, {}, {}, settled=self.unsettled < 0)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_saved_file_is_looked_at(tmp_path: Path) -> None:
    looks = Looks()
    task = asyncio.create_task(watch(tmp_path, looks))
    await looks.came.acquire()  # once at the beginning, whatever was saved before
    async with asyncio.timeout(30):
        number = 0
        while looks.came.locked():  # the watcher takes a moment to begin
            (tmp_path / "a.yaml").write_text(str(number := number + 1))
            await asyncio.sleep(0.5)
    await ended(task)


async def test_a_folder_that_cannot_be_watched_is_looked_at_from_time_to_time(
    tmp_path: Path,
) -> None:
    looks, naps = Looks(), 0

    async def broken(_: Path) -> AsyncIterator[object]:
        raise OSError("no watches left")
        yield

    async def nap(_: float) -> None:
        nonlocal naps
        naps += 1
        await asyncio.sleep(0)

    task = asyncio.create_task(watch(tmp_path, looks, saves=broken, sleep=nap))
    for _ in range(4):
        await looks.came.acquire()
    await ended(task)
    assert naps >= 2


async def test_a_look_that_fails_ends_nothing(tmp_path: Path) -> None:
    looks = Looks()
    looks.fault = ZeroDivisionError()
    gate = asyncio.Semaphore(0)

    async def saves(_: Path) -> AsyncIterator[object]:
        while True:
            await gate.acquire()
            yield {}

    task = asyncio.create_task(watch(tmp_path, looks, saves=saves))
    for _ in range(3):
        await looks.came.acquire()
        gate.release()
    await ended(task)
    assert looks.count >= 3


async def test_what_is_still_being_written_is_looked_at_again_soon(tmp_path: Path) -> None:
    looks, naps = Looks(), list[float]()
    looks.unsettled = 2

    async def nothing(_: Path) -> AsyncIterator[object]:
        await asyncio.Event().wait()
        yield None

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    task = asyncio.create_task(watch(tmp_path, looks, saves=nothing, sleep=nap))
    for _ in range(3):
        await looks.came.acquire()
    await asyncio.sleep(0)
    assert (looks.count, naps) == (3, [AGAIN_S, AGAIN_S])
    await ended(task)


async def test_a_hang_up_signal_is_a_look(tmp_path: Path) -> None:
    looks = Looks()
    task = asyncio.create_task(on_hang_up(looks))
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGHUP)
    await looks.came.acquire()
    await ended(task)
    assert signal.signal(signal.SIGHUP, signal.SIG_DFL) == signal.SIG_IGN, "it ends nobody"
