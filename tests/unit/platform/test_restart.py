"""Controllers are run anew: small real processes, and a supervisor that the test plays."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.platform.errors import NotHealthy, NotRunning
from ivr.platform.paths import Layout
from ivr.platform.processes import ProcessRecord
from ivr.platform.restart import restart
from ivr.platform.succession import drains, serving, spare_waits
from ivr.settings import CHECKOUT

pytestmark = pytest.mark.unit

CONTROLLER = """
import signal, sys
from pathlib import Path
from ivr.platform.paths import Layout
from ivr.platform.succession import sole_controller
with sole_controller(Layout(Path(sys.argv[1]))) as place:
    signal.signal(signal.SIGTERM, lambda *_: place.give_up())
    place.serves("somebody")
    while True:
        signal.pause()
"""

Process = asyncio.subprocess.Process


class Supervised:
    """Two controllers, and whoever starts another spare."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.words: list[str] = []
        self.now = 0.0
        self.can_load = True
        self._started: list[Process] = []

    async def begin(self) -> Process:
        ProcessRecord.of(os.getpid()).write(self.layout.record("supervisor"))
        serves = await self._start("controller")
        while serving(self.layout) != serves.pid:  # noqa: ASYNC110 - nobody is told of a lock
            await asyncio.sleep(0)
        await self._start("spare")
        while not spare_waits(self.layout):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
        return serves

    async def restart(self) -> None:
        await restart(self.layout, self.words.append, sleep=self._sleep, clock=lambda: self.now)

    async def end(self) -> None:
        for process in self._started:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _sleep(self, seconds: float) -> None:
        if not self.can_load:
            self.now += 100 * seconds
        elif len(self._started) == 2:
            await self._start("spare")
        await asyncio.sleep(0)

    async def _start(self, name: str) -> Process:
        command = (sys.executable, "-c", CONTROLLER, str(self.layout.state))
        process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT)
        self._started.append(process)
        ProcessRecord.of(process.pid).write(self.layout.record(name))
        return process


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Supervised]:
    layout = Layout(tmp_path)
    layout.run.mkdir()
    it = Supervised(layout)
    yield it
    await it.end()


async def test_one_that_is_loaded_now_takes_the_place_and_the_one_before_ends_its_calls(
    house: Supervised,
) -> None:
    serves = await house.begin()
    waited = ProcessRecord.read(house.layout.record("spare"))
    await house.restart()
    new = ProcessRecord.read(house.layout.record("spare"))
    assert waited is not None
    assert new is not None
    assert not waited.alive(), "it was loaded long ago"
    assert (serving(house.layout), drains(house.layout)) == (new.pid, True)
    assert serves.returncode is None
    assert [words.partition(" ")[0] for words in house.words] == ["A", "It"]


async def test_one_that_cannot_be_loaded_changes_nothing(house: Supervised) -> None:
    serves = await house.begin()
    house.can_load = False
    with pytest.raises(NotHealthy, match=r"nothing has changed\. See .*controller\.log"):
        await house.restart()
    assert (serving(house.layout), drains(house.layout)) == (serves.pid, False)


async def test_where_nothing_runs_nothing_can_be_run_anew(house: Supervised) -> None:
    with pytest.raises(NotRunning, match="docker compose"):
        await house.restart()
