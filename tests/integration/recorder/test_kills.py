"""A recorder killed between any two steps is followed by one that ends with one recording."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from recorder import finishing, workers
from recorder.finishing import Finisher
from recorder.legs import QUIET_MS, UNANSWERED_MS
from store.database import Database
from store.events import EventType
from store.stream import EventStream
from tests.integration.recorder.conftest import (
    AGENT_HZ,
    CALLER_HZ,
    Desk,
    redis_away,
    share,
)
from tests.integration.recorder.fuse import Fuse, Killed, armed, armed_async

pytestmark = pytest.mark.integration


def arm(monkeypatch: pytest.MonkeyPatch, fuse: Fuse) -> None:
    """Every step that leaves something behind may be the last, before it and after it."""
    monkeypatch.setattr(finishing, "finish_in_worker", armed_async(fuse, workers.finish))
    monkeypatch.setattr(Path, "unlink", armed(fuse, Path.unlink, after=False))
    monkeypatch.setattr(Path, "rename", armed(fuse, Path.rename, after=False))
    monkeypatch.setattr(Path, "replace", armed(fuse, Path.replace, after=False))
    monkeypatch.setattr(EventStream, "append", armed_async(fuse, EventStream.append))
    monkeypatch.setattr(Finisher, "stored", armed_async(fuse, Finisher.stored))
    writing = Database.writing
    monkeypatch.setattr(Database, "writing", armed(fuse, writing, after=False))


async def lives(desk: Desk, monkeypatch: pytest.MonkeyPatch, passes: int) -> bool:
    """One life that is killed at a step, and one that is not.

    Returns:
        Whether the first life was killed at all.
    """
    fuse = Fuse(passes)
    with monkeypatch.context() as patch:
        arm(patch, fuse)
        with suppress(Killed):
            await desk.recorder.sweep()
    recorder = desk.restarted()
    await recorder.sweep()
    desk.now_ms += UNANSWERED_MS  # a sidecar that lost its legs is taken for an offer till then
    await recorder.sweep()
    return fuse.blown


async def test_killed_before_or_after_any_step_there_is_exactly_one_recording(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 0
    while True:
        sidecar = await desk.talk(n + 1, caller_s=0.5, agent_s=0.5)
        desk.now_ms += QUIET_MS
        killed = await lives(desk, monkeypatch, n)
        n += 1
        assert len(await desk.rows()) == len(await desk.events()) == len(desk.files()) == n
        assert desk.left() == []
        left, right = desk.channels((await desk.rows())[-1])
        assert share(left, CALLER_HZ) > 0.95
        assert share(right, AGENT_HZ) > 0.95
        if not killed:
            break
        assert sidecar.n == n
    assert n > 10  # steps were there to be killed at
    assert all(row.announce_after is None for row in await desk.rows())


async def test_killed_while_it_fails_the_failure_is_told_once_and_all_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 0
    while True:
        sidecar = await desk.talk(n + 1, caller_s=0.5, agent_s=0.5)
        (desk.incoming / f"{sidecar.base}-agent.wav").unlink()
        desk.now_ms += QUIET_MS
        killed = await lives(desk, monkeypatch, n)
        n += 1
        assert len(await desk.events(EventType.RECORDING_FAILED)) == n
        assert desk.left() == []
        assert len([p for p in desk.failed.iterdir() if not p.name.startswith(".")]) == 3 * n
        if not killed:
            break
    assert n > 6


async def test_a_full_disk_is_told_and_the_legs_are_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar = await desk.talk(caller_s=20, agent_s=20)
    with monkeypatch.context() as patch:
        patch.setattr(workers, "WORKER", ("prlimit", "--fsize=10000", *workers.WORKER))
        desk.recorder.finish(sidecar.base)
        await desk.recorder.look()
    (event,) = await desk.events(EventType.RECORDING_FAILED)
    assert event.fields["reason"] == "disk_full"
    assert sorted(path.name for path in desk.failed.iterdir()) == [
        f"{sidecar.base}-agent.wav",
        f"{sidecar.base}-caller.wav",
        f"{sidecar.base}.json",
        f"{sidecar.base}.reason.json",
    ]
    assert desk.files() == []
    assert await desk.rows() == []


async def test_while_the_keys_are_lost_the_legs_wait_and_none_take_their_place(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.store(await desk.voicemail(1))
    lost = desk.keys.rename(desk.keys.with_suffix(".lost"))
    await desk.talk(2)
    desk.now_ms += QUIET_MS
    recorder = desk.restarted()
    for _ in range(3):
        await recorder.sweep()
    assert caplog.messages == [
        "recordings cannot be sealed",
        "recording waits, it is tried again",
    ]
    assert (len(desk.left()), len(desk.files())) == (3, 1)
    assert await desk.events(EventType.RECORDING_FAILED) == []
    lost.rename(desk.keys)
    await recorder.sweep()
    assert len(await desk.rows()) == len(desk.files()) == 2


async def test_while_redis_is_away_the_legs_stay_and_it_is_logged_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.talk()
    desk.now_ms += QUIET_MS
    with monkeypatch.context() as patch:
        patch.setattr(EventStream, "last_id", redis_away)
        for _ in range(3):
            await desk.recorder.sweep()
    assert len(desk.left()) == 3
    assert caplog.messages == ["recording waits, it is tried again"]
    await desk.recorder.sweep()
    assert len(await desk.rows()) == len(await desk.events()) == 1


async def test_a_folder_that_went_away_is_logged_once_and_waited_for(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    away = desk.incoming.rename(desk.folder / "away")
    for _ in range(3):
        await desk.recorder.sweep()
    assert caplog.messages == ["recording waits, it is tried again"]
    away.rename(desk.incoming)
    await desk.talk()
    desk.now_ms += QUIET_MS
    await desk.recorder.sweep()
    assert len(await desk.rows()) == 1
