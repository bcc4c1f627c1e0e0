"""Real processes, really killed: the worker, and the controller with its worker left over."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from recorder import workers
from recorder.legs import QUIET_MS, UNANSWERED_MS
from store.events import EventType
from tests.e2e.rig.eventually import eventually
from tests.integration.recorder.conftest import CALLER_HZ, Desk, share

pytestmark = pytest.mark.integration

KILLED = {
    "before it has begun": "w.Job.of = die",
    "in the middle of a file": "w.Sealer.close = die",
    "before it has answered": "w.Answer.line = die",
}


@pytest.mark.parametrize("when", KILLED)
async def test_a_worker_that_is_killed_costs_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, when: str
) -> None:
    await desk.talk(1, caller_s=0.5, agent_s=0.5)
    desk.now_ms += QUIET_MS
    script = (
        "import os, recorder.worker as w; die = lambda *_: os.kill(os.getpid(), 9); "
        f"{KILLED[when]}; w.main()"
    )
    with monkeypatch.context() as patch:
        patch.setattr(workers, "WORKER", (sys.executable, "-c", script))
        await desk.recorder.sweep()
    assert caplog.messages == ["recording waits, it is tried again"]
    assert "code -9" in caplog.records[0].__dict__["fault"]
    await desk.store(await desk.voicemail(2))
    assert desk.recorder.backlog == 1  # another one's success does not hide it
    await desk.recorder.sweep()
    assert len(await desk.rows()) == len(desk.files()) == 2
    assert len(await desk.events()) == 1
    assert desk.left() == []
    assert desk.recorder.backlog == 0


async def test_a_worker_that_hangs_is_ended_and_the_recording_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.talk(1, caller_s=0.5, agent_s=0.5)
    desk.now_ms += QUIET_MS
    with monkeypatch.context() as patch:
        patch.setattr(workers, "WORKER", ("sleep", "1000"))
        patch.setattr(workers, "START_SECONDS", 0.2)
        await desk.recorder.sweep()
    assert "did not end within" in caplog.records[0].__dict__["fault"]
    assert await desk.events(EventType.RECORDING_FAILED) == []
    assert len(desk.left()) == 3


# with its worker at work, before the rename, with the event just told, among the legs
@pytest.mark.parametrize("passes", [4, 6, 9, 12])
async def test_a_controller_that_is_killed_leaves_one_recording_to_the_next(
    desk: Desk, redis_url: str, passes: int
) -> None:
    await desk.talk(1, caller_s=0.5, agent_s=0.5)
    desk.now_ms += QUIET_MS
    module = "tests.integration.recorder.controller"
    arguments = (str(desk.folder), redis_url, str(desk.now_ms), str(passes))
    controller = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments)
    assert await controller.wait() == -signal.SIGKILL

    recorder = desk.restarted()
    await recorder.sweep()
    desk.now_ms += UNANSWERED_MS
    await recorder.sweep()

    (row,) = await desk.rows()
    assert len(await desk.events()) == 1
    assert desk.left() == []
    assert share(desk.channels(row)[0], CALLER_HZ) > 0.95
    # a worker that was left over ends by itself and takes its half file along
    await eventually(lambda: len(desk.files()) == 1, why="one file and no half ones")
