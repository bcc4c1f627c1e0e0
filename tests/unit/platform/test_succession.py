"""Controllers of one state folder, as small real processes: one serves, the others wait."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from ivr.platform.errors import StateNotWritable
from ivr.platform.paths import Layout
from ivr.platform.succession import drains, serving, sole_controller, spare_waits
from ivr.settings import CHECKOUT

pytestmark = pytest.mark.unit

CONTROLLER = """
import signal, sys
from pathlib import Path
from ivr.platform.paths import Layout
from ivr.platform.succession import sole_controller
with sole_controller(Layout(Path(sys.argv[1]))) as place:
    signal.signal(signal.SIGUSR1, lambda *_: place.give_up())
    place.serves(sys.argv[2])
    print("serves", flush=True)
    signal.signal(signal.SIGUSR2, lambda *_: print(place.successor(), flush=True))
    while True:
        signal.pause()
"""

Process = asyncio.subprocess.Process
Start = Callable[..., Awaitable[Process]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a controller."""
    started: list[Process] = []

    async def one(name: str = "somebody") -> Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CONTROLLER, str(tmp_path), name),
            cwd=CHECKOUT,
            stdout=asyncio.subprocess.PIPE,
        )
        started.append(process)
        return process

    yield one
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def serves(process: Process) -> None:
    await said(process, "serves")


async def said(process: Process, words: str) -> None:
    assert process.stdout is not None
    assert await process.stdout.readline() == f"{words}\n".encode()


async def until_one_waits(layout: Layout) -> None:
    while not spare_waits(layout):  # noqa: ASYNC110 - nobody is told of a lock
        await asyncio.sleep(0)


async def test_who_waits_serves_when_the_one_who_served_is_killed(
    tmp_path: Path, start: Start
) -> None:
    layout = Layout(tmp_path)
    assert not spare_waits(layout)
    first = await start()
    await serves(first)
    assert not spare_waits(layout)
    second = await start()
    await until_one_waits(layout)
    third = await start()

    first.kill()
    await serves(second)
    await until_one_waits(layout)
    second.terminate()
    await serves(third)

    assert not spare_waits(layout)


async def test_who_waits_serves_while_the_one_who_was_told_to_stop_lives_on(
    tmp_path: Path, start: Start
) -> None:
    layout = Layout(tmp_path)
    first = await start("first")
    await serves(first)
    second = await start("second")
    await until_one_waits(layout)
    assert (serving(layout), drains(layout)) == (first.pid, False)

    first.send_signal(signal.SIGUSR1)
    await serves(second)

    assert (serving(layout), drains(layout)) == (second.pid, True)
    first.send_signal(signal.SIGUSR2)
    await said(first, "second")
    third = await start("third")
    await until_one_waits(layout)
    second.send_signal(signal.SIGUSR1)
    await serves(third)
    first.send_signal(signal.SIGUSR2)
    await said(first, "third")
    first.kill()
    await first.wait()
    assert drains(layout), "the second one does"
    second.kill()
    await second.wait()
    assert (serving(layout), drains(layout)) == (third.pid, False)


async def test_a_place_that_cannot_be_noted_is_given_up_all_the_same(
    tmp_path: Path, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    layout = Layout(tmp_path)
    with sole_controller(layout) as place:
        (layout.run / "draining.lock").mkdir()  # stands for a disk that takes no more
        second = await start()
        await until_one_waits(layout)
        place.give_up()
        await serves(second)
    assert "It cannot be noted who serves" in caplog.text


async def test_who_waits_ends_at_once_when_told_and_leaves_no_trace(
    tmp_path: Path, start: Start
) -> None:
    layout = Layout(tmp_path)
    with sole_controller(layout):
        waiting = await start()
        await until_one_waits(layout)
        waiting.terminate()
        assert await waiting.wait() == -signal.SIGTERM
        assert not spare_waits(layout)
    with sole_controller(layout):
        pass  # nobody is in the way


def test_a_folder_that_takes_no_lock_is_one_sentence(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    (layout.run / "controller.lock").mkdir(parents=True)

    with pytest.raises(StateNotWritable, match=r"controller\.lock"), sole_controller(layout):
        pass  # not reached
